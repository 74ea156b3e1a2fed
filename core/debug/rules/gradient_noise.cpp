// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

#include <deque>

namespace core::debug::rules::gradient_noise {

namespace {

struct Spec {
    std::int64_t window = 200;
    double threshold = 0.5;
    double fall = 0.05;
    double far = 0.33;
};

/// Noise of the training loss from batch to batch over the last `window` steps: the root of the mean of
/// (l_i − l_{i−1})² / 2, as a share of the mean loss. Fires, once a window, where it is above threshold while the mean
/// of the second half is not below that of the first by `fall`, and the mean is above far · the mean of the run's first
/// ten steps: near the ground noise is a large share of a loss that is small.
class GradientNoise final : public Rule {
public:
    explicit GradientNoise(Spec spec) : m_spec(spec) {}

    std::vector<Need> needs() const override { return {{{{"losses"}}, {"mean"}, {Mode::Train, Mode::Global}}}; }

    Compared compared() const override { return {"noise of the loss / loss", "threshold", true, false}; }

    Verdict at(const Moment& now) override
    {
        Mean step;
        addTo(step, now, 0);
        m_losses.push_back(step.value());
        if (m_first.count < 10)
            addTo(m_first, now, 0);
        if (std::int64_t(m_losses.size()) < m_spec.window)
            return {};
        double squares = 0, early = 0, late = 0;
        for (std::size_t i = 0; i < m_losses.size(); ++i) {
            (i < m_losses.size() / 2 ? early : late) += m_losses[i];
            if (i > 0)
                squares += (m_losses[i] - m_losses[i - 1]) * (m_losses[i] - m_losses[i - 1]) / 2;
        }
        const double mean = (early + late) / double(m_losses.size());
        const double noise = std::sqrt(squares / double(m_losses.size() - 1)) / std::abs(mean);
        m_losses.clear();
        if (!(noise > m_spec.threshold && late > (1 - m_spec.fall) * early && mean > m_spec.far * m_first.value()))
            return {};
        return Hit{"train/loss", noise, m_spec.threshold,
                   "From batch to batch the loss jumps by " + figure(100 * noise) + " % of itself, and over " +
                       std::to_string(m_spec.window) +
                       " steps it did not fall: batches are too small to say where down "
                       "is."};
    }

private:
    Spec m_spec;
    std::vector<double> m_losses;
    Mean m_first;
};

}

void enroll(Rules& all)
{
    all.add<GradientNoise>(
        "GradientNoise", "Noisy gradients", "Fires when the loss jumps from batch to batch and does not fall.",
        {"A gradient of few rows points anywhere: steps undo each other.",
         {{"Batches are too small.", {clue::batchBelow(8)}},
          {"The rate is too large for so small batches.", {clue::rateHigh(), clue::updatesAbove(0.05)}},
          {"Some rows are mislabelled.", {clue::fired("LabelNoise"), clue::above("data/label_noise", 0)}},
          {"Rows are not shuffled.", {clue::unshuffled()}}},
         {"batch_up", "lr_down", "cosine", "shuffle", "momentum_down"},
         true,
         true},
        base::Fields<Spec>{}
            .add("window", &Spec::window, base::Int{4, 1'000'000}, {"Steps that are looked at together."},
                 {.unit = "steps"})
            .add("threshold", &Spec::threshold, base::Real{.min = 0}, {"The noise as a share of the loss."})
            .add("fall", &Spec::fall, base::Real{0, 1}, {"A fall by this share is none."})
            .add("far", &Spec::far, base::Real{.min = 0},
                 {"The share of the first losses below which noise is that of a run that has arrived."}));
}

}
