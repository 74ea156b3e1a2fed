// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"
#include "core/session/session.h"
#include "core/train/ranks/place.h"

namespace core::session {

using train::ranks::Place;

/// The processes that train one run together, as the first of them sees them.
class RankSet {
public:
    /// Seconds: enough for a program to start on a busy machine.
    static constexpr double usualStartS = 60;

    /// Further ranks are processes of this one, started by `worker`, which follows as followRanks() does. What they say
    /// goes to `rank-<n>.log` in the run's folder. They end with this process, however it ends. `replace`: a new one
    /// takes the place of one that was lost; else those that are left go on.
    /// `startS`: how long one is waited for that does not come; then it counts as lost.
    static std::shared_ptr<RankSet> launch(std::vector<std::string> worker, std::int64_t size, double timeoutS,
                                           double startS, bool replace);
    /// Somebody else has started the others, and nobody here starts a new one.
    static std::shared_ptr<RankSet> join(const Place& place, double timeoutS, double startS, bool replace);
    ~RankSet();

    /// For Options::meet; a second time after a rank was lost.
    base::Result<std::shared_ptr<train::ranks::World>> meet(const std::filesystem::path& run);
    /// Who takes part, once they have met: `rank`, `process`, `host` of each.
    base::Array told() const;

private:
    RankSet();
    struct Parts;
    std::unique_ptr<Parts> m_parts;
};

/// What torchrun, Slurm, Open MPI or launch() say of this process; see core/train/ranks/place.h.
base::Result<std::optional<Place>> placeHere();
/// Trains along as rank 0 says, until that ends.
base::Status followRanks(const Place& place, double timeoutS, double startS);

}
