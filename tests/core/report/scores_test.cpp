// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/scores.h"

#include "core/base/json.h"

#include <catch2/catch.hpp>

#include <cmath>

namespace tests::scores_test {

using namespace core;
using report::Scores;

namespace {

std::vector<double> listOf(const base::Value& value)
{
    std::vector<double> all;
    for (const base::Value& one : value.array())
        all.push_back(one.isNumber() ? one.toReal() : std::nan(""));
    return all;
}

void checkEqual(const std::vector<double>& one, const std::vector<double>& other)
{
    REQUIRE(one.size() == other.size());
    for (std::size_t i = 0; i < one.size(); ++i) {
        INFO(i);
        CHECK((one[i] == Approx(other[i]).margin(1e-9) || (std::isnan(one[i]) && std::isnan(other[i]))));
    }
}

Scores scoresOf(const base::Value& told)
{
    Scores scores;
    scores.truths = listOf(told["truths"]);
    for (std::int64_t c = 0; c < told["classes"].toInt(); ++c)
        scores.classes.push_back("c" + std::to_string(c));
    for (const base::Value& row : told["scores"].array())
        for (const double value : listOf(row))
            scores.values.push_back(float(value));
    for (const double value : listOf(told["predictions"]))
        scores.values.push_back(float(value));
    return scores;
}

void checkClasses(const base::Value& told, const Scores& scores)
{
    const std::vector<std::int64_t> counts = report::confusionOf(scores);
    std::vector<double> wanted, precision, recall, f1, support;
    for (const base::Value& row : told["confusion"].array())
        for (const double count : listOf(row))
            wanted.push_back(count);
    checkEqual({counts.begin(), counts.end()}, wanted);
    CHECK(report::accuracyOf(counts) == Approx(told["accuracy"].toReal()));
    for (const report::ClassFigures& one : report::classFigures(counts)) {
        precision.push_back(one.precision);
        recall.push_back(one.recall);
        f1.push_back(one.f1);
        support.push_back(double(one.support));
    }
    checkEqual(precision, listOf(told["precision"]));
    checkEqual(recall, listOf(told["recall"]));
    checkEqual(f1, listOf(told["f1"]));
    checkEqual(support, listOf(told["support"]));
    const report::ClassFigures mean = report::macroOf(counts);
    checkEqual({mean.precision, mean.recall, mean.f1}, listOf(told["macro"]));
    for (std::size_t c = 0; c < scores.classes.size(); ++c) {
        const base::Value& curve = told["roc"].array()[c];
        const report::Roc roc = report::rocOf(scores, c);
        checkEqual(roc.falseRate, listOf(curve["false"]));
        checkEqual(roc.trueRate, listOf(curve["true"]));
        CHECK(roc.area == Approx(curve["area"].toReal()));
    }
}

void checkNumbers(const base::Value& told, const Scores& scores)
{
    const report::Residuals all = report::residualsOf(scores);
    CHECK(all.rmse == Approx(told["rmse"].toReal()));
    CHECK(all.mae == Approx(told["mae"].toReal()));
    CHECK(all.r2 == Approx(told["r2"].toReal()));
    CHECK(all.mean == Approx(told["mean"].toReal()));
    std::vector<double> absolute, counts;
    for (const report::ErrorBin& bin : report::errorsByTruth(scores)) {
        absolute.push_back(bin.absolute);
        counts.push_back(double(bin.rows));
    }
    checkEqual(absolute, listOf(told["absolute"]));
    checkEqual(counts, listOf(told["counts"]));
}

}

TEST_CASE("figures of predictions are scikit-learn's")
{
    const auto cases = base::readJson(std::string(DESCENT_SOURCE_DIR) + "/tests/golden/report.json");
    REQUIRE(cases);
    REQUIRE(cases->array().size() == 5);
    for (const base::Value& told : cases->array()) {
        const Scores scores = scoresOf(told);
        INFO(told["kind"].text() << " " << scores.classes.size());
        if (scores.classes.empty())
            checkNumbers(told, scores);
        else
            checkClasses(told, scores);
    }
}

TEST_CASE("rows of one side have no area under their curve, and no rows have no figures")
{
    CHECK(std::isnan(report::rocOf({1, 1}, {0.2, 0.4}).area));
    CHECK(report::rocOf({1, 0}, {0.9, 0.1}).area == 1);
    CHECK(report::rocOf({0, 1}, {0.9, 0.1}).area == 0);
    CHECK(report::rocOf({0, 1}, {0.5, 0.5}).area == 0.5);
    CHECK(std::isnan(report::residualsOf({}).rmse));
    CHECK(report::errorsByTruth({}).empty());
    const Scores one{"validation", 0, 2, {}, {3, 3}, {4, 2}};
    REQUIRE(report::errorsByTruth(one).size() == 1);
    CHECK(report::errorsByTruth(one).front().absolute == 1);
    CHECK(std::isnan(report::residualsOf(one).r2));
}

}
