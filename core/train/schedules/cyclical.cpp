// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/schedule.h"

#include <algorithm>
#include <cmath>

namespace core::train::schedules::cyclical {

namespace {

constexpr double usualRange = 4;

struct Spec {
    std::optional<double> maxLr;
    std::int64_t stepSizeUp = 2000;
    std::optional<std::int64_t> stepSizeDown;
    std::string mode = "triangular";
    double gamma = 1;
    bool cycleMomentum = true;
    double baseMomentum = 0.8;
    double maxMomentum = 0.9;
    std::string unit = "step";
};

base::Fields<Spec> fields()
{
    const std::vector<base::Condition> cycling{{"cycle_momentum", {true}}};
    const base::Domain share = base::Real{.min = 0, .max = 1, .belowMax = true};
    return base::Fields<Spec>{}
        .add("max_lr", &Spec::maxLr, base::Real{.min = 0, .aboveMin = true, .log = true},
             {"The top of each cycle; lr is its bottom. Empty: four times lr. A range test shows both ends.",
              {},
              "The cycles change nothing.",
              "The loss jumps at the top of every cycle."},
             {.tunable = true, .live = true, .nullWord = "auto"})
        .add("step_size_up", &Spec::stepSizeUp, base::Int{1, 1'000'000'000},
             {"How long the rate rises. Smith recommends 2 to 10 epochs."}, {.tunable = true, .live = true})
        .add("step_size_down", &Spec::stepSizeDown, base::Int{1, 1'000'000'000},
             {"How long the rate falls. Empty: as long as it rises."}, {.live = true, .nullWord = "auto"})
        .add("mode", &Spec::mode, base::Choice{{"triangular", "triangular2", "exp_range"}},
             {"Whether cycles stay as high, are halved each time, or shrink by gamma at every step."}, {.live = true})
        .add("gamma", &Spec::gamma, base::Real{.min = 0, .max = 1, .aboveMin = true},
             {"What the height is multiplied with at every step.", "(max_lr − lr) · gamma^t"},
             {.live = true, .visibleWhen = {{"mode", {"exp_range"}}}})
        .add("cycle_momentum", &Spec::cycleMomentum, base::Flag{},
             {"Lets the momentum (or β₁) fall while the rate rises, for optimizers that have one."}, {.live = true})
        .add("base_momentum", &Spec::baseMomentum, share, {"The momentum where the rate is highest."},
             {.live = true, .visibleWhen = cycling})
        .add("max_momentum", &Spec::maxMomentum, share, {"The momentum where the rate is lowest."},
             {.live = true, .visibleWhen = cycling})
        .add("unit", &Spec::unit, unitDomain(), unitHelp(), {.live = true});
}

/// Smith 2017 (arXiv:1506.01186), as torch.optim.lr_scheduler.CyclicLR with lr for base_lr.
class Cyclical final : public Schedule {
public:
    Cyclical(Spec spec, const ScheduleContext& context) : m_spec(std::move(spec)), m_context(context) {}

    double lr(std::int64_t step) const override
    {
        return m_context.lr + (m_spec.maxLr.value_or(usualRange * m_context.lr) - m_context.lr) * height(step);
    }
    std::optional<double> momentum(std::int64_t step) const override
    {
        if (!m_spec.cycleMomentum)
            return {};
        return m_spec.maxMomentum - (m_spec.maxMomentum - m_spec.baseMomentum) * height(step);
    }

private:
    // 0 at the bottom, 1 at the top of a full cycle.
    double height(std::int64_t step) const
    {
        const double t = double(unitsBefore(step, m_spec.unit, m_context));
        const double up = double(m_spec.stepSizeUp),
                     length = up + double(m_spec.stepSizeDown.value_or(m_spec.stepSizeUp));
        const double cycle = std::floor(1 + t / length), x = 1 + t / length - cycle, top = up / length;
        const double share = x <= top ? x / top : (x - 1) / (top - 1);
        if (m_spec.mode == "triangular2")
            return share / std::pow(2.0, cycle - 1);
        return m_spec.mode == "exp_range" ? share * std::pow(m_spec.gamma, t) : share;
    }

    Spec m_spec;
    ScheduleContext m_context;
};

}

void enroll(Schedules& all)
{
    all.add<Cyclical>("cyclical", "Cyclical",
                      "The rate rises and falls in a line between two bounds, over and over, and the momentum against "
                      "it.",
                      fields());
}

}
