// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/debug/profile_report.h"
#include "core/store/run_record.h"

namespace core::session {

/// A run's profile with what it was made from.
struct RunProfile {
    debug::ProfileTrace trace;
    debug::ProfileReport report;
};

debug::ProfileTrace profileTraceOf(const store::RunRecord& record);
/// Of a run that goes on, was interrupted or has ended; `run`: its folder, or its id in `runs`.
base::Result<RunProfile> profileOf(const std::string& run, const std::filesystem::path& runs);

}
