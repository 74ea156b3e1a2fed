// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spec/expression.h"
#include "tests/support/traces.h"

#include <catch2/catch.hpp>

namespace tests::expression_test {

using namespace core::base;
using test::fires;

namespace {

std::string firesOn(const std::string& picture, const std::string& expression)
{
    return fires(picture, test::rule("Expression", {{"expression", expression}}));
}

std::string errorOf(const std::string& expression)
{
    const auto read = core::spec::parseExpression(expression);
    return read ? "" : read.error().message;
}

}

TEST_CASE("a condition over scalars and statistics holds at the steps at which it does")
{
    CHECK(firesOn("train/loss: 3 2 1 2", "\"train/loss\" < 2") == "2");
    CHECK(firesOn("train/loss: 3 2 1 2", "\"train/loss\" * 2 - 1 <= 1 or step == 0") == "0 2");
    CHECK(firesOn("train/loss: 3 2 1 2", "not (\"train/loss\" >= 2) and step > 0") == "2");
    CHECK(firesOn("train/loss: 1 nan 1", "isnan(\"train/loss\")") == "1");
    CHECK(firesOn("gradient/a abs_mean: 1 1e-7 1\ngradient/b abs_mean: 1 1 1", "abs_mean(\"gradient/.*\") < 1e-6") ==
          "1");
    CHECK(firesOn("gradient/a abs_mean: 1 1e-7 1e-7\ngradient/b abs_mean: 1 1 1e-8",
                  "all(abs_mean(\"gradients\") < 1e-6)") == "2");
    CHECK(firesOn("relu_output dead_share(1): 10 90", "dead_share(\"relu_output\", 1) > 50") == "1");
}

TEST_CASE("windows look at the newest values of each tensor")
{
    const std::string shrinking = "gradient/a abs_mean: 4 2 0 0 0";
    CHECK(firesOn(shrinking, "mean(abs_mean(\"gradient/.*\"), 3) < 1") == "3 4");
    CHECK(firesOn(shrinking, "max(abs_mean(\"gradient/.*\"), 2) == 2") == "2");
    CHECK(firesOn("train/loss: 1 2 3 4 1", "slope(\"train/loss\", 3) > 0") == "2 3");
    CHECK(firesOn("train/loss: 1 1 9", "std(\"train/loss\", 3) > 3") == "2");
    CHECK(firesOn("train/loss: 9 1 9 9", "count(\"train/loss\" > 5, 3) >= 2") == "2 3");
    CHECK(firesOn("a: 1 . 3\nb: . 2 4", "\"b\" > last(\"a\")") == "1 2");
}

TEST_CASE("updates and weights are matched by the weight that they are of")
{
    CHECK(firesOn("a.weight l2: 10 10\nb.weight l2: 1 1\nupdate/a.weight l2: 1 1\nupdate/b.weight l2: .1 .9",
                  "l2(\"updates\") / l2(\"weights\") > 0.5") == "1");
}

TEST_CASE("an expression that is wrong says where, and what would be right")
{
    CHECK(errorOf("\"train/loss\" <") == "column 15: the expression ends where something is wanted");
    CHECK(errorOf("\"train/loss\"") == "column 1: this is a number, not a condition");
    CHECK(errorOf("absmean(\"gradients\") < 1").starts_with("column 1: \"absmean\" is no function"));
    CHECK(core::spec::parseExpression("absmean(\"gradients\") < 1").error().advice == "Did you mean \"abs_mean\"?");
    CHECK(errorOf("(\"a\" < 1) + 2 > 0") == "column 2: this is a condition, and a number is wanted");
    CHECK(errorOf("\"a\" and \"b\"") == "column 1: this is a number, and a condition is wanted");
    CHECK(errorOf("mean(\"a\", 1.5) < 1").starts_with("column 11: the number of values"));
    CHECK(errorOf("any(\"a\") ").starts_with("column 5"));
    CHECK(errorOf("\"a(\" < 1").find("is no regular expression") != std::string::npos);
    CHECK(errorOf("(\"a\" < 1").find("a ) is missing") != std::string::npos);
    CHECK(errorOf("\"a\" < 1 2").find("left over") != std::string::npos);
    CHECK(errorOf("abs_mean(3) < 1").find("is a statistic of tensors") != std::string::npos);
    CHECK(errorOf("dead_share(\"relu_output\") < 1").find("takes 1 parameters") != std::string::npos);
    CHECK(errorOf(std::string(5000, '(')).find("too long") != std::string::npos);
    CHECK(errorOf(std::string(200, '(')).find("too deep") != std::string::npos);
    CHECK(errorOf("1 < " + std::string(300, '-') + "1").find("too many signs") != std::string::npos);
}

TEST_CASE("a rule with a wrong expression is an error")
{
    CHECK(firesOn("a: 1", "1 +").starts_with("Error: "));
}

}
