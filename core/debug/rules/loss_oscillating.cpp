// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

#include <deque>

namespace core::debug::rules::loss_oscillating {

namespace {

struct Spec {
    std::int64_t smooth = 10;
    std::int64_t window = 12;
    double threshold = 0.5;
    double amplitude = 0.3;
    double far = 0.33;
};

/// The training loss as means of `smooth` steps each. Over the last `window` of them: fires where the share of changes
/// of direction > threshold, the mean |difference| of neighbours > amplitude · their mean, and the second half is not
/// below the first by 10 %, while their mean > far · the first mean of the run: near the ground single batches swing by
/// large shares of a loss that is small.
class LossOscillating final : public Rule {
public:
    explicit LossOscillating(Spec spec) : m_spec(spec) {}

    std::vector<Need> needs() const override { return {{{{"losses"}}, {"mean"}, {Mode::Train, Mode::Global}}}; }

    Compared compared() const override { return {"swing of the loss / loss", "amplitude", true, false}; }

    Verdict at(const Moment& now) override
    {
        addTo(m_block, now, 0);
        if (m_block.count < m_spec.smooth)
            return {};
        m_means.push_back(std::exchange(m_block, {}).value());
        if (std::isnan(m_first))
            m_first = m_means.back();
        if (std::int64_t(m_means.size()) > m_spec.window)
            m_means.pop_front();
        if (std::int64_t(m_means.size()) < m_spec.window)
            return {};
        const std::size_t n = m_means.size();
        double turns = 0, moved = 0, sum = 0, early = 0, late = 0;
        for (std::size_t i = 0; i < n; ++i) {
            sum += m_means[i];
            (i < n / 2 ? early : late) += m_means[i];
            if (i > 0)
                moved += std::abs(m_means[i] - m_means[i - 1]);
            if (i > 1)
                turns += (m_means[i] - m_means[i - 1]) * (m_means[i - 1] - m_means[i - 2]) < 0;
        }
        const double share = turns / double(n - 2), swing = moved / double(n - 1) / (std::abs(sum) / double(n));
        early /= double(n / 2);
        late /= double(n - n / 2);
        if (!(share > m_spec.threshold && swing > m_spec.amplitude && late > 0.9 * early &&
              sum / double(n) > m_spec.far * m_first))
            return {};
        return Hit{"train/loss", swing, m_spec.amplitude,
                   "The training loss swings by " + figure(100 * swing) + " % of itself from one " +
                       std::to_string(m_spec.smooth) + " steps to the next, and does not fall."};
    }

private:
    Spec m_spec;
    Mean m_block;
    std::deque<double> m_means;
    double m_first = std::nan("");
};

}

void enroll(Rules& all)
{
    all.add<LossOscillating>(
        "LossOscillating", "Loss swings", "Fires when the smoothed training loss goes up and down without falling.",
        {"Each step jumps over the valley and back: what is won is lost again.",
         {{"The learning rate is too large.",
           {clue::rateHigh(), clue::updatesAbove(0.1), clue::fired("LearningRateTooHigh")}},
          {"Momentum carries the weights past the minimum.", {clue::momentumAbove(0.95)}},
          {"Batches are too small to say where down is.", {clue::batchBelow(8), clue::fired("GradientNoise")}},
          {"Rows are not shuffled: batches differ in kind.", {clue::unshuffled()}}},
         {"lr_down", "momentum_down", "cosine", "batch_up", "clip", "shuffle"},
         true},
        base::Fields<Spec>{}
            .add("smooth", &Spec::smooth, base::Int{1, 1'000'000}, {"Steps that are averaged into one value."},
                 {.unit = "steps"})
            .add("window", &Spec::window, base::Int{4, 10'000}, {"Averages that are looked at."})
            .add("threshold", &Spec::threshold, base::Real{0, 1}, {"The share of changes of direction."})
            .add("amplitude", &Spec::amplitude, base::Real{.min = 0}, {"How far it swings, as a share of the loss."})
            .add("far", &Spec::far, base::Real{.min = 0},
                 {"The share of the first losses below which swings are those of a run that has arrived."}));
}

}
