// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_bench.h"
#include "tests/support/traces.h"

#include <catch2/catch.hpp>

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
