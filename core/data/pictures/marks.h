// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/source.h"

#include <array>

namespace core::data {

/// What a picture bears, without its pixels.
struct Marks {
    std::int64_t row = 0;
    int part = 0; ///< 0 train, 1 validation, 2 test
    std::int64_t width = 0, height = 0;
    std::vector<Box> boxes;
    std::vector<std::int64_t> maskPixels; ///< of each class; empty without a mask
    std::uint64_t digest = 0;             ///< of the pixels
};

/// Of the first pictures of each part, as many as are read in a moment; those that cannot be read are left out. A mask
/// value that is no class counts for nothing.
std::vector<Marks> lookAtMarks(const SampleStore& samples, std::size_t classes,
                               const std::array<std::vector<std::int64_t>, 3>& parts);

}
