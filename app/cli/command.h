// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"
#include "core/session/session.h"
#include "core/spec/experiment.h"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <functional>

namespace app::cli {

/// What a command hands back: its object for --json, and the text for a person.
struct Outcome {
    core::base::Object object;
    std::string text;
    int status = 0; ///< exit status where the run itself tells it (interrupted, failed)
};

/// What all commands share.
struct Common {
    bool json = false;
    bool silent = false; ///< standard output is left to another process, which answers for this one too
    std::string runs;

    std::filesystem::path runsFolder() const;
};

/// Adds a subcommand to the program; the function runs after parsing.
using Work = std::function<core::base::Result<Outcome>()>;
struct Program {
    CLI::App& app;
    Common& common;
    std::function<void(CLI::App*, Work)> on;
};

void addTraining(Program& program);  ///< train, resume
void addRanks(Program& program);     ///< launch
void addLooking(Program& program);   ///< data, schedule, schema, doctor
void addBranching(Program& program); ///< branch, replay
void addFinding(Program& program);   ///< lr-find, scale-batch-size
void addInside(Program& program);    ///< look
void addSweeping(Program& program);  ///< sweep
void addRuns(Program& program);      ///< runs, evaluate, predict, export
void addModels(Program& program);    ///< models
void addProfiling(Program& program); ///< profile
void addRules(Program& program);     ///< rules
void addTuning(Program& program);    ///< tune, trial, study
void addTrialWorker(Program& program);
/// `trial-worker --serve --runs RUNS` in this process, with its one thread; the exit status.
int serveTrials(const std::string& runs);
void addOutside(Program& program, CLI::App* study);  ///< study create, ask, tell, serve
void addExchange(Program& program, CLI::App* study); ///< study export, import, enqueue
/// Writes a study for another program: `to` is csv, optuna or tensorboard.
core::base::Result<Outcome> exportStudy(const std::string& study, const std::string& to, const std::string& destination,
                                        const Common& common);
void addJobs(Program& program);      ///< job
void addReporting(Program& program); ///< report

/// Trains to the end, handing signals on as a stop. `started`: steady seconds when the command began; `more` is added
/// to the object.
core::base::Result<Outcome> conduct(core::session::Session& run, double started, core::base::Object more = {});

/// From now on a signal is a wish for a checkpoint and the end, and the second one ends at once.
void listenForSignals();

/// The typed experiment of a file with its --set changes.
core::base::Result<core::base::Value> loadExperiment(const std::string& file, const std::vector<std::string>& sets);

/// 4 significant digits for a terminal.
std::string shown(double value);
/// By name.
core::base::Object metricsObject(const std::vector<std::pair<std::string, double>>& metrics);
/// `1 h 04 min`, `41 s`.
std::string duration(double seconds);

}
