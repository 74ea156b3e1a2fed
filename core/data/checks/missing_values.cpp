// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/check.h"

#include <cmath>

namespace core::data::checks::missing_values {

namespace {

constexpr std::size_t mostDropped = 100'000;

struct Spec {};

class MissingValues final : public Check {
public:
    explicit MissingValues(Spec) {}

    int rank() const override { return 0; }

    std::vector<Problem> examine(const Examined& data) const override
    {
        // Of a forecast they were told by the steps that its rows are cut from.
        const bool steps = data.info.forecasts();
        if (steps && !data.info.channels.empty())
            return {};
        std::vector<Problem> problems;
        eachColumn(data, [&](const std::string& column, const ColumnFacts& facts) {
            if (facts.missing == 0)
                return;
            const bool target = column == data.info.target && !steps;
            problems.push_back(
                {"missing_values", column, facts.missingRows, facts.missing,
                 ofColumn(column) + " has " + countText(facts.missing, "missing value", "missing values") + ": " +
                     rowsText(facts.missingRows, facts.missing, steps ? "step" : "row"),
                 target ? "Leave the rows out, or set data.missing to drop: rows without a target teach nothing"
                        : "Set data.missing to drop, mean, median or most_frequent, or fill the cells",
                 target ? "A row without a target cannot be learned from; a training stops at it."
                        : "A network makes NaN of an empty cell, and then of every weight; a training stops at it."});
            remedy(data, target, problems.back());
        });
        return problems;
    }

private:
    static void remedy(const Examined& data, bool target, Problem& problem)
    {
        const std::string& how = data.experiment.data.missing;
        const bool forecasts = data.info.forecasts();
        if (how != "error" && (!target || how == "drop" || forecasts)) {
            problem.remedy = how == "drop" || forecasts ? "Rows with a gap are left out (data.missing)"
                             : how == "keep"            ? "They are learned from as they are (data.missing)"
                                             : "They are filled from the training rows (data.missing: " + how + ")";
            problem.effect = "A training goes on all the same.";
            return;
        }
        std::vector<std::int64_t> rows;
        for (std::int64_t row = 0; target && !forecasts && row < data.info.rows; ++row)
            if (missing(data.targets, row))
                rows.push_back(row);
        problem.action = target || forecasts ? "Leave these rows out" : "Fill with the median";
        if (rows.empty() || rows.size() > mostDropped)
            problem.changes.emplace_back("data.missing", target || forecasts ? "drop" : "median");
        else
            problem.changes.push_back(dropRows(data.experiment, rows));
    }

    static bool missing(const at::Tensor& targets, std::int64_t row)
    {
        return targets.scalar_type() == at::kLong ? targets.const_data_ptr<std::int64_t>()[row] < 0
                                                  : std::isnan(targets.const_data_ptr<float>()[row]);
    }
};

}

void enroll(Checks& all)
{
    all.add<MissingValues>("missing_values", "Missing values", "Cells without a value, by column.",
                           base::Fields<Spec>{});
}

}
