// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/schedule.h"

#include <cmath>

namespace core::train::schedules::step {

namespace {

struct Spec {
    std::int64_t stepSize = 5;
    double gamma = 0.1;
    std::string unit = "epoch";
};

base::Fields<Spec> fields()
{
    return base::Fields<Spec>{}
        .add("step_size", &Spec::stepSize, base::Int{1, 1'000'000'000},
             {"How long the rate stays before it falls.",
              {},
              "The rate dies before anything is learned.",
              "The fall comes too late to settle the loss."},
             {.tunable = true, .live = true})
        .add("gamma", &Spec::gamma, base::Real{.min = 0, .max = 1, .aboveMin = true, .log = true},
             {"What the rate is multiplied with at each fall.", "lr · gamma^⌊t / step_size⌋",
              "After one fall nothing moves any more.", "1 changes nothing."},
             {.tunable = true, .live = true})
        .add("unit", &Spec::unit, unitDomain(), unitHelp(), {.live = true});
}

/// torch.optim.lr_scheduler.StepLR in closed form: η₀·γ^⌊t/k⌋.
class Step final : public Schedule {
public:
    Step(Spec spec, const ScheduleContext& context) : m_spec(std::move(spec)), m_context(context) {}

    double lr(std::int64_t step) const override
    {
        return m_context.lr *
               std::pow(m_spec.gamma, double(unitsBefore(step, m_spec.unit, m_context) / m_spec.stepSize));
    }

private:
    Spec m_spec;
    ScheduleContext m_context;
};

}

void enroll(Schedules& all)
{
    all.add<Step>("step", "Step", "The rate falls by a factor every few epochs: large moves first, fine ones later.",
                  fields());
}

}
