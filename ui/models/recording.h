// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/run_record.h"

namespace ui::models {

/// A recorded run as it is shipped with a sample card: one JSON object `{"opened", "scalars", "events", "finished"}`,
/// where `scalars` has `step`, `value` and `time` for each name and the others are events as in the journal.
core::base::Result<core::store::RunRecord> readRecording(const core::base::Value& value);

}
