// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/ranks/world.h"

#include <thread>

namespace core::store {
struct Checkpoint;
}

namespace core::train {
class Engine;
}

namespace core::train::ranks {

/// The first order of rank 0: the training that all take part in.
Order training(const base::Value& resolved, const std::string& device, const store::Checkpoint* from,
               std::int64_t threads);
Order loading(const store::Checkpoint& checkpoint);
Order editing(const std::string& path, const base::Value& value);
/// What rank 0 found when it evaluated.
Order observing(const std::vector<std::pair<std::string, double>>& values);
Order goingBack(std::int64_t step);
/// Weights from elsewhere than a step of this run.
Order taking(std::vector<base::Blob> tensors);
/// What the others keep of the training: of all, or of the weights alone.
Order gathering(bool all);
Order ending();

/// What every rank but the first does: trains along, as rank 0 says, until that ends. Records nothing.
base::Status follow(const std::shared_ptr<World>& world);

/// Ranks of this process beside the first, one thread each.
class Crew {
public:
    Crew(std::int64_t size, double timeoutS);
    ~Crew(); ///< has them end, if they still go on, and joins

    /// The first's.
    const std::shared_ptr<World>& world() const { return m_world; }

private:
    std::shared_ptr<World> m_world;
    std::vector<std::jthread> m_threads;
};

}
