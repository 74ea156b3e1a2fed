// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/data_signal.h"
#include "core/debug/rule_fields.h"

namespace core::debug::rules::target_leakage {

namespace {

struct Spec {};

/// Fires where the data's doctor finds columns that tell the target by themselves: |r| > 0.999, or a few cuts through
/// one that tell 99 % of every class right (Kaufman et al. 2012 on leakage). Read once, at the run's first step.
class TargetLeakage final : public DataSignal {
public:
    explicit TargetLeakage(Spec) : DataSignal("target_leakage", 0) {}

protected:
    std::string sentence(double value, const std::string& columns) const override
    {
        return value > 1 ? "Columns " + columns + " tell the target, each by itself."
                         : "Column " + columns + " tells the target by itself.";
    }
};

}

void enroll(Rules& all)
{
    all.add<TargetLeakage>(
        "TargetLeakage", "A column gives the target away", "Fires when a column alone tells the target.",
        {"Validation looks perfect and means nothing: where the model is used the column is not there yet, or says no "
         "such thing.",
         {"The column was made from the target, or after it was known.",
          {"The target is there twice, in other words.", {clue::fired("FeatureImportanceOverweight")}},
          "Numbers of rows or files that follow the classes."},
         {"drop_leak"},
         true},
        base::Fields<Spec>{});
}

}
