// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/run_record.h"

namespace core::store {

/// A list of a thousand runs asks each for a few words, and reading HDF5 takes a process of its own. So a run.h5 of a
/// run that has ended says them once more behind the end that HDF5 knows of, before its seal: the events that a
/// RunSummary is made of, as lines, then their length (8 bytes), their CRC-32 (4 bytes) and a mark (8 bytes).
/// Whoever changes the file with HDF5 cuts them off.
base::Status putGist(const std::filesystem::path& file, const RunRecord& record);

/// Fills events, `opened` (without its spec), `finished`, state and time of a sealed file that may come from anywhere.
/// False where it says nothing of the kind; then the file itself has to be read.
bool readGist(const std::filesystem::path& file, RunRecord& record);

}
