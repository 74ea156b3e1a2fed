// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/evaluator.h"
#include "core/train/remedy.h"

namespace core::train {

/// The task that a run's weights come from, while a new one is learned on top of it (`train.incremental`): the figures
/// of its validation rows, and its training rows where a remedy mixes them in.
class OldTask {
public:
    /// nullptr where the experiment has no old rows.
    static base::Result<std::unique_ptr<OldTask>> make(const spec::Experiment& experiment, const data::DataModule& data,
                                                       const MetricSet& metrics);

    /// Of figures(), in order: `old/loss`, `old/accuracy`, …, `old/forgetting`.
    std::vector<std::string> names() const;
    /// How well the old task is known now. Forgetting is how much worse than at the start: accuracy lost, or loss
    /// gained where there are no classes. Chaudhry et al. 2018, Riemannian Walk for Incremental Learning
    /// (arXiv:1801.10112), f = max over earlier tasks of a − a now; here there is one earlier task. NaN before begin().
    std::vector<std::pair<std::string, double>> figures(Learner& learner) const;
    /// What is known now is what can be forgotten.
    void begin(Learner& learner);

    /// With old rows behind the batch's own, if the remedy wants any: a function of (seed, step, part of the step).
    data::Batch mixed(data::Batch batch, std::int64_t step, std::uint64_t part) const;

    base::Value state() const;
    /// False if `state` is of a run without an old task.
    bool load(const base::Value& state);

private:
    OldTask() = default;
    double known(const EvaluationResult& result) const;

    std::shared_ptr<const data::DataModule> m_data;
    MetricSet m_metrics;
    bool m_classifies = false;
    double m_share = 0;
    std::uint64_t m_seed = 0;
    std::vector<std::int64_t> m_kept; ///< training rows that are drawn from
    std::optional<double> m_start;    ///< known() before the first step
};

/// Blobs that begin a network with more outputs than they were saved from: where a tensor has more rows than its blob
/// and `outputs` of them are old, the blob's rows come first and the network's own follow. Others stay as they are.
std::vector<base::Blob> grownToFit(std::vector<base::Blob> blobs, const std::vector<tensor::NamedTensor>& weights,
                                   std::int64_t oldOutputs);

}
