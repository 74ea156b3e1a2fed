// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

namespace core::debug::rules::overfit {

namespace {

struct Spec {
    Names tensorRegex;
    std::int64_t startStep = 0;
    std::int64_t patience = 1;
    double ratioThreshold = 0.1;
};

/// At the end of each evaluation: (mean EVAL loss − mean TRAIN loss) / mean TRAIN loss > ratio_threshold, `patience`
/// times running. The means are of that evaluation and of the training steps before it; told at the first training step
/// after it.
class Overfit final : public Rule {
public:
    explicit Overfit(Spec spec) : m_spec(std::move(spec)) {}

    std::vector<Need> needs() const override
    {
        const Selection losses{m_spec.tensorRegex.empty() ? Names{"losses"} : Names{}, m_spec.tensorRegex};
        return {{losses, {"mean"}, {Mode::Train, Mode::Global}}, {losses, {"mean"}, {Mode::Eval}}};
    }

    Compared compared() const override
    {
        return {"validation loss / training loss − 1", "ratio_threshold", true, false};
    }

    Verdict at(const Moment& now) override
    {
        m_step = now.step;
        if (now.mode == Mode::Eval) {
            if (m_eval.count == 0)
                m_name = nameOf(now);
            addTo(m_eval, now, 1);
            return {};
        }
        Verdict verdict = judge();
        addTo(m_train, now, 0);
        return verdict;
    }

    Verdict end() override { return judge(); }

private:
    Spec m_spec;
    Mean m_train, m_eval;
    std::string m_name;
    std::int64_t m_step = 0, m_count = 0, m_since = -1;

    static std::string nameOf(const Moment& now)
    {
        for (const Watched& tensor : now.tensors(1))
            if (now.has(tensor))
                return tensor.tensor;
        return {};
    }

    // At the end of an evaluation, if there was one since the last training step.
    Verdict judge()
    {
        if (m_eval.count == 0)
            return {};
        const double trained = std::exchange(m_train, {}).value(), judged = std::exchange(m_eval, {}).value();
        if (m_step < m_spec.startStep)
            return {};
        const double ratio = (judged - trained) / trained;
        if (!(ratio > m_spec.ratioThreshold)) {
            m_count = 0;
            return {};
        }
        if (++m_count == 1)
            m_since = m_step;
        if (m_count < m_spec.patience)
            return {};
        return Hit{m_name, ratio, m_spec.ratioThreshold,
                   "The evaluation's loss " + figure(judged) + " lies " + figure(100 * ratio) +
                       " % above the training loss " + figure(trained) + " of the steps before it" +
                       (m_count > 1 ? ", for " + std::to_string(m_count) + " evaluations running." : "."),
                   m_since};
    }
};

}

void enroll(Rules& all)
{
    all.add<Overfit>(
        "Overfit", "Overfitting", "Fires when the evaluation's loss lies above the training loss by more than a share.",
        {"What is better on rows that were seen than on rows that were not was learned by heart. Only what holds for "
         "new rows is of use.",
         {{"Too few rows for so many weights.", {clue::weightsPerRow(1)}},
          {"Trained too long.", {clue::bestPassed("validation/loss"), clue::fired("Overtraining")}},
          {"Nothing holds the weights back: no dropout, no weight decay, no augmentation.", {clue::unregularized()}},
          {"The validation rows are of another kind than the training rows.",
           {clue::fired("ValidationDrift"), clue::settingIs("split.kind", {"group", "predefined"}, 0.3)}}},
         {"stop_best", "dropout", "decay", "augment", "augment_more", "feature_noise", "smaller"}},
        regexField<Spec>()
            .add("start_step", &Spec::startStep, base::Int{0}, {"Steps before anything is compared."},
                 {.unit = "steps"})
            .add("patience", &Spec::patience, base::Int{1, 1'000'000},
                 {"So many evaluations running.", {}, "One unlucky evaluation fires it.", "Fires late."},
                 {.unit = "evaluations"})
            .add("ratio_threshold", &Spec::ratioThreshold, base::Real{.min = 0},
                 {"The share by which the evaluation's loss may lie above the training loss.",
                  "(mean EVAL loss − mean TRAIN loss) / mean TRAIN loss"}));
}

}
