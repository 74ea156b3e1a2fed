// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/debug/rule_engine.h"

namespace core::debug {

/// What a rule compared over a run, and what it would have found.
struct Evidence {
    struct Line {
        std::string name;
        std::vector<double> steps, values;
        bool fires = false;
    };
    Compared compared;
    std::vector<Line> lines; ///< those that fire first, then by how near they come
    Findings found;          ///< under the parameters as they are
};

/// Runs one rule over a trace. What it compares is told by the rule itself: of rules that look at one statistic of each
/// tensor these are the lines; others are asked again with a threshold that everything meets.
Evidence evidenceOf(const spec::RuleSpec& rule, const Trace& trace, const RunFacts& facts);

}
