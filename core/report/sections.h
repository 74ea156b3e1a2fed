// SPDX-License-Identifier: GPL-3.0-or-later
// The sections of a run's report; for the sources of core/report alone.
#pragma once

#include "core/report/run_report.h"

namespace core::report {

Section headOf(const RunReport& report);
Section curvesOf(const RunReport& report);
Section findingsOf(const RunReport& report);
Section evaluationOf(const RunReport& report);
Section treesOf(const RunReport& report);
Section profileOf(const RunReport& report);
Section dataOf(const RunReport& report);
Section modelOf(const RunReport& report);
Section settingsOf(const RunReport& report);
Section familyOf(const RunReport& report);
Section certificateOf(const RunReport& report);
Section cautionsOf(const RunReport& report);

/// `1 row`, `7 rows`, thousands apart.
std::string countOf(std::int64_t n, const std::string& one = {}, const std::string& many = {});
/// 4 significant digits; shares of one as percent where the name is one's.
std::string figureOf(const std::string& name, double value);
std::string percentOf(double share);
/// `41 s`, `1 h 04 min`, `12 ms`.
std::string timeOf(double seconds);
/// `26 Nov 2026, 19:56 UTC`.
std::string dateOf(double wallSeconds);
/// As a setting is written; long ones are cut.
std::string textOf(const base::Value& value, std::size_t most = 120);
/// `train.optimizer.lr = 0.01, …`
std::string changesText(const debug::Changes& changes);
/// Updates that were done, as far as it is recorded.
std::int64_t stepsOf(const RunReport& report);
bool isOver(const RunReport& report);
const store::Series* seriesOf(const RunReport& report, const std::string& name);

}
