// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/neighbours.h"
#include "core/data/tables/resampling.h"

#include <numeric>

namespace core::data::transforms::smote {

namespace {

struct Spec {
    base::Value samplingStrategy = "auto";
    std::int64_t neighbors = 5;
};

/// Chawla et al. 2002.
class Smote final : public Transform {
public:
    explicit Smote(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Rows; }
    std::string misfit(const DatasetInfo& info) const override { return balancingMisfit(info); }

    base::Result<Resampled> resample(const TrainingRows& rows, const base::Draw& draw) const override
    {
        const auto classes = rowsByClass(rows);
        CORE_TRY(added, addedRows(m_spec.samplingStrategy, classes));
        NewRows made(rows, std::accumulate(added.begin(), added.end(), std::int64_t(0)));
        for (std::size_t label = 0; label < classes.size(); ++label) {
            if (added[label] == 0)
                continue;
            CORE_CHECK(checkNeighbours(rows, label, classes[label].size(), m_spec.neighbors, "k_neighbors"));
            grow(rowsAt(rows.inputs, classes[label]), added[label], std::int64_t(label), draw.within(label), made);
        }
        return made.finish();
    }

private:
    Spec m_spec;

    void grow(const at::Tensor& own, std::int64_t count, std::int64_t label, const base::Draw& draw,
              NewRows& made) const
    {
        std::vector<std::int64_t> places(std::size_t(own.size(0)));
        std::iota(places.begin(), places.end(), 0);
        const auto neighbours = nearestNeighbours(own, places, m_spec.neighbors);
        const float* points = own.const_data_ptr<float>();
        for (std::int64_t i = 0; i < count; ++i) {
            const std::uint64_t pair = draw.below(2 * std::uint64_t(i), neighbours.size());
            const std::int64_t from = std::int64_t(pair) / m_spec.neighbors, to = neighbours[pair];
            made.addBetween(points + from * own.size(1), points + to * own.size(1),
                            float(draw.uniform(2 * std::uint64_t(i) + 1)), label);
        }
    }
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    addNeighbours(addStrategy(fields));
    all.add<Smote>("SMOTE", "SMOTE",
                   "Makes new rows of rare classes, on the way from a row to one of its nearest neighbours of the same "
                   "class (Chawla et al. 2002). Training rows only, after the split.",
                   std::move(fields));
}

}
