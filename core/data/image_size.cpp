// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/image_size.h"

#include "core/data/ops/frame.h"

#include <algorithm>
#include <cmath>

namespace core::data {

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
    const std::int64_t height = image.height(), width = image.width();
    if (height == size && width == size)
        return;
    const std::int64_t tall = height < width ? size : size * height / width,
                       wide = height < width ? size * width / height : size;
    resizeImage(image, tall, wide);
    // Python, whose rounding torchvision uses, rounds halves to even numbers.
    const auto begin = [&](std::int64_t length) { return std::int64_t(std::nearbyint(double(length - size) / 2)); };
    cropImage(image, {begin(tall), begin(wide), size, size});
}

}
