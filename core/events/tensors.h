// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace core::events {

/// What the values of TensorStats of this `set` are of. Comes before the first of them, and again after RunOpened.
struct TensorsNamed {
    std::int64_t step = 0, set = 0;
    std::vector<std::string> tensors;    ///< `0.weight`, `gradient/0.weight`
    std::vector<std::string> statistics; ///< `mean`, `std`, …
};

/// Statistics of some tensors at a step: of the weights before its update, of its gradients before they are clipped.
struct TensorStats {
    std::int64_t step = 0, set = 0;
    std::vector<double> values; ///< tensor by tensor, each with all statistics of the set
};

}
