// SPDX-License-Identifier: GPL-3.0-or-later
// What a report of a run is gathered from; for the sources of core/session alone.
#pragma once

#include "core/session/run_report.h"

namespace core::session {

/// Every setting with its default.
std::vector<report::Setting> settingsWithDefaults(const base::Value& resolved);
/// The rules over what was recorded.
std::vector<report::Watched> watchedBy(const store::RunRecord& record, const std::filesystem::path& runs);
/// Sorts the branches of a run to the fixes that they are, with what came of them.
void judgeBranches(report::RunReport& report);
/// Opens the data for what the doctor finds in it, and for the network's shapes.
void lookAtData(report::RunReport& report);
/// Asks the weights about the validation rows. An error if there is nothing that `at` names.
base::Status askWeights(report::RunReport& report, const std::string& at, const Going& going);

}
