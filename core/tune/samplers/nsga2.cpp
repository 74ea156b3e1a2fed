// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/pareto.h"
#include "core/tune/sampler.h"

#include <algorithm>
#include <cmath>

namespace core::tune::samplers::nsga2 {

namespace {

struct Spec {
    std::int64_t population = 50;
    double crossover = 0.9;
    double swapping = 0.5;
    std::optional<double> mutation;
};

struct Individual {
    const Trial* trial;
    Losses losses;
};

/// The elitist genetic algorithm of Deb et al. (2002) with uniform crossover; a mutated parameter is drawn anew, as in
/// Optuna. The best of a generation and of its parents are the next parents, by rank, then by room.
class Nsga2 final : public Sampler {
public:
    explicit Nsga2(Spec spec) : m_spec(spec) {}

    std::optional<Proposal> propose(const History& history, std::int64_t number, std::uint64_t attempt) override
    {
        const base::Draw draw = drawsOf(history, "NSGAII", number, attempt);
        std::int64_t generation = 0;
        const std::vector<Individual> parents = parentsOf(history, generation);
        if (parents.empty())
            return Proposal{startingPoint(history, "NSGAII", number, attempt), {{"generation", 0}}};
        const std::vector<double> mother = placeOf(history, parents[tournament(parents, draw.within(1))]);
        const std::vector<double> father = placeOf(history, parents[tournament(parents, draw.within(2))]);
        const bool crossed = draw.uniform(0) < m_spec.crossover;
        const double mutation = m_spec.mutation.value_or(1 / double(std::max<std::size_t>(mother.size(), 1)));
        std::vector<double> child = mother;
        for (std::size_t i = 0; i < child.size(); ++i) {
            if (crossed && draw.within(3).uniform(i) < m_spec.swapping)
                child[i] = father[i];
            if (std::isnan(child[i]) || draw.within(4).uniform(i) < mutation)
                child[i] = draw.within(5).uniform(i);
        }
        return Proposal{history.space.pointAt(child), {{"generation", generation}}};
    }

private:
    Spec m_spec;

    static std::vector<double> placeOf(const History& history, const Individual& individual)
    {
        return history.space.unitOf(individual.trial->parameters);
    }

    // The better of two drawn ones: parents stand in their order.
    static std::size_t tournament(const std::vector<Individual>& parents, const base::Draw& draw)
    {
        return std::size_t(std::min(draw.below(0, parents.size()), draw.below(1, parents.size())));
    }

    static std::optional<Losses> lossesOf(const History& history, const Trial& trial)
    {
        if (trial.state == TrialState::Completed) {
            Losses losses;
            for (std::size_t k = 0; k < history.objectives.size(); ++k)
                losses.push_back(history.loss(trial, k));
            return losses;
        }
        const auto last = history.lastLoss(trial);
        return last && history.objectives.size() == 1 ? std::optional(Losses{*last}) : std::nullopt;
    }

    // Those of the newest generation that is not whole yet, the best first; none of the first.
    std::vector<Individual> parentsOf(const History& history, std::int64_t& generation) const
    {
        const auto size = std::size_t(m_spec.population);
        std::vector<const Trial*> ended;
        for (const Trial& trial : history.trials)
            if (isFinished(trial.state))
                ended.push_back(&trial);
        std::ranges::stable_sort(ended, {}, &Trial::finished);
        std::vector<Individual> parents;
        for (generation = 0;; ++generation) {
            std::vector<Individual> pool = parents;
            std::size_t fresh = 0;
            for (const Trial* trial : ended) {
                const base::Value* of = trial->notes.find("generation");
                if ((of ? of->toInt() : 0) != generation || fresh == size)
                    continue;
                if (auto losses = lossesOf(history, *trial)) {
                    pool.push_back({trial, std::move(*losses)});
                    ++fresh;
                }
            }
            if (fresh < size)
                return parents;
            std::vector<Losses> points;
            for (const Individual& each : pool)
                points.push_back(each.losses);
            parents.clear();
            for (const std::size_t i : paretoOrder(points))
                if (parents.size() < size)
                    parents.push_back(pool[i]);
        }
    }
};

}

void enroll(Samplers& all)
{
    all.add<Nsga2>(
        "NSGAII", "NSGA-II",
        "Generations of points that are crossed and changed by chance; for several objectives and many trials.",
        base::Fields<Spec>{}
            .add("population", &Spec::population, base::Int{2, 10000}, {"Trials of a generation."}, {.unit = "trials"})
            .add("crossover", &Spec::crossover, base::Real{0, 1}, {"The chance that a child has two parents."})
            .add("swapping", &Spec::swapping, base::Real{0, 1}, {"The chance of each value to come from the second."})
            .add("mutation", &Spec::mutation, base::Real{0, 1},
                 {"The chance of each value to be drawn anew; auto: one value of a child."}, {.nullWord = "auto"}));
}

}
