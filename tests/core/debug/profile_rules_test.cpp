// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/profile_engine.h"
#include "core/spec/experiment.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>

namespace tests::profile_rules_test {

using namespace core;
using base::Array;
using base::Object;
using base::Value;

namespace {

constexpr double begun = 1'700'000'000;

// A run that is watched: two samples a second, as they come.
class Watched {
public:
    explicit Watched(Array rules = {}, bool gpu = true) : m_gpu(gpu)
    {
        trace.begun = begun;
        trace.device = gpu ? "cuda:0" : "cpu";
        trace.spec = Object{{"data", Object{{"mode", "file"}, {"num_workers", Value()}, {"prefetch_factor", 2}}},
                            {"train", Object{{"batch_size", 32}}},
                            {"profiler", Object{{"rules", std::move(rules)}}}};
    }

    Watched& samples(int count, std::vector<double> cores, std::vector<double> gpus = {}, double memory = 20,
                     double ioWait = 0, int loaders = 0)
    {
        for (int i = 0; i < count; ++i) {
            events::SystemSample sample;
            sample.time = m_time += 0.5;
            sample.step = m_step;
            sample.cores = cores;
            sample.ioWait = ioWait;
            for (std::size_t g = 0; g < gpus.size(); ++g)
                sample.gpus.push_back({std::int64_t(g), gpus[g], memory, 0});
            for (int t = 0; t < loaders; ++t)
                sample.threads.push_back({"loader-" + std::to_string(t), 10});
            trace.system.push_back(sample);
        }
        return *this;
    }
    // Steps, each of which waits and computes for so many seconds.
    Watched& steps(int count, double waiting, double computing)
    {
        for (; count > 10; count -= 10)
            block(10, waiting, computing);
        return block(count, waiting, computing);
    }
    Watched& block(int count, double waiting, double computing)
    {
        events::StepTimes times;
        times.step = m_step;
        times.count = count;
        times.time = m_time;
        times.phases = std::vector<double>(events::phaseNames.size());
        times.phases[0] = count * waiting;
        times.phases[2] = count * computing;
        times.durations.assign(std::size_t(count), float(waiting + computing));
        trace.steps.push_back(times);
        m_step += count;
        m_time += count * (waiting + computing);
        return *this;
    }
    debug::ProfileResult result(const std::string& rule, bool finished = true) const
    {
        for (debug::ProfileResult& one : debug::judge(trace, finished))
            if (one.rule == rule)
                return one;
        FAIL("no rule " << rule);
        return {};
    }

    debug::ProfileTrace trace;

private:
    bool m_gpu;
    double m_time = begun;
    std::int64_t m_step = 0;
};

Array with(const std::string& rule, Object parameters)
{
    parameters.set("rule", rule);
    return {Value(std::move(parameters))};
}

std::string stateOf(const Watched& run, const std::string& rule)
{
    return run.result(rule).state;
}

}

TEST_CASE("every rule of the profiler has the defaults of SageMaker's SDK")
{
    const auto fallback = [](const std::string& rule, const std::string& parameter) {
        const base::Entry* entry = debug::allProfileRules().family().find(rule);
        REQUIRE(entry);
        const base::Field* field = entry->schema.find(parameter);
        REQUIRE(field);
        return field->fallback.toReal();
    };
    for (const auto& [rule, parameter, value] : std::vector<std::tuple<const char*, const char*, double>>{
             {"BatchSize", "cpu_threshold_p95", 70},
             {"BatchSize", "gpu_threshold_p95", 70},
             {"BatchSize", "gpu_memory_threshold_p95", 70},
             {"BatchSize", "patience", 1000},
             {"BatchSize", "window", 500},
             {"CPUBottleneck", "threshold", 50},
             {"CPUBottleneck", "gpu_threshold", 10},
             {"CPUBottleneck", "cpu_threshold", 90},
             {"CPUBottleneck", "patience", 1000},
             {"IOBottleneck", "threshold", 50},
             {"IOBottleneck", "gpu_threshold", 10},
             {"IOBottleneck", "io_threshold", 50},
             {"IOBottleneck", "patience", 1000},
             {"GPUMemoryIncrease", "increase", 5},
             {"GPUMemoryIncrease", "patience", 1000},
             {"GPUMemoryIncrease", "window", 10},
             {"LowGPUUtilization", "threshold_p95", 70},
             {"LowGPUUtilization", "threshold_p5", 10},
             {"LowGPUUtilization", "window", 500},
             {"LowGPUUtilization", "patience", 1000},
             {"LoadBalancing", "threshold", 0.5},
             {"LoadBalancing", "patience", 1000},
             {"MaxInitializationTime", "threshold", 20},
             {"StepOutlier", "stddev", 3},
             {"StepOutlier", "n_outliers", 10},
             {"Dataloader", "min_threshold", 70},
             {"Dataloader", "max_threshold", 200},
             {"OverallSystemUsage", "scan_interval_us", 60'000'000},
             {"OverallFrameworkMetrics", "scan_interval_us", 60'000'000}}) {
        INFO(rule << " " << parameter);
        CHECK(fallback(rule, parameter) == value);
        CHECK(fallback(rule, "scan_interval_us") == 60'000'000);
    }
}

TEST_CASE("without a GPU its rules have nothing to say, and never that all is well")
{
    Watched run({}, false);
    run.samples(2000, {100, 100}, {}, 0, 90);
    for (const char* rule :
         {"BatchSize", "CPUBottleneck", "IOBottleneck", "GPUMemoryIncrease", "LowGPUUtilization", "LoadBalancing"}) {
        INFO(rule);
        CHECK(stateOf(run, rule) == "NotApplicable");
        CHECK(run.result(rule).reason == "no GPU trains this run");
    }
}

TEST_CASE("a run that is too short for a rule is not called healthy")
{
    const auto result = Watched().samples(900, {10, 10}, {5}).result("LowGPUUtilization");
    CHECK(result.state == "NotApplicable");
    CHECK(result.reason == "it saw 900 points and speaks after 1000");
}

TEST_CASE("BatchSize: processor, GPU and its memory have room")
{
    CHECK(stateOf(Watched().samples(1100, {30, 40}, {60}), "BatchSize") == "IssuesFound");
    CHECK(stateOf(Watched().samples(1100, {30, 40}, {75}), "BatchSize") == "NoIssuesFound");
    CHECK(stateOf(Watched().samples(1100, {30, 40}, {60}, 80), "BatchSize") == "NoIssuesFound");
    CHECK(stateOf(Watched().samples(1100, {95, 80}, {60}), "BatchSize") == "NoIssuesFound");
    // One GPU is enough, and it stays so once it was found.
    Watched run;
    run.samples(1200, {30, 40}, {60, 90}).samples(2000, {30, 40}, {99, 99});
    CHECK(stateOf(run, "BatchSize") == "IssuesFound");
    const auto advice = run.result("BatchSize").advice;
    REQUIRE(advice.size() == 1);
    CHECK(advice[0].edits == std::vector<std::pair<std::string, Value>>{{"train.batch_size", 64}});
}

TEST_CASE("CPUBottleneck: a GPU waits while a core is full, and is judged anew by each scan")
{
    CHECK(stateOf(Watched().samples(1001, {95, 10}, {5}), "CPUBottleneck") == "IssuesFound");
    CHECK(stateOf(Watched().samples(1001, {85, 10}, {5}), "CPUBottleneck") == "NoIssuesFound");
    CHECK(stateOf(Watched().samples(1001, {95, 10}, {15}), "CPUBottleneck") == "NoIssuesFound");
    CHECK(stateOf(Watched().samples(1000, {95, 10}, {5}), "CPUBottleneck") == "NotApplicable");
    Watched run;
    run.samples(1200, {95, 10}, {5}).samples(1300, {20, 20}, {90});
    CHECK(stateOf(run, "CPUBottleneck") == "NoIssuesFound");
    Watched sooner(with("CPUBottleneck", {{"patience", 10}, {"threshold", 30}}));
    sooner.samples(8, {95, 10}, {5}).samples(12, {20, 20}, {90});
    const auto found = sooner.result("CPUBottleneck");
    CHECK(found.state == "IssuesFound");
    CHECK(found.verdict.value == Approx(40));
    CHECK(found.verdict.violations == 8);
    REQUIRE(found.advice.size() == 2);
    CHECK(found.advice[0].edits.front().first == "data.num_workers");
    CHECK(found.advice[1].edits.front().first == "data.prefetch_factor");
}

TEST_CASE("IOBottleneck: a GPU waits while the processor waits for a disk")
{
    CHECK(stateOf(Watched().samples(1001, {20}, {5}, 20, 60), "IOBottleneck") == "IssuesFound");
    CHECK(stateOf(Watched().samples(1001, {20}, {5}, 20, 40), "IOBottleneck") == "NoIssuesFound");
    CHECK(stateOf(Watched().samples(1001, {20}, {50}, 20, 60), "IOBottleneck") == "NoIssuesFound");
}

TEST_CASE("GPUMemoryIncrease: mean of the last window against the one before, at every sample")
{
    const Array soon = with("GPUMemoryIncrease", {{"patience", 20}});
    CHECK(stateOf(Watched(soon).samples(40, {20}, {50}, 20), "GPUMemoryIncrease") == "NoIssuesFound");
    CHECK(stateOf(Watched(soon).samples(30, {20}, {50}, 20).samples(1, {20}, {50}, 90), "GPUMemoryIncrease") ==
          "IssuesFound");
    // Before the patience is over nothing counts, and a small rise does not.
    CHECK(stateOf(Watched(soon).samples(8, {20}, {50}, 20).samples(30, {20}, {50}, 90), "GPUMemoryIncrease") ==
          "NoIssuesFound");
    CHECK(stateOf(Watched(soon).samples(30, {20}, {50}, 20).samples(20, {20}, {50}, 24), "GPUMemoryIncrease") ==
          "NoIssuesFound");
}

TEST_CASE("LowGPUUtilization: idle, or busy and idle in turns")
{
    CHECK(stateOf(Watched().samples(1001, {20}, {60}), "LowGPUUtilization") == "IssuesFound");
    CHECK(stateOf(Watched().samples(1001, {20}, {90}), "LowGPUUtilization") == "NoIssuesFound");
    Watched turns;
    for (int i = 0; i < 110; ++i)
        turns.samples(9, {20}, {95}).samples(1, {20}, {2});
    CHECK(stateOf(turns, "LowGPUUtilization") == "IssuesFound");
    CHECK(turns.result("LowGPUUtilization").verdict.threshold == 10);
}

TEST_CASE("LoadBalancing: all pairs of GPUs, bins up to 100")
{
    const Array soon = with("LoadBalancing", {{"patience", 10}});
    CHECK(stateOf(Watched(soon).samples(50, {20}, {90, 90, 90}), "LoadBalancing") == "NoIssuesFound");
    const auto apart = Watched(soon).samples(50, {20}, {100, 100, 10}).result("LoadBalancing");
    CHECK(apart.state == "IssuesFound");
    CHECK(apart.verdict.violations == 2);
    // Histograms that share no bin: √ln 2.
    CHECK(apart.verdict.value == Approx(std::sqrt(std::log(2.0))));
    Watched half(soon);
    half.samples(50, {20}, {90, 90}).samples(50, {20}, {90, 10});
    const double m = 0.75, kl = (std::log(1 / m) + 0.5 * std::log(0.5 / m) + 0.5 * std::log(0.5 / 0.25)) / 2;
    CHECK(half.result("LoadBalancing").verdict.value == Approx(std::sqrt(kl)));
}

TEST_CASE("MaxInitializationTime: no step for too long, until there is one")
{
    const Array soon = with("MaxInitializationTime", {{"threshold", 1}});
    CHECK(stateOf(Watched(soon).samples(300, {20}), "MaxInitializationTime") == "IssuesFound");
    CHECK(stateOf(Watched(soon).samples(100, {20}), "MaxInitializationTime") == "NoIssuesFound");
    Watched late(soon);
    late.samples(300, {20}).steps(100, 0, 0.01).samples(300, {20});
    CHECK(stateOf(late, "MaxInitializationTime") == "NoIssuesFound");
    const auto edits = Watched(soon).samples(300, {20}).result("MaxInitializationTime").advice.front().edits;
    CHECK(edits == std::vector<std::pair<std::string, Value>>{{"data.mode", "pipe"}});
}

TEST_CASE("StepOutlier: too many steps that take far longer")
{
    Watched few, many, none;
    for (int i = 0; i < 40; ++i) {
        none.steps(100, 0, 0.001);
        few.steps(100, 0, 0.001);
        many.steps(100, 0, 0.001);
        if (i % 4 == 0)
            few.steps(1, 0, 0.1);
        if (i % 2 == 0)
            many.steps(1, 0, 0.1);
    }
    CHECK(stateOf(none, "StepOutlier") == "NoIssuesFound");
    CHECK(stateOf(few, "StepOutlier") == "NoIssuesFound"); // 10 of them are nothing special
    CHECK(few.result("StepOutlier").verdict.violations == 10);
    CHECK(stateOf(many, "StepOutlier") == "IssuesFound");
    CHECK(many.result("StepOutlier").verdict.violations == 20);
    CHECK(stateOf(Watched().steps(100, 0, 0.001), "StepOutlier") == "NotApplicable");
}

TEST_CASE("Dataloader: threads that make batches against the cores")
{
    const std::vector<double> four{10, 10, 10, 10};
    CHECK(stateOf(Watched().samples(60, four, {}, 0, 0, 1), "Dataloader") == "IssuesFound");
    CHECK(stateOf(Watched().samples(60, four, {}, 0, 0, 4), "Dataloader") == "NoIssuesFound");
    CHECK(stateOf(Watched().samples(60, four, {}, 0, 0, 9), "Dataloader") == "IssuesFound");
    CHECK(stateOf(Watched().samples(10, four, {}, 0, 0, 1), "Dataloader") == "NotApplicable");
    CHECK(stateOf(Watched().samples(60, four), "Dataloader") == "NotApplicable");
    // One thread that makes all batches in time is enough.
    CHECK(stateOf(Watched().samples(60, four, {}, 0, 0, 1).steps(100, 0, 0.1), "Dataloader") == "NoIssuesFound");
    CHECK(stateOf(Watched().samples(60, four, {}, 0, 0, 1).steps(100, 0.05, 0.1), "Dataloader") == "IssuesFound");
    const auto edits = Watched().samples(60, four, {}, 0, 0, 1).result("Dataloader").advice.front().edits;
    CHECK(edits == std::vector<std::pair<std::string, Value>>{{"data.num_workers", 4}});
}

TEST_CASE("DataStarved: the share of the last seconds that steps wait for rows")
{
    Watched run({}, false);
    run.samples(2, {50, 50}).steps(100, 0.03, 0.01);
    const auto found = run.result("DataStarved");
    CHECK(found.ours);
    CHECK(found.state == "IssuesFound");
    CHECK(found.verdict.value == Approx(75));
    CHECK(found.verdict.message == "steps waited for data 75 % of the time");
    REQUIRE(found.advice.size() == 2);
    CHECK(found.advice[0].edits == std::vector<std::pair<std::string, Value>>{{"data.num_workers", 2}});
    CHECK(found.advice[1].edits == std::vector<std::pair<std::string, Value>>{{"data.prefetch_factor", 4}});
    CHECK(stateOf(Watched({}, false).steps(100, 0.001, 0.01), "DataStarved") == "NoIssuesFound");
    CHECK(stateOf(Watched({}, false).steps(3, 0.03, 0.01), "DataStarved") == "NotApplicable");
    // It is over when the data come in time again.
    run.steps(2000, 0.0001, 0.01);
    CHECK(stateOf(run, "DataStarved") == "NoIssuesFound");
    // A stream is first read into memory, and then by one thread at most.
    Watched stream({}, false);
    (void)stream.trace.spec.setAt("data.mode", "pipe");
    stream.steps(100, 0.03, 0.01);
    CHECK(stream.result("DataStarved").advice[0].edits.front().second == Value("file"));
}

TEST_CASE("a scan comes once an interval: what passes between two of them is not seen")
{
    const Array minute = with("DataStarved", {{"scan_interval_us", 60'000'000}, {"window", 5}});
    Watched run(minute, false);
    run.steps(1000, 0.03, 0.01).steps(3000, 0, 0.01); // 40 s of waiting, then 30 s without
    CHECK(run.result("DataStarved", false).state == "InProgress");
    Watched longer(minute, false);
    longer.steps(2000, 0.03, 0.01).steps(1, 0, 0.01);
    const auto found = longer.result("DataStarved", false);
    CHECK(found.state == "IssuesFound");
    CHECK(found.time == begun + 60);
}

TEST_CASE("a rule can be taken out, and one that only tells never fires")
{
    Watched run({Value(Object{{"rule", "DataStarved"}, {"enabled", false}})}, false);
    run.samples(10, {100, 100}).steps(100, 0.03, 0.01);
    const auto results = debug::judge(run.trace, true);
    CHECK(std::ranges::none_of(results, [](const auto& one) { return one.rule == "DataStarved"; }));
    CHECK(stateOf(run, "OverallSystemUsage") == "NoIssuesFound");
    CHECK(run.result("OverallFrameworkMetrics").verdict.message == "data wait 75 %, forward 25 %");
}

TEST_CASE("rules of the profiler in an experiment are checked by name, and numbers may be texts")
{
    base::Catalog catalog;
    catalog.add(debug::allProfileRules().family());
    const auto rulesOf = [&](const Value& rules) {
        spec::Checked given{Object{{"profiler", Object{{"rules", rules}}}}, {}};
        spec::takeProfilerRules({catalog}, given);
        const auto& group = std::get<base::Group>(spec::experimentFields().schema().find("profiler")->domain);
        spec::Checked checked = spec::check(*group.schema, given.value["profiler"], "/profiler", {catalog});
        checked.problems.insert(checked.problems.end(), given.problems.begin(), given.problems.end());
        return checked;
    };
    const auto good = rulesOf(Array{"StepOutlier", Object{{"rule", "CPUBottleneck"}, {"threshold", "60"}},
                                    Object{{"rule", "ProfilerReport"}, {"CPUBottleneck_cpu_threshold", 80}}});
    CHECK(good.problems.empty());
    const Array rules = good.value["rules"].array();
    REQUIRE(rules.size() == 2);
    CHECK(rules[0]["stddev"].toReal() == 3);
    CHECK(rules[1]["cpu_threshold"].toReal() == 80);
    const auto unknown = rulesOf(Array{Object{{"rule", "CPUBotleneck"}}}).problems;
    REQUIRE(unknown.size() == 1);
    CHECK(unknown[0].where == "/profiler/rules/0/rule");
    CHECK(unknown[0].advice.find("Did you mean \"CPUBottleneck\"?") != std::string::npos);
    const auto key = rulesOf(Array{Object{{"rule", "StepOutlier"}, {"std_dev", 5}}}).problems;
    REQUIRE(key.size() == 1);
    CHECK(key[0].where == "/profiler/rules/0/std_dev");
    CHECK(rulesOf(Array{Object{{"rule", "StepOutlier"}, {"stddev", "many"}}}).problems.size() == 1);
    CHECK(rulesOf(Array{Object{{"stddev", 5}}}).problems.size() == 1);
}

}
