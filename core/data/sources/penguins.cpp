// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/source.h"
#include "core/data/tables/real_tables.h"

#include <limits>

namespace core::data::sources::penguins {

namespace {

struct Spec {};

// Horst, Hill and Gorman (2020): palmerpenguins; the data are in the public domain (CC0).
class Penguins final : public Source {
public:
    explicit Penguins(Spec) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        CORE_TRY(table, readRealTable("penguins", "palmerpenguins/data/penguins.csv",
                                      request.data.rows.value_or(std::numeric_limits<std::int64_t>::max())));
        table.target = "species";
        table.task = "classification";
        Loaded loaded;
        loaded.table = std::make_shared<Table>(std::move(table));
        return loaded;
    }
};

}

void enroll(Sources& all)
{
    all.add<Penguins>("penguins", "Penguins",
                      "344 penguins of three species from three islands: which species is it, given its bill, flippers "
                      "and weight? The island nearly gives it away. Two rows lack nearly everything and eleven the "
                      "sex: set data.missing to drop, mean or median.",
                      base::Fields<Spec>{});
}

}
