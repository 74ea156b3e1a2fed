// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/hub.h"
#include "core/train/command.h"

#include <filesystem>
#include <memory>
#include <optional>

namespace core::session {

struct Options {
    std::filesystem::path runs;  ///< where run folders are made
    std::string device = "auto"; ///< auto, cpu, cuda, cuda:N
    bool startPaused = false;
    bool frames = false; ///< also send decision surface, confusion matrix and predictions (for a window)
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
    /// What it ended with, once it has.
    std::optional<events::RunFinished> finished() const;

private:
    class Work;
    explicit Session(std::unique_ptr<Work> work);
    std::unique_ptr<Work> m_work;
};

/// The newest interrupted run of the same resolved experiment in `runs`; empty if there is none.
std::optional<std::filesystem::path> findInterrupted(const base::Value& resolved, const std::filesystem::path& runs);

}
