// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/blur.h"

#include <algorithm>
#include <cmath>

namespace core::data {

namespace {

std::vector<float> gaussian(std::int64_t size, double sigma)
{
    std::vector<double> kernel;
    double total = 0;
    for (std::int64_t i = 0; i < size; ++i) {
        const double x = (double(i) - double(size - 1) / 2) / sigma;
        kernel.push_back(std::exp(-0.5 * x * x));
        total += kernel.back();
    }
    std::vector<float> shares;
    for (const double weight : kernel)
        shares.push_back(float(weight / total));
    return shares;
}

std::int64_t mirrored(std::int64_t place, std::int64_t size)
{
    if (size == 1)
        return 0;
    const std::int64_t period = 2 * (size - 1);
    place = ((place % period) + period) % period;
    return place < size ? place : period - place;
}

// The lines of `in` weighed by the kernel around each.
void blurDown(const std::vector<float>& in, std::int64_t height, std::int64_t width, const std::vector<float>& kernel,
              float* out)
{
    const std::int64_t half = std::int64_t(kernel.size()) / 2;
    for (std::int64_t y = 0; y < height; ++y, out += width) {
        std::fill_n(out, width, 0.f);
        for (std::int64_t k = -half; k <= half; ++k) {
            const float weight = kernel[std::size_t(k + half)];
            const float* line = in.data() + mirrored(y + k, height) * width;
            for (std::int64_t x = 0; x < width; ++x)
                out[x] += weight * line[x];
        }
    }
}

void blurAcross(const float* in, std::int64_t height, std::int64_t width, const std::vector<float>& kernel,
                std::vector<float>& out)
{
    const std::int64_t half = std::int64_t(kernel.size()) / 2;
    std::vector<float> padded(static_cast<std::size_t>(width + 2 * half));
    out.assign(std::size_t(height * width), 0);
    for (std::int64_t y = 0; y < height; ++y) {
        for (std::int64_t x = 0; x < std::int64_t(padded.size()); ++x)
            padded[std::size_t(x)] = in[y * width + mirrored(x - half, width)];
        float* line = out.data() + y * width;
        for (std::size_t k = 0; k < kernel.size(); ++k)
            for (std::int64_t x = 0; x < width; ++x)
                line[x] += kernel[k] * padded[std::size_t(x) + k];
    }
}

}

void gaussianBlur(Sample& image, std::int64_t kernelWidth, std::int64_t kernelHeight, double sigma)
{
    const std::vector<float> across = gaussian(kernelWidth, sigma), down = gaussian(kernelHeight, sigma);
    std::vector<float> between;
    for (std::int64_t channel = 0; channel < image.channels(); ++channel) {
        blurAcross(image.plane(channel), image.height(), image.width(), across, between);
        blurDown(between, image.height(), image.width(), down, image.plane(channel));
    }
}

void adjustSharpness(Sample& image, double factor)
{
    const std::int64_t width = image.width(), height = image.height();
    if (width <= 2 || height <= 2)
        return;
    const float rest = float(1 - factor);
    for (std::int64_t channel = 0; channel < image.channels(); ++channel) {
        float* plane = image.plane(channel);
        const std::vector<float> before(plane, plane + width * height);
        for (std::int64_t y = 1; y < height - 1; ++y)
            for (std::int64_t x = 1; x < width - 1; ++x) {
                const float* at = before.data() + y * width + x;
                const float around = at[-width - 1] + at[-width] + at[-width + 1] + at[-1] + at[1] + at[width - 1] +
                                     at[width] + at[width + 1];
                const float smooth = around / 13.f + *at * (5.f / 13.f);
                plane[y * width + x] = *at + (smooth - *at) * rest;
            }
        for (std::int64_t i = 0; i < width * height; ++i)
            plane[i] = std::min(1.f, std::max(0.f, plane[i]));
    }
}

}
