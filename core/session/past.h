// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/session.h"
#include "core/store/run_record.h"
#include "core/train/engine.h"

namespace core::session {

/// The ranks that train what `resolved` says, as threads of this process; nullptr where one process does. On a GPU it
/// is always one process.
base::Result<std::shared_ptr<train::ranks::World>> ranksFor(const base::Value& resolved, const std::string& device);

/// What a run was at any of its steps: the nearest keyframe before it, trained again from there. For one thread, and
/// none other may train in this process with another number of threads on that thread.
class Past {
public:
    static base::Result<Past> open(const std::filesystem::path& run);
    /// The run itself, or for a step before a branch began the ancestor that did that step.
    static base::Result<Past> openFor(const std::filesystem::path& run, std::int64_t step);

    const store::RunRecord& record() const { return m_record; }
    const base::Value& spec() const { return m_resolved; }
    /// The step that a branch began with; 0 for a run of its own.
    std::int64_t begins() const;
    /// Updates that the run has done.
    std::int64_t steps() const { return m_steps; }
    /// The edits before update `step` or, with `from`, those at or after it.
    std::vector<events::Edited> editsFrom(std::int64_t step) const;

    /// The newest whole checkpoint at or before `step` from which the run can go on; nothing if only its start is left.
    /// `best`: one whose best state is at hand as well.
    std::optional<store::Checkpoint> keyframeBefore(std::int64_t step, bool best = false) const;
    /// The first whole checkpoint at or after `step` with the settings of that step: a learner that can forget goes
    /// back from it without training.
    std::optional<store::Checkpoint> keyframeAfter(std::int64_t step) const;
    /// Whether nothing was edited from `step` to before `later`.
    bool unedited(std::int64_t step, std::int64_t later) const;
    /// An engine that stands at a checkpoint, or at the start.
    base::Result<std::unique_ptr<train::Engine>> engineAt(const std::optional<store::Checkpoint>& keyframe,
                                                          const std::string& device, std::int64_t threads = 0) const;
    /// The same with the ranks that the run was trained by, as threads of this process; one process where it had none.
    base::Result<std::unique_ptr<train::Engine>> ranksAt(const std::optional<store::Checkpoint>& keyframe,
                                                         const std::string& device, std::int64_t threads = 0) const;
    /// Trains on until `step` updates are done, edits included, with as many ranks as the run had. `judging`: evaluates
    /// as the run did, which changes no weights, but tells what is best. `each` is called after every update.
    base::Status advance(train::Engine& engine, std::int64_t step, bool judging, const Going& going = {},
                         const std::function<void()>& each = {}) const;
    /// The run's state after `step` updates, its best so far included.
    base::Result<std::unique_ptr<train::Engine>> at(std::int64_t step, const std::string& device,
                                                    const Going& going) const;

private:
    base::Result<std::unique_ptr<train::Engine>> made(const std::optional<store::Checkpoint>& keyframe,
                                                      const std::string& device, std::int64_t threads,
                                                      std::shared_ptr<train::ranks::World> world) const;
    bool ofRanks() const;
    base::Status advanceRanks(train::Engine& engine, std::int64_t step, bool judging, const Going& going) const;

    store::RunRecord m_record;
    base::Value m_resolved;
    std::vector<events::Edited> m_edits;
    std::int64_t m_steps = 0;
};

}
