// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/source.h"
#include "core/data/tables/real_tables.h"

#include <limits>

namespace core::data::sources::seattle_weather {

namespace {

struct Spec {};

// Daily records of NOAA, as vega-datasets ships them.
class SeattleWeather final : public Source {
public:
    explicit SeattleWeather(Spec) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        CORE_TRY(table, readRealTable("seattle-weather", "vega_datasets/_data/seattle-weather.csv",
                                      request.data.rows.value_or(std::numeric_limits<std::int64_t>::max())));
        becomeTimes(table, "date");
        table.target = "weather";
        table.task = "classification";
        Loaded loaded;
        loaded.table = std::make_shared<Table>(std::move(table));
        return loaded;
    }
};

}

void enroll(Sources& all)
{
    all.add<SeattleWeather>("seattle-weather", "Seattle weather",
                            "1,461 days from 2012 to 2015: drizzle, fog, rain, snow or sun, given rainfall, the "
                            "warmest and coldest hour and the wind? Snow and drizzle are rare. With data.task "
                            "forecasting and data.target temp_max it is a series with a season of a year.",
                            base::Fields<Spec>{});
}

}
