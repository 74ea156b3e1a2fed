// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/suggest.h"

using namespace core;

TEST_CASE("suggest: each rule fires where it should, and only there")
{
    struct Case {
        data::SplitFacts facts;
        const char* kind;
    };
    const Case cases[] = {
        {{.rows = 100'000}, "random"},
        {{.rows = 100'000, .classCounts = {50'000, 50'000}}, "stratified"},
        {{.rows = 100'000, .classCounts = {99'000, 1'000}}, "stratified"},
        {{.rows = 200}, "k_fold"},
        {{.rows = 200, .classCounts = {100, 100}}, "stratified_k_fold"},
        {{.rows = 200, .classCounts = {195, 5}}, "k_fold"},
        {{.rows = 499}, "k_fold"},
        {{.rows = 500}, "random"},
        {{.rows = 5'000, .times = true}, "chronological"},
        {{.rows = 300, .times = true}, "walk_forward"},
        {{.rows = 5'000, .times = true, .classCounts = {10, 4'990}}, "chronological"},
        {{.rows = 5'000, .times = true, .groupColumn = "patient"}, "group"},
        {{.rows = 100, .predefined = true, .groupColumn = "patient"}, "predefined"},
        {{.rows = 200, .streamed = true, .classCounts = {100, 100}}, "random"},
        {{.rows = 5'000, .streamed = true, .groupColumn = "patient"}, "random"},
        {{.rows = 300, .times = true, .streamed = true}, "chronological"},
        {{.rows = 5'000, .times = true, .streamed = true, .ordered = false}, "random"},
        {{.rows = 5'000, .predefined = true, .times = true, .streamed = true}, "predefined"},
    };
    for (const Case& one : cases) {
        const data::SplitAdvice advice = data::suggestSplit(one.facts);
        INFO(one.facts.rows << " rows → " << advice.kind << ": " << advice.rule);
        CHECK(advice.kind == one.kind);
        CHECK_FALSE(advice.rule.empty());
        CHECK((advice.kind == "group") == !advice.group.empty());
    }
}
