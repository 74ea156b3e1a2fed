// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <QString>

namespace ui::bridge {
class Workbench;
}

namespace ui::shell {

/// What a file or folder is to this program.
enum class OpenedAs { Experiment, Run, Study, Data };

/// Told by content: a folder with a spec.json (or its run.h5) is a run, one with a study.jsonl a study, a JSON object
/// an experiment, anything else data. `what` may also be a run's or study's id in `runsFolder`.
core::base::Result<OpenedAs> kindOf(const QString& what, const QString& runsFolder);

/// Opens it in the workbench and says as what; the caller shows the page that fits, and there a study.
core::base::Result<OpenedAs> open(bridge::Workbench& bench, const QString& what);

/// `data` for data, `tune` for a study, else `train`: the page where one goes on.
QString pageFor(OpenedAs kind);

}
