// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/fields.h"
#include "core/data/transform.h"

namespace core::data {

// What transforms that make or leave out rows have in common, as imbalanced-learn does it.

/// What is wrong with balancing the classes of this data; empty if nothing.
std::string balancingMisfit(const DatasetInfo& info);

/// Places of the training rows of each class.
std::vector<std::vector<std::int64_t>> rowsByClass(const TrainingRows& rows);

/// How many rows each class gets on top: by `sampling_strategy`.
base::Result<std::vector<std::int64_t>> addedRows(const base::Value& strategy,
                                                  const std::vector<std::vector<std::int64_t>>& classes);
/// How many rows each class keeps.
base::Result<std::vector<std::int64_t>> keptRows(const base::Value& strategy,
                                                 const std::vector<std::vector<std::int64_t>>& classes);

/// An error if a class has no more than k rows.
base::Status checkNeighbours(const TrainingRows& rows, std::size_t label, std::size_t count, std::int64_t k,
                             const std::string& key);

/// The rows at these places.
at::Tensor rowsAt(const at::Tensor& inputs, const std::vector<std::int64_t>& places);

/// Collects new rows.
class NewRows {
public:
    NewRows(const TrainingRows& rows, std::int64_t count);

    /// A place for one more row of the class.
    float* add(std::int64_t label);
    /// from + step · (to − from).
    void addBetween(const float* from, const float* to, float step, std::int64_t label);
    /// All training rows, and the new ones.
    Resampled finish() const;

private:
    std::int64_t m_old, m_width, m_count = 0;
    at::Tensor m_inputs, m_targets;
    float* m_values; ///< of m_inputs: asking a tensor for each row takes longer than the row
    std::int64_t* m_labels;
};

/// `sampling_strategy` of what adds rows.
template <class Spec>
base::Fields<Spec>& addStrategy(base::Fields<Spec>& fields)
{
    return fields.add("sampling_strategy", &Spec::samplingStrategy, base::Real{.min = 0, .max = 1, .aboveMin = true},
                      {"Which classes grow to the size of the largest: all others (auto, not majority), the smallest "
                       "one (minority), all but the smallest (not minority). A number, for two classes: rows of the "
                       "smaller one for each of the larger one.",
                       "rows(minority) / rows(majority)"},
                      {.words = {"auto", "minority", "not majority", "not minority", "all"}});
}

template <class Spec>
base::Fields<Spec>& addNeighbours(base::Fields<Spec>& fields, std::string key = "k_neighbors")
{
    return fields.add(std::move(key), &Spec::neighbors, base::Int{1, 1000},
                      {"Between a row and one of so many nearest ones of its class new rows are made.",
                       {},
                       "New rows lie close to old ones.",
                       "New rows may lie where another class is at home."},
                      {.unit = "rows"});
}

}
