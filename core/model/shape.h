// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace core::model {

/// Lengths of dimensions, without the batch.
using Shape = std::vector<std::int64_t>;

/// `3×28×28`.
std::string textOf(const Shape& shape);
std::int64_t elementsOf(const Shape& shape);

}
