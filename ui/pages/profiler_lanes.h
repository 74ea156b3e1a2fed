// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/debug/profile_trace.h"
#include "ui/plots/profile_timeline.h"

namespace ui::pages {

// A profile as the timeline draws it; times are seconds since the run began.
std::vector<plots::ProfileTimeline::Block> blocksOf(const core::debug::ProfileTrace& trace);
std::vector<double> timesOf(const core::debug::ProfileTrace& trace);
/// Cores, GPUs, memory, disk, at those times.
std::vector<plots::ProfileTimeline::Lane> lanesOf(const core::debug::ProfileTrace& trace);

}
