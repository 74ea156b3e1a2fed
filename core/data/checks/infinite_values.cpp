// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/check.h"

namespace core::data::checks::infinite_values {

namespace {

struct Spec {};

class InfiniteValues final : public Check {
public:
    explicit InfiniteValues(Spec) {}

    int rank() const override { return 0; }

    std::vector<Problem> examine(const Examined& data) const override
    {
        // Of a forecast they were told by the steps that its rows are cut from.
        const bool steps = data.info.forecasts();
        if (steps && !data.info.channels.empty())
            return {};
        std::vector<Problem> problems;
        eachColumn(data, [&](const std::string& column, const ColumnFacts& facts) {
            if (facts.infinite == 0)
                return;
            std::vector<std::int64_t> rows = facts.infiniteRows;
            problems.push_back({"infinite_values", column, rows, facts.infinite,
                                ofColumn(column) + " has " +
                                    countText(facts.infinite, "infinite value", "infinite values") + ": " +
                                    rowsText(rows, facts.infinite, steps ? "step" : "row"),
                                "Correct or empty the cells, or leave the rows out",
                                "One infinite value makes every weight NaN; a training stops at it."});
            if (facts.infinite <= std::int64_t(rows.size())) {
                problems.back().action = rows.size() == 1 ? "Leave this row out" : "Leave these rows out";
                problems.back().changes = {dropRows(data.experiment, rows)};
            }
        });
        return problems;
    }
};

}

void enroll(Checks& all)
{
    all.add<InfiniteValues>("infinite_values", "Infinite values", "Cells that are infinite, by column.",
                            base::Fields<Spec>{});
}

}
