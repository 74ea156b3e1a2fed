// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/pareto.h"
#include "core/tune/parzen.h"
#include "core/tune/sampler.h"

#include <algorithm>
#include <cmath>

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

/// The tree-structured Parzen estimator with Optuna 5's settings but for twice its candidates: of some draws from the
/// density of the good trials the one whose ratio to the density of the others is the largest. Trials that run count as
/// bad, so that others go elsewhere. Parameters with a condition are drawn after what they depend on, from the trials
/// that had them.
class Tpe final : public Sampler {
public:
    explicit Tpe(Spec spec) : m_spec(spec) {}

    std::optional<Proposal> propose(const History& history, std::int64_t number, std::uint64_t attempt) override
    {
        if (learnedFrom(history) < m_spec.startupTrials)
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
    Spec m_spec;

    Halves split(const History& history) const
    {
        std::vector<const Trial*> completed, stopped, running;
        for (const Trial& trial : history.trials) {
            if (trial.state == TrialState::Completed)
                completed.push_back(&trial);
            else if (trial.state == TrialState::Stopped)
                stopped.push_back(&trial);
            else if (!isFinished(trial.state) && m_spec.constantLiar)
                running.push_back(&trial);
        }
        const std::size_t finished = completed.size() + stopped.size();
        const auto good = std::size_t(std::min(std::ceil(0.1 * double(finished)), 25.0));
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
        halves.above.insert(halves.above.end(), running.begin(), running.end());
        std::ranges::sort(halves.below, {}, &Trial::number);
        std::ranges::sort(halves.above, {}, &Trial::number);
        return halves;
    }

    static void sortCompleted(const History& history, std::vector<const Trial*>& trials)
    {
        if (history.objectives.size() == 1) {
            std::ranges::stable_sort(trials, {}, [&](const Trial* trial) { return history.loss(*trial); });
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

    static Parzen densityOf(const History& history, const std::vector<const Trial*>& trials,
                            const std::vector<std::size_t>& parameters)
    {
        std::vector<Distribution> ranges;
        for (const std::size_t i : parameters)
            ranges.push_back(history.space.parameters()[i].range);
        std::vector<std::vector<double>> observations;
        for (const Trial* trial : trials) {
            std::vector<double> row;
            for (std::size_t k = 0; k < parameters.size(); ++k) {
                const base::Value* value = trial->parameters.find(history.space.parameters()[parameters[k]].path);
                // Trials from before a range was changed do not count outside of it.
                if (value && ranges[k].contains(*value))
                    row.push_back(Parzen::coordinateOf(ranges[k], *value));
            }
            if (row.size() == parameters.size())
                observations.push_back(std::move(row));
        }
        std::vector<double> weights = parzenWeights(observations.size());
        return {std::move(ranges), observations, std::move(weights)};
    }

    void choose(const History& history, const Halves& halves, const std::vector<std::size_t>& parameters,
                const base::Draw& draw, base::Object& point) const
    {
        const Parzen below = densityOf(history, halves.below, parameters);
        const Parzen above = densityOf(history, halves.above, parameters);
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
