// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/run_record.h"

namespace core::store {

/// Writes the run as a new compressed file that any program reads, and syncs it. The folder is the caller's to sync.
base::Status writeView(const std::filesystem::path& file, const RunRecord& record);

/// Fills scalars, events, their times and `opened`/`finished`/`state` from a view that may come from anywhere: links to
/// elsewhere, storage elsewhere, unknown filters and sizes that the file cannot hold are refused.
base::Status readView(const std::filesystem::path& file, RunRecord& record);
/// The same without scalars and frames.
base::Status readViewEvents(const std::filesystem::path& file, RunRecord& record);

}
