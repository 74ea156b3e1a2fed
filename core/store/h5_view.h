// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/event_lines.h"
#include "core/store/run_record.h"
#include "core/store/seal.h"

#include <functional>

namespace core::store {

/// Writes the run as a new compressed file that any program reads, and syncs it. The folder is the caller's to sync.
base::Status writeView(const std::filesystem::path& file, const RunRecord& record);
/// The same with what eventLines() says of the record.
base::Status writeView(const std::filesystem::path& file, const RunRecord& record, const EventLines& lines);

enum class ViewPart {
    All,
    Events, ///< without scalars, statistics and frames
};

/// Fills scalars, statistics, events, their times and `opened`/`finished`/`state` from a view that may come from
/// anywhere. A process of its own reads it, with bounds on time and memory: a file that crashes HDF5 or holds it up is
/// an error, no more.
base::Status readView(const std::filesystem::path& file, RunRecord& record, ViewPart part = ViewPart::All);

struct ViewVisits {
    std::function<void(const std::string& name, const Series& series)> scalars;
    std::function<void(const std::string& name, const TensorSeries& series)> tensors;
};
/// Reads in this process, for a file that was just written. Links to elsewhere, storage elsewhere, unknown filters and
/// sizes that the file cannot hold are refused. Visits one series after the other, so that a long run is in memory
/// once; visits must not use HDF5.
base::Result<EventLines> readViewHere(const std::filesystem::path& file, ViewPart part, const ViewVisits& visits);
/// The same of a file in memory, which may change there; `seal`: what sealOf() says of the file, or Missing.
base::Result<EventLines> readViewImage(char* bytes, std::size_t size, const std::filesystem::path& file, ViewPart part,
                                       SealState seal, const ViewVisits& visits);

}
