// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

namespace core::debug::rules::overtraining {

namespace {

struct Spec {
    std::int64_t patienceTrain = 5;
    std::int64_t patienceValidation = 10;
    double delta = 0.01;
};

/// For the training and for the evaluations a best loss each: value < best − delta is a new best, anything else counts.
/// Fires while a count has reached its patience. The values are means of phases where there are evaluations, else saved
/// steps.
class Overtraining final : public Rule {
public:
    explicit Overtraining(Spec spec) : m_spec(spec) {}

    base::Status prepare(const RunFacts& facts) override
    {
        m_phases = facts.evaluates.value_or(true);
        return {};
    }

    std::vector<Need> needs() const override
    {
        return {{{{"losses"}}, {"mean"}, {Mode::Train, Mode::Global}}, {{{"losses"}}, {"mean"}, {Mode::Eval}, false}};
    }

    Compared compared() const override
    {
        return {"evaluations without an improvement", "patience_validation", true, false};
    }

    Verdict at(const Moment& now) override
    {
        m_step = now.step;
        if (now.mode == Mode::Eval) {
            addTo(m_evaluated, now, 1);
            return {};
        }
        if (!m_phases) {
            Mean step;
            addTo(step, now, 0);
            m_train.look(step.value(), m_spec.delta, m_step);
            return verdict();
        }
        Verdict told = judge();
        addTo(m_trained, now, 0);
        return told;
    }

    Verdict end() override { return judge(); }

private:
    struct Watch {
        double best = std::nan("");
        std::int64_t waited = 0, bestStep = -1;

        void look(double value, double delta, std::int64_t step)
        {
            if (std::isnan(best) || value < best - delta) {
                best = value;
                waited = 0;
                bestStep = step;
            } else {
                ++waited;
            }
        }
    };
    Spec m_spec;
    bool m_phases = true;
    Mean m_trained, m_evaluated;
    Watch m_train, m_validation;
    std::int64_t m_step = 0;

    Verdict judge()
    {
        if (m_evaluated.count == 0)
            return {};
        if (m_trained.count > 0)
            m_train.look(std::exchange(m_trained, {}).value(), m_spec.delta, m_step);
        m_validation.look(std::exchange(m_evaluated, {}).value(), m_spec.delta, m_step);
        return verdict();
    }

    Verdict verdict() const
    {
        const bool validation = m_validation.waited >= m_spec.patienceValidation;
        if (!validation && m_train.waited < m_spec.patienceTrain)
            return {};
        const Watch& watch = validation ? m_validation : m_train;
        const char* whose = validation ? "The evaluation's loss" : "The training loss";
        return Hit{validation ? "validation/loss" : "train/loss", double(watch.waited),
                   double(validation ? m_spec.patienceValidation : m_spec.patienceTrain),
                   std::string(whose) + " has not got better than " + figure(watch.best) + " by " +
                       figure(m_spec.delta) + " for " + plural(watch.waited, "time", "times") + " running.",
                   watch.bestStep};
    }
};

}

void enroll(Rules& all)
{
    all.add<Overtraining>(
        "Overtraining", "Trained too long",
        "Fires when no loss has got better for a while: training goes on for nothing.",
        {"Each further epoch costs time and gains nothing, and the longer it goes on, the more is learned by heart.",
         {{"The run has converged.", {clue::fellTo("train/loss", 0.2), clue::bestPassed("validation/loss")}},
          {"The learning rate is too large to come closer.", {clue::rateHigh(), clue::fired("LossOscillating")}},
          {"The network can learn no more than that.", {clue::fired("Underfit"), clue::neuronsAtMost(16)}}},
         {"stop_best", "cosine", "lr_down"}},
        base::Fields<Spec>{}
            .add("patience_train", &Spec::patienceTrain, base::Int{1, 1'000'000'000},
                 {"How often running the training loss may fail to get better."})
            .add("patience_validation", &Spec::patienceValidation, base::Int{1, 1'000'000'000},
                 {"How often running the evaluation's loss may fail to get better."})
            .add("delta", &Spec::delta, base::Real{.min = 0},
                 {"How much lower counts as better.", "value < best − delta"}));
}

}
