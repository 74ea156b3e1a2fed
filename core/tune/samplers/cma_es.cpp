// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/cma.h"
#include "core/tune/sampler.h"

#include <algorithm>

namespace core::tune::samplers::cma_es {

namespace {

struct Spec {
    double sigma = 1.0 / 6;
    std::optional<std::int64_t> population;
};

/// Numbers are drawn from the adapted normal in the unit cube; categories, and what exists for some values alone, by
/// chance. A trial remembers its generation and its place; the distribution is worked out from them anew each time.
class CmaEs final : public Sampler {
public:
    explicit CmaEs(Spec spec) : m_spec(spec) {}

    std::optional<Proposal> propose(const History& history, std::int64_t number, std::uint64_t attempt) override
    {
        const base::Draw draw = drawsOf(history, "CmaEs", number, attempt);
        const std::vector<std::size_t> numbers = numbersOf(history.space);
        std::vector<double> unit(history.space.size());
        for (std::size_t i = 0; i < unit.size(); ++i)
            unit[i] = draw.uniform(i);
        if (numbers.empty())
            return Proposal{history.space.pointAt(unit)};
        const Cma cma = stateOf(history, numbers);
        const std::vector<double> x = cma.ask(draw.within(1));
        base::Array place;
        for (std::size_t k = 0; k < numbers.size(); ++k) {
            unit[numbers[k]] = x[k];
            place.emplace_back(x[k]);
        }
        return Proposal{history.space.pointAt(unit), {{"generation", cma.generation()}, {"place", std::move(place)}}};
    }

    void check(const CheckedPart& part, TuningChecked& found) const override
    {
        needsOneObjective(part, found);
        if (numbersOf(part.space).empty() && part.space.size() > 0)
            found.problems.push_back({base::ErrorKind::Spec, "CmaEs adapts to numbers, and there are only categories",
                                      "/tuning/strategy", "Take TPE, or Grid"});
    }

    bool converged(const History& history) const override
    {
        const std::vector<std::size_t> numbers = numbersOf(history.space);
        return !numbers.empty() && stateOf(history, numbers).reach() < 1e-6;
    }

private:
    Spec m_spec;

    static std::vector<std::size_t> numbersOf(const Space& space)
    {
        std::vector<std::size_t> found;
        for (std::size_t i = 0; i < space.size(); ++i)
            if (const Parameter& each = space.parameters()[i];
                each.range.type != Type::Categorical && !each.when && each.range.count().value_or(2) > 1)
                found.push_back(i);
        return found;
    }

    // Whether a trial's place means its values: not so from before the ranges were changed.
    static bool isPlaced(const Space& space, const Trial& trial, const std::vector<std::size_t>& numbers)
    {
        const base::Value* place = trial.notes.find("place");
        if (!place || !trial.notes.find("generation") || place->array().size() != numbers.size())
            return false;
        for (std::size_t k = 0; k < numbers.size(); ++k) {
            const Parameter& each = space.parameters()[numbers[k]];
            const base::Value* value = trial.parameters.find(each.path);
            if (!value || !(each.range.fromUnit(place->array()[k].toReal()) == *value))
                return false;
        }
        return true;
    }

    using Generation = std::vector<std::pair<std::vector<double>, double>>;

    /// The distribution after some generations, so that it need not be worked out from the first one each time. It is
    /// gone on with only where they are the same as now, so it changes no result.
    struct Worked {
        Cma cma;
        std::vector<Generation> generations;
    };
    mutable std::optional<Worked> m_worked;

    // Trials by their generations, each as they ended.
    static std::vector<Generation> generationsIn(const History& history, const std::vector<std::size_t>& numbers)
    {
        std::vector<const Trial*> ended;
        for (const Trial& trial : history.trials)
            if (history.lastLoss(trial) && isPlaced(history.space, trial, numbers))
                ended.push_back(&trial);
        std::ranges::stable_sort(ended, {}, &Trial::finished);
        std::vector<Generation> generations;
        for (const Trial* trial : ended) {
            const std::int64_t generation = trial->notes.find("generation")->toInt();
            if (generation < 0 || generation > std::int64_t(history.trials.size()))
                continue;
            if (std::size_t(generation) >= generations.size())
                generations.resize(std::size_t(generation) + 1);
            std::vector<double> x;
            for (const base::Value& each : trial->notes.find("place")->array())
                x.push_back(each.toReal());
            generations[std::size_t(generation)].emplace_back(std::move(x), *history.lastLoss(*trial));
        }
        return generations;
    }

    Cma stateOf(const History& history, const std::vector<std::size_t>& numbers) const
    {
        Worked now{
            Cma(std::vector<double>(numbers.size(), 0.5), m_spec.sigma, std::size_t(m_spec.population.value_or(0))),
            {}};
        const std::size_t size = now.cma.constants().population;
        std::vector<Generation> whole = generationsIn(history, numbers);
        for (std::size_t g = 0; g < whole.size(); ++g) {
            if (whole[g].size() < size) {
                whole.resize(g);
                break;
            }
            whole[g].resize(size);
        }
        const bool goesOn = m_worked && m_worked->cma.mean().size() == numbers.size() &&
                            m_worked->generations.size() <= whole.size() &&
                            std::equal(m_worked->generations.begin(), m_worked->generations.end(), whole.begin());
        if (goesOn)
            now = std::move(*m_worked);
        for (std::size_t g = now.generations.size(); g < whole.size(); ++g)
            now.cma.tell(whole[g]);
        now.generations = std::move(whole);
        m_worked = std::move(now);
        return m_worked->cma;
    }
};

}

void enroll(Samplers& all)
{
    all.add<CmaEs>(
        "CmaEs", "CMA-ES",
        "A cloud of points that moves, stretches and turns towards what is good. For numbers, and some hundred "
        "trials.",
        base::Fields<Spec>{}
            .add("sigma", &Spec::sigma, base::Real{.min = 0, .max = 1, .aboveMin = true},
                 {"The cloud's first width, as a share of each range."})
            .add("population", &Spec::population, base::Int{4, 10000}, {"Trials of a generation."},
                 {.unit = "trials", .nullWord = "auto"}));
}

}
