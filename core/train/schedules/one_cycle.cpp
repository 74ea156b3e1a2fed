// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/schedule.h"

#include <algorithm>

namespace core::train::schedules::one_cycle {

namespace {

struct Spec {
    std::string variant = "pytorch";
    std::optional<double> pctStart;
    double divFactor = 25;
    std::optional<double> finalDivFactor;
    std::string annealStrategy = "cos";
    bool threePhase = false;
    bool cycleMomentum = true;
    double baseMomentum = 0.85;
    double maxMomentum = 0.95;
};

base::Fields<Spec> fields()
{
    const std::vector<base::Condition> cycling{{"cycle_momentum", {true}}}, pytorch{{"variant", {"pytorch"}}};
    const base::Domain share = base::Real{.min = 0, .max = 1, .belowMax = true};
    return base::Fields<Spec>{}
        .add("variant", &Spec::variant, base::Choice{{"pytorch", "fastai"}},
             {"Two curves bear this name. pytorch: up for 0.3 of the run, down to a 1e4th of where it began. fastai: "
              "up for a quarter, down to a 1e5th of the top."},
             {.live = true})
        .add("pct_start", &Spec::pctStart, base::Real{.min = 0, .max = 1, .aboveMin = true, .belowMax = true},
             {"The share of the run in which the rate rises. Empty: the variant's own, 0.3 or 0.25.",
              {},
              "The top comes before the weights have settled: the loss jumps.",
              "Too little time is left for coming down."},
             {.tunable = true, .live = true, .nullWord = "auto"})
        .add("div_factor", &Spec::divFactor, base::Real{.min = 1},
             {"How far below lr the rate begins; lr is the top.", "lr / div_factor",
              "The first steps are large: the loss jumps.", "Time spent at rates that are too small."},
             {.live = true})
        .add("final_div_factor", &Spec::finalDivFactor, base::Real{.min = 1, .log = true},
             {"How far down the rate ends. Empty: the variant's own, 1e4 or 1e5.",
              "pytorch: lr / div_factor / final_div_factor    fastai: lr / final_div_factor"},
             {.live = true, .nullWord = "auto"})
        .add("anneal_strategy", &Spec::annealStrategy, base::Choice{{"cos", "linear"}},
             {"Along half a cosine or in a line."}, {.live = true, .visibleWhen = pytorch})
        .add("three_phase", &Spec::threePhase, base::Flag{},
             {"Comes down in two parts, as Smith did: back to where it began, then all the way."},
             {.live = true, .visibleWhen = pytorch})
        .add("cycle_momentum", &Spec::cycleMomentum, base::Flag{},
             {"Lets the momentum (or β₁) fall while the rate rises, for optimizers that have one."}, {.live = true})
        .add("base_momentum", &Spec::baseMomentum, share, {"The momentum where the rate is highest."},
             {.live = true, .visibleWhen = cycling})
        .add("max_momentum", &Spec::maxMomentum, share, {"The momentum where the rate is lowest."},
             {.live = true, .visibleWhen = cycling});
}

struct Phase {
    double end = 0; ///< in steps; it begins where the one before ends
    double lr[2] = {};
    double momentum[2] = {};
};

/// Smith & Topin 2018 (arXiv:1708.07120) over the whole run: torch.optim.lr_scheduler.OneCycleLR with lr for max_lr,
/// or fastai's fit_one_cycle.
class OneCycle final : public Schedule {
public:
    OneCycle(Spec spec, const ScheduleContext& context) : m_spec(std::move(spec)), m_lr(context.lr)
    {
        const bool fastai = m_spec.variant == "fastai";
        const double total = double(context.totalSteps), up = m_spec.pctStart.value_or(fastai ? 0.25 : 0.3);
        const double first = m_lr / m_spec.divFactor;
        const double high = m_spec.maxMomentum, low = m_spec.baseMomentum;
        if (fastai) {
            m_first = 0;
            m_phases = {{up * total, {first, m_lr}, {high, low}},
                        {total, {m_lr, m_lr / m_spec.finalDivFactor.value_or(1e5)}, {low, high}}};
            return;
        }
        const double last = first / m_spec.finalDivFactor.value_or(1e4);
        m_phases = {{up * total - 1, {first, m_lr}, {high, low}}};
        if (m_spec.threePhase) {
            m_phases.push_back({2 * up * total - 2, {m_lr, first}, {low, high}});
            m_phases.push_back({total - 1, {first, last}, {high, high}});
        } else {
            m_phases.push_back({total - 1, {m_lr, last}, {low, high}});
        }
    }

    double lr(std::int64_t step) const override { return at(step, &Phase::lr); }
    std::optional<double> momentum(std::int64_t step) const override
    {
        if (!m_spec.cycleMomentum)
            return {};
        return at(step, &Phase::momentum);
    }
    double warmsUpTo(double) const override { return m_phases.front().lr[0]; }

private:
    double at(std::int64_t step, double (Phase::*ends)[2]) const
    {
        double begin = m_first;
        std::size_t i = 0;
        // fastai's middle belongs to what follows, PyTorch's to what was.
        const auto over = [&](double end) {
            return m_spec.variant == "fastai" ? double(step) >= end : double(step) > end;
        };
        for (; i + 1 < m_phases.size() && over(m_phases[i].end); ++i)
            begin = m_phases[i].end;
        const Phase& phase = m_phases[i];
        const double length = phase.end - begin;
        const double share = length > 0 ? std::min(1.0, (double(step) - begin) / length) : 1;
        const double from = (phase.*ends)[0], to = (phase.*ends)[1];
        const bool line = m_spec.variant == "pytorch" && m_spec.annealStrategy == "linear";
        return line ? (to - from) * share + from : alongCosine(from, to, share);
    }

    Spec m_spec;
    double m_lr;
    double m_first = 0;
    std::vector<Phase> m_phases;
};

}

void enroll(Schedules& all)
{
    all.add<OneCycle>("one_cycle", "One cycle",
                      "The rate rises to lr and falls far below where it began, the momentum against it: large rates "
                      "in the middle of the run train fast.",
                      fields());
}

}
