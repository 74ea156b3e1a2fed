// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/jobs/process.h"
#include "core/spec/job.h"

#include <map>

namespace core::jobs {

/// The folders of a script job, as SageMaker has them under /opt/ml; here they are under any root.
struct ScriptFolders {
    std::filesystem::path root;

    std::filesystem::path config() const { return root / "input" / "config"; }
    std::filesystem::path data() const { return root / "input" / "data"; }
    std::filesystem::path model() const { return root / "model"; }
    std::filesystem::path output() const { return root / "output"; }
    std::filesystem::path outputData() const { return root / "output" / "data"; }
    std::filesystem::path failure() const { return root / "output" / "failure"; }
    std::filesystem::path checkpoints() const { return root / "checkpoints"; }
};

/// What a script job is made of, besides its part `job`.
struct ScriptJob {
    std::string name;
    std::map<std::string, std::string> channels; ///< name and path; those of `data.channels` and of the part
};
/// An error of kind Data names a channel whose path is not on this machine.
base::Result<ScriptJob> scriptJobOf(const base::Value& experiment, const spec::JobSpec& spec);

/// Makes the folders, links the channels into `input/data/<channel>` and writes hyperparameters.json (values as text,
/// as SageMaker does), resourceconfig.json and inputdataconfig.json. What is there already stays: a job that goes on
/// finds its checkpoints.
base::Status makeScriptFolders(const ScriptFolders& folders, const ScriptJob& job, const spec::JobSpec& spec);

/// SM_MODEL_DIR, SM_CHANNEL_…, SM_HPS, SM_HP_… and the others of SageMaker's training toolkit, SAGEMAKER_BASE_DIR and
/// SM_CHECKPOINT_DIR, which that has not; those of `job.environment` last.
std::vector<std::pair<std::string, std::string>> scriptEnvironment(const ScriptFolders& folders, const ScriptJob& job,
                                                                   const spec::JobSpec& spec);

/// What the script wrote into output/failure, at most 1024 letters, as SageMaker takes it; else empty.
std::string failureReason(const ScriptFolders& folders);

}
