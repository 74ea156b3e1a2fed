// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_bench.h"
#include "tests/support/traces.h"

#include <catch2/catch.hpp>

#include <algorithm>

namespace tests::rule_bench_test {

using namespace core::debug;
using test::rule;
using test::traceOf;

TEST_CASE("of a rule that looks at one statistic the evidence is that statistic, the firing tensors first")
{
    const Trace trace = traceOf("gradient/0.weight abs_mean: 1 1e-3 1e-8 1e-9\n"
                                "gradient/2.weight abs_mean: 1 1 1 1\n"
                                "0.weight mean: 5 5 5 5");
    const Evidence told = evidenceOf(rule("VanishingGradient"), trace, {});
    CHECK(told.compared.threshold == "threshold");
    CHECK_FALSE(told.compared.above);
    REQUIRE(told.lines.size() == 2);
    CHECK(told.lines[0].name == "gradient/0.weight");
    CHECK(told.lines[0].fires);
    CHECK(told.lines[0].values == std::vector<double>{1, 1e-3, 1e-8, 1e-9});
    CHECK_FALSE(told.lines[1].fires);
    CHECK(told.found.findings.size() == 2);
    // Another threshold, other findings; the evidence stays.
    const Evidence moved = evidenceOf(rule("VanishingGradient", {{"threshold", 2.0}}), trace, {});
    CHECK(moved.found.findings.size() == 4);
    CHECK(moved.lines[0].values.size() == 4);
}

TEST_CASE("a rule that compares something made of several figures is asked where everything meets its condition")
{
    const Trace trace = traceOf("step: 0 1 2 3 4 5 6\n"
                                "mode: T T E T T E T\n"
                                "train/loss: 1 1 . 1 1 . 1\n"
                                "validation/loss: . . 1.05 . . 1.5 .");
    const Evidence told = evidenceOf(rule("Overfit"), trace, {});
    CHECK(told.compared.threshold == "ratio_threshold");
    REQUIRE(told.lines.size() == 1);
    REQUIRE(told.lines[0].values.size() >= 2);
    CHECK(told.lines[0].values.front() == Approx(0.05));
    CHECK(told.lines[0].values.back() == Approx(0.5));
    CHECK_FALSE(told.found.findings.empty());
}

TEST_CASE("every threshold that can be dragged is a parameter of its rule, and a rule is silent beyond it")
{
    for (const core::base::Entry& entry : allRules().family().entries) {
        INFO(entry.kind);
        const auto made = allRules().make({entry.kind, core::base::Object{}});
        if (!made)
            continue;
        const Compared compared = (*made)->compared();
        if (compared.threshold.empty())
            continue;
        CHECK_FALSE(compared.title.empty());
        CHECK(entry.schema.find(compared.threshold) != nullptr);
    }
}

TEST_CASE(
    "false alarms and misses by threshold: between what healthy and sick runs show there is one that is never wrong")
{
    const Trace faint = traceOf("gradient/0.weight abs_mean: 1 1e-2 1e-3");
    const Trace fading = traceOf("gradient/0.weight abs_mean: 1 1e-5 1e-6");
    const Trace dead = traceOf("gradient/0.weight abs_mean: 1 1e-8 1e-9");
    const RunFacts facts;
    const std::vector<BenchCase> cases{{&faint, &facts, Ending::Done, false},
                                       {&fading, &facts, Ending::Done, true},
                                       {&dead, &facts, Ending::Done, true}};
    const auto vanishing = rule("VanishingGradient");
    // As it is, 1e-7: the fading one is missed.
    CHECK(benchAt(vanishing, "threshold", 1e-7, cases).misses == 1);
    CHECK(benchAt(vanishing, "threshold", 1e-7, cases).falseAlarms == 0);
    CHECK(benchAt(vanishing, "threshold", 1e-2, cases).falseAlarms == 1);
    CHECK(benchAt(vanishing, "threshold", 1e-12, cases).misses == 2);
    const std::vector<double> thresholds = thresholdsOf(vanishing, cases, 41);
    REQUIRE(thresholds.size() == 41);
    CHECK(thresholds.front() < 1e-9);
    CHECK(thresholds.back() > 1);
    CHECK(std::is_sorted(thresholds.begin(), thresholds.end()));
    std::vector<BenchPoint> points;
    for (const double threshold : thresholds)
        points.push_back(benchAt(vanishing, "threshold", threshold, cases));
    CHECK(points.front().misses == 2);
    CHECK(points.back().falseAlarms == 1);
    const auto best = bestThreshold(points, true);
    REQUIRE(best);
    CHECK(*best > 1e-6);
    CHECK(*best < 1e-3);
    CHECK(benchAt(vanishing, "threshold", *best, cases).wrong() == 0);
}

TEST_CASE("of equally good thresholds the middle of the widest stretch is taken")
{
    using Points = std::vector<BenchPoint>;
    CHECK_FALSE(bestThreshold(Points{}, false));
    CHECK(*bestThreshold(Points{{1, 0, 1}, {2, 0, 2}, {3, 0, 1}, {4, 1, 0}, {5, 0, 1}, {6, 2, 0}}, false) == Approx(4));
    CHECK(*bestThreshold(Points{{1, 0, 0}, {100, 0, 0}, {1000, 1, 0}}, true) == Approx(10));
}

}
