// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/neighbours.h"
#include "core/data/tables/resampling.h"

#include <cmath>
#include <numeric>

namespace core::data::transforms::adasyn {

namespace {

struct Spec {
    base::Value samplingStrategy = "auto";
    std::int64_t neighbors = 5;
};

/// He et al. 2008.
class Adasyn final : public Transform {
public:
    explicit Adasyn(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Rows; }
    std::string misfit(const DatasetInfo& info) const override { return balancingMisfit(info); }

    base::Result<Resampled> resample(const TrainingRows& rows, const base::Draw& draw) const override
    {
        const auto classes = rowsByClass(rows);
        CORE_TRY(added, addedRows(m_spec.samplingStrategy, classes));
        std::vector<std::vector<std::int64_t>> shares(classes.size());
        std::int64_t total = 0;
        for (std::size_t label = 0; label < classes.size(); ++label) {
            if (added[label] == 0)
                continue;
            CORE_CHECK(checkNeighbours(rows, label, classes[label].size(), m_spec.neighbors, "n_neighbors"));
            CORE_TRY(share, sharesOf(rows, classes[label], std::int64_t(label), added[label]));
            total += std::accumulate(share.begin(), share.end(), std::int64_t(0));
            shares[label] = std::move(share);
        }
        NewRows made(rows, total);
        for (std::size_t label = 0; label < classes.size(); ++label)
            if (!shares[label].empty())
                grow(rowsAt(rows.inputs, classes[label]), shares[label], std::int64_t(label), draw.within(label), made);
        return made.finish();
    }

private:
    Spec m_spec;

    // How many new rows each row of the class gets: the more, the more of its neighbours are of other classes.
    base::Result<std::vector<std::int64_t>> sharesOf(const TrainingRows& rows, const std::vector<std::int64_t>& own,
                                                     std::int64_t label, std::int64_t count) const
    {
        const auto neighbours = nearestNeighbours(rows.inputs, own, m_spec.neighbors);
        std::vector<double> others(own.size());
        for (std::size_t i = 0; i < neighbours.size(); ++i)
            others[i / std::size_t(m_spec.neighbors)] +=
                rows.targets.const_data_ptr<std::int64_t>()[neighbours[i]] != label;
        // Divided twice, as imbalanced-learn does: what rounds to which side depends on it.
        for (double& share : others)
            share /= double(m_spec.neighbors);
        const double sum = std::accumulate(others.begin(), others.end(), 0.0);
        if (sum == 0)
            return base::Error{base::ErrorKind::Data,
                               "no row of class \"" + rows.info.classes[std::size_t(label)] +
                                   "\" has a neighbour of another class, so there is no border to fill",
                               "", "Use SMOTE, or more n_neighbors"};
        std::vector<std::int64_t> shares;
        for (const double each : others)
            shares.push_back(std::int64_t(std::nearbyint(each / sum * double(count))));
        return shares;
    }

    void grow(const at::Tensor& own, const std::vector<std::int64_t>& shares, std::int64_t label,
              const base::Draw& draw, NewRows& made) const
    {
        std::vector<std::int64_t> places(shares.size());
        std::iota(places.begin(), places.end(), 0);
        const auto neighbours = nearestNeighbours(own, places, m_spec.neighbors);
        const float* points = own.const_data_ptr<float>();
        std::uint64_t next = 0;
        for (std::size_t row = 0; row < shares.size(); ++row)
            for (std::int64_t i = 0; i < shares[row]; ++i, next += 2) {
                const std::uint64_t k = draw.below(next, std::uint64_t(m_spec.neighbors));
                const std::int64_t to = neighbours[row * std::size_t(m_spec.neighbors) + k];
                made.addBetween(points + std::int64_t(row) * own.size(1), points + to * own.size(1),
                                float(draw.uniform(next + 1)), label);
            }
    }
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    addNeighbours(addStrategy(fields), "n_neighbors");
    all.add<Adasyn>("ADASYN", "ADASYN",
                    "Makes the more new rows of a rare one, the more of its neighbours are of other classes (He et al. "
                    "2008): hard rows grow most.",
                    std::move(fields));
}

}
