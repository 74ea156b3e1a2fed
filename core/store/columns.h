// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace core::store {

/// Scalars that were taken together at several steps, by columns.
struct ScalarBlock {
    std::vector<std::string> names;
    std::vector<std::int64_t> steps;
    std::vector<double> times;                ///< seconds since the epoch; pack() rounds them with roundTime()
    std::vector<std::vector<double>> columns; ///< one for each name, as long as `steps`

    bool operator==(const ScalarBlock&) const = default;
};

/// The time as the store keeps it: a multiple of 2^-10 s, which costs less space and is finer than a wall clock is
/// true.
double roundTime(double seconds);

/// The block as bytes. Values that came from float32 take 4 bytes, constant columns and evenly spaced steps next to
/// none.
std::string pack(const ScalarBlock& block);
/// The block of bytes that may come from anywhere.
base::Result<ScalarBlock> unpackScalars(std::string_view bytes);

}
