// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"

#include <functional>
#include <string>
#include <variant>

namespace core::train {

struct Pause {};
struct Continue {};
struct SingleStep {};
/// Ends the run after the present step, with a checkpoint; it can be resumed.
struct Stop {
    bool interrupted = false; ///< by a signal or a closing program rather than by a person
    std::string reason = {};  ///< that is recorded
};
/// Changes a live parameter (`train.optimizer.lr`) before the next step.
struct Edit {
    std::string path;
    base::Value value;
};
class Engine;
/// Something done with the network between two steps that leaves it as it was (core/train/aside.h).
struct Beside {
    std::function<void(Engine&)> work;
};
using Command = std::variant<Pause, Continue, SingleStep, Stop, Edit, Beside>;

}
