// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/ranks/world.h"

#include <atomic>
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
/// The others pass their share of the batches of an evaluation.
Order passing(const std::string& split);
Order goingBack(std::int64_t step);
/// Weights from elsewhere than a step of this run.
Order taking(std::vector<base::Blob> tensors);
/// What the others keep of the training: of all, or of the weights alone.
Order gathering(bool all);
/// All compare their weights.
Order comparing();
Order ending();

/// Whether the replicas have the same weights at this step; else throws base::Thrown with the rank that differs, and
/// the world is lost: nobody goes on from there.
void compareReplicas(World& world, const Engine& engine);

/// What every rank but the first does: trains along, as rank 0 says, until that ends. Records nothing. Where another
/// rank is lost it goes on in the world that rank 0 gathers then, if it does.
base::Status follow(const std::shared_ptr<World>& world);

/// The first of so many ranks of this process that have met; the others end when nobody holds it any more.
base::Result<std::shared_ptr<World>> worldOfThreads(std::int64_t size, double timeoutS);

/// Ranks of this process beside the first, one thread each.
class Crew {
public:
    Crew(std::int64_t size, double timeoutS);
    ~Crew(); ///< has them end, if they still go on, and joins

    /// The first's.
    const std::shared_ptr<World>& world() const { return m_world; }
    /// After a loss, when nothing of its world is used any more: those that are left, or as many as before.
    void gatherAgain(bool replace);

private:
    void add(const std::shared_ptr<World>& world);
    void knowWhoEnds();

    struct Member {
        std::atomic<bool> ended = false;
        std::jthread thread;
    };
    std::shared_ptr<World> m_world;
    std::vector<std::shared_ptr<Member>> m_ranks; ///< but the first
    std::vector<std::shared_ptr<Member>> m_gone;  ///< joined in the end
};

}
