// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/advice.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace core::tune {

using base::Object;
using base::Pick;

namespace {

constexpr double expensive = 60; // seconds of a trial from which on choosing well is worth its time

struct Asked {
    const TuningSpec& spec;
    const Space& space;
    const TrialFacts& facts;
    std::int64_t jobs;
    std::optional<std::int64_t> points;

    bool several() const { return spec.objective.size() > 1; }
    bool isExpensive() const { return facts.trialSeconds.value_or(expensive) >= expensive; }
    bool tellsEarly() const { return facts.earlyTells.value_or(false) && facts.reportsOnTheWay; }
    bool atOnce() const { return jobs > 1 && spec.maxParallelJobs >= jobs; }
    bool many() const { return spec.maxParallelJobs > std::max<std::int64_t>(jobs / 10, 2); }
    std::size_t categories() const
    {
        return std::size_t(std::ranges::count_if(
            space.parameters(), [](const Parameter& each) { return each.range.type == Type::Categorical; }));
    }
};

struct Rule {
    const char* key;
    std::function<bool(const Asked&)> holds;
    const char* strategy;
    std::function<std::string(const Asked&)> why;
};

std::string text(std::int64_t number)
{
    return std::to_string(number);
}

// The first that holds is taken.
const std::vector<Rule>& rules()
{
    static const std::vector<Rule> all{
        {"several_objectives", [](const Asked& a) { return a.several() && a.jobs >= 200; }, "NSGAII",
         [](const Asked& a) {
             return text(std::int64_t(a.spec.objective.size())) +
                    " objectives and many trials: generations spread over the front";
         }},
        {"several_objectives_few_trials", [](const Asked& a) { return a.several(); }, "TPE",
         [](const Asked& a) {
             return text(std::int64_t(a.spec.objective.size())) + " objectives, and too few trials for generations";
         }},
        {"small_grid", [](const Asked& a) { return a.space.size() <= 2 && a.points && *a.points <= a.jobs; }, "Grid",
         [](const Asked& a) {
             return "at most two parameters, and all " + text(*a.points) + " points are within the budget";
         }},
        {"no_feedback", [](const Asked& a) { return a.atOnce(); }, "Sobol",
         [](const Asked& a) {
             return "all " + text(a.jobs) + " trials run at once, so that none can learn from another: an even spread";
         }},
        {"early_results_tell", [](const Asked& a) { return a.isExpensive() && a.tellsEarly() && a.jobs >= 20; }, "BOHB",
         [](const Asked&) {
             return std::string("trials are expensive and their early results tell much: stop most of them early");
         }},
        {"early_results_tell_few_trials", [](const Asked& a) { return a.isExpensive() && a.tellsEarly(); }, "ASHA",
         [](const Asked&) { return std::string("trials are expensive and their early results tell much"); }},
        {"many_at_once", [](const Asked& a) { return a.many(); }, "Random",
         [](const Asked& a) { return text(a.spec.maxParallelJobs) + " trials at once leave little to learn from"; }},
        {"cheap_trials", [](const Asked& a) { return !a.isExpensive() && a.jobs >= 500; }, "Random",
         [](const Asked&) { return std::string("trials are cheap and many: choosing would take longer than trying"); }},
        {"conditions_or_categories",
         [](const Asked& a) { return a.space.conditional() || 2 * a.categories() > a.space.size(); }, "TPE",
         [](const Asked&) {
             return std::string("most parameters are categories or have conditions, which have no distances");
         }},
        {"expensive_trials", [](const Asked&) { return true; }, "Bayesian",
         [](const Asked&) {
             return std::string("trials are expensive and few: every one should be chosen by all before it");
         }}};
    return all;
}

std::optional<std::int64_t> productOf(const Space& space)
{
    const auto grid = space.count();
    return grid;
}

}

Suggestion suggestStrategy(const TuningSpec& spec, const Space& space, const TrialFacts& facts)
{
    const Asked asked{spec, space, facts, jobsOf(spec, space), productOf(space)};
    const auto rule = std::ranges::find_if(rules(), [&](const Rule& each) { return each.holds(asked); });
    Suggestion suggestion;
    suggestion.strategy = {rule->strategy, Object{}};
    suggestion.rule = rule->key;
    suggestion.why = rule->why(asked);
    const bool stopsItself = suggestion.strategy.kind == "BOHB" || suggestion.strategy.kind == "ASHA";
    if (!stopsItself && facts.reportsOnTheWay && !asked.several() && asked.isExpensive())
        suggestion.earlyStopping = {"Auto", Object{}};
    return suggestion;
}

Estimate estimateStudy(const TuningSpec& spec, const Space& space, const TrialFacts& facts)
{
    Estimate estimate;
    estimate.jobs = jobsOf(spec, space);
    if (!facts.trialSeconds)
        return estimate;
    const double each = std::min(*facts.trialSeconds, spec.maxTrialRuntime.value_or(*facts.trialSeconds));
    const auto atOnce = double(std::min(facts.atOnce.value_or(spec.maxParallelJobs), spec.maxParallelJobs));
    const double rounds = std::ceil(double(estimate.jobs) / atOnce);
    estimate.seconds = std::min(rounds * each, spec.maxRuntime.value_or(rounds * each));
    estimate.trialSeconds = std::min(double(estimate.jobs) * each, *estimate.seconds * atOnce);
    if (facts.pricePerHour)
        estimate.cost = *estimate.trialSeconds / 3600 * *facts.pricePerHour;
    return estimate;
}

}
