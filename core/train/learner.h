// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/model/network.h"
#include "core/train/loss.h"
#include "core/train/metric.h"
#include "core/train/optimizer.h"
#include "core/train/plan.h"
#include "core/train/schedule.h"

#include <functional>

namespace core::train {

/// What one optimizer step had to say.
struct StepResult {
    double loss = 0; ///< mean over the step's rows, without penalties
    double lr = 0;
    double gradNorm = 0; ///< before clipping
    double accuracy = 0; ///< for classification
    std::int64_t rows = 0;
};

/// A network that learns: forward, loss, backward, penalties, clipping, update.
class Learner {
public:
    static base::Result<std::unique_ptr<Learner>> make(const spec::Experiment& experiment,
                                                       const data::DatasetInfo& info, const StepPlan& plan,
                                                       const std::string& device);

    /// One update from one or more batches; gradients are weighted by rows, so that accumulating equals one large
    /// batch.
    /// `scheduleStep`: what the schedule takes for `step`.
    StepResult step(std::span<const data::Batch> batches, std::int64_t step, std::int64_t scheduleStep);
    /// `input` on any device → output on the learner's device, in evaluation mode and without a graph.
    at::Tensor predict(const at::Tensor& input);

    const Loss& loss() const { return *m_loss; }
    bool classifies() const { return m_loss->classifies(); }
    /// `model/<name>` and `optimizer/<name>`, live.
    std::vector<tensor::NamedTensor> state() const;
    /// Parameters and buffers, live.
    std::vector<tensor::NamedTensor> weights() const { return model::stateOf(*m_network); }
    base::Status load(const std::vector<base::Blob>& blobs, const std::string& where, bool optimizerToo = true);
    std::int64_t parameterCount() const;
    /// Digest of parameters and buffers.
    std::string digest() const;
    /// Takes over live parameters (rate, schedule, momentum, decay, clipping, penalties, loss, dropout); after an error
    /// nothing has changed.
    base::Status reconfigure(const spec::Experiment& experiment, const StepPlan& plan);
    /// Called in each step when its gradients are complete and neither clipped nor used.
    void onGradients(std::function<void()> call) { m_onGradients = std::move(call); }
    at::Device device() const { return m_device; }

private:
    Learner(at::Device device) : m_device(device) {}
    void addPenalties();
    double gradientNorm() const;
    void clip(double norm);

    at::Device m_device;
    std::unique_ptr<model::Network> m_network;
    std::unique_ptr<Loss> m_loss;
    std::unique_ptr<Optimizer> m_optimizer;
    std::unique_ptr<Schedule> m_schedule;
    spec::TrainSpec m_spec;
    std::function<void()> m_onGradients;
};

/// The optimizer's own `lr`, which the schedule starts from.
double baseRate(const spec::TrainSpec& train);

}
