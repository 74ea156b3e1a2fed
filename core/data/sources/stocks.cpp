// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/source.h"
#include "core/data/tables/real_tables.h"

#include <limits>

namespace core::data::sources::stocks {

namespace {

struct Spec {};

// Monthly prices as vega-datasets ships them.
class Stocks final : public Source {
public:
    explicit Stocks(Spec) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        CORE_TRY(table, readRealTable("stocks", "vega_datasets/_data/stocks.csv",
                                      request.data.rows.value_or(std::numeric_limits<std::int64_t>::max())));
        becomeTimes(table, "date");
        table.target = "price";
        table.task = "forecasting";
        table.series = "symbol";
        Loaded loaded;
        loaded.table = std::make_shared<Table>(std::move(table));
        return loaded;
    }
};

}

void enroll(Sources& all)
{
    all.add<Stocks>("stocks", "Stocks",
                    "Monthly prices of five shares (Amazon, Apple, Google, IBM, Microsoft) from 2000 to 2010, 560 "
                    "rows: what is the next price? To say \"as the last one\" is hard to beat.",
                    base::Fields<Spec>{});
}

}
