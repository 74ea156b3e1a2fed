// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/jobs/metric_log.h"

#include <catch2/catch.hpp>

#include <cmath>

namespace tests::metric_log_test {

using core::jobs::MetricLog;

namespace {

// As a picture: `loss: 0=0.5 1=0.25; accuracy: …`
std::string drawn(const MetricLog& log)
{
    std::string text;
    for (const auto& [name, points] : log.scalars()) {
        text += (text.empty() ? "" : "; ") + name + ":";
        for (const auto& point : points) {
            char value[64];
            std::snprintf(value, sizeof value, " %lld=%g", static_cast<long long>(point.step), point.value);
            text += value;
        }
    }
    return text;
}

}

TEST_CASE("SageMaker's way: the first group of each match is a value, one after the other")
{
    MetricLog log({{"loss", "loss=([0-9.]+);"}, {"validation:accuracy", "val_acc: ([0-9.]+)%"}});
    log.add("starting\n[0] loss=0.5; lo");
    log.add("ss=0.9;\n[1] loss=0.25; val_acc: 81.5%\n");
    CHECK(drawn(log) == "loss: 0=0.5 1=0.25; validation:accuracy: 0=81.5");
    log.add("loss=0.125;");
    CHECK(log.lastStep() == 1);
    log.finish();
    CHECK(drawn(log) == "loss: 0=0.5 1=0.25 2=0.125; validation:accuracy: 0=81.5");
}

TEST_CASE("a definition called step tells the step, and what is told again counts as told last")
{
    MetricLog log({{"loss", "loss ([0-9.e+-]+)"}, {"step", "step ([0-9]+)"}});
    log.add("step 10 loss 3\nstep 20 loss 2\nstep 30 loss 1\nresumed\nstep 20 loss 2.5\nloss 2.75\n");
    CHECK(drawn(log) == "loss: 10=3 20=2.75 30=1");
    CHECK(log.lastStep() == 30);
    CHECK(log.csv() == "step,\"loss\"\n10,3\n20,2.75\n30,1\n");
    // What watches it hears all of it once, in its order.
    const auto told = log.takeTold();
    REQUIRE(told.size() == 5);
    CHECK(told[3].step == 20);
    CHECK(told[3].value == 2.5);
    CHECK(log.takeTold().empty());
    CHECK(log.names() == std::vector<std::string>{"loss"});
}

TEST_CASE("what is no number is none, and a line without an end of any length does no harm")
{
    std::vector<core::spec::MetricDefinition> definitions(1);
    definitions[0].name = "loss";
    definitions[0].regex = "loss=(\\S+)";
    MetricLog log(definitions);
    log.add("loss=soon\nloss=nan\nloss=1e-3\n" + std::string(1 << 20, 'x') + "loss=4\n");
    const auto points = log.scalars().at("loss");
    REQUIRE(points.size() == 2);
    CHECK(std::isnan(points[0].value));
    CHECK(points[1].value == 1e-3);
}

TEST_CASE("a regular expression whose search would never end is given up, the others go on")
{
    MetricLog log({{"loss", "loss=([0-9.]+)"}, {"endless", "(a+)+$"}, {"slow", ".*rate=([0-9.]+)"}});
    const std::string endless = std::string(60, 'a') + "! loss=1\n";
    log.add("loss=2\n" + endless + std::string(4000, 'x') + "\nloss=0.5 rate=0.1\n");
    CHECK(drawn(log) == "loss: 0=2 1=1 2=0.5; slow: 0=0.1");
    REQUIRE(log.problems().size() == 1);
    CHECK(log.problems()[0].message.ends_with("it was not used on 1 line of the log"));
    for (int i = 0; i < 30; ++i)
        log.add(endless);
    const auto problems = log.problems();
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].where == "/job/metric_definitions/1/regex");
    CHECK(problems[0].message.find("\"endless\"") != std::string::npos);
    CHECK(problems[0].message.ends_with("it was given up after 3 lines of the log"));
}

}
