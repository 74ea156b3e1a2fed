// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace core::model {

/// One picture of float32, its channels beside each other ([height, width, channels] in memory), and what lies in the
/// windows of `size`² that stand side by side in it; pixels at the right and lower edge that fill no window belong to
/// none.
struct PooledPicture {
    std::int64_t height = 0, width = 0, channels = 0, size = 0;

    std::int64_t rows() const { return height / size; }
    std::int64_t columns() const { return width / size; }
    std::int64_t pixels() const { return height * width * channels; }
    std::int64_t windows() const { return rows() * columns() * channels; }
};

/// The largest window whose places fit into a byte.
constexpr std::int64_t largestPool = 15;

/// max(0, x), and of that the largest in each window: what torch.nn.ReLU and MaxPool2d give one behind the other, with
/// the same numbers, in one pass. `pixels` → `output` [rows, columns, channels]. `places`, of as many (nullptr: not
/// wanted): which of the window's pixels it was, line by line; `225 if none is above 0.
void reluPool(const PooledPicture& picture, const float* pixels, float* output, std::uint8_t* places);

/// The gradient of `output` → that of every one of `pixels`, which need not have been set before.
void reluPoolBackward(const PooledPicture& picture, const float* gradient, const std::uint8_t* places, float* pixels);

}
