// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/check.h"

#include <limits>

namespace core::data::checks::dates_out_of_order {

namespace {

struct Spec {};

class DatesOutOfOrder final : public Check {
public:
    explicit DatesOutOfOrder(Spec) {}

    int rank() const override { return 3; }

    std::vector<Problem> examine(const Examined& data) const override
    {
        std::vector<std::int64_t> rows;
        double latest = -std::numeric_limits<double>::infinity();
        for (std::size_t row = 0; row < data.times.size(); ++row) {
            const double time = data.times[row];
            if (time < latest)
                rows.push_back(std::int64_t(row));
            else if (time > latest)
                latest = time;
        }
        if (rows.empty())
            return {};
        const std::int64_t count = std::int64_t(rows.size());
        const std::vector<std::int64_t> shown = firstFew(rows);
        Problem problem{"dates_out_of_order",
                        data.info.time,
                        shown,
                        count,
                        countText(count, "row is", "rows are") +
                            " earlier than a row before: " + rowsText(shown, count),
                        "Divide the rows by their dates: set split.kind to chronological",
                        "Whatever goes by the order of the rows, such as a window of the past, mixes past and future."};
        if (data.splitKind == "chronological" || data.splitKind == "walk_forward") {
            problem.remedy =
                "Nothing has to be done: the rows are divided by their dates, in whatever order they stand";
            problem.effect = "What reads the file in the order of its rows would mix past and future.";
        } else {
            problem.action = "Divide by date";
            problem.changes = {{"split.kind", "chronological"}};
        }
        return {problem};
    }
};

}

void enroll(Checks& all)
{
    all.add<DatesOutOfOrder>("dates_out_of_order", "Dates out of order", "Rows whose dates do not ascend.",
                             base::Fields<Spec>{});
}

}
