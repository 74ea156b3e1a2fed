// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <functional>
#include <string>

namespace core::train {

class Engine;

/// Digests of all that an engine's training depends on, before something was tried and after it was put back.
struct PutBack {
    std::string before, after;
    bool proved() const { return !before.empty() && before == after; }
};

/// Lets `work` train on, edit and break what it likes, then puts the engine back to where it stood, bit for bit:
/// weights, buffers, optimizer, schedule, position in the data, early stopping, the best so far. Exceptions of torch in
/// `work` become its error; the engine is put back all the same.
base::Result<PutBack> aside(Engine& engine, const std::function<base::Status(Engine&)>& work);

}
