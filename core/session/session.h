// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/hub.h"
#include "core/train/command.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

namespace core::train::ranks {
class World;
}

namespace core::session {

/// Steps done of steps to do, now and then while something trains again. Returns false to give up.
using Going = std::function<bool(std::int64_t done, std::int64_t all)>;

struct Options {
    std::filesystem::path runs;  ///< where run folders are made
    std::string device = "auto"; ///< auto, cpu, cuda, cuda:N; cuda:0,1 for several ranks
    bool startPaused = false;
    bool frames = false;     ///< also send decision surface, confusion matrix and predictions (for a window)
    std::int64_t until = -1; ///< stops there, as Stop does; −1: at its end
    /// The ranks that train together, for a run in this folder; without it, those that the experiment asks for are
    /// threads of this process.
    std::function<base::Result<std::shared_ptr<train::ranks::World>>(const std::filesystem::path& run)> meet = {};
};

using train::Command;
using train::Continue;
using train::Edit;
using train::Pause;
using train::SingleStep;
using train::Stop;

/// One run, trained by a thread of its own. The thread answers commands by events.
class Session {
public:
    /// Makes the run's folder and takes its lock. `resolved` comes from spec::resolve. Nothing is loaded yet.
    static base::Result<std::unique_ptr<Session>> create(const base::Value& resolved, const Options& options);
    /// Takes up an interrupted or stopped run where its newest whole checkpoint stands.
    static base::Result<std::unique_ptr<Session>> resume(const std::filesystem::path& run, const Options& options);
    /// Goes back to the state of `parent` after `step` updates and grows a run of its own from there, with `changes`
    /// (dotted path and value); what was edited later in the parent is edited again unless a change stands against it.
    /// Without changes it ends in the parent's bits. The branch holds a copy of its past: it does not need the parent.
    static base::Result<std::unique_ptr<Session>>
    branch(const std::filesystem::path& parent, std::int64_t step,
           const std::vector<std::pair<std::string, base::Value>>& changes, const Options& options,
           const Going& going = {});
    ~Session(); ///< stops and joins

    events::EventHub& events();
    std::string id() const;
    const std::filesystem::path& folder() const;
    const base::Value& spec() const;

    void start();
    /// An edit is checked first: only live parameters, only values that fit.
    base::Status post(Command command);
    /// Blocks until the run has ended; what it ended with.
    const events::RunFinished& wait();
    /// The same for no longer than `time`; whether it has ended.
    bool waitFor(std::chrono::milliseconds time);
    /// What it ended with, once it has.
    std::optional<events::RunFinished> finished() const;
    /// What its rules found so far, in the order in which they did.
    std::vector<events::Finding> findings() const;

private:
    class Work;
    explicit Session(std::unique_ptr<Work> work);
    std::unique_ptr<Work> m_work;
};

/// The newest interrupted run of the same resolved experiment in `runs`; empty if there is none.
std::optional<std::filesystem::path> findInterrupted(const base::Value& resolved, const std::filesystem::path& runs);

}
