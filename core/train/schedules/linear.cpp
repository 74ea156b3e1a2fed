// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/schedule.h"

#include <algorithm>

namespace core::train::schedules::linear {

namespace {

struct Spec {
    double startFactor = 1;
    double endFactor = 0;
    std::optional<std::int64_t> totalIters;
    std::string unit = "step";
};

base::Fields<Spec> fields()
{
    return base::Fields<Spec>{}
        .add("start_factor", &Spec::startFactor, base::Real{.min = 0, .max = 1e6},
             {"The rate at the start, as a multiple of lr."}, {.live = true})
        .add("end_factor", &Spec::endFactor, base::Real{.min = 0, .max = 1e6},
             {"The rate at the end, as a multiple of lr; it stays there.",
              "lr · (start_factor + (end_factor − start_factor) · t / total_iters)",
              {},
              "The weights never come to rest."},
             {.live = true})
        .add("total_iters", &Spec::totalIters, base::Int{1, 1'000'000'000},
             {"When the end is reached. Empty: at the end of the run."}, {.live = true, .nullWord = "whole run"})
        .add("unit", &Spec::unit, unitDomain(), unitHelp(), {.live = true});
}

/// torch.optim.lr_scheduler.LinearLR in closed form; its own factors, 1/3 and 1 over 5 epochs, are a warm-up, which
/// every schedule here has besides.
class Linear final : public Schedule {
public:
    Linear(Spec spec, const ScheduleContext& context) : m_spec(std::move(spec)), m_context(context) {}

    double lr(std::int64_t step) const override
    {
        const double end = double(m_spec.totalIters.value_or(unitsInRun(m_spec.unit, m_context)));
        const double t = std::min(double(unitsBefore(step, m_spec.unit, m_context)), end);
        return m_context.lr * (m_spec.startFactor + (m_spec.endFactor - m_spec.startFactor) * t / end);
    }

private:
    Spec m_spec;
    ScheduleContext m_context;
};

}

void enroll(Schedules& all)
{
    all.add<Linear>("linear", "Linear",
                    "The rate falls in a line to zero over the whole run: usual for Transformers, behind a warm-up.",
                    fields());
}

}
