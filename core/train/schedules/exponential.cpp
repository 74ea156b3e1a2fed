// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/schedule.h"

#include <cmath>

namespace core::train::schedules::exponential {

namespace {

constexpr double usualGamma = 0.9;

struct Spec {
    std::optional<double> gamma;
    std::optional<double> decayRate;
    std::string unit = "epoch";
};

base::Fields<Spec> fields()
{
    return base::Fields<Spec>{}
        .add("gamma", &Spec::gamma, base::Real{.min = 0, .max = 1, .aboveMin = true, .log = true},
             {"What the rate is multiplied with after each epoch or step. Empty: 0.9, or what decay_rate says.",
              "lr · gamma^t", "The rate is gone before the loss has settled.", "1 changes nothing."},
             {.tunable = true, .live = true, .nullWord = "auto"})
        .add("decay_rate", &Spec::decayRate, base::Real{.min = 0, .log = true},
             {"The same decay written with e: give this or gamma, not both.", "lr · e^(−decay_rate · t)",
              "0 changes nothing.", "The rate is gone before the loss has settled."},
             {.tunable = true, .live = true, .nullWord = "auto"})
        .add("unit", &Spec::unit, unitDomain(), unitHelp(), {.live = true});
}

/// torch.optim.lr_scheduler.ExponentialLR in closed form: η₀·γ^t, where γ may be written as e^(−λ).
class Exponential final : public Schedule {
public:
    static base::Result<std::unique_ptr<Schedule>> make(Spec spec, const ScheduleContext& context)
    {
        if (spec.gamma && spec.decayRate)
            return base::Error{base::ErrorKind::Spec, "gamma and decay_rate both say how fast the rate falls",
                               "/train/schedule/decay_rate", "Give one of them: gamma = e^(−decay_rate)"};
        return std::unique_ptr<Schedule>(new Exponential(std::move(spec), context));
    }

    double lr(std::int64_t step) const override
    {
        const double t = double(unitsBefore(step, m_spec.unit, m_context));
        return m_context.lr *
               (m_spec.decayRate ? std::exp(-*m_spec.decayRate * t) : std::pow(m_spec.gamma.value_or(usualGamma), t));
    }

private:
    Exponential(Spec spec, const ScheduleContext& context) : m_spec(std::move(spec)), m_context(context) {}

    Spec m_spec;
    ScheduleContext m_context;
};

}

void enroll(Schedules& all)
{
    all.add<Exponential>("exponential", "Exponential", "The rate falls by the same share after every epoch or step.",
                         fields());
}

}
