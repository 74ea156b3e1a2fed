// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/resampling.h"

#include <algorithm>
#include <cmath>

namespace core::data::transforms::random_subset {

namespace {

struct Spec {
    double fraction = 1;
};

/// Keeps a share of the training rows, of each class as near to it as whole rows allow. With one seed a smaller share
/// is part of every larger one, so that a learning curve adds rows and exchanges none.
class RandomSubset final : public Transform {
public:
    explicit RandomSubset(Spec spec) : m_spec(spec) {}

    Works works() const override { return Works::Rows; }
    std::string misfit(const DatasetInfo&) const override { return {}; }

    base::Result<Resampled> resample(const TrainingRows& rows, const base::Draw& draw) const override
    {
        const std::int64_t all = rows.targets.size(0);
        std::vector<std::pair<double, std::int64_t>> order;
        const bool classes = rows.targets.dim() == 1 && rows.targets.scalar_type() == at::kLong;
        const auto groups = classes ? rowsByClass(rows) : std::vector<std::vector<std::int64_t>>{everyRow(all)};
        for (std::size_t g = 0; g < groups.size(); ++g) {
            const auto places = base::permutation(std::int64_t(groups[g].size()), draw.within(g));
            for (std::size_t i = 0; i < places.size(); ++i)
                order.emplace_back((double(i) + 0.5) / double(places.size()), groups[g][std::size_t(places[i])]);
        }
        std::sort(order.begin(), order.end());
        const auto wanted = std::clamp<std::int64_t>(std::llround(m_spec.fraction * double(all)), 1, all);
        Resampled made;
        for (std::int64_t i = 0; i < wanted; ++i)
            made.kept.push_back(order[std::size_t(i)].second);
        std::sort(made.kept.begin(), made.kept.end());
        return made;
    }

private:
    static std::vector<std::int64_t> everyRow(std::int64_t count)
    {
        std::vector<std::int64_t> all(static_cast<std::size_t>(count));
        for (std::int64_t row = 0; row < count; ++row)
            all[std::size_t(row)] = row;
        return all;
    }

    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add("fraction", &Spec::fraction, base::Real{.min = 0, .max = 1, .aboveMin = true},
               {"The share of the training rows that is kept, of each class alike. Validation and test rows stay as "
                "they are.",
                "rows = round(fraction · training rows)", "Too few rows to see what the classes have in common.",
                "1: all rows."});
    all.add<RandomSubset>("RandomSubset", "Random subset",
                          "Trains on a share of the training rows only, against the same validation rows: what a "
                          "learning curve varies. The scale of the features is still that of all training rows.",
                          std::move(fields));
}

}
