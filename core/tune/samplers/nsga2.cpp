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

    /// The parents after some generations, so that they need not be chosen from the first one each time. Gone on with
    /// only where those are the same as now, so it changes no result.
    struct Chosen {
        std::vector<std::pair<std::int64_t, Losses>>
            told; ///< number and losses of each member, generation by generation
        std::int64_t generations = 0;
        std::vector<std::int64_t> parents; ///< numbers, the best first
    };
    Chosen m_chosen;

    static std::vector<Individual> bestOf(std::vector<Individual> pool, std::size_t size)
    {
        std::vector<Individual> best;
        if (!pool.empty() && pool.front().losses.size() == 1) {
            std::ranges::stable_sort(pool, {}, [](const Individual& each) { return each.losses.front(); });
            pool.resize(std::min(pool.size(), size), pool.front());
            return pool;
        }
        std::vector<Losses> points;
        for (const Individual& each : pool)
            points.push_back(each.losses);
        for (const std::size_t i : paretoOrder(points))
            if (best.size() < size)
                best.push_back(pool[i]);
        return best;
    }

    // The first `population` trials of each generation to end, up to the last whole one.
    std::vector<std::vector<Individual>> wholeGenerations(const History& history) const
    {
        const auto size = std::size_t(m_spec.population);
        std::vector<const Trial*> ended;
        for (const Trial& trial : history.trials)
            if (isFinished(trial.state) && history.compares(trial))
                ended.push_back(&trial);
        std::ranges::stable_sort(ended, {}, &Trial::finished);
        std::vector<std::vector<Individual>> generations;
        for (const Trial* trial : ended) {
            const base::Value* of = trial->notes.find("generation");
            const std::int64_t generation = of ? of->toInt() : 0;
            if (generation < 0 || generation > std::int64_t(history.trials.size()))
                continue;
            if (std::size_t(generation) >= generations.size())
                generations.resize(std::size_t(generation) + 1);
            auto& members = generations[std::size_t(generation)];
            if (members.size() < size)
                if (auto losses = lossesOf(history, *trial))
                    members.push_back({trial, std::move(*losses)});
        }
        const auto open = std::ranges::find_if(generations, [&](const auto& each) { return each.size() < size; });
        generations.erase(open, generations.end());
        return generations;
    }

    // Those of the newest generation that is not whole yet, the best first; none of the first.
    std::vector<Individual> parentsOf(const History& history, std::int64_t& generation)
    {
        const auto whole = wholeGenerations(history);
        Chosen now;
        for (const auto& members : whole)
            for (const Individual& each : members)
                now.told.emplace_back(each.trial->number, each.losses);
        const bool goesOn = m_chosen.told.size() <= now.told.size() &&
                            std::equal(m_chosen.told.begin(), m_chosen.told.end(), now.told.begin());
        std::vector<Individual> parents;
        if (goesOn)
            for (const std::int64_t number : m_chosen.parents)
                if (auto losses = lossesOf(history, history.trials[std::size_t(number)]))
                    parents.push_back({&history.trials[std::size_t(number)], std::move(*losses)});
        for (generation = goesOn ? m_chosen.generations : 0; generation < std::int64_t(whole.size()); ++generation) {
            std::vector<Individual> pool = parents;
            const auto& members = whole[std::size_t(generation)];
            pool.insert(pool.end(), members.begin(), members.end());
            parents = bestOf(std::move(pool), std::size_t(m_spec.population));
        }
        now.generations = generation;
        for (const Individual& each : parents)
            now.parents.push_back(each.trial->number);
        m_chosen = std::move(now);
        return parents;
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
