// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/split.h"

namespace core::data::splits::predefined {

namespace {

struct Spec {};

class Predefined final : public Split {
public:
    explicit Predefined(Spec) {}

    base::Result<SplitRows> divide(const SplitRequest& request) const override
    {
        if (std::int64_t(request.parts.size()) != request.rows)
            return base::Error{base::ErrorKind::Spec, "nothing says which row belongs to which part", "/split/column",
                               "Name a column with train, validation and test in it"};
        SplitRows rows;
        for (std::int64_t row = 0; row < request.rows; ++row) {
            const std::int32_t part = request.parts[std::size_t(row)];
            (part == 0 ? rows.train : part == 1 ? rows.validation : rows.test).push_back(row);
        }
        if (rows.train.empty())
            return base::Error{base::ErrorKind::Data, "no row is meant to be trained on", "/split/column",
                               "Write train into the column where a row teaches"};
        return rows;
    }
};

}

void enroll(Splits& all)
{
    all.add<Predefined>("predefined", "As the data says",
                        "A column, or the folders of the data, say which rows train, validate and test.",
                        base::Fields<Spec>{});
}

}
