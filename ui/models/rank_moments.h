// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/debug/scaling.h"
#include "core/events/findings.h"
#include "core/events/rank_moment.h"

#include <vector>

namespace ui::models {

class RunModel;

/// What the ranks of a run did in the last `most` measured steps up to the step that is shown, in their order; empty
/// for a run of one process.
std::vector<core::events::RankMoment> rankMoments(const RunModel& run, std::size_t most);
/// The first finding of a rule, by its class, up to the step that is shown; nullptr: none.
const core::events::Finding* rankFinding(const RunModel& run, const std::string& rule);
/// What a step of one rank is made of, and where its times come from: no run, a run's own steps, or, as a pipeline's
/// stages work beside each other, what all of them computed in one step.
struct ScalingSource {
    enum class Times { Usual, Steps, Stages };
    core::debug::ScalingFacts facts;
    Times times = Times::Usual;
};
/// What the run does not know is as in `usual`.
ScalingSource scalingFactsOf(const RunModel* run, const core::debug::ScalingFacts& usual);

}
