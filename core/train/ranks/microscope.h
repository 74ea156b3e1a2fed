// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/rank_scalars.h"
#include "core/tensor/tensor.h"

#include <array>
#include <optional>
#include <vector>

namespace core::events {
class EventHub;
}

namespace core::train::ranks {

class World;

/// What one rank did in a step.
struct RankStep {
    std::array<double, events::rankFigureNames.size()> figures{}; ///< by events::RankFigure
    struct Bucket {
        double ready = 0, done = 0; ///< seconds since the step began
    };
    std::vector<Bucket> buckets;
};

/// Measures a step of a rank and gathers what all have measured at rank 0, by one small sum before the update, so that
/// a rank that is lost there leaves the weights as they were. Rank 0 asks for it one step ahead: all know in the sum
/// that every step makes. Nothing of what is learned depends on it.
class Microscope {
public:
    /// Rank 0: whether the step behind the next is measured. The first one always is.
    void ask(bool next) { m_asked = next; }
    double asked() const { return m_asked ? 1 : 0; }

    void stepBegins();
    /// Whether this step is measured.
    bool looks() const { return m_looks; }
    void waited(double seconds) { m_waited += seconds; }
    /// Its gradients are there, and their squares add up to that.
    void bucketReady(std::size_t bucket, double squares);
    void bucketDone(std::size_t bucket);
    /// `asked`: what rank 0's asked() was. `own`: rows, loss and digests; norm and times are filled in here, the norm
    /// as `factor` times what the buckets held.
    void stepEnds(World& world, RankStep own, double factor, bool asked);

    /// Rank 0: of all ranks, if the last step was measured; once.
    std::optional<std::vector<RankStep>> take();

    std::int64_t buckets = 0; ///< of the gradients; 0: not known
    std::uint16_t group = 0;  ///< rank 0: the first of its groups of scalars
    double toldAt = 0;        ///< rank 0: when scalars were told last, in steady seconds

private:
    bool m_looks = false, m_next = true, m_asked = false;
    double m_began = 0, m_waited = 0, m_waitedAtReady = 0, m_lastReady = 0, m_squares = 0;
    std::vector<RankStep::Bucket> m_buckets;
    std::optional<std::vector<RankStep>> m_all;
};

/// Groups of scalars for all ranks, behind those that are there.
void addRankGroups(std::vector<std::vector<std::string>>& groups, World& world);
/// Before `step`: whether the step behind it is measured. The first 32 are and every tenth; each, but at most a hundred
/// a second, while somebody `watches`.
void askRanks(World& world, std::int64_t step, bool watches);
/// Tells what the step measured, if it was.
void tellRanks(World& world, events::EventHub& hub, std::int64_t step);

}
