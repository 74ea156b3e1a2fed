// SPDX-License-Identifier: GPL-3.0-or-later
// What the strategies of tuning find in 60 trials, and how long they think over 1,000, beside Optuna.
#include "tests/bench/samplers.h"

#include "tests/bench/bench.h"

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/tune/study.h"
#include "tests/support/tuning_tables.h"

#include <cmath>
#include <numbers>

namespace bench {

using core::base::Object;
using core::base::Result;
using core::base::Status;

namespace samplers_bench {

constexpr int seeds = 20, trials = 60;

double at(const Object& point, const std::string& path)
{
    return point.find(path)->toReal();
}

std::string boxOf(int dimensions, double low, double high)
{
    std::string text;
    for (int i = 0; i < dimensions; ++i)
        text += (i ? ", " : "") + std::string("{\"path\": \"x") + std::to_string(i) +
                "\", \"min\": " + std::to_string(low) + ", \"max\": " + std::to_string(high) + "}";
    return text;
}

// How far above its minimum a function is; the same in peer.py.
double branin(const Object& point)
{
    constexpr double pi = std::numbers::pi;
    const double x = at(point, "x0"), y = at(point, "x1");
    return std::pow(y - 5.1 / (4 * pi * pi) * x * x + 5 / pi * x - 6, 2) + 10 * (1 - 1 / (8 * pi)) * std::cos(x) + 10 -
           0.39788735772973816;
}

double hartmann6(const Object& point)
{
    constexpr double a[4][6] = {
        {10, 3, 17, 3.5, 1.7, 8}, {0.05, 10, 17, 0.1, 8, 14}, {3, 3.5, 1.7, 10, 17, 8}, {17, 8, 0.05, 10, 0.1, 14}};
    constexpr double p[4][6] = {{1312, 1696, 5569, 124, 8283, 5886},
                                {2329, 4135, 8307, 3736, 1004, 9991},
                                {2348, 1451, 3522, 2883, 3047, 6650},
                                {4047, 8828, 8732, 5743, 1091, 381}};
    constexpr double alpha[4] = {1, 1.2, 3, 3.2};
    double sum = 3.322368011415512;
    for (int i = 0; i < 4; ++i) {
        double inner = 0;
        for (int j = 0; j < 6; ++j)
            inner += a[i][j] * std::pow(at(point, "x" + std::to_string(j)) - 1e-4 * p[i][j], 2);
        sum -= alpha[i] * std::exp(-inner);
    }
    return sum;
}

double ackley10(const Object& point)
{
    double squares = 0, waves = 0;
    for (int i = 0; i < 10; ++i) {
        const double x = at(point, "x" + std::to_string(i)) - 3;
        squares += x * x / 10;
        waves += std::cos(2 * std::numbers::pi * x) / 10;
    }
    return -20 * std::exp(-0.2 * std::sqrt(squares)) - std::exp(waves) + 20 + std::numbers::e;
}

double rosenbrock5(const Object& point)
{
    double sum = 0;
    for (int i = 0; i < 4; ++i) {
        const double x = at(point, "x" + std::to_string(i)), y = at(point, "x" + std::to_string(i + 1));
        sum += 100 * std::pow(y - x * x, 2) + std::pow(1 - x, 2);
    }
    const std::string &a = point.find("a")->text(), &b = point.find("b")->text();
    return sum * (a == "p" ? 1 : a == "q" ? 1.5 : 3) + (b == "v" ? 5 : 0) + (a == "p" ? 2 : a == "q" ? 0 : 1);
}

struct Function {
    std::string name;
    std::string parameters;
    std::function<double(const Object&)> value;
};

Result<std::vector<Function>> functions()
{
    std::vector<Function> all{
        {"branin", R"({"path": "x0", "min": -5, "max": 10}, {"path": "x1", "min": 0, "max": 15})", branin},
        {"hartmann6", boxOf(6, 0, 1), hartmann6},
        {"ackley10", boxOf(10, -32.768, 32.768), ackley10},
        {"rosenbrock5",
         boxOf(5, -2, 2) + R"(, {"path": "a", "values": ["p", "q", "r"]}, {"path": "b", "values": ["u", "v"]})",
         rosenbrock5}};
    CORE_TRY(tables, tests::readTuningTables());
    for (const auto& [name, table] : tables.object()) {
        const std::string list = core::base::writeJson(table["parameters"]);
        const tests::RecordedTable recorded(table);
        all.push_back(
            {name, list.substr(1, list.size() - 2), [recorded](const Object& point) { return recorded.at(point); }});
    }
    return all;
}

Result<core::tune::Study> studyOf(const std::string& strategy, const std::string& parameters, int seed)
{
    CORE_TRY(given, core::base::parseJson("{\"objective\": {\"metric\": \"loss\", \"goal\": \"minimize\"}, "
                                          "\"max_jobs\": 100000, \"seed\": " +
                                          std::to_string(seed) + ", \"strategy\": \"" + strategy +
                                          "\", \"parameters\": [" + parameters + "]}"));
    CORE_TRY(spec, core::tune::readTuning(given));
    return core::tune::Study::create("bench", spec);
}

Result<double> regret(const std::string& strategy, const Function& function)
{
    std::vector<double> regrets;
    for (int seed = 0; seed < seeds; ++seed) {
        CORE_TRY(study, studyOf(strategy, function.parameters, seed));
        double best = std::numeric_limits<double>::infinity();
        for (int i = 0; i < trials; ++i) {
            CORE_TRY(trial, study.ask());
            const double value = function.value(trial->parameters);
            best = std::min(best, value);
            CORE_CHECK(study.tell(trial->number, {value}));
        }
        regrets.push_back(best);
    }
    return median(regrets);
}

constexpr int thought = 1000;

// Milliseconds for a suggestion after 1,000 trials by chance.
Result<double> thinking(const std::string& strategy)
{
    CORE_TRY(study, studyOf(strategy, boxOf(6, 0, 1), 0));
    // Those that go by generations make their own.
    const bool own = strategy == "CmaEs" || strategy == "NSGAII";
    for (std::uint64_t i = 0; i < thought; ++i) {
        if (own) {
            CORE_TRY(trial, study.ask());
            CORE_CHECK(study.tell(trial->number, {hartmann6(trial->parameters)}));
            continue;
        }
        core::tune::Trial trial;
        trial.state = core::tune::TrialState::Completed;
        trial.source = "import";
        trial.parameters = core::tune::randomPoint(study.state().space, core::base::Draw(1, "bench", i));
        trial.values = {hartmann6(trial.parameters)};
        CORE_TRY(number, study.import(trial));
        (void)number;
    }
    std::vector<double> times;
    for (int i = 0; i < 15; ++i) {
        const double start = core::base::steadySeconds();
        CORE_TRY(trial, study.ask());
        times.push_back(1000 * (core::base::steadySeconds() - start));
        CORE_CHECK(study.tell(trial->number, {1}));
    }
    return median(times);
}

}

Result<Object> samplers()
{
    using namespace samplers_bench;
    Object figures{{"seeds", seeds}, {"trials", trials}};
    const auto beside = [&](const std::string& name, double figure, const std::string& peerName, int count) {
        figures.set(name, figure);
        if (const auto other = peer(peerName, count)) {
            figures.set("optuna_" + name, *other);
            figures.set("ratio_to_optuna_" + name, figure / *other);
        } else {
            figures.set("peer", "no Python with Optuna found; name one in DESCENT_PEER_PYTHON");
        }
    };
    const std::pair<std::string, std::string> strategies[] = {
        {"TPE", "tpe"}, {"Bayesian", "gp"}, {"CmaEs", "cmaes"}, {"NSGAII", "nsgaii"}};
    CORE_TRY(objectives, functions());
    for (const auto& [strategy, short_] : strategies) {
        CORE_TRY(time, thinking(strategy));
        beside(short_ + "_suggest_ms", time, "samplers-" + short_ + "-thinking", 15);
        if (strategy != "TPE" && strategy != "Bayesian")
            continue;
        for (const Function& function : objectives) {
            CORE_TRY(found, regret(strategy, function));
            beside(short_ + "_" + function.name + "_regret", found, "samplers-" + short_ + "-" + function.name, seeds);
        }
    }
    return figures;
}

}
