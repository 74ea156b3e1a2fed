// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace core::debug {

/// One step of a network whose layers are divided among ranks, as `pipeline.json` in a run's folder tells it.
struct PipelineTrace {
    struct Work {
        std::int64_t stage = 0, part = 0; ///< part: the micro-batch
        bool backward = false;
        double begin = 0, end = 0; ///< seconds since the step began
    };
    struct Block {
        std::string name, type;
        std::int64_t stage = 0;
    };
    std::string schedule; ///< `gpipe`, `1f1b`
    std::int64_t microBatches = 0, stages = 0, step = 0;
    double seconds = 0;                       ///< of the step
    double idleShare = 0, idealIdleShare = 0; ///< of all stages' time: measured; (stages − 1) / (parts + stages − 1)
    std::vector<Block> blocks;
    std::vector<Work> work;
    std::vector<std::int64_t> parameters; ///< by stage
};

/// An error of kind Data where the file says what cannot be; without a file an empty trace.
base::Result<PipelineTrace> pipelineOf(const std::filesystem::path& run);

}
