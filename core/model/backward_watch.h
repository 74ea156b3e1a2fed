// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

namespace core::model {

/// Told of each layer when its backward pass is done, by networks whose layers are one node of autograd's graph; before
/// the first one of an empty name.
using BackwardWatch = std::function<void(const std::string& layer)>;
/// Whom forward passes of this thread remember for that; nullptr: nobody.
inline thread_local const BackwardWatch* backwardWatch = nullptr;

}
