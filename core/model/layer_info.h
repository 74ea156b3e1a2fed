// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace core::model {

/// A parameter as a picture knows it.
struct ParameterInfo {
    std::string name; ///< as in the state dict
    std::vector<std::int64_t> shape;

    std::int64_t dims() const { return std::int64_t(shape.size()); }
    bool operator==(const ParameterInfo&) const = default;
};

/// One block of a network's picture.
struct LayerInfo {
    std::string name;                      ///< as in the state dict: `0`, `conv1`
    std::string type;                      ///< `Linear`, `Conv2d`, `ReLU`
    std::string text;                      ///< `2 → 16`, `3×3, 32 channels`
    std::vector<std::int64_t> outputShape; ///< without the batch
    std::int64_t parameters = 0;
    std::string problem = {};                ///< why it cannot stand here; empty if it can
    std::vector<ParameterInfo> tensors = {}; ///< its parameters
};

}
