// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/tuning.h"

#include <functional>

namespace core::session {

/// Whether an experiment is a program of a person's own: it has a `job.command`.
bool isScript(const base::Value& experiment);

/// What a study of a script varies: the part `job`, checked, and the metrics that its log may tell.
base::Status planScript(const StudySubject& subject, StudyPlan& plan);

/// The script with the hyperparameters of a point: a parameter is called as the hyperparameter, or by its whole path
/// `job.hyperparameters.NAME`.
base::Result<base::Value> scriptTrialExperiment(const StudySubject& subject, const base::Object& parameters);

/// How a trial is run by its worker.
struct ScriptTrial {
    base::Value experiment;                           ///< of scriptTrialExperiment()
    std::filesystem::path folder;                     ///< of the trial alone: log, checkpoints, model
    std::filesystem::path runs;                       ///< its log becomes a run there
    std::string metric;                               ///< the first objective
    std::function<bool()> mustEnd;                    ///< then the script gets its notice (SIGTERM)
    std::function<void(const std::string&)> opened;   ///< the run's folder
    std::function<void(std::int64_t, double)> report; ///< step and value of the objective
};
struct ScriptTrialEnd {
    bool interrupted = false; ///< it was asked to end before it did
    std::string failure;      ///< empty: it ended well
    std::int64_t steps = 0;
    std::vector<std::pair<std::string, double>> metrics; ///< last values
};
/// Runs the script to its end, or until it must end. One that was ended goes on from what it kept in SM_CHECKPOINT_DIR.
base::Result<ScriptTrialEnd> runScriptTrial(const ScriptTrial& trial);

}
