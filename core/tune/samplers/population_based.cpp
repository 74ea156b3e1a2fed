// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/sampler.h"

#include <algorithm>
#include <cmath>

namespace core::tune::samplers::population_based {

namespace {

struct Spec {
    std::int64_t population = 10;
    double quantile = 0.25;
    double resample = 0.25;
    double perturbation = 0.2;
};

struct Member {
    const Trial* last = nullptr;
    const Trial* valued = nullptr; ///< its newest piece that has a value: others run meanwhile
    std::int64_t generation = -1;
};

/// Population-based training (Jaderberg et al. 2017): members train piece by piece. After a piece, a member of the
/// worst quarter takes over the checkpoint and values of one of the best quarter, changed a little (exploit, explore);
/// the others go on from their own. A trial is a piece: its note `parent` names the trial whose checkpoint it branches
/// from.
class PopulationBased final : public Sampler {
public:
    explicit PopulationBased(Spec spec) : m_spec(spec) {}

    std::optional<Proposal> propose(const History& history, std::int64_t number, std::uint64_t attempt) override
    {
        const base::Draw draw = drawsOf(history, "PopulationBased", number, attempt);
        const std::vector<Member> members = membersOf(history);
        std::int64_t next = -1;
        for (std::int64_t m = 0; m < m_spec.population; ++m) {
            const Member& member = members[std::size_t(m)];
            const bool ready = !member.last || isFinished(member.last->state);
            if (ready && (next < 0 || member.generation < members[std::size_t(next)].generation))
                next = m;
        }
        if (next < 0)
            return {};
        const Member& member = members[std::size_t(next)];
        base::Object notes{{"member", next}, {"generation", member.generation + 1}};
        const std::vector<const Trial*> ranked = rankedOf(history, members);
        if (!member.last || ranked.empty())
            return Proposal{startingPoint(history, "PopulationBased", number, attempt), std::move(notes)};
        const auto chosen = std::size_t(std::ceil(m_spec.quantile * double(ranked.size())));
        const auto place = std::size_t(std::ranges::find(ranked, member.last) - ranked.begin());
        // A member whose last piece failed is not ranked: it takes over from another.
        const bool worst = ranked.size() > 1 && place >= ranked.size() - std::min(chosen, ranked.size() / 2);
        if (!worst) {
            notes.set("parent", member.last->number);
            return Proposal{history.space.nearest(member.last->parameters), std::move(notes)};
        }
        const Trial& from = *ranked[std::size_t(draw.below(0, std::max<std::size_t>(chosen, 1)))];
        notes.set("parent", from.number);
        notes.set("exploited", member.last->number);
        return Proposal{explored(history.space, from.parameters, draw.within(1)), std::move(notes)};
    }

    void check(const CheckedPart& part, TuningChecked& found) const override
    {
        needsOneObjective(part, found);
        if (part.spec.maxJobs.value_or(1) < 2 * m_spec.population)
            found.warnings.push_back({base::ErrorKind::Spec, "max_jobs leaves no second generation", "/tuning/max_jobs",
                                      "A trial is one piece of a member: take population · generations"});
    }

private:
    Spec m_spec;

    std::vector<Member> membersOf(const History& history) const
    {
        std::vector<Member> members(std::size_t(m_spec.population));
        for (const Trial& trial : history.trials) {
            const base::Value *place = trial.notes.find("member"), *generation = trial.notes.find("generation");
            if (!place || !generation || place->toInt() < 0 || place->toInt() >= m_spec.population)
                continue;
            Member& member = members[std::size_t(place->toInt())];
            if (generation->toInt() > member.generation) {
                member.last = &trial;
                member.generation = generation->toInt();
            }
            if (history.lastLoss(trial))
                member.valued = &trial;
        }
        return members;
    }

    // The last pieces that have a value, the best first.
    static std::vector<const Trial*> rankedOf(const History& history, const std::vector<Member>& members)
    {
        std::vector<const Trial*> ranked;
        for (const Member& member : members)
            if (member.valued)
                ranked.push_back(member.valued);
        std::ranges::stable_sort(ranked, {}, [&](const Trial* trial) { return *history.lastLoss(*trial); });
        return ranked;
    }

    // A number moves along its scale, up or down; a category, and a number now and then, is drawn anew.
    base::Object explored(const Space& space, const base::Object& from, const base::Draw& draw) const
    {
        std::vector<double> unit = space.unitOf(from);
        for (std::size_t i = 0; i < unit.size(); ++i) {
            const Distribution& range = space.parameters()[i].range;
            const bool anew = std::isnan(unit[i]) || draw.uniform(3 * i) < m_spec.resample;
            if (anew)
                unit[i] = draw.uniform(3 * i + 1);
            else if (range.type != Type::Categorical) {
                const double step = std::max(m_spec.perturbation, range.count() ? 1 / double(*range.count()) : 0);
                unit[i] = std::clamp(unit[i] + (draw.uniform(3 * i + 2) < 0.5 ? -step : step), 0.0, 1.0);
            }
        }
        return space.pointAt(unit);
    }
};

}

void enroll(Samplers& all)
{
    all.add<PopulationBased>(
        "PopulationBased", "Population-based training",
        "Members train piece by piece; the worst take over the checkpoints and values of the best, changed a little.",
        base::Fields<Spec>{}
            .add("population", &Spec::population, base::Int{2, 1000}, {"Members that train beside each other."})
            .add("quantile", &Spec::quantile, base::Real{0, 0.5}, {"The part that takes over, and that is taken from."})
            .add("resample", &Spec::resample, base::Real{0, 1}, {"The chance of each value to be drawn anew."})
            .add("perturbation", &Spec::perturbation, base::Real{0, 1},
                 {"How far a number moves, as a share of its range."}));
}

}
