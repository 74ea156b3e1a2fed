// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/tuning_executor.h"
#include "core/tune/tuning_spec.h"

#include <optional>

namespace core::session {

/// Why a trial cannot be one of a batch: many in a process, each a network in one kernel. Nothing if it can. `resolved`
/// is its experiment, `device` where it trains: `cpu`, `cuda:0`, …
std::optional<base::Error> whyNotBatched(const base::Value& resolved, const std::string& device);

/// The experiment as it is trained in a batch (`model.fused`), if it can be and the study allows it; else nothing.
std::optional<base::Value> asBatched(const base::Value& resolved, const tune::TuningSpec& spec,
                                     const std::string& device);

/// Whether a study's next trials are the same whatever became of the trials before: Grid, Random, Sobol, Halton.
bool learnsNothing(const tune::TuningSpec& spec);

/// Trials that one process of a batch is given, some of which wait for their turn while others save what they have.
inline constexpr std::int64_t trialsOfProcess = 6;

/// As localExecutor(), but that jobs of a batch share processes, `processes` of them, which live as long as the
/// executor. A job that is gone on with has a process of its own: what its neighbours do cannot end it twice. `serve`
/// does in this process what those processes do: with it they begin as copies of this one, where that is possible.
std::unique_ptr<Executor> pooledExecutor(const std::filesystem::path& program, const std::filesystem::path& runs,
                                         std::int64_t processes, std::function<int()> serve = {});

}
