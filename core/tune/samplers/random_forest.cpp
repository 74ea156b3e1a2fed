// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/acquisition.h"
#include "core/tune/forest.h"
#include "core/tune/sampler.h"

#include <algorithm>
#include <cmath>

namespace core::tune::samplers::random_forest {

namespace {

struct Spec {
    std::int64_t startupTrials = 10;
    std::int64_t trees = 32;
    std::string acquisition = "log_ei";
    double kappa = 2;
};

class Model {
public:
    Model(const History& history, const Spec& spec)
        : m_spec(spec),
          m_observed(observe(history, 1000, learnedFromOwn(history) < spec.startupTrials)),
          m_forest(forestOf(history))
    {
        // A trial that runs is taken for what the forest expects of it.
        if (m_observed.pending.rows == 0)
            return;
        for (std::size_t i = 0; i < m_observed.pending.rows; ++i)
            m_observed.losses.push_back(m_forest.at(m_observed.pending.row(i)).first);
        m_observed.x.cells.insert(m_observed.x.cells.end(), m_observed.pending.cells.begin(),
                                  m_observed.pending.cells.end());
        m_observed.x.rows += m_observed.pending.rows;
        m_forest = forestOf(history);
    }

    const Observed& observed() const { return m_observed; }
    std::pair<double, double> at(std::span<const double> x) const { return m_forest.at(m_observed.row(x)); }

    double acquisition(std::span<const double> x) const
    {
        const auto [mean, variance] = at(x);
        const double deviation = std::sqrt(std::max(variance, 1e-10));
        if (m_spec.acquisition == "ucb")
            return confidenceBound(mean, deviation, m_spec.kappa);
        const double log = logExpectedImprovement(mean, deviation, m_observed.best());
        return m_spec.acquisition == "ei" ? std::exp(log) : log;
    }

private:
    Spec m_spec;
    Observed m_observed;
    Forest m_forest;

    Forest forestOf(const History& history) const
    {
        return {m_observed.x,
                m_observed.losses,
                categoriesOf(history.space, m_observed.hasTask),
                {std::size_t(m_spec.trees), 1, 5.0 / 6},
                history.seed};
    }
};

class ForestSurrogate final : public Surrogate {
public:
    ForestSurrogate(const History& history, const Spec& spec)
        : m_space(history.space),
          m_sign(history.asLoss(1)),
          m_model(history, spec)
    {
    }

    Belief at(const base::Object& point) const override
    {
        const std::vector<double> x = m_space.filledUnitOf(point);
        const auto [loss, variance] = m_model.at(x);
        const auto [mean, deviation] = m_model.observed().original(loss, std::sqrt(variance));
        return {m_sign * mean, deviation, m_model.acquisition(x)};
    }

private:
    Space m_space;
    double m_sign;
    Model m_model;
};

/// Bayesian search whose model is a random forest (SMAC, Hutter et al. 2011). Every fourth trial is by chance, so that
/// no part of the space is left out for ever. Other tasks' trials are learned from until the study has enough of its
/// own.
class RandomForest final : public Sampler {
public:
    explicit RandomForest(Spec spec) : m_spec(std::move(spec)) {}

    std::optional<Proposal> propose(const History& history, std::int64_t number, std::uint64_t attempt) override
    {
        if (isStartup(history, number, m_spec.startupTrials))
            return Proposal{startingPoint(history, "RandomForest", number, attempt)};
        const base::Draw draw = drawsOf(history, "RandomForest", number, attempt);
        if (number % 4 == 3)
            return Proposal{randomPoint(history.space, draw)};
        const Model model(history, m_spec);
        Acquisition acquisition;
        acquisition.value = [&](std::span<const double> x) { return model.acquisition(x); };
        acquisition.candidates = 1024;
        acquisition.kept += history.trials.size();
        acquisition.starts = 6;
        const auto seeds = model.observed().bestPlaces(6);
        return Proposal{firstUntried(mostPromising(history.space, acquisition, seeds, draw.key()), history)};
    }

    void check(const CheckedPart& part, TuningChecked& found) const override
    {
        needsOneObjective(part, found);
        warnOfParallelJobs(part, found);
    }

    std::shared_ptr<const Surrogate> surrogate(const History& history) const override
    {
        if (learnedFrom(history) == 0)
            return {};
        return std::make_shared<ForestSurrogate>(history, m_spec);
    }

private:
    Spec m_spec;
};

}

void enroll(Samplers& all)
{
    all.add<RandomForest>(
        "RandomForest", "Bayesian search with a random forest",
        "Trees learn from the trials so far; good with many categories and with conditions.",
        base::Fields<Spec>{}
            .add("startup_trials", &Spec::startupTrials, base::Int{1, 1000},
                 {"Trials spread evenly before the first is chosen by what was learned."}, {.unit = "trials"})
            .add("trees", &Spec::trees, base::Int{2, 1000}, {"Trees of the forest."})
            .add("acquisition", &Spec::acquisition, base::Choice{{"log_ei", "ei", "ucb"}},
                 {"What makes a point worth trying: the improvement to be expected, its logarithm, or the best that "
                  "may be hoped for."})
            .add("kappa", &Spec::kappa, base::Real{.min = 0}, {"Deviations that ucb hopes for."}));
}

}
