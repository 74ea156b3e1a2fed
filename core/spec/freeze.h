// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"

namespace core::spec {

/// What `model.freeze` says.
struct Freeze {
    bool backbone = false;             ///< all but the head
    std::int64_t stages = 0;           ///< so many blocks, counted from the input
    std::vector<std::string> patterns; ///< names of layers, or patterns with * and ?

    bool none() const { return !backbone && stages == 0 && patterns.empty(); }
};

/// `none`, `backbone`, a number, or a list of names. An error says what would be right.
base::Result<Freeze> freezeOf(const base::Value& given);

/// Whether a layer's name or a pattern means a parameter: `layer1` means `layer1.0.conv1.weight`, `*.bias` all biases.
bool means(std::string_view pattern, std::string_view parameter);

}
