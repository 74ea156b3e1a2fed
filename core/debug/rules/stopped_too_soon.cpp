// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

namespace core::debug::rules::stopped_too_soon {

namespace {

struct Spec {
    double fall = 0.02;
    double margin = 1;
};

/// At the end of a run that stopped early, with the evaluations v₀ v₁ … of validation/loss and the mean training losses
/// m₀ m₁ … between them: fires where the evaluations after the best lie above it by less than margin · mean |vᵢ − vᵢ₋₁|
/// on average, the curve's own noise, while m fell by more than `fall` of itself over them. Prechelt (1998), "Early
/// stopping — but when?": a slower criterion gains where the curve is noisy.
class StoppedTooSoon final : public Rule {
public:
    explicit StoppedTooSoon(Spec spec) : m_spec(spec) {}

    base::Status prepare(const RunFacts& facts) override
    {
        const base::Value* stopping = facts.spec.at("train.early_stopping");
        m_patience = stopping && stopping->isObject() ? (*stopping)["patience"].toInt() : 0;
        m_total = facts.totalSteps;
        return {};
    }

    std::vector<Need> needs() const override
    {
        return {{{{}, {"^train/loss$"}}, {"mean"}, {Mode::Train, Mode::Global}},
                {{{}, {"^validation/loss$"}}, {"mean"}, {Mode::Eval}}};
    }

    Verdict at(const Moment& now) override
    {
        m_step = now.step;
        if (now.mode != Mode::Eval) {
            addTo(m_phase, now, 0);
            return {};
        }
        Mean judged;
        addTo(judged, now, 1);
        if (judged.count == 0)
            return {};
        m_judged.push_back(judged.value());
        m_trained.push_back(std::exchange(m_phase, {}).value());
        return {};
    }

    Verdict end() override
    {
        const std::size_t best = std::size_t(std::ranges::min_element(m_judged) - m_judged.begin());
        const std::size_t after = m_judged.size() - std::min(m_judged.size(), best + 1);
        if (m_patience == 0 || m_step + 1 >= m_total || std::int64_t(after) < m_patience || best == 0)
            return {};
        double noise = 0, above = 0;
        for (std::size_t i = 1; i < m_judged.size(); ++i)
            noise += std::abs(m_judged[i] - m_judged[i - 1]) / double(m_judged.size() - 1);
        for (std::size_t i = best + 1; i < m_judged.size(); ++i)
            above += (m_judged[i] - m_judged[best]) / double(after);
        const double fell = (m_trained[best] - m_trained.back()) / m_trained[best];
        if (!(above < m_spec.margin * noise && fell > m_spec.fall))
            return {};
        return Hit{"validation/loss", above / noise, m_spec.margin,
                   "It stopped after " + plural(std::int64_t(after), "evaluation", "evaluations") +
                       " without a new best, " + figure(above) +
                       " above it on average, where validation/loss moves by " + figure(noise) +
                       " each time; the training loss still fell by " + figure(100 * fell) + " %."};
    }

private:
    Spec m_spec;
    Mean m_phase;
    std::vector<double> m_judged, m_trained;
    std::int64_t m_patience = 0, m_total = 0, m_step = 0;
};

}

void enroll(Rules& all)
{
    all.add<StoppedTooSoon>(
        "StoppedTooSoon", "Stopped too soon",
        "Fires when early stopping ended a run that was still getting better, on a noisy curve.",
        {"What a run would have learned later is lost, and which run wins is left to chance.",
         {{"The patience is shorter than the curve is noisy.", {clue::patienceBelow(5)}},
          "Few validation rows make a noisy curve.",
          {"The rate is large, so that the curve jumps.", {clue::rateHigh(), clue::fired("LossOscillating")}},
          {"Batches are small, so that the curve jumps.", {clue::batchBelow(8), clue::fired("GradientNoise")}}},
         {"patience", "lr_down", "batch_up"},
         true},
        base::Fields<Spec>{}
            .add("fall", &Spec::fall, base::Real{0, 1},
                 {"The share by which the training loss still fell after the best evaluation."})
            .add("margin", &Spec::margin, base::Real{.min = 0},
                 {"How far above the best the later evaluations may lie.", "in mean changes from one to the next"}));
}

}
