// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/check.h"

namespace core::data::checks::missing_values {

namespace {

struct Spec {};

class MissingValues final : public Check {
public:
    explicit MissingValues(Spec) {}

    int rank() const override { return 0; }

    std::vector<Problem> examine(const Examined& data) const override
    {
        std::vector<Problem> problems;
        eachColumn(data, [&](const std::string& column, const ColumnFacts& facts) {
            if (facts.missing == 0)
                return;
            const bool target = column == data.info.target, out = target || data.info.forecasts();
            problems.push_back(
                {"missing_values",
                 column,
                 facts.missingRows,
                 facts.missing,
                 ofColumn(column) + " has " + countText(facts.missing, "missing value", "missing values") + ": " +
                     rowsText(facts.missingRows, facts.missing),
                 target ? "Set data.missing to drop: rows without a target teach nothing"
                        : "Set data.missing to drop, mean, median or most_frequent, or fill the cells",
                 target ? "A row without a target cannot be learned from; a training stops at it."
                        : "A network makes NaN of an empty cell, and then of every weight; a training stops at it.",
                 out ? "Leave these rows out" : "Fill with the median",
                 {{"data.missing", out ? "drop" : "median"}}});
            // What is already filled or left out harms nothing more.
            if (data.experiment.data.missing != "error") {
                problems.back().action.clear();
                problems.back().changes.clear();
            }
        });
        return problems;
    }
};

}

void enroll(Checks& all)
{
    all.add<MissingValues>("missing_values", "Missing values", "Cells without a value, by column.",
                           base::Fields<Spec>{});
}

}
