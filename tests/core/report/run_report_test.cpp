// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/run_report.h"

#include "core/base/json.h"

#include <catch2/catch.hpp>

namespace tests::run_report_test {

using namespace core;
using report::RunReport;

namespace {

store::Series seriesOf(std::vector<double> values)
{
    store::Series series;
    for (std::size_t i = 0; i < values.size(); ++i) {
        series.steps.push_back(std::int64_t(i));
        series.times.push_back(double(i));
    }
    series.values = std::move(values);
    return series;
}

RunReport some()
{
    RunReport report;
    report.record.id = report.summary.id = "little-0001";
    report.record.folder = "/runs/little-0001";
    report.record.spec = *base::parseJson(R"({"name": "little", "model": {"kind": "mlp"}, "train": {"seed": 7}})");
    report.record.state = events::RunState::Completed;
    events::RunOpened opened;
    opened.totalSteps = 4;
    opened.stepsPerEpoch = 2;
    opened.parameters = 1234567;
    report.record.opened = opened;
    report.record.finished = events::RunFinished{events::RunState::Completed, 4,    2, 1.5, {},
                                                 "validation/loss",           0.25, 1, 2,   "abcdef0123456789abcdef"};
    report.record.scalars["train/loss"] = seriesOf({3, 2, 1, 0.5});
    report.record.scalars["validation/loss"] = seriesOf({2, 0.25, 0.5});
    report.model.kind = "mlp";
    report.data.source = "two-moons";
    report.data.rows = {80, 10, 10};
    return report;
}

std::string pageOf(const RunReport& report)
{
    return report::htmlOf(report::documentOf(report));
}

bool has(const std::string& text, const std::string& part)
{
    return text.find(part) != text.npos;
}

// Every tag that is opened is closed, in order.
bool wellFormed(const std::string& html)
{
    std::vector<std::string> open;
    for (std::size_t at = html.find('<'); at != html.npos; at = html.find('<', at + 1)) {
        const std::size_t end = html.find('>', at);
        if (end == html.npos)
            return false;
        std::string tag = html.substr(at + 1, end - at - 1);
        if (tag.starts_with('!') || tag.ends_with('/') || tag.starts_with("meta"))
            continue;
        const bool closes = tag.starts_with('/');
        tag = tag.substr(closes, tag.find(' ') - closes);
        if (!closes)
            open.push_back(tag);
        else if (open.empty() || open.back() != tag)
            return false;
        else
            open.pop_back();
    }
    return open.empty();
}

}

TEST_CASE("a report tells what became of a run, with units")
{
    const std::string html = pageOf(some());
    CHECK(wellFormed(html));
    for (const char* part : {"Trained to its end: 4 steps in 2 epochs.", "best validation/loss", "0.25",
                             "at step 2, epoch 1", "1\u202F234\u202F567", "1.5 s", "375 ms a step", "abcdef0123456789"})
        CHECK(has(html, part));
    CHECK_FALSE(has(html, "<script"));
    // Nothing comes from elsewhere.
    for (const char* part : {"src=", "href=\"http", "url(", "@import"})
        CHECK_FALSE(has(html, part));
    CHECK(html.size() < 200'000);
}

TEST_CASE("what cannot be claimed is said")
{
    RunReport report = some();
    std::string html = pageOf(report);
    CHECK(has(html, "No replay of this run is kept with it"));
    CHECK(has(html, "descent-cli replay little-0001 --runs /runs"));
    CHECK(has(html, "This is one run with one seed."));
    CHECK(has(html, "has not been opened"));
    CHECK(has(html, "the best of 3 evaluations"));
    report.summary.testOpenings = 3;
    report.summary.testRows = 10;
    report.summary.testMetrics = {{"test/accuracy", 0.9}};
    report.optimism = 0.08;
    html = pageOf(report);
    CHECK(has(html, "The test part was opened 3 times: test/accuracy 90 % on 10 rows."));
    CHECK(has(html, "flatters by about 8 %"));
    report.record.state = events::RunState::Running;
    report.record.finished.reset();
    CHECK(has(pageOf(report), "Still going when this was written"));
}

TEST_CASE("a replay that is kept is told, also one that failed or that the run has left behind")
{
    RunReport report = some();
    report.certificate = *base::parseJson(R"({"identical": true, "from": 0, "to": 4, "steps_checked": 5})");
    CHECK(has(pageOf(report), "5 steps compared, every weight bit for bit the same."));
    report.certificate = *base::parseJson(R"({"identical": true, "from": 0, "to": 2, "steps_checked": 3})");
    CHECK(has(pageOf(report), "what came after is not covered"));
    report.certificate = *base::parseJson(R"({"identical": false, "from": 0, "to": 4, "steps_checked": 2,
        "first_difference": {"step": 1, "tensor": "0.weight", "cause": "threads"}})");
    CHECK(has(pageOf(report), "the weights part at step 1, first in 0.weight (threads)."));
}

TEST_CASE("findings bring their fixes, and what came of one that was tried")
{
    RunReport report = some();
    report::Watched rule{"VanishingGradient", "VanishingGradient", "IssuesFound"};
    rule.fired = 2;
    rule.first =
        events::Finding{1, "VanishingGradient", "gradient/0.weight", 1e-9, 1e-7, 0, "Mean |gradient| is 1e-09."};
    rule.last = 3;
    rule.why = "Layers stop to learn.";
    rule.causes = {{"Tanh saturates.", "Five tanh layers stand one behind the other.", 0.5}};
    rule.fixes = {
        {"relu", "ReLU in place of tanh", "Its slope is 1.", debug::Fix::From::Start, {{"model.activation", "relu"}}},
        {"lr_up", "Ten times the rate", "Steps grow.", debug::Fix::From::Before, {{"train.optimizer.lr", 0.1}}}};
    rule.tried = {
        {"little-0002", "ReLU in place of tanh", 0, {{"model.activation", "relu"}}, "At step 3 it is better.", 1}};
    report.rules = {rule, {"Overfit", "Overfit", "NoIssuesFound"}};
    const std::string html = pageOf(report);
    CHECK(wellFormed(html));
    for (const char* part :
         {"VanishingGradient, step 1", "Mean |gradient| is 1e-09.", "It fired at 2 steps, the last one 3",
          "model.activation = relu", "little-0002: At step 3 it is better.", "not tried",
          "Why it matters: Layers stop to learn.", "Five tanh layers", "All 2 rules"})
        CHECK(has(html, part));
    const base::Value value = report::toValue(report);
    CHECK(value["findings"].array().size() == 1);
    CHECK(value["findings"].array()[0]["tried"].array()[0]["verdict"].text() == "better");
}

TEST_CASE("everything that a person wrote is safe on the page")
{
    RunReport report = some();
    const std::string evil = "<script>alert('x')</script>\x01 & \"y\"";
    (void)report.record.spec.setAt("name", evil);
    report.record.id = evil;
    report.record.scalars[evil] = seriesOf({1, 2});
    report.data.source = report.data.target = evil;
    report.data.classes = {evil, "b"};
    report.data.classRows[0] = {3, 4};
    report.data.problems = {{"target_leakage", evil, evil, evil}};
    report.model.layers = {{evil, evil, evil, {2}, 3}};
    report.settings = {{evil, evil, evil, true, evil}};
    report.scores = {"validation", 4, 2, {evil, "b"}, {0, 1}, {0.9F, 0.1F, 0.2F, 0.8F}};
    report::Watched rule{evil, evil, "IssuesFound", evil};
    rule.first = events::Finding{1, evil, evil, 1, 1, 1, evil};
    rule.fired = 1;
    report.rules = {rule};
    const std::string html = pageOf(report);
    CHECK_FALSE(has(html, "<script>"));
    CHECK_FALSE(has(html, "\x01"));
    CHECK(has(html, "&lt;script&gt;"));
    CHECK(wellFormed(html));
}

TEST_CASE("boosted trees have the sections of SageMaker's report")
{
    RunReport report = some();
    report.model.kind = "xgboost";
    report.data.classes = {"no", "yes"};
    report.data.classRows[0] = {6, 2};
    report.importance = {{"gain", {{"age", 3}, {"size", 1}, {"never", 0}}}};
    report.record.scalars["validation/per_class/recall/no"] = seriesOf({0.5, 1});
    report.scores = {"validation", 4, 4, {"no", "yes"}, {0, 0, 1, 1}, {0.9F, 0.1F, 0.4F, 0.6F, 0.3F, 0.7F, 0.2F, 0.8F}};
    std::string html = report::htmlOf(report::treesDocumentOf(report));
    CHECK(wellFormed(html));
    for (const char* part : {"Distribution of true labels", "Loss against rounds", "Feature importance", "age",
                             "Confusion matrix", "precision", "Accuracy of each diagonal element", "ROC", "AUC"})
        CHECK(has(html, part));
    CHECK_FALSE(has(html, "never"));
    CHECK_FALSE(has(html, "Residuals"));
    report.data.classes.clear();
    report.scores = {"validation", 4, 3, {}, {1, 2, 3}, {1.5F, 2, 2}};
    html = report::htmlOf(report::treesDocumentOf(report));
    for (const char* part : {"Residuals", "Absolute validation error by label", "RMSE"})
        CHECK(has(html, part));
    CHECK_FALSE(has(html, "ROC"));
}

TEST_CASE("a run of which next to nothing is known has a page, too")
{
    RunReport report;
    report.record.id = "bare";
    const std::string html = pageOf(report);
    CHECK(wellFormed(html));
    CHECK(has(html, "Nothing was recorded yet."));
    CHECK(report::toValue(report)["run"].text() == "bare");
}

}
