// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/schedule.h"

#include <algorithm>
#include <cmath>

namespace core::train::schedules::multi_step {

namespace {

struct Spec {
    std::vector<std::int64_t> milestones{5, 8};
    double gamma = 0.1;
    std::string unit = "epoch";
};

base::Fields<Spec> fields()
{
    return base::Fields<Spec>{}
        .add("milestones", &Spec::milestones,
             std::make_shared<const base::List>(base::List{base::Int{0, 1'000'000'000}, 1, 1000}),
             {"When the rate falls. One that is named twice falls twice.",
              {},
              "The rate dies before anything is learned.",
              "The falls come too late to settle the loss."},
             {.live = true})
        .add("gamma", &Spec::gamma, base::Real{.min = 0, .max = 1, .aboveMin = true, .log = true},
             {"What the rate is multiplied with at each fall.", "lr · gamma^(milestones passed)",
              "After one fall nothing moves any more.", "1 changes nothing."},
             {.tunable = true, .live = true})
        .add("unit", &Spec::unit, unitDomain(), unitHelp(), {.live = true});
}

/// torch.optim.lr_scheduler.MultiStepLR in closed form.
class MultiStep final : public Schedule {
public:
    MultiStep(Spec spec, const ScheduleContext& context) : m_spec(std::move(spec)), m_context(context)
    {
        std::ranges::sort(m_spec.milestones);
    }

    double lr(std::int64_t step) const override
    {
        const auto next = std::ranges::upper_bound(m_spec.milestones, unitsBefore(step, m_spec.unit, m_context));
        return m_context.lr * std::pow(m_spec.gamma, double(next - m_spec.milestones.begin()));
    }

private:
    Spec m_spec;
    ScheduleContext m_context;
};

}

void enroll(Schedules& all)
{
    all.add<MultiStep>("multi_step", "Multi-step",
                       "The rate falls by a factor at chosen epochs, as the first ResNets were trained.", fields());
}

}
