// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/check.h"

namespace core::data::checks::constant_column {

namespace {

struct Spec {};

class ConstantColumn final : public Check {
public:
    explicit ConstantColumn(Spec) {}

    int rank() const override { return 2; }

    std::vector<Problem> examine(const Examined& data) const override
    {
        std::vector<Problem> problems;
        if (data.info.modality != Modality::Table)
            return problems;
        eachColumn(data, [&](const std::string& column, const ColumnFacts& facts) {
            if (facts.present < 2 || facts.min != facts.max || facts.infinite > 0)
                return;
            const bool target = column == data.info.target;
            problems.push_back({"constant_column",
                                column,
                                {},
                                facts.present,
                                ofColumn(column) + " has the same value in every row",
                                target ? "Name another column in data.target: there is nothing to predict"
                                       : "Leave it out: it tells nothing",
                                target ? "Every model is right at once, and none has learned anything."
                                       : "Its weights are trained for nothing."});
            if (!target && data.inputFacts.size() > 1) {
                problems.back().action = "Leave the column out";
                problems.back().changes = {withoutColumn(data, column)};
            }
        });
        return problems;
    }
};

}

void enroll(Checks& all)
{
    all.add<ConstantColumn>("constant_column", "Constant columns", "Columns with one value in every row.",
                            base::Fields<Spec>{});
}

}
