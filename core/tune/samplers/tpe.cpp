// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/pareto.h"
#include "core/tune/parzen.h"
#include "core/tune/sampler.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace core::tune::samplers::tpe {

namespace {

struct Spec {
    std::int64_t startupTrials = 10;
    std::int64_t candidates = 48;
    bool multivariate = true;
    bool constantLiar = true;
};

/// Trials that were good and the others, each oldest first.
struct Halves {
    std::vector<const Trial*> below, above;
};

/// The tree-structured Parzen estimator: of some draws from the density of the good trials the one whose ratio to the
/// density of the others is the largest. Beside Optuna 5's settings the good ones are 15 and not 10 in a hundred, each
/// counts by how much better it is than the others (Song et al. 2022), and its kernel gives other categories three
/// times Optuna's share, as a few good trials do not yet say which category is the best: each finds better values over
/// 80 seeds or more. Trials that run count as bad, so that others go elsewhere. Parameters with a condition are drawn
/// after what they depend on, from the trials that had them. Of another task's trials those are good that were good
/// there.
class Tpe final : public Sampler {
public:
    explicit Tpe(Spec spec) : m_spec(spec) {}

    std::optional<Proposal> propose(const History& history, std::int64_t number, std::uint64_t attempt) override
    {
        if (isStartup(history, number, m_spec.startupTrials))
            return Proposal{startingPoint(history, "TPE", number, attempt)};
        const base::Draw draw = drawsOf(history, "TPE", number, attempt);
        const Halves halves = split(history);
        const Space& space = history.space;
        base::Object point;
        std::vector<std::size_t> together;
        if (m_spec.multivariate)
            for (const std::size_t i : space.order())
                if (!space.parameters()[i].when)
                    together.push_back(i);
        if (!together.empty())
            choose(history, halves, together, draw.within(space.size()), point);
        for (const std::size_t i : space.order())
            if (!point.find(space.parameters()[i].path) && space.isActive(i, point))
                choose(history, halves, {i}, draw.within(i), point);
        return Proposal{space.nearest(point)};
    }

    void check(const CheckedPart& part, TuningChecked& found) const override { warnOfParallelJobs(part, found); }

private:
    static constexpr double goodShare = 0.15, categoryPrior = 3;
    Spec m_spec;

    Halves split(const History& history) const
    {
        std::vector<const Trial*> completed, stopped, running;
        for (const Trial& trial : history.trials) {
            if (!history.compares(trial))
                continue;
            if (trial.state == TrialState::Completed)
                completed.push_back(&trial);
            else if (trial.state == TrialState::Stopped)
                stopped.push_back(&trial);
            else if (!isFinished(trial.state) && m_spec.constantLiar)
                running.push_back(&trial);
        }
        const std::size_t finished = completed.size() + stopped.size();
        const auto good = std::size_t(std::min(std::ceil(goodShare * double(finished)), 25.0));
        sortCompleted(history, completed);
        // Of those that were stopped the ones that came farthest are the best.
        const auto score = [&](const Trial* trial) {
            if (trial->reports.empty())
                return std::pair(1.0, 0.0);
            const double value = history.asLoss(trial->reports.back().value);
            return std::pair(-double(trial->reports.back().step),
                             std::isnan(value) ? std::numeric_limits<double>::infinity() : value);
        };
        std::ranges::stable_sort(stopped, {}, score);
        Halves halves;
        for (const auto* group : {&completed, &stopped})
            for (const Trial* trial : *group)
                (halves.below.size() < good ? halves.below : halves.above).push_back(trial);
        if (history.transfers)
            addOthers(history, finished, halves);
        halves.above.insert(halves.above.end(), running.begin(), running.end());
        std::ranges::sort(halves.below, {}, &Trial::number);
        std::ranges::sort(halves.above, {}, &Trial::number);
        return halves;
    }

    static void sortCompleted(const History& history, std::vector<const Trial*>& trials)
    {
        if (history.objectives.size() == 1) {
            std::vector<std::pair<double, const Trial*>> losses;
            for (const Trial* trial : trials)
                losses.emplace_back(history.loss(*trial), trial);
            std::ranges::stable_sort(losses, {}, [](const auto& each) { return each.first; });
            std::ranges::transform(losses, trials.begin(), [](const auto& each) { return each.second; });
            return;
        }
        std::vector<Losses> points;
        for (const Trial* trial : trials) {
            points.emplace_back();
            for (std::size_t k = 0; k < history.objectives.size(); ++k)
                points.back().push_back(history.loss(*trial, k));
        }
        std::vector<const Trial*> sorted;
        for (const std::size_t i : paretoOrder(points))
            sorted.push_back(trials[i]);
        trials = std::move(sorted);
    }

    // What was good for another task counts as good until this one has tried enough itself, what was bad there as bad.
    static void addOthers(const History& history, std::size_t tried, Halves& halves)
    {
        std::map<std::string, std::vector<const Trial*>> tasks;
        for (const Trial& trial : history.trials)
            if (!history.compares(trial) && trial.state == TrialState::Completed) {
                const base::Value* parent = trial.notes.find("study");
                tasks[parent ? parent->text() : ""].push_back(&trial);
            }
        for (auto& [name, trials] : tasks) {
            sortCompleted(history, trials);
            const double all = goodShare * double(trials.size()), trusted = std::max(0.0, 1 - double(tried) / 10);
            for (std::size_t i = 0; i < trials.size(); ++i)
                if (double(i) < all * trusted)
                    halves.below.push_back(trials[i]);
                else if (double(i) >= all)
                    halves.above.push_back(trials[i]);
        }
    }

    // How much better each good trial is than the best of the others, 1 on average; alike where that cannot be told.
    static std::vector<double> gainsOf(const History& history, const Halves& halves)
    {
        std::vector<double> gains(halves.below.size(), 1);
        const auto whole = [&](const Trial* trial) {
            return trial->state == TrialState::Completed && history.compares(*trial);
        };
        if (history.objectives.size() > 1 || !std::ranges::all_of(halves.below, whole))
            return gains;
        double edge = std::numeric_limits<double>::infinity(), sum = 0;
        for (const Trial* trial : halves.above)
            if (whole(trial))
                edge = std::min(edge, history.loss(*trial));
        std::vector<double> found;
        for (const Trial* trial : halves.below) {
            found.push_back(edge - history.loss(*trial));
            sum += found.back();
        }
        if (!(sum > 0) || !std::isfinite(sum))
            return gains;
        for (double& gain : found)
            gain *= double(found.size()) / sum;
        return found;
    }

    static Parzen densityOf(const History& history, const std::vector<const Trial*>& trials,
                            const std::vector<double>& gains, const std::vector<std::size_t>& parameters)
    {
        std::vector<Distribution> ranges;
        for (const std::size_t i : parameters)
            ranges.push_back(history.space.parameters()[i].range);
        const auto own = double(std::ranges::count_if(
            history.trials, [&](const Trial& trial) { return history.compares(trial) && isFinished(trial.state); }));
        std::vector<std::vector<double>> observations;
        std::vector<double> shares;
        for (std::size_t t = 0; t < trials.size(); ++t) {
            std::vector<double> row;
            row.reserve(parameters.size());
            for (std::size_t k = 0; k < parameters.size(); ++k) {
                const base::Value* value = trials[t]->parameters.find(history.space.parameters()[parameters[k]].path);
                // Trials from before a range was changed do not count outside of it.
                if (value && ranges[k].contains(*value))
                    row.push_back(Parzen::coordinateOf(ranges[k], *value));
            }
            if (row.size() != parameters.size())
                continue;
            observations.push_back(std::move(row));
            // The more this study has tried itself, the less another task says.
            shares.push_back((gains.empty() ? 1 : gains[t]) * (history.compares(*trials[t]) ? 1 : 10 / (10 + own)));
        }
        std::vector<double> weights = parzenWeights(observations.size());
        for (std::size_t i = 0; i < weights.size(); ++i)
            weights[i] *= shares[i];
        return {std::move(ranges), observations, std::move(weights), categoryPrior};
    }

    void choose(const History& history, const Halves& halves, const std::vector<std::size_t>& parameters,
                const base::Draw& draw, base::Object& point) const
    {
        const Parzen below = densityOf(history, halves.below, gainsOf(history, halves), parameters);
        const Parzen above = densityOf(history, halves.above, {}, parameters);
        std::vector<double> best;
        double most = 0;
        for (std::int64_t c = 0; c < m_spec.candidates; ++c) {
            std::vector<double> x = below.sample(draw, std::uint64_t(c));
            const double ratio = below.logPdf(x) - above.logPdf(x);
            if (best.empty() || ratio > most) {
                most = ratio;
                best = std::move(x);
            }
        }
        for (std::size_t k = 0; k < parameters.size(); ++k) {
            const Parameter& each = history.space.parameters()[parameters[k]];
            point.set(each.path, Parzen::valueAt(each.range, best[k]));
        }
    }
};

}

void enroll(Samplers& all)
{
    all.add<Tpe>(
        "TPE", "Tree-structured Parzen estimator",
        "Compares where good trials lie with where the others do; good with many categories and conditions.",
        base::Fields<Spec>{}
            .add("startup_trials", &Spec::startupTrials, base::Int{1, 1000},
                 {"Trials spread evenly before the first is chosen by what was learned."}, {.unit = "trials"})
            .add("candidates", &Spec::candidates, base::Int{1, 10000}, {"Points that are compared for each trial."})
            .add("multivariate", &Spec::multivariate, base::Flag{},
                 {"Parameters are looked at together, so that what fits together is found."})
            .add("constant_liar", &Spec::constantLiar, base::Flag{},
                 {"Trials that run count as bad, so that others try something else."}));
}

}
