// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/tally.h"

#include <span>

namespace core::train {

/// The probability that a row got of a class, and whether it is of it.
struct Scored {
    float score = 0;
    bool there = false;
};

/// The mean over classes of a figure of all rows, the highest scores first; classes of no row or of every row are left
/// out. NaN if none is left, or a score is no number.
double meanOverClasses(const Tally& tally, double (*figure)(std::span<const Scored> rows, std::size_t there));

}
