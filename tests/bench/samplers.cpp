// SPDX-License-Identifier: GPL-3.0-or-later
// What the strategies of tuning find in 60 trials, and how long they think over 1,000, beside Optuna.
#include "tests/bench/samplers.h"

#include "tests/bench/bench.h"

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/tune/study.h"
#include "tests/bench/sampler_problems.h"

#include <algorithm>

namespace bench {

using core::base::Object;
using core::base::Result;
using core::base::Status;

namespace samplers_bench {

constexpr int seeds = 20, trials = 60;

Result<core::tune::Study> studyOf(const std::string& strategy, const std::string& parameters, int seed)
{
    CORE_TRY(given, core::base::parseJson("{\"objective\": {\"metric\": \"loss\", \"goal\": \"minimize\"}, "
                                          "\"max_jobs\": 100000, \"seed\": " +
                                          std::to_string(seed) + ", \"strategy\": \"" + strategy +
                                          "\", \"parameters\": [" + parameters + "]}"));
    CORE_TRY(spec, core::tune::readTuning(given));
    return core::tune::Study::create("bench", spec);
}

Result<double> regret(const std::string& strategy, const SamplerProblem& function)
{
    std::vector<double> regrets;
    for (int seed = function.firstSeed(); seed < function.firstSeed() + seeds; ++seed) {
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
Result<double> thinking(const std::string& strategy, const SamplerProblem& function)
{
    CORE_TRY(study, studyOf(strategy, function.parameters, 0));
    // Those that go by generations make their own.
    const bool own = strategy == "CmaEs" || strategy == "NSGAII";
    for (std::uint64_t i = 0; i < thought; ++i) {
        if (own) {
            CORE_TRY(trial, study.ask());
            CORE_CHECK(study.tell(trial->number, {function.value(trial->parameters)}));
            continue;
        }
        core::tune::Trial trial;
        trial.state = core::tune::TrialState::Completed;
        trial.source = "import";
        trial.parameters = core::tune::randomPoint(study.state().space, core::base::Draw(1, "bench", i));
        trial.values = {function.value(trial.parameters)};
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
    CORE_TRY(problems, samplerProblems());
    for (const auto& [strategy, short_] : strategies) {
        const auto hartmann6 = std::ranges::find(problems, "hartmann6", &SamplerProblem::name);
        CORE_TRY(time, thinking(strategy, *hartmann6));
        beside(short_ + "_suggest_ms", time, "samplers-" + short_ + "-thinking", 15);
        if (strategy != "TPE" && strategy != "Bayesian")
            continue;
        for (const SamplerProblem& function : problems) {
            CORE_TRY(found, regret(strategy, function));
            beside(short_ + "_" + function.name + "_regret", found, "samplers-" + short_ + "-" + function.name, seeds);
        }
    }
    return figures;
}

}
