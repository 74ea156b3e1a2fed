// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/resampling.h"

#include <algorithm>

namespace core::data {

using base::Error;
using base::ErrorKind;
using base::Result;
using base::Value;
using Counts = std::vector<std::int64_t>;
using Classes = std::vector<std::vector<std::int64_t>>;

namespace {

// Classes without a single row are as if they were not there.
struct Sizes {
    std::size_t smallest = 0, largest = 0, present = 0;
    std::int64_t least = 0, most = 0;

    explicit Sizes(const Classes& classes)
    {
        for (std::size_t label = 0; label < classes.size(); ++label) {
            const std::int64_t count = std::int64_t(classes[label].size());
            if (count == 0)
                continue;
            if (present == 0 || count < least) {
                least = count;
                smallest = label;
            }
            if (present == 0 || count > most) {
                most = count;
                largest = label;
            }
            ++present;
        }
    }
};

Result<bool> isRatio(const Value& strategy, const Sizes& sizes)
{
    if (!strategy.isNumber())
        return false;
    if (sizes.present != 2)
        return Error{ErrorKind::Spec,
                     "a number says how two classes stand to one another, and there are " +
                         std::to_string(sizes.present),
                     "/sampling_strategy", "Use \"auto\", which balances all classes"};
    return true;
}

}

std::string balancingMisfit(const DatasetInfo& info)
{
    if (info.modality != Modality::Table)
        return "makes rows of tables, and these rows are none";
    return info.classifies() ? "" : "balances classes, and the target is a number";
}

Classes rowsByClass(const TrainingRows& rows)
{
    Classes classes(rows.info.classes.size());
    const std::int64_t* label = rows.targets.const_data_ptr<std::int64_t>();
    for (std::int64_t row = 0; row < rows.targets.size(0); ++row)
        classes[std::size_t(label[row])].push_back(row);
    return classes;
}

namespace {

// Whether a strategy is about a class: the one of this name, all but that one, or every one.
bool isChosen(const std::string& strategy, const std::string& name, bool isIt)
{
    return strategy == name ? isIt : strategy == "not " + name ? !isIt : true;
}

}

Result<Counts> addedRows(const Value& strategy, const Classes& classes)
{
    const Sizes sizes(classes);
    CORE_TRY(ratio, isRatio(strategy, sizes));
    Counts added(classes.size());
    if (ratio) {
        added[sizes.smallest] = std::int64_t(double(sizes.most) * strategy.toReal()) - sizes.least;
        if (added[sizes.smallest] < 0)
            return Error{ErrorKind::Spec,
                         "the smaller class has " + std::to_string(sizes.least) + " rows for " +
                             std::to_string(sizes.most) + " of the larger one, which is more than asked for",
                         "/sampling_strategy",
                         "A number above " + std::to_string(double(sizes.least) / double(sizes.most))};
        return added;
    }
    const std::string& name = strategy.text();
    for (std::size_t label = 0; label < classes.size(); ++label) {
        if (isChosen(name, "minority", label == sizes.smallest) && !classes[label].empty())
            added[label] = sizes.most - std::int64_t(classes[label].size());
    }
    return added;
}

Result<Counts> keptRows(const Value& strategy, const Classes& classes)
{
    const Sizes sizes(classes);
    CORE_TRY(ratio, isRatio(strategy, sizes));
    Counts kept;
    for (const auto& rows : classes)
        kept.push_back(std::int64_t(rows.size()));
    if (ratio) {
        kept[sizes.largest] = std::int64_t(double(sizes.least) / strategy.toReal());
        if (kept[sizes.largest] > sizes.most)
            return Error{ErrorKind::Spec,
                         "the larger class has " + std::to_string(sizes.most) + " rows for " +
                             std::to_string(sizes.least) + " of the smaller one, which is fewer than asked for",
                         "/sampling_strategy",
                         "A number of at least " + std::to_string(double(sizes.least) / double(sizes.most))};
        return kept;
    }
    const std::string& name = strategy.text();
    for (std::size_t label = 0; label < classes.size(); ++label) {
        if (isChosen(name, "majority", label == sizes.largest))
            kept[label] = std::min(kept[label], sizes.least);
    }
    return kept;
}

base::Status checkNeighbours(const TrainingRows& rows, std::size_t label, std::size_t count, std::int64_t k,
                             const std::string& key)
{
    if (std::int64_t(count) > k)
        return {};
    return Error{ErrorKind::Data,
                 "class \"" + rows.info.classes[label] + "\" has " + std::to_string(count) +
                     " training rows, too few for " + std::to_string(k) + " neighbours of each",
                 "/" + key,
                 count > 1 ? "At most " + std::to_string(count - 1)
                           : "Use RandomOverSampler, which needs no neighbours"};
}

at::Tensor rowsAt(const at::Tensor& inputs, const std::vector<std::int64_t>& places)
{
    const std::int64_t width = inputs.size(1);
    at::Tensor chosen = tensor::empty({std::int64_t(places.size()), width});
    float* out = chosen.mutable_data_ptr<float>();
    for (const std::int64_t place : places)
        out = std::copy_n(inputs.const_data_ptr<float>() + place * width, width, out);
    return chosen;
}

NewRows::NewRows(const TrainingRows& rows, std::int64_t count)
    : m_old(rows.inputs.size(0)),
      m_width(rows.inputs.size(1)),
      m_inputs(tensor::empty({count, rows.inputs.size(1)})),
      m_targets(tensor::empty({count}, at::kLong)),
      m_values(m_inputs.mutable_data_ptr<float>()),
      m_labels(m_targets.mutable_data_ptr<std::int64_t>())
{
}

float* NewRows::add(std::int64_t label)
{
    m_labels[m_count] = label;
    return m_values + m_count++ * m_width;
}

void NewRows::addBetween(const float* from, const float* to, float step, std::int64_t label)
{
    float* out = add(label);
    for (std::int64_t i = 0; i < m_width; ++i)
        out[i] = from[i] + step * (to[i] - from[i]);
}

Resampled NewRows::finish() const
{
    Resampled made{.kept = std::vector<std::int64_t>(static_cast<std::size_t>(m_old))};
    for (std::int64_t i = 0; i < m_old; ++i)
        made.kept[std::size_t(i)] = i;
    if (m_count > 0) {
        made.newInputs = m_inputs.narrow(0, 0, m_count);
        made.newTargets = m_targets.narrow(0, 0, m_count);
    }
    return made;
}

}
