// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/pictures/image_size.h"

#include "core/data/formats/resize.h"

#include <algorithm>

namespace core::data {

namespace {

void placeBoxes(Sample& image, std::int64_t size, const MiddleSquare& to)
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

void placeMask(Sample& image, std::int64_t size, const MiddleSquare& to)
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
    const MiddleSquare to(height, width, size);
    const ResizeAxis rows(height, to.height, to.top, size), columns(width, to.width, to.left, size);
    std::vector<float> made(std::size_t(channels * size * size));
    for (std::int64_t channel = 0; channel < channels; ++channel)
        resizePlane(image.plane(channel), width, rows, columns, made.data() + channel * size * size);
    placeBoxes(image, size, to);
    placeMask(image, size, to);
    image.values = std::move(made);
    image.shape = {channels, size, size};
}

}
