// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/estimator.h"
#include "core/train/learner.h"

namespace core::train {

/// An estimator that learns: a step is one of its rounds, over all training rows. The gradient's norm is that of the
/// mean loss by the outputs for the training rows: boosting goes down in them, not in weights.
class EstimatorLearner final : public Learner {
public:
    static base::Result<std::unique_ptr<Learner>> make(const spec::Experiment& experiment,
                                                       const data::DatasetInfo& info, const StepPlan& plan);

    bool takesBatches() const override { return false; }
    base::Status begin(const data::Batch& rows) override;
    StepResult step(std::span<const data::Batch> batches, std::int64_t step, std::int64_t scheduleStep) override;
    at::Tensor predict(const at::Tensor& input) override;
    const Loss& loss() const override { return *m_loss; }
    at::Device device() const override { return at::kCPU; }

    std::vector<tensor::NamedTensor> state() const override;
    std::vector<tensor::NamedTensor> weights() const override { return m_estimator->state(); }
    base::Status load(const std::vector<base::Blob>& blobs, const std::string& where, bool optimizerToo) override;
    base::Result<std::vector<std::string>> initialize(const model::Weights& weights, const std::string& where) override;
    bool forget(std::int64_t steps) override { return m_estimator->forget(steps); }
    base::Status reconfigure(const spec::Experiment& experiment, const StepPlan& plan) override;

    /// Features are called as the data call them.
    std::vector<tensor::NamedTensor> signals() const override;

    std::int64_t parameterCount() const override { return m_estimator->parameterCount(); }
    std::string library() const override { return m_estimator->library(); }
    std::vector<std::uint32_t> digests() const override { return m_estimator->digests(); }
    std::vector<std::string> digestNames() const override;

private:
    EstimatorLearner() = default;

    std::unique_ptr<model::Estimator> m_estimator;
    std::unique_ptr<Loss> m_loss;
    base::Pick m_lossPick;
    std::vector<std::string> m_features; ///< by their names; empty: they have none
    at::Tensor m_target, m_weights;      ///< m_weights: of the rows; undefined where all count alike

    at::Tensor weightsOf(const at::Tensor& target) const;
};

}
