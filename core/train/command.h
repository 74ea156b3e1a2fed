// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"

#include <string>
#include <variant>

namespace core::train {

struct Pause {};
struct Continue {};
struct SingleStep {};
/// Ends the run after the present step, with a checkpoint; it can be resumed.
struct Stop {
    bool interrupted = false; ///< by a signal or a closing program rather than by a person
};
/// Changes a live parameter (`train.optimizer.lr`) before the next step.
struct Edit {
    std::string path;
    base::Value value;
};
using Command = std::variant<Pause, Continue, SingleStep, Stop, Edit>;

}
