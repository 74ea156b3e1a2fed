// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/debug/profile_engine.h"
#include "core/debug/profile_summary.h"

namespace core::debug {

/// What a run's profile comes to.
struct ProfileReport {
    std::string id, device;
    bool finished = false;
    ProfileSummary summary;
    std::vector<ProfileResult> results;
};
ProfileReport reportOf(const ProfileTrace& trace, bool finished);

/// One sentence: what takes most of the time, and whether a rule found something.
std::string headline(const ProfileReport& report);
/// `steps`, `phases`, `system`, `findings`, `advice` and what is behind them.
base::Value toValue(const ProfileReport& report);

/// Two profiles side by side: seconds a step of each phase, and the second by the first.
struct PhaseChange {
    std::string name;
    double before = 0, after = 0; ///< seconds a step
    double ratio = 0;             ///< NaN: it was nothing before
};
std::vector<PhaseChange> compare(const ProfileSummary& before, const ProfileSummary& after);
base::Value compareValue(const ProfileReport& before, const ProfileReport& after);

/// The report as one HTML file that needs nothing else: no scripts, no pictures from elsewhere.
std::string profileHtml(const ProfileTrace& trace, const ProfileReport& report);
/// What ProfilerReport writes of each rule, under its name: `RuleTriggered`, `Violations`, `Details`, `Datapoints`,
/// `RuleParameters`.
std::vector<std::pair<std::string, base::Value>> ruleFiles(const ProfileReport& report);
/// Trace events as Chrome and Perfetto open them: steps, phases, layers, and what the machine did.
std::string chromeTrace(const ProfileTrace& trace);

}
