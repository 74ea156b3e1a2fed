// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/old_task.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/one_hot.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace core::train {

base::Result<std::unique_ptr<OldTask>> OldTask::make(const spec::Experiment& experiment, const data::DataModule& data,
                                                     const MetricSet& metrics)
{
    if (!data.old())
        return std::unique_ptr<OldTask>();
    std::unique_ptr<OldTask> task(new OldTask);
    task->m_data = data.old();
    task->m_metrics = metrics;
    task->m_classifies = data.info().classifies() && !data.info().embeds();
    task->m_seed = std::uint64_t(experiment.train.seed);
    if (task->m_data->rows(data::SplitName::Validation).empty())
        return base::Error{base::ErrorKind::Data, "the old task has no validation rows, by which forgetting is told",
                           "/train/incremental/old", "Give its split.validation a share, such as 0.15"};
    CORE_TRY(remedy, allRemedies().make(experiment.train.incremental->remedy, {}));
    task->m_share = remedy->oldShare();
    if (task->m_share > 0) {
        const data::RowSet& rows = task->m_data->rows(data::SplitName::Train);
        const std::int64_t kept = remedy->oldRowsKept();
        const auto order = base::permutation(std::int64_t(rows.size()), base::Draw(task->m_seed, "rehearsal_rows"));
        for (const std::int64_t place : order)
            if (kept == 0 || std::int64_t(task->m_kept.size()) < kept)
                task->m_kept.push_back(rows[std::size_t(place)]);
    }
    return task;
}

std::vector<std::string> OldTask::names() const
{
    std::vector<std::string> names{"old/loss"};
    for (const std::string& metric : m_metrics.names())
        names.push_back("old/" + metric);
    names.push_back("old/forgetting");
    return names;
}

double OldTask::known(const EvaluationResult& result) const
{
    for (const auto& [name, value] : result.metrics)
        if (m_classifies && name == "accuracy")
            return value;
    return -result.loss;
}

std::vector<std::pair<std::string, double>> OldTask::figures(Learner& learner) const
{
    const EvaluationResult result =
        evaluate(learner, *m_data, m_data->rows(data::SplitName::Validation), {.metrics = &m_metrics});
    std::vector<std::pair<std::string, double>> figures{{"old/loss", result.loss}};
    for (const auto& [name, value] : result.metrics)
        figures.emplace_back("old/" + name, value);
    figures.emplace_back("old/forgetting",
                         m_start ? *m_start - known(result) : std::numeric_limits<double>::quiet_NaN());
    return figures;
}

void OldTask::begin(Learner& learner)
{
    m_start = known(evaluate(learner, *m_data, m_data->rows(data::SplitName::Validation), {.metrics = &m_metrics}));
}

data::Batch OldTask::mixed(data::Batch batch, std::int64_t step, std::uint64_t part) const
{
    if (m_share <= 0 || m_kept.empty())
        return batch;
    const std::int64_t more =
        std::max<std::int64_t>(1, std::llround(double(batch.input.size(0)) * m_share / (1 - m_share)));
    const base::Draw draw = base::Draw(m_seed, "rehearsal", std::uint64_t(step)).within(part);
    std::vector<std::int64_t> rows;
    for (std::int64_t i = 0; i < more; ++i)
        rows.push_back(m_kept[draw.below(std::uint64_t(i), m_kept.size())]);
    data::Batch old = m_data->gather(rows);
    // Rows that an augmentation has mixed have shares of classes.
    if (batch.target.dim() > old.target.dim() && old.target.scalar_type() == at::kLong)
        old.target = at::one_hot(old.target, batch.target.size(1)).to(batch.target.scalar_type());
    return {at::cat({batch.input, old.input}), at::cat({batch.target, old.target})};
}

base::Value OldTask::state() const
{
    return m_start ? base::Value(base::Object{{"start", *m_start}}) : base::Value{};
}

bool OldTask::load(const base::Value& state)
{
    const base::Value* start = state.isObject() ? state.object().find("start") : nullptr;
    if (start)
        m_start = start->toReal();
    return start != nullptr;
}

std::vector<base::Blob> grownToFit(std::vector<base::Blob> blobs, const std::vector<tensor::NamedTensor>& weights,
                                   std::int64_t oldOutputs)
{
    if (oldOutputs == 0)
        return blobs;
    for (base::Blob& blob : blobs) {
        const auto live = std::ranges::find(weights, blob.name, &tensor::NamedTensor::name);
        if (live == weights.end() || blob.shape.empty() || live->tensor.dim() != std::int64_t(blob.shape.size()) ||
            blob.shape[0] != oldOutputs || live->tensor.size(0) <= oldOutputs ||
            !std::equal(blob.shape.begin() + 1, blob.shape.end(), live->tensor.sizes().begin() + 1))
            continue;
        base::Blob grown = tensor::toBlob(blob.name, live->tensor.detach());
        if (grown.dtype != blob.dtype)
            continue;
        std::copy(blob.bytes.begin(), blob.bytes.end(), grown.bytes.begin());
        blob = std::move(grown);
    }
    return blobs;
}

}
