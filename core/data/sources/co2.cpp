// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/source.h"
#include "core/data/tables/real_tables.h"

#include <limits>

namespace core::data::sources::co2 {

namespace {

struct Spec {};

// Keeling and Whorf (2004), Mauna Loa weekly averages, as statsmodels ships them; in the public domain.
class Co2 final : public Source {
public:
    explicit Co2(Spec) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        CORE_TRY(table, readRealTable("co2", "statsmodels/datasets/co2/co2.csv",
                                      request.data.rows.value_or(std::numeric_limits<std::int64_t>::max())));
        becomeTimes(table, "date");
        table.target = "co2";
        table.task = "forecasting";
        Loaded loaded;
        loaded.table = std::make_shared<Table>(std::move(table));
        return loaded;
    }
};

}

void enroll(Sources& all)
{
    all.add<Co2>(
        "co2", "CO₂",
        "2,284 weeks of carbon dioxide in the air over Mauna Loa, from 1958 to 2001: a trend and a season of 52 weeks, "
        "so let data.window.context hold more than 52. 59 weeks are missing: set data.missing to drop or median.",
        base::Fields<Spec>{});
}

}
