// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/run_record.h"

namespace core::store {

/// Writes the compressed run.h5 beside the old one, syncs it, reads it back, compares it with the record and renames
/// it over. When anything fails the old file stays. `texts` as of eventLines().
base::Status replaceView(const std::filesystem::path& run, const RunRecord& record,
                         const std::vector<std::string>& texts = {});

/// Removes the journal: whole or not at all, whenever the power goes.
base::Status removeJournal(const std::filesystem::path& run);

/// Makes a journal of the run.h5 of a run that had ended, so that it can go on.
base::Status journalFromView(const std::filesystem::path& run);
/// A journal that says what the record says, in a folder that has none.
base::Status writeJournal(const std::filesystem::path& run, const RunRecord& record);

}
