// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"

#include <string>
#include <vector>

namespace core::jobs {

/// An experiment or a description, and what of it a person must look at.
struct Exchanged {
    base::Value value;
    std::vector<std::string> notes;
};

/// The request of CreateTrainingJob, or of CreateHyperParameterTuningJob with one TrainingJobDefinition, as an
/// experiment with the part `job`, the latter also with `tuning`. What has no counterpart stays under `job.sagemaker`,
/// so that nothing is lost on the way back. A hyperparameter whose name is a dotted path of an experiment
/// (`train.optimizer.lr`) is set there where the job has no command. Errors of kind Spec name the JSON path, such as
/// `/ResourceConfig/InstanceCount`.
base::Result<Exchanged> importSageMaker(const base::Value& description);

/// The way back, from an experiment as it is written: a tuning job if it has a part `tuning`.
base::Result<Exchanged> exportSageMaker(const base::Value& experiment);

}
