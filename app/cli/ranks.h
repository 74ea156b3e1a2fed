// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/command.h"
#include "core/session/ranks.h"

namespace app::cli {

struct RankOptions {
    std::filesystem::path runs;
    std::string device = "auto", resume = "never";
    std::int64_t localRanks = 0; ///< of this machine; 0: all
};

/// The experiment, spread over so many ranks, of which `localRanks` are on this machine: by data, unless it asks for a
/// pipeline. What they send by follows from `device` where neither file nor settings say it.
core::base::Result<core::base::Value> loadSpread(const std::string& experiment, std::int64_t ranks,
                                                 std::vector<std::string> sets, const std::string& device,
                                                 std::int64_t localRanks);
/// The experiment; where `device` lists several GPUs, and it does not say how many ranks, with a rank for each.
core::base::Result<core::base::Value> loadForDevices(const std::string& file, std::vector<std::string> sets,
                                                     const std::string& device);
/// `train` where torchrun, Slurm or Open MPI started this process with others.
core::base::Result<Outcome> trainAsRank(const core::session::Place& place, const core::base::Value& resolved,
                                        const RankOptions& how, double started);
/// The first rank's part.
core::base::Result<Outcome> trainTogether(const std::shared_ptr<core::session::RankSet>& ranks,
                                          const core::base::Value& resolved, const RankOptions& how, double started);
/// What each rank of a run did at the last measured step not after `step`; −1: at the last of all.
core::base::Result<Outcome> ranksOfRun(const Common& common, const std::string& run, std::int64_t step);

}
