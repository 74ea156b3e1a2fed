// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/colour.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace core::data {

namespace {

std::int64_t area(const Sample& image)
{
    return image.height() * image.width();
}

float unit(float value)
{
    return std::min(1.f, std::max(0.f, value));
}

std::vector<float> greyOf(const Sample& image)
{
    const std::int64_t n = area(image);
    std::vector<float> grey(static_cast<std::size_t>(n));
    const float *red = image.plane(0), *green = image.plane(1), *blue = image.plane(2);
    for (std::int64_t i = 0; i < n; ++i)
        grey[std::size_t(i)] = red[i] * 0.2989f + green[i] * 0.587f + blue[i] * 0.114f;
    return grey;
}

bool coloured(const Sample& image)
{
    return image.channels() == 3;
}

// Hue, saturation and value of one pixel (Smith 1978), the hue turned, and back.
void turnHue(float& red, float& green, float& blue, float by)
{
    const float high = std::max({red, green, blue}), low = std::min({red, green, blue});
    const float range = high - low;
    if (range == 0)
        return;
    const float saturation = range / high;
    const float toRed = (high - red) / range, toGreen = (high - green) / range, toBlue = (high - blue) / range;
    float hue = high == red ? toBlue - toGreen : high == green ? 2 + toRed - toBlue : 4 + toGreen - toRed;
    hue = std::fmod(hue / 6 + 1, 1.f) + by;
    hue -= std::floor(hue);
    const float sixths = hue * 6, sector = std::floor(sixths), part = sixths - sector;
    const float p = unit((1 - saturation) * high), q = unit((1 - saturation * part) * high);
    const float t = unit((1 - saturation + saturation * part) * high);
    const float out[6][3] = {{high, t, p}, {q, high, p}, {p, high, t}, {p, q, high}, {t, p, high}, {high, p, q}};
    const float* chosen = out[int(sector) % 6];
    red = chosen[0];
    green = chosen[1];
    blue = chosen[2];
}

std::uint8_t byteOf(float value)
{
    // torchvision's way from [0, 1] to 0 … 255.
    return std::uint8_t(unit(value) * (255.f + 1.f - 1e-3f));
}

}

void adjustBrightness(Sample& image, double factor)
{
    const float by = float(factor);
    for (float& value : image.values)
        value = unit(value * by);
}

void adjustContrast(Sample& image, double factor)
{
    double sum = 0;
    if (coloured(image)) {
        for (const float value : greyOf(image))
            sum += double(value);
    } else {
        for (const float value : image.values)
            sum += double(value);
    }
    const double count = coloured(image) ? double(area(image)) : double(image.values.size());
    const float by = float(factor), rest = float(sum / count) * float(1 - factor);
    for (float& value : image.values)
        value = unit(value * by + rest);
}

void adjustSaturation(Sample& image, double factor)
{
    if (!coloured(image))
        return;
    const std::vector<float> grey = greyOf(image);
    const float by = float(factor), rest = float(1 - factor);
    for (std::int64_t channel = 0; channel < 3; ++channel) {
        float* plane = image.plane(channel);
        for (std::size_t i = 0; i < grey.size(); ++i)
            plane[i] = unit(plane[i] * by + grey[i] * rest);
    }
}

void adjustHue(Sample& image, double factor)
{
    if (!coloured(image))
        return;
    float *red = image.plane(0), *green = image.plane(1), *blue = image.plane(2);
    for (std::int64_t i = 0; i < area(image); ++i)
        turnHue(red[i], green[i], blue[i], float(factor));
}

void toGrayscale(Sample& image)
{
    if (!coloured(image))
        return;
    const std::vector<float> grey = greyOf(image);
    for (std::int64_t channel = 0; channel < 3; ++channel)
        std::copy(grey.begin(), grey.end(), image.plane(channel));
}

void invert(Sample& image)
{
    for (float& value : image.values)
        value = 1 - value;
}

void posterize(Sample& image, int bits)
{
    const float levels = float(1 << bits);
    for (float& value : image.values)
        value = std::min(levels - 1, std::max(0.f, std::floor(value * levels))) * (1 / levels);
}

void solarize(Sample& image, double threshold)
{
    const float from = float(threshold);
    for (float& value : image.values)
        value = value >= from ? 1 - value : value;
}

void autocontrast(Sample& image)
{
    const std::int64_t n = area(image);
    for (std::int64_t channel = 0; channel < image.channels(); ++channel) {
        float* plane = image.plane(channel);
        const auto [low, high] = std::minmax_element(plane, plane + n);
        const float from = *low, range = *high - from;
        for (std::int64_t i = 0; i < n && range > 0; ++i)
            plane[i] = unit((plane[i] - from) / range);
    }
}

void equalize(Sample& image)
{
    const std::int64_t n = area(image);
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(n));
    for (std::int64_t channel = 0; channel < image.channels(); ++channel) {
        float* plane = image.plane(channel);
        std::array<std::int64_t, 256> count{};
        for (std::int64_t i = 0; i < n; ++i) {
            bytes[std::size_t(i)] = byteOf(plane[i]);
            ++count[bytes[std::size_t(i)]];
        }
        const std::int64_t last = *std::find_if(count.rbegin(), count.rend(), [](std::int64_t c) { return c > 0; });
        // PIL's steps, in which the brightest level that occurs does not count.
        const std::int64_t step = (n - last) / 255;
        std::array<float, 256> level{};
        std::int64_t below = 0;
        for (std::size_t i = 0; i < 256; ++i) {
            const std::int64_t to = step == 0 ? std::int64_t(i) : i == 0 ? 0 : (below + step / 2) / step;
            level[i] = float(std::clamp<std::int64_t>(to, 0, 255)) / 255.f;
            below += count[i];
        }
        for (std::int64_t i = 0; i < n; ++i)
            plane[i] = level[bytes[std::size_t(i)]];
    }
}

}
