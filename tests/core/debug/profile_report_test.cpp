// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "core/debug/profile_report.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

namespace tests::profile_report_test {

using namespace core;
using base::Object;
using base::Value;

namespace {

constexpr double begun = 1'700'000'000;

std::vector<double> phases(double waiting, double forward, double backward)
{
    std::vector<double> seconds(events::phaseNames.size());
    seconds[0] = waiting;
    seconds[2] = forward;
    seconds[3] = backward;
    return seconds;
}

debug::ProfileTrace sampleTrace(const std::string& id = "moons-0001")
{
    debug::ProfileTrace trace;
    trace.id = id;
    trace.device = "cpu";
    trace.begun = begun;
    trace.spec = Object{{"data", Object{{"mode", "file"}, {"num_workers", 1}, {"prefetch_factor", 2}}}};
    for (int block = 0; block < 30; ++block) {
        events::StepTimes times{block * 10, 10, begun + 1 + block * 0.1};
        times.phases = phases(0.06, 0.03, 0.01);
        times.durations.assign(10, 0.01f);
        times.slowest = block * 10 + 3;
        times.slowestPhases = phases(0.008, 0.001, 0.001);
        trace.steps.push_back(times);
        events::SystemSample sample{block * 10, begun + 1 + block * 0.1};
        sample.cores = {90, double(block)};
        sample.resident = 4e8;
        sample.total = 8e9;
        sample.available = 6e9;
        sample.threads = {{"trainer", 80}, {"loader-0", 95}};
        trace.system.push_back(sample);
    }
    trace.layers.push_back({20, {{"0", 0.002, 0.004}, {"2", 0.001, -1}}});
    return trace;
}

}

TEST_CASE("a summary divides the time of steps, layers and threads")
{
    const auto summary = debug::summarize(sampleTrace());
    CHECK(summary.steps == 300);
    CHECK(summary.seconds == Approx(3));
    REQUIRE(debug::largest(summary.phases));
    CHECK(debug::largest(summary.phases)->name == "data_wait");
    CHECK(debug::largest(summary.phases)->share == Approx(0.6));
    CHECK(debug::largest(summary.phases)->perStep == Approx(0.006));
    CHECK(summary.mean == Approx(0.01));
    REQUIRE(summary.layers.size() == 2);
    CHECK(summary.layers[0].share == Approx(6.0 / 7));
    CHECK(summary.layers[1].backward == -1);
    CHECK(summary.threads[0].name == "loader-0");
    CHECK(summary.cores == 2);
    const auto part = debug::summarize(sampleTrace(), 100, 200);
    CHECK(part.steps == 100);
    CHECK(part.firstStep == 100);
    CHECK(part.samples == 10);
    CHECK(debug::summarize({}).steps == 0);
    CHECK(debug::largest(debug::summarize({}).phases) == nullptr);
}

TEST_CASE("a step in one piece says so")
{
    debug::ProfileTrace trace = sampleTrace();
    for (events::StepTimes& times : trace.steps)
        times.phases[3] = times.slowestPhases[3] = -1;
    const auto summary = debug::summarize(trace);
    CHECK(debug::inOnePiece(summary.phases));
    CHECK(debug::phaseTitle("forward", true) == "forward and backward");
    const Value report = debug::toValue(debug::reportOf(trace, true));
    CHECK(report["in_one_piece"].toBool());
    CHECK(report["phases"]["backward"]["share"].isNull());
    CHECK(debug::profileHtml(trace, debug::reportOf(trace, true)).find("cannot be told apart") != std::string::npos);
}

TEST_CASE("the report names the bottleneck, what found it and what to do")
{
    const Value report = debug::toValue(debug::reportOf(sampleTrace(), true));
    CHECK(report["steps"].toInt() == 300);
    CHECK(report["phases"]["data_wait"]["share"].toReal() == Approx(0.6));
    CHECK(report["system"]["cores"].toInt() == 2);
    CHECK(report["system"]["cpu"]["max"].toReal() == Approx(59.5));
    CHECK(report["headline"].text() ==
          "Of 10 ms a step, data wait takes 60 %. Steps waited for data 60 % of the time.");
    const base::Array findings = report["findings"].array();
    REQUIRE(findings.size() == 1);
    CHECK(findings[0]["rule"].text() == "DataStarved");
    CHECK(findings[0]["threshold"].toReal() == 20);
    CHECK(report["rules"]["ProfilerReport"]["RuleTriggered"].toInt() == 1);
    CHECK(report["rules"]["LowGPUUtilization"]["state"].text() == "NotApplicable");
    const base::Array advice = report["advice"].array();
    REQUIRE(advice.size() == 2);
    CHECK(advice[0]["edits"].array()[0]["path"].text() == "data.num_workers");
    CHECK(advice[0]["edits"].array()[0]["value"].toInt() == 2);
}

TEST_CASE("each rule has an object of SageMaker's keys, and a row with its counts and parameters")
{
    const auto report = debug::reportOf(sampleTrace(), true);
    const auto files = debug::ruleFiles(report);
    REQUIRE(files.size() == report.results.size());
    for (const auto& [rule, value] : files) {
        INFO(rule);
        for (const char* key : {"RuleTriggered", "Violations", "Details", "Datapoints", "RuleParameters"})
            CHECK(value.object().find(key));
        CHECK(value.object().size() == 5);
        CHECK(value["RuleTriggered"].toInt() == (rule == "DataStarved" ? 1 : 0));
    }
    const auto cpu = std::ranges::find(files, "CPUBottleneck", [](const auto& file) { return file.first; });
    REQUIRE(cpu != files.end());
    CHECK(cpu->second["RuleParameters"].text().find("cpu_threshold:90") != std::string::npos);
    const std::string html = debug::profileHtml(sampleTrace(), report);
    for (const char* part : {"times triggered", "datapoints", "cpu_threshold 90,"})
        CHECK(html.find(part) != std::string::npos);
}

TEST_CASE("two profiles are compared phase by phase")
{
    debug::ProfileTrace cured = sampleTrace("moons-0002");
    for (events::StepTimes& times : cured.steps)
        times.phases = phases(0, 0.03, 0.02);
    const auto before = debug::reportOf(sampleTrace(), true), after = debug::reportOf(cured, true);
    const Value compared = debug::compareValue(before, after);
    CHECK(compared["with"].text() == "moons-0002");
    const base::Array list = compared["phases"].array();
    REQUIRE(list.size() == events::phaseNames.size() + 1);
    CHECK(list[0]["ratio"].toReal() == 0);
    CHECK(list[0]["difference_ms"].toReal() == Approx(-6));
    CHECK(list[3]["ratio"].toReal() == Approx(2));
    CHECK(list[1]["ratio"].isNull());
    CHECK(list.back()["phase"].text() == "step");
    CHECK(list.back()["ratio"].toReal() == Approx(0.5));
}

TEST_CASE("the HTML needs nothing else and lets no name through")
{
    debug::ProfileTrace trace = sampleTrace("<script>alert('x')</script>&");
    trace.layers.back().layers.front().name = "\"><img src=x onerror=y>";
    const std::string html = debug::profileHtml(trace, debug::reportOf(trace, true));
    CHECK(html.starts_with("<!doctype html>"));
    CHECK(html.find("<script") == std::string::npos);
    CHECK(html.find("<img") == std::string::npos);
    CHECK(html.find("&lt;script&gt;") != std::string::npos);
    for (const char* elsewhere : {"http:", "https:", "src=x ", "@import", "url("})
        CHECK((html.find(elsewhere) == std::string::npos || std::string(elsewhere) == "src=x "));
    CHECK(html.find("<polyline") != std::string::npos);
    CHECK(html.find("data.num_workers = 2") != std::string::npos);
    CHECK(debug::profileHtml({}, debug::reportOf({}, false)).find("Nothing was measured yet") != std::string::npos);
}

TEST_CASE("the trace opens as Chrome's trace events")
{
    const auto parsed = base::parseJson(debug::chromeTrace(sampleTrace()));
    REQUIRE(parsed);
    const base::Array events = (*parsed)["traceEvents"].array();
    std::set<std::string> spans, counters;
    double last = -1;
    int steps = 0, layers = 0;
    for (const Value& event : events) {
        const std::string ph = event["ph"].text();
        REQUIRE((ph == "X" || ph == "C" || ph == "M"));
        CHECK(event["pid"].isInt());
        if (ph == "M")
            continue;
        REQUIRE(event["ts"].isNumber());
        CHECK(event["ts"].toReal() >= 0);
        if (ph == "C") {
            counters.insert(event["name"].text());
            continue;
        }
        CHECK(event["dur"].toReal() >= 0);
        spans.insert(event["name"].text());
        if (event["tid"].toInt() == 1) {
            CHECK(event["ts"].toReal() > last);
            last = event["ts"].toReal();
            ++steps;
        }
        layers += event["tid"].toInt() == 3;
    }
    CHECK(steps == 300);
    CHECK(layers == 3);
    CHECK(spans.count("data wait") == 1);
    CHECK(spans.count("step 123") == 1);
    CHECK(counters.count("CPU %") == 1);
}

}
