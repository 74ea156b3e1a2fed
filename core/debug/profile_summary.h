// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/debug/percentile.h"
#include "core/debug/profile_trace.h"

#include <limits>

namespace core::debug {

struct PhaseTime {
    std::string name; ///< of events::phaseNames
    double seconds = 0;
    double share = 0;   ///< of all the time, 0 … 1
    double perStep = 0; ///< seconds
    bool known = true;  ///< false: it is part of the phase before it
};
struct LayerTime {
    std::string name;
    double forward = 0, backward = 0; ///< seconds, means; −1: not known
    double share = 0;                 ///< of all layers
};
/// One figure of the machine over the time.
struct SystemFigure {
    std::string name, unit;
    Spread spread;
};
struct ThreadTime {
    std::string name;
    double busy = 0; ///< percent of a core, mean
};

/// Where the time of some steps went, in figures.
struct ProfileSummary {
    std::int64_t firstStep = 0, steps = 0;
    double seconds = 0; ///< of training
    std::vector<PhaseTime> phases;
    double mean = 0; ///< seconds of a step without validation and keyframes
    Spread duration; ///< of the same
    std::int64_t slowest = -1;
    double slowestSeconds = 0;
    std::vector<PhaseTime> slowestPhases;
    std::vector<LayerTime> layers;
    std::int64_t layerStep = -1; ///< the last of those that were timed by layers
    std::size_t samples = 0;
    int cores = 0;
    std::vector<SystemFigure> system;
    std::vector<ThreadTime> threads; ///< the busiest first
};

/// Steps from `first` on and before `end`; blocks and samples count that begin there.
ProfileSummary summarize(const ProfileTrace& trace, std::int64_t first = 0,
                         std::int64_t end = std::numeric_limits<std::int64_t>::max());

/// `host_to_device` → `host to device`; of a step in one piece `forward` → `forward and backward`.
std::string phaseTitle(std::string_view name, bool whole = false);
/// Whether forward and backward came in one piece.
bool inOnePiece(const std::vector<PhaseTime>& phases);
/// The phase that takes most of the time; nullptr of none.
const PhaseTime* largest(const std::vector<PhaseTime>& phases);

}
