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

/// Statistics of some tensors at a step: of the weights before its update, of its gradients before they are clipped, of
/// the layers' outputs for its first batch, of what the update added to the weights.
struct TensorStats {
    std::int64_t step = 0, set = 0;
    std::vector<double> values; ///< tensor by tensor, each with all statistics of the set
};

/// How the elements of some tensors were spread at a step. Of large tensors elements that lie evenly apart are counted.
struct TensorHistograms {
    struct Spread {
        std::string name;                  ///< `0.weight`, `gradient/0.weight`, `update/0.weight`, `activation/0`
        double low = 0, high = 0;          ///< the least and the greatest that are finite
        std::vector<std::uint32_t> counts; ///< of equal parts between them

        bool operator==(const Spread&) const = default;
    };
    std::int64_t step = 0;
    bool kept = true; ///< false: only for whoever is watching
    std::vector<Spread> tensors;
};

}
