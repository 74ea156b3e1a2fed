// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/debug/rule_engine.h"

#include <optional>
#include <span>

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
Evidence evidenceOf(const spec::RuleSpec& rule, const Trace& trace, const RunFacts& facts,
                    Ending ending = Ending::Open);

/// A recorded run of which a person said whether it has what a rule looks for.
struct BenchCase {
    const Trace* trace = nullptr;
    const RunFacts* facts = nullptr;
    Ending ending = Ending::Open;
    bool sick = false;
};
/// How often a rule is wrong under a threshold: it fires in a healthy run, or stays silent in a sick one.
struct BenchPoint {
    double threshold = 0;
    std::int64_t falseAlarms = 0, misses = 0;

    std::int64_t wrong() const { return falseAlarms + misses; }
};

/// Thresholds evenly apart (in their logarithm where the rule compares so), ascending, from where everything that was
/// compared lies on one side to where all of it lies on the other. None of a rule without a threshold.
std::vector<double> thresholdsOf(const spec::RuleSpec& rule, std::span<const BenchCase> cases, std::size_t many);
BenchPoint benchAt(spec::RuleSpec rule, const std::string& parameter, double threshold,
                   std::span<const BenchCase> cases);
/// The middle of the widest stretch of thresholds that are wrong least often; of `points` in ascending order.
std::optional<double> bestThreshold(std::span<const BenchPoint> points, bool log);

}
