// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/image_size.h"

#include <algorithm>
#include <cmath>

namespace core::data {

namespace {

// One output pixel along a side: a triangle over the inputs it stands for, which widens as pictures shrink.
struct Taps {
    std::int64_t first = 0;
    std::vector<float> weights;
};

std::vector<Taps> tapsOf(std::int64_t from, std::int64_t to, std::int64_t begin, std::int64_t count)
{
    const double scale = double(from) / double(to), support = std::max(1.0, scale), squeeze = 1 / support;
    std::vector<Taps> all;
    for (std::int64_t i = begin; i < begin + count; ++i) {
        const double centre = scale * (double(i) + 0.5);
        Taps taps{std::max<std::int64_t>(0, std::int64_t(centre - support + 0.5)), {}};
        const std::int64_t end = std::min(from, std::int64_t(centre + support + 0.5));
        double sum = 0;
        for (std::int64_t j = taps.first; j < end; ++j) {
            const double weight = std::max(0.0, 1 - std::abs((double(j) - centre + 0.5) * squeeze));
            taps.weights.push_back(float(weight));
            sum += weight;
        }
        for (float& weight : taps.weights)
            weight = float(weight / sum);
        all.push_back(std::move(taps));
    }
    return all;
}

// Where the crop of `size` lies in a side of `length`; Python rounds halves to even numbers.
std::int64_t cropBegin(std::int64_t length, std::int64_t size)
{
    return std::int64_t(std::nearbyint(double(length - size) / 2));
}

struct Geometry {
    std::int64_t height, width; ///< after resizing
    std::int64_t top, left;     ///< of the crop
};

void placeBoxes(Sample& image, std::int64_t size, const Geometry& to)
{
    const float tall = float(to.height) / float(image.height()), wide = float(to.width) / float(image.width());
    const auto along = [&](float at, float scale, std::int64_t begin) {
        return std::clamp(at * scale - float(begin), 0.f, float(size));
    };
    for (Box& box : image.boxes) {
        box.left = along(box.left, wide, to.left);
        box.right = along(box.right, wide, to.left);
        box.top = along(box.top, tall, to.top);
        box.bottom = along(box.bottom, tall, to.top);
    }
    std::erase_if(image.boxes, [](const Box& box) { return box.left >= box.right || box.top >= box.bottom; });
}

void placeMask(Sample& image, std::int64_t size, const Geometry& to)
{
    if (image.mask.empty())
        return;
    std::vector<std::uint8_t> mask(std::size_t(size * size));
    for (std::int64_t y = 0; y < size; ++y)
        for (std::int64_t x = 0; x < size; ++x) {
            const std::int64_t row = (y + to.top) * image.height() / to.height,
                               column = (x + to.left) * image.width() / to.width;
            mask[std::size_t(y * size + x)] = image.mask[std::size_t(row * image.width() + column)];
        }
    image.mask = std::move(mask);
}

}

void setChannels(Sample& image, std::int64_t channels)
{
    const std::int64_t had = image.channels();
    if (had == channels)
        return;
    const std::size_t pixels = std::size_t(image.height() * image.width());
    if (channels == 1 && had >= 3) {
        for (std::size_t i = 0; i < pixels; ++i)
            image.values[i] =
                0.2989f * image.values[i] + 0.587f * image.values[pixels + i] + 0.114f * image.values[2 * pixels + i];
    } else if (channels == 3 && had < 3) {
        image.values.resize(3 * pixels);
        for (std::size_t more = 1; more < 3; ++more)
            std::copy_n(image.values.begin(), pixels, image.values.begin() + std::ptrdiff_t(more * pixels));
    }
    image.values.resize(std::size_t(channels) * pixels);
    image.shape[0] = channels;
}

void resizeAndCrop(Sample& image, std::int64_t size)
{
    const std::int64_t height = image.height(), width = image.width(), channels = image.channels();
    if (height == size && width == size)
        return;
    Geometry to{size, size, 0, 0};
    if (height < width)
        to.width = size * width / height;
    else
        to.height = size * height / width;
    to.top = cropBegin(to.height, size);
    to.left = cropBegin(to.width, size);
    const std::vector<Taps> columns = tapsOf(width, to.width, to.left, size),
                            rows = tapsOf(height, to.height, to.top, size);
    std::vector<float> wide(std::size_t(height * size)), made(std::size_t(channels * size * size));
    float* out = made.data();
    for (std::int64_t channel = 0; channel < channels; ++channel) {
        const float* plane = image.plane(channel);
        for (std::int64_t y = rows.front().first; y < height; ++y)
            for (std::int64_t x = 0; x < size; ++x) {
                const Taps& taps = columns[std::size_t(x)];
                float sum = 0;
                for (std::size_t i = 0; i < taps.weights.size(); ++i)
                    sum += taps.weights[i] * plane[y * width + taps.first + std::int64_t(i)];
                wide[std::size_t(y * size + x)] = sum;
            }
        for (const Taps& taps : rows)
            for (std::int64_t x = 0; x < size; ++x, ++out) {
                float sum = 0;
                for (std::size_t i = 0; i < taps.weights.size(); ++i)
                    sum += taps.weights[i] * wide[std::size_t((taps.first + std::int64_t(i)) * size + x)];
                *out = sum;
            }
    }
    placeBoxes(image, size, to);
    placeMask(image, size, to);
    image.values = std::move(made);
    image.shape = {channels, size, size};
}

}
