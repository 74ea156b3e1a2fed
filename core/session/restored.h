// SPDX-License-Identifier: GPL-3.0-or-later
// A run's model as one of its checkpoints has it; for the sources of core/session alone.
#pragma once

#include "core/spec/experiment.h"
#include "core/train/learner.h"

#include <filesystem>

namespace core::session {

struct Restored {
    std::int64_t step = 0; ///< updates done by the weights
    spec::Experiment experiment;
    data::DataModule module;
    std::unique_ptr<train::Learner> learner;
};
/// The run's data and the weights of one of its checkpoints, on the processor.
base::Result<Restored> restore(const std::filesystem::path& run, const std::string& at);

}
