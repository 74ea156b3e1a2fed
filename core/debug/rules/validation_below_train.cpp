// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

namespace core::debug::rules::validation_below_train {

namespace {

struct Spec {
    double threshold = 0.1;
    std::int64_t patience = 2;
};

/// At evaluations: fires where validation/loss < (1 − threshold) · the mean training loss of the steps before, for
/// `patience` evaluations running. For information: train_eval/loss tells whether anything is wrong.
class ValidationBelowTrain final : public Rule {
public:
    explicit ValidationBelowTrain(Spec spec) : m_spec(spec) {}

    std::vector<Need> needs() const override
    {
        return {{{{"losses"}}, {"mean"}, {Mode::Train, Mode::Global}},
                {{{"losses"}}, {"mean"}, {Mode::Eval}},
                {{{}, {"^train_eval/loss$"}}, {"mean"}, {Mode::Eval}, false}};
    }

    Compared compared() const override { return {"1 − validation loss / training loss", "threshold", true, false}; }

    Verdict at(const Moment& now) override
    {
        if (now.mode != Mode::Eval) {
            addTo(m_trained, now, 0);
            return {};
        }
        Mean judged, fair;
        addTo(judged, now, 1);
        addTo(fair, now, 2);
        if (judged.count == 0 || m_trained.count == 0)
            return {};
        const double trained = std::exchange(m_trained, {}).value();
        const double below = (trained - judged.value()) / trained;
        m_count = below > m_spec.threshold ? m_count + 1 : 0;
        if (m_count < m_spec.patience)
            return {};
        std::string message = "validation/loss " + figure(judged.value()) + " lies " + figure(100 * below) +
                              " % below the training loss " + figure(trained);
        if (fair.count > 0)
            message += "; measured alike, the training rows have " + figure(fair.value()) +
                       (fair.value() <= judged.value() * 1.05 ? ": all is as it should be" : "");
        return Hit{"validation/loss", below, m_spec.threshold, message + "."};
    }

private:
    Spec m_spec;
    Mean m_trained;
    std::int64_t m_count = 0;
};

}

void enroll(Rules& all)
{
    all.add<ValidationBelowTrain>(
        "ValidationBelowTrain", "Validation is better than training",
        "For information: fires when the validation loss lies below the training loss.",
        {"It looks odd and is usually right: the training loss is measured while it learns, with dropout and "
         "augmentation.",
         {{"Dropout and augmentation make training harder than validation.",
           {clue::settingAbove("model.dropout", 0.1, 0.7), clue::augmented()}},
          "The training loss is a mean over steps that were worse than the last.",
          "The validation rows are few, or easy by luck.",
          {"Rows of the validation split are among the training rows.",
           {clue::fired("DuplicateRows"), clue::above("data/duplicate_rows_across", 0)}}},
         {"no_dropout"},
         true},
        base::Fields<Spec>{}
            .add("threshold", &Spec::threshold, base::Real{0, 1}, {"How far below, as a share of the training loss."})
            .add("patience", &Spec::patience, base::Int{1, 1'000'000}, {"So many evaluations running."}));
}

}
