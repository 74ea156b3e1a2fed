// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/data_signal.h"
#include "core/debug/rule_fields.h"

namespace core::debug::rules::validation_drift {

namespace {

struct Spec {};

/// Fires where the Kolmogorov-Smirnov distance of a column between training and validation is above 0.15 and beyond
/// chance, p < 0.001, as the data's doctor finds it. Read once, at the run's first step.
class ValidationDrift final : public DataSignal {
public:
    explicit ValidationDrift(Spec) : DataSignal("drift", 0) {}

protected:
    std::string sentence(double value, const std::string& columns) const override
    {
        return (value > 1 ? "Columns " + columns + " are" : "Column " + columns + " is") +
               " spread differently in validation than in training.";
    }
};

}

void enroll(Rules& all)
{
    all.add<ValidationDrift>(
        "ValidationDrift", "Validation is of another kind",
        "Fires when columns are spread differently in validation than in training.",
        {"A model is asked about values that it has hardly seen: validation is worse than training without any "
         "overfitting.",
         {{"Validation went through another preparation: other units, other scales, augmentation.",
           {clue::settingIs("split.kind", {"predefined"})}},
          {"The world moved, and rows are divided by time.",
           {clue::settingIs("split.kind", {"chronological", "walk_forward"})}},
          {"Groups that differ are divided as wholes.", {clue::settingIs("split.kind", {"group"})}}},
         {"undo_noise", "by_chance", "drop_drifting"},
         true},
        base::Fields<Spec>{});
}

}
