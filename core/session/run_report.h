// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/run_report.h"
#include "core/session/session.h"

namespace core::session {

struct ReportWish {
    std::string at = "last"; ///< the weights that are asked: last, best, or a step that is kept
    bool quick = false;      ///< only what was recorded: neither data nor weights are opened
};

/// All that is known of a run, whether it goes on, was interrupted, has ended, or came from elsewhere; `run`: its
/// folder, or its id in `runs`. The test split stays closed. What cannot be read is told in the report; it is an error
/// only where there is no run, or nothing that `at` names.
base::Result<report::RunReport> gatherReport(const std::string& run, const std::filesystem::path& runs,
                                             const ReportWish& wish = {}, const Going& going = {});

/// Writes the report as HTML; whole or not at all.
base::Status writeReportHtml(const report::RunReport& report, const std::filesystem::path& file);

/// CreateXgboostReport's file in a run's folder.
inline constexpr const char* treesReportFile = "xgboost_report.html";
/// Writes it.
base::Status writeTreesReport(const std::filesystem::path& run);

}
