// SPDX-License-Identifier: GPL-3.0-or-later
// What the strategies of tuning find in 60 trials, and how long they think over 1,000, beside Optuna.
#include "tests/bench/samplers.h"

#include "tests/bench/bench.h"

#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/tune/study.h"
#include "tests/bench/sampler_problems.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>

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
    // Even numbers have two in the middle, as in NumPy.
    std::ranges::sort(regrets);
    return (regrets[(regrets.size() - 1) / 2] + regrets[regrets.size() / 2]) / 2;
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

/// Optuna's figures, which take long: each is measured once, and kept in a file where one is named.
class PeerFigures {
public:
    static Result<PeerFigures> open(const std::string& file)
    {
        PeerFigures made;
        made.m_file = file;
        if (file.empty() || !std::filesystem::exists(file))
            return made;
        CORE_TRY(text, core::base::readFile(file));
        CORE_TRY(known, core::base::parseJson(text));
        if (!known.isObject())
            return core::base::Error{core::base::ErrorKind::Data, "is no JSON object of figures", file, {}};
        made.m_known = known.object();
        return made;
    }

    /// Nothing where there is no Python with Optuna.
    Result<std::optional<double>> of(const std::string& name, int count)
    {
        const std::string key = name + "-" + std::to_string(count);
        if (const auto* known = m_known.find(key); known && known->isNumber())
            return std::optional(known->toReal());
        const auto figure = peer("samplers-" + name, count);
        if (!figure)
            return std::optional<double>();
        m_known.set(key, *figure);
        if (!m_file.empty())
            CORE_CHECK(core::base::writeFileAtomically(m_file, core::base::writeJson(m_known, 2)));
        return std::optional(*figure);
    }

private:
    std::string m_file;
    Object m_known;
};

/// The figures beside Optuna's, and of how many values found ours are as good or better.
class Report {
public:
    explicit Report(PeerFigures& peers) : m_peers(peers) {}

    core::base::Status add(const std::string& kind, const std::string& what, double figure, const std::string& peerName,
                           int count)
    {
        const std::string name = kind + "_" + what;
        m_figures.set(name, figure);
        std::cerr << name << "  " << core::base::writeJson(figure) << std::flush;
        CORE_TRY(other, m_peers.of(kind + "-" + peerName, count));
        if (!other) {
            m_figures.set("peer", "no Python with Optuna found; name one in DESCENT_PEER_PYTHON");
            std::cerr << std::endl;
            return {};
        }
        m_figures.set("optuna_" + name, *other);
        if (*other > 0)
            m_figures.set("ratio_to_optuna_" + name, figure / *other);
        std::cerr << "  optuna  " << core::base::writeJson(*other) << std::endl;
        if (what.ends_with("_regret")) {
            Tally& tally = m_tallies[kind];
            tally.compared += 1;
            tally.notWorse += figure <= *other;
            tally.better += figure < *other;
        }
        return {};
    }

    Object figures() const
    {
        Object all = m_figures;
        for (const auto& [kind, tally] : m_tallies) {
            all.set(kind + "_compared", tally.compared);
            all.set(kind + "_not_worse", tally.notWorse);
            all.set(kind + "_better", tally.better);
        }
        return all;
    }

private:
    struct Tally {
        int compared = 0, notWorse = 0, better = 0;
    };
    PeerFigures& m_peers;
    Object m_figures{{"seeds", seeds}, {"trials", trials}};
    std::map<std::string, Tally> m_tallies;
};

// Those of `all` that are asked for, all where none is; an error for a word that stands for nothing.
Result<std::vector<std::string>> chosen(const std::vector<std::string>& all, const std::vector<std::string>& others,
                                        const std::vector<std::string>& only)
{
    std::vector<std::string> found;
    for (const std::string& word : only) {
        if (std::ranges::count(all, word))
            found.push_back(word);
        else if (!std::ranges::count(others, word)) {
            std::string names;
            for (const auto* list : {&all, &others})
                for (const std::string& name : *list)
                    names += (names.empty() ? "" : ", ") + name;
            return core::base::Error{core::base::ErrorKind::Usage, "no strategy or problem is called " + word, "--only",
                                     "One of " + names};
        }
    }
    return found.empty() ? all : found;
}

}

Result<Object> samplers(const SamplersAsked& asked)
{
    using namespace samplers_bench;
    const std::pair<std::string, std::string> strategies[] = {
        {"TPE", "tpe"}, {"Bayesian", "gp"}, {"CmaEs", "cmaes"}, {"NSGAII", "nsgaii"}};
    CORE_TRY(problems, samplerProblems());
    std::vector<std::string> kinds, tasks{"suggest"};
    for (const auto& [strategy, kind] : strategies)
        kinds.push_back(kind);
    for (const SamplerProblem& function : problems)
        tasks.push_back(function.name);
    CORE_TRY(chosenKinds, chosen(kinds, tasks, asked.only));
    CORE_TRY(chosenTasks, chosen(tasks, kinds, asked.only));
    CORE_TRY(others, PeerFigures::open(asked.peerFile));
    Report report(others);
    for (const auto& [strategy, kind] : strategies) {
        if (!std::ranges::count(chosenKinds, kind))
            continue;
        if (std::ranges::count(chosenTasks, "suggest")) {
            const auto hartmann6 = std::ranges::find(problems, "hartmann6", &SamplerProblem::name);
            CORE_TRY(time, thinking(strategy, *hartmann6));
            CORE_CHECK(report.add(kind, "suggest_ms", time, "thinking", 15));
        }
        if (strategy != "TPE" && strategy != "Bayesian")
            continue;
        for (const SamplerProblem& function : problems)
            if (std::ranges::count(chosenTasks, function.name)) {
                CORE_TRY(found, regret(strategy, function));
                CORE_CHECK(report.add(kind, function.name + "_regret", found, function.name, seeds));
            }
    }
    return report.figures();
}

}
