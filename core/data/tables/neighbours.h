// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/tensor.h"

#include <span>

namespace core::data {

/// The k nearest points (Euclidean) of each of the points at `places`, the nearest first, itself left out:
/// [places, k] places. Exact but for the order of equally near ones. `points`: [n, dimensions] float32 with n > k.
std::vector<std::int32_t> nearestNeighbours(const at::Tensor& points, std::span<const std::int64_t> places,
                                            std::int64_t k);

}
