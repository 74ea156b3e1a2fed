// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>

namespace core::data {

/// How many different numbers there are; 0 and -0 are the same. None is NaN.
std::int64_t countDistinct(std::span<const double> numbers);

}
