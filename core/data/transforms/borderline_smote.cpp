// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/neighbours.h"
#include "core/data/tables/resampling.h"

#include <numeric>

namespace core::data::transforms::borderline_smote {

namespace {

struct Spec {
    base::Value samplingStrategy = "auto";
    std::int64_t neighbors = 5;
    std::int64_t mNeighbors = 10;
    std::string kind = "borderline-1";
};

/// Han et al. 2005.
class BorderlineSmote final : public Transform {
public:
    explicit BorderlineSmote(Spec spec) : m_spec(std::move(spec)) {}

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
            CORE_CHECK(
                checkNeighbours(rows, label, std::size_t(rows.inputs.size(0)), m_spec.mNeighbors, "m_neighbors"));
            const auto danger = inDanger(rows, classes[label], std::int64_t(label));
            if (!danger.empty())
                grow(rows, classes[label], danger, added[label], std::int64_t(label), draw.within(label), made);
        }
        return made.finish();
    }

private:
    Spec m_spec;

    // Rows of which at least half of the neighbours, but not all, are of other classes.
    std::vector<std::int64_t> inDanger(const TrainingRows& rows, const std::vector<std::int64_t>& own,
                                       std::int64_t label) const
    {
        const auto neighbours = nearestNeighbours(rows.inputs, own, m_spec.mNeighbors);
        std::vector<std::int64_t> danger;
        for (std::size_t i = 0; i < own.size(); ++i) {
            std::int64_t others = 0;
            for (std::int64_t k = 0; k < m_spec.mNeighbors; ++k)
                others += labelOf(rows, neighbours[i * std::size_t(m_spec.mNeighbors) + std::size_t(k)]) != label;
            if (2 * others >= m_spec.mNeighbors && others < m_spec.mNeighbors)
                danger.push_back(std::int64_t(i));
        }
        return danger;
    }

    static std::int64_t labelOf(const TrainingRows& rows, std::int64_t row)
    {
        return rows.targets.const_data_ptr<std::int64_t>()[row];
    }

    // `danger`: places in `own`. The second kind looks for neighbours among all rows, and goes at most half the way
    // towards those of other classes.
    void grow(const TrainingRows& rows, const std::vector<std::int64_t>& own, const std::vector<std::int64_t>& danger,
              std::int64_t count, std::int64_t label, const base::Draw& draw, NewRows& made) const
    {
        const bool among = m_spec.kind == "borderline-2";
        const at::Tensor from = among ? rows.inputs : rowsAt(rows.inputs, own);
        std::vector<std::int64_t> places = danger;
        for (std::int64_t& place : places)
            place = among ? own[std::size_t(place)] : place;
        const auto neighbours = nearestNeighbours(from, places, m_spec.neighbors);
        const float* points = from.const_data_ptr<float>();
        for (std::int64_t i = 0; i < count; ++i) {
            const std::uint64_t place = 3 * std::uint64_t(i), pair = draw.below(place, neighbours.size());
            const std::int64_t row = places[pair / std::uint64_t(m_spec.neighbors)], to = neighbours[pair];
            double step = draw.uniform(place + 1);
            if (among && labelOf(rows, to) != label)
                step *= draw.uniform(place + 2, 0, 0.5);
            made.addBetween(points + row * from.size(1), points + to * from.size(1), float(step), label);
        }
    }
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    addNeighbours(addStrategy(fields));
    fields.add("m_neighbors", &Spec::mNeighbors, base::Int{1, 1000},
               {"A row is at the border if at least half of so many neighbours, but not all, are of other classes."},
               {.unit = "rows"});
    fields.add("variant", &Spec::kind, base::Choice{{"borderline-1", "borderline-2"}},
               {"borderline-1: new rows lie between rows of the class. borderline-2: also a little towards other "
                "classes. (imbalanced-learn calls it kind, which is the transform's own name here.)"});
    all.add<BorderlineSmote>("BorderlineSMOTE", "Borderline SMOTE",
                             "SMOTE from those rows alone that stand at the border to other classes (Han et al. 2005): "
                             "there the decision is made.",
                             std::move(fields));
}

}
