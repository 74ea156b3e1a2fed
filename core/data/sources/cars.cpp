// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/source.h"
#include "core/data/tables/real_tables.h"

#include <cmath>
#include <limits>

namespace core::data::sources::cars {

namespace {

struct Spec {};

constexpr double secondsOfYear = 365.2425 * 86400;

// Ramos and Donoho (1983) for the ASA Data Exposition, as vega-datasets ships them.
class Cars final : public Source {
public:
    explicit Cars(Spec) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        CORE_TRY(table, readRealTable("cars", "vega_datasets/_data/cars.json",
                                      request.data.rows.value_or(std::numeric_limits<std::int64_t>::max())));
        // Years are numbers here: the fuel that a car needs is no series.
        for (Column& column : table.columns)
            if (column.name == "Year" && column.kind == ColumnKind::Time) {
                std::vector<double> years;
                for (const double seconds : column.numbers)
                    years.push_back(1970 + std::round(seconds / secondsOfYear));
                column = numberColumn("Year", std::move(years));
            }
        table.target = "Miles_per_Gallon";
        table.task = "regression";
        Loaded loaded;
        loaded.table = std::make_shared<Table>(std::move(table));
        return loaded;
    }
};

}

void enroll(Sources& all)
{
    all.add<Cars>("cars", "Cars",
                  "406 cars of 1970 to 1982: how far does each go on a gallon, given its weight, power, cylinders, "
                  "year and origin? Eight have no mileage and six no power: set data.missing to drop.",
                  base::Fields<Spec>{});
}

}
