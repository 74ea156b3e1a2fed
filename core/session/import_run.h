// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <string>

namespace core::session {

/// What a scalar of a log is called in a run: as it was, but for parts of a path that would be a series' own columns.
std::string scalarPath(const std::string& name);

/// Makes a finished run of a log that some other program wrote, so that rules, plots, comparison and export work on it:
/// a CSV of steps and scalars, a TensorBoard event file (or a folder of them), or an npz of tensors named `name@step`
/// or `name@step@EVAL`. Tensors are kept with their statistics; arrays of one number are scalars besides. Names stay as
/// they are; what was seen while evaluating is called `validation/<name>`. → the run's folder.
base::Result<std::filesystem::path> importRun(const std::filesystem::path& file, const std::filesystem::path& runs);

}
