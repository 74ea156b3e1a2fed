// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

namespace core::debug::rules::slow_convergence {

namespace {

struct Spec {
    double threshold = 0.02;
    double far = 0.7;
    std::int64_t patience = 3;
};

/// The mean training loss between evaluations, m₀ m₁ m₂ …, and the loss L₀ of the run's first step: fires where
/// (m₋₁ − m) / m₋₁ < threshold for `patience` evaluations running while m > far · L₀.
class SlowConvergence final : public Rule {
public:
    explicit SlowConvergence(Spec spec) : m_spec(spec) {}

    std::vector<Need> needs() const override
    {
        return {{{{"losses"}}, {"mean"}, {Mode::Train, Mode::Global}}, {{{"losses"}}, {"mean"}, {Mode::Eval}}};
    }

    Compared compared() const override
    {
        return {"fall of the loss since the evaluation before", "threshold", false, false};
    }

    Verdict at(const Moment& now) override
    {
        m_step = now.step;
        if (now.mode == Mode::Eval)
            return judge();
        addTo(m_phase, now, 0);
        if (std::isnan(m_first))
            m_first = m_phase.value();
        return {};
    }

private:
    Spec m_spec;
    Mean m_phase;
    double m_first = std::nan(""), m_before = std::nan("");
    std::int64_t m_count = 0, m_step = 0, m_since = -1;

    Verdict judge()
    {
        if (m_phase.count == 0)
            return {};
        const double mean = std::exchange(m_phase, {}).value(), before = std::exchange(m_before, mean);
        const double fell = (before - mean) / before;
        if (!(fell < m_spec.threshold && mean > m_spec.far * m_first)) {
            m_count = 0;
            return {};
        }
        if (++m_count == 1)
            m_since = m_step;
        if (m_count < m_spec.patience)
            return {};
        return Hit{"train/loss", fell, m_spec.threshold,
                   "The training loss fell by " + figure(100 * fell) + " % since the evaluation before and is still " +
                       figure(100 * mean / m_first) + " % of what it was at the start.",
                   m_since};
    }
};

}

void enroll(Rules& all)
{
    all.add<SlowConvergence>(
        "SlowConvergence", "It hardly learns", "Fires when the training loss hardly falls and is still far up.",
        {"Time goes by and little is learned: something holds the weights back.",
         {{"The learning rate is too small.",
           {clue::rateLow(), clue::updatesBelow(1e-4), clue::rateDied(), clue::epochOf(2)}},
          {"Gradients vanish on their way down.", {clue::fired("VanishingGradient")}},
          {"The inputs are not normalized.", {clue::unnormalized()}},
          {"The model is too simple for the task, or the labels are noise.",
           {clue::neuronsAtMost(16), clue::fired("LabelNoise"), clue::fired("Underfit")}}},
         {"lr_up", "scale_rate", "normalize", "relu", "batch_norm", "larger", "batch_down", "hold_rate",
          "cross_entropy"},
         true},
        base::Fields<Spec>{}
            .add("threshold", &Spec::threshold, base::Real{0, 1},
                 {"The share by which the loss should fall from evaluation to evaluation."})
            .add("far", &Spec::far, base::Real{.min = 0}, {"The share of its first value that is far up."})
            .add("patience", &Spec::patience, base::Int{1, 1'000'000}, {"So many evaluations running."}));
}

}
