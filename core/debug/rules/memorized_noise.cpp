// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

namespace core::debug::rules::memorized_noise {

namespace {

struct Spec {
    double learned = 0.5;
    double gained = 0.1;
    std::int64_t patience = 2;
};

/// At evaluations, with L₀ the loss of the run's first step: fires where train_eval/loss < learned · L₀ while the best
/// validation/loss so far is above (1 − gained) · L₀, `patience` evaluations running. A network can learn any labels
/// (Zhang et al. 2017, "Understanding deep learning requires rethinking generalization"); what holds of no other row
/// is noise.
class MemorizedNoise final : public Rule {
public:
    explicit MemorizedNoise(Spec spec) : m_spec(spec) {}

    std::vector<Need> needs() const override
    {
        return {{{{}, {"^train/loss$"}}, {"mean"}},
                {{{}, {"^train_eval/loss$"}}, {"mean"}},
                {{{}, {"^validation/loss$"}}, {"mean"}}};
    }

    Verdict at(const Moment& now) override
    {
        Mean step, fair, judged;
        addTo(step, now, 0);
        addTo(fair, now, 1);
        addTo(judged, now, 2);
        if (std::isnan(m_first) && step.count > 0)
            m_first = step.value();
        if (fair.count == 0 || judged.count == 0)
            return {};
        // An evaluation before the first step knows as little.
        m_best = std::min(m_best, judged.value());
        const bool memorized = fair.value() < m_spec.learned * m_first && m_best > (1 - m_spec.gained) * m_first;
        if (!memorized) {
            m_count = 0;
            return {};
        }
        if (++m_count == 1)
            m_since = now.step;
        if (m_count < m_spec.patience)
            return {};
        return Hit{"validation/loss", m_best / m_first, 1 - m_spec.gained,
                   "The rows that it learned from have a loss of " + figure(fair.value()) +
                       "; of others it never knew more than at the start, " + figure(m_first) + ": at best " +
                       figure(m_best) + ".",
                   m_since};
    }

private:
    Spec m_spec;
    double m_first = std::nan(""), m_best = INFINITY;
    std::int64_t m_count = 0, m_since = -1;
};

}

void enroll(Rules& all)
{
    all.add<MemorizedNoise>(
        "MemorizedNoise", "Noise learned by heart",
        "Fires when the training rows are learned and nothing of it holds for other rows.",
        {"There was nothing to be learned, and the network learned it all the same: its weights hold rows, no rule.",
         {{"Labels are noise, or were joined with the wrong rows.",
           {clue::fired("LabelNoise"), clue::above("data/label_noise", 0)}},
          {"Far more weights than rows.", {clue::weightsPerRow(1)}},
          "The features do not tell what is asked for.",
          {"Validation rows are of another kind.", {clue::fired("ValidationDrift")}}},
         {"stop_best", "drop_suspects", "smaller", "decay", "dropout"},
         true},
        base::Fields<Spec>{}
            .add("learned", &Spec::learned, base::Real{0, 1},
                 {"The share of the first loss below which the training rows are learned."})
            .add("gained", &Spec::gained, base::Real{0, 1},
                 {"The share of the first loss by which validation/loss should have fallen at its best."})
            .add("patience", &Spec::patience, base::Int{1, 1'000'000}, {"So many evaluations running."}));
}

}
