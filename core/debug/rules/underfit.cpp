// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

namespace core::debug::rules::underfit {

namespace {

struct Spec {
    double threshold = 0.5;
    double flat = 0.02;
    double gap = 0.1;
    std::int64_t patience = 3;
    double late = 0.5;
};

/// train_eval/loss at evaluations against the loss of the run's first step, which knew nothing: fires where it is above
/// threshold · that, validation/loss lies within `gap` of it, and it moved by less than `flat` of itself over the last
/// `patience` evaluations. Before the share `late` of the planned steps it says nothing: many a run rests on a plateau
/// before it learns.
class Underfit final : public Rule {
public:
    explicit Underfit(Spec spec) : m_spec(spec) {}

    base::Status prepare(const RunFacts& facts) override
    {
        m_from = m_spec.late * double(facts.totalSteps);
        return {};
    }

    std::vector<Need> needs() const override
    {
        return {{{{}, {"^train/loss$"}}, {"mean"}},
                {{{}, {"^train_eval/loss$"}}, {"mean"}},
                {{{}, {"^validation/loss$"}}, {"mean"}}};
    }

    Compared compared() const override { return {"loss / loss at the start", "threshold", true, false}; }

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
        m_fair.push_back(fair.value());
        if (std::int64_t(m_fair.size()) <= m_spec.patience)
            return {};
        const double before = m_fair[m_fair.size() - 1 - std::size_t(m_spec.patience)], latest = m_fair.back();
        const double moved = std::abs(before - latest) / std::abs(latest), share = latest / m_first;
        if (!(share > m_spec.threshold && moved < m_spec.flat && judged.value() < (1 + m_spec.gap) * latest)) {
            m_since = -1;
            return {};
        }
        if (m_since < 0)
            m_since = now.step;
        if (double(now.step) < m_from)
            return {};
        return Hit{"train_eval/loss", share, m_spec.threshold,
                   "The loss of rows that it learned from stands at " + figure(latest) + ", " + figure(100 * share) +
                       " % of what it was when nothing was known, and validation/loss beside it at " +
                       figure(judged.value()) + ".",
                   m_since};
    }

private:
    Spec m_spec;
    double m_first = std::nan(""), m_from = 0;
    std::int64_t m_since = -1;
    std::vector<double> m_fair;
};

}

void enroll(Rules& all)
{
    all.add<Underfit>(
        "Underfit", "Underfitting",
        "Fires when even the rows that were learned from are not learned, and nothing moves any more.",
        {"A model that cannot bend enough is wrong everywhere alike; more rows do not help it.",
         {{"The model is too small or too simple.", {clue::neuronsAtMost(16)}},
          {"Too much regularization.",
           {clue::settingAbove("train.optimizer.weight_decay", 0.1, 0.8), clue::settingAbove("train.l2", 0.1, 0.8),
            clue::settingAbove("model.dropout", 0.5)}},
          {"The rate is too small.", {clue::rateLow(), clue::rateDied(), clue::fired("LearningRateTooLow")}},
          "The features do not tell what is asked for."},
         {"larger", "less_decay", "no_dropout", "lr_up", "longer", "cross_entropy"},
         true},
        base::Fields<Spec>{}
            .add("threshold", &Spec::threshold, base::Real{0, 1},
                 {"The share of the first loss that is still too much."})
            .add("flat", &Spec::flat, base::Real{.min = 0}, {"So small a change is none."})
            .add("gap", &Spec::gap, base::Real{.min = 0},
                 {"How far above validation/loss may lie: more is overfitting."})
            .add("patience", &Spec::patience, base::Int{1, 1'000'000}, {"Evaluations over which nothing moved."})
            .add("late", &Spec::late, base::Real{0, 1}, {"The share of the planned steps before which it is silent."}));
}

}
