// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/generator.h"

#include <cmath>
#include <limits>
#include <numbers>

namespace core::data::sources::series {

namespace {

struct Spec {
    double trend = 0.01;
    double season = 2;
    double period = 24;
    double noise = 0.3;
    std::int64_t levelShifts = 0;
    double shiftSize = 3;
    double missing = 0;
    std::int64_t seed = 0;
};

constexpr double firstHour = 1577836800; // 2020-01-01

// value = trend · t + season · sin(2π t / period) + level + noise, one value an hour.
class Series final : public Source {
public:
    explicit Series(Spec spec) : m_spec(spec) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        CORE_CHECK(checkTask(request, {"forecasting", "regression"}));
        CORE_TRY(rows, rowsToMake(request, 2000, 2, 2));
        const base::Draw draw = drawOf("series", m_spec.seed), noise = draw.within(0), gaps = draw.within(1);
        const double phase = draw.uniform(0, 0, 2 * std::numbers::pi);
        const std::vector<double> level = levels(rows, draw.within(2));
        std::vector<double> times, values;
        for (std::int64_t t = 0; t < rows; ++t) {
            const std::uint64_t at = std::uint64_t(t);
            times.push_back(firstHour + 3600 * double(t));
            const double season = std::sin(2 * std::numbers::pi * double(t) / m_spec.period + phase);
            const double value = m_spec.trend * double(t) + m_spec.season * season + level[std::size_t(t)] +
                                 m_spec.noise * noise.normal(at);
            values.push_back(gaps.uniform(at) < m_spec.missing ? std::numeric_limits<double>::quiet_NaN() : value);
        }
        Loaded loaded;
        loaded.table = std::make_shared<Table>();
        loaded.table->rows = rows;
        loaded.table->name = "series";
        loaded.table->target = "value";
        loaded.table->task = "forecasting";
        loaded.table->columns = {timeColumn("time", std::move(times)), numberColumn("value", std::move(values))};
        return loaded;
    }

private:
    Spec m_spec;

    // From each of some moments on, the series stays higher or lower.
    std::vector<double> levels(std::int64_t rows, const base::Draw& draw) const
    {
        std::vector<double> level(std::size_t(rows), 0);
        for (std::int64_t shift = 0; shift < m_spec.levelShifts; ++shift) {
            const std::uint64_t at = std::uint64_t(shift);
            const double size = draw.uniform(2 * at) < 0.5 ? -m_spec.shiftSize : m_spec.shiftSize;
            for (std::size_t t = draw.below(2 * at + 1, std::uint64_t(rows)); t < level.size(); ++t)
                level[t] += size;
        }
        return level;
    }
};

}

void enroll(Sources& all)
{
    all.add<Series>(
        "series", "Series",
        "One value an hour with a trend, a season and noise, to foretell. The error of foretelling the value of one "
        "season ago is what a model has to beat.",
        base::Fields<Spec>{}
            .add("trend", &Spec::trend, base::Real{-1000, 1000},
                 {"What every step adds.", {}, {}, "The future lies outside of all that was seen in training."},
                 {.live = true})
            .add("season", &Spec::season, base::Real{0, 1e6},
                 {"Half the way from the lowest to the highest value of a season."}, {.live = true})
            .add("period", &Spec::period, base::Real{2, 1e6},
                 {"Length of a season; data.window.context should hold one at least."}, {.unit = "steps"})
            .add("noise", &Spec::noise, base::Real{0, 1e6},
                 {"Standard deviation of what nothing foretells: no model can have a smaller error.",
                  {},
                  "A clean curve.",
                  "The season drowns."},
                 {.live = true})
            .add("level_shifts", &Spec::levelShifts, base::Int{0, 1000},
                 {"At so many moments the level jumps up or down and stays there."})
            .add("shift_size", &Spec::shiftSize, base::Real{0, 1e6}, {"By how much it jumps."})
            .add("missing", &Spec::missing, base::Real{0, 1, false, true},
                 {"Share of the values that are missing, as where a sensor fails; data.missing says what is done with "
                  "them."})
            .add("seed", &Spec::seed, base::Int{}, {"Another number, another series of the same kind."}));
}

}
