// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/check.h"

namespace core::data::checks::date_under_random_split {

namespace {

struct Spec {};

class DateUnderRandomSplit final : public Check {
public:
    explicit DateUnderRandomSplit(Spec) {}

    int rank() const override { return 1; }

    std::vector<Problem> examine(const Examined& data) const override
    {
        if (data.times.empty() || data.splitKind == "chronological" || data.splitKind == "walk_forward" ||
            data.splitKind == "predefined")
            return {};
        return {{"date_under_random_split",
                 data.info.time,
                 {},
                 std::int64_t(data.times.size()),
                 "rows have dates in column \"" + data.info.time + "\" and are divided by chance",
                 "Set split.kind to chronological, or to walk_forward for several folds",
                 "The model learns from days after those that it is judged by: figures that no future will repeat.",
                 "Divide by date",
                 {{"split.kind", "chronological"}}}};
    }
};

}

void enroll(Checks& all)
{
    all.add<DateUnderRandomSplit>("date_under_random_split", "Dates under a random split",
                                  "A column of dates while rows are divided by chance.", base::Fields<Spec>{});
}

}
