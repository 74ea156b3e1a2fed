// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/data_signal.h"
#include "core/debug/rule_fields.h"

namespace core::debug::rules::duplicate_rows {

namespace {

struct Spec {
    double threshold = 0.01;
};

/// The share of rows that stand in validation or test and, cell by cell, in training too: fires where it is above
/// threshold. As Deepchecks' train-test samples mix. Read once, at the run's first step.
class DuplicateRows final : public DataSignal {
public:
    explicit DuplicateRows(Spec spec) : DataSignal("duplicate_rows_across", spec.threshold) {}

    Compared compared() const override { return {"share of rows that are in two parts", "threshold", true, false}; }

protected:
    std::string sentence(double value, const std::string& columns) const override
    {
        (void)columns;
        return figure(100 * value) + " % of the rows are judged by and stand among the training rows too.";
    }
};

}

void enroll(Rules& all)
{
    all.add<DuplicateRows>(
        "DuplicateRows", "Rows are learned from and judged by",
        "Fires when rows of validation or test are among the training rows.",
        {"A model is judged by rows that it has learned by heart: its figures are too good, and no new row will repeat "
         "them.",
         {"Rows were copied, or joined twice, before they were divided.",
          {"Rows of rare classes were multiplied before they were divided.", {clue::fired("ClassImbalance")}},
          "The same thing was measured again and again."},
         {"drop_copies"},
         true},
        base::Fields<Spec>{}.add("threshold", &Spec::threshold, base::Real{0, 1}, {"The share of rows."}));
}

}
