// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/store/run_record.h"

namespace core::store {

/// What to export, and where to.
struct ExportRequest {
    std::filesystem::path run;
    std::filesystem::path destination; ///< a file, or a folder for targets of several files
    std::string at = "last";           ///< last, best, or a step
};

/// Writes a run in somebody else's format. One plug-in of `core/store/exports`.
class Exporter {
public:
    virtual ~Exporter() = default;
    /// The files that were written.
    virtual base::Result<std::vector<std::filesystem::path>> write(const ExportRequest& request) const = 0;
};

using Exporters = base::Registry<Exporter>;
const Exporters& allExporters();

/// The one file that an export writes: the destination, or `<run id><suffix>` in it if it is a folder (or ends in `/`).
/// The folders on the way are made.
base::Result<std::filesystem::path> exportFile(const ExportRequest& request, const std::string& suffix);

/// The checkpoint file that `at` (last, best, or a step) means.
base::Result<std::filesystem::path> checkpointAt(const std::filesystem::path& run, const std::string& at);

}
