// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/dropout.h"
#include "core/model/freezing.h"
#include "core/model/network.h"
#include "core/train/batched/fused_net.h"
#include "core/train/device_split.h"
#include "core/train/device_step.h"
#include "core/train/learner.h"
#include "core/train/loss_scaler.h"
#include "core/train/optimizer.h"
#include "core/train/ranks/gradient_sync.h"
#include "core/train/remedy.h"
#include "core/train/schedule.h"
#include "core/train/weight_average.h"

namespace core::train {

class StepTracer;
struct SharedWork;

/// A network that learns: forward, loss, backward, penalties, clipping, update.
class NetworkLearner final : public Learner {
public:
    static base::Result<std::unique_ptr<Learner>> make(const spec::Experiment& experiment,
                                                       const data::DatasetInfo& info, const StepPlan& plan,
                                                       const std::string& device);

    /// Gradients are weighted by rows, so that accumulating equals one large batch, and so do several ranks.
    StepResult step(std::span<const data::Batch> batches, std::int64_t step, std::int64_t scheduleStep) override;
    base::Status join(ranks::World& world, const spec::DistributedSpec& how) override;
    void epochEnds(std::int64_t epochs) override;
    bool wantsStatistics() const override { return m_statisticsDue; }
    void estimateStatistics(std::int64_t batches, const std::function<at::Tensor(std::int64_t batch)>& input) override;
    /// In evaluation mode, with the averaged weights where there are any.
    at::Tensor predict(const at::Tensor& input) override;
    at::Tensor look(const at::Tensor& input, const Outputs* outputs) override;
    bool hasGradients() const override { return true; }
    const Loss& loss() const override { return *m_loss; }
    at::Device device() const override { return m_device; }

    /// Where ranks share the updates, all of them call this at the same step: rank 0 is given what the others keep.
    std::vector<tensor::NamedTensor> state() const override;
    /// Parameters and buffers; of a pipeline as state().
    std::vector<tensor::NamedTensor> weights() const override;
    /// Layers may have other numbers there: they have where dropout came or went.
    base::Status load(const std::vector<base::Blob>& blobs, const std::string& where, bool optimizerToo) override;
    base::Result<std::vector<std::string>> initialize(const model::Weights& weights, const std::string& where) override;
    std::string reach(std::int64_t epoch) override;
    base::Status remember(const data::DataModule* old, const std::vector<base::Blob>& from) override;
    bool remembers(const std::vector<base::Blob>& blobs) const override;
    /// Rate, schedule, momentum, decay, clipping, penalties, loss, dropout.
    base::Status reconfigure(const spec::Experiment& experiment, const StepPlan& plan) override;

    std::int64_t parameterCount() const override;
    std::vector<std::uint32_t> digests() const override;
    std::vector<std::string> digestNames() const override;
    /// See shared_work.h.
    base::Status tellPipeline(const std::filesystem::path& run, bool atOnce) const;

private:
    NetworkLearner(at::Device device) : m_device(device) {}
    double lossOf(std::span<const data::Batch> batches, const model::Mode& mode, std::int64_t rows);
    void computeGradients(std::span<const data::Batch> batches, const model::Mode& mode, StepTracer& tracer,
                          StepResult& result);
    void computeFused(std::span<const data::Batch> batches, const model::Mode& mode, StepTracer& tracer,
                      StepResult& result);
    void computeOnDevice(const data::Batch& batch, const model::Mode& mode, StepResult& result);
    void computeShared(std::span<const data::Batch> batches, const model::Mode& mode, StepTracer& tracer,
                       StepResult& result);
    void syncGradients();
    // What ranks divide among them (network_learner_shares.cpp, network_learner_pipeline.cpp).
    base::Status shareWork();
    base::Status makePipeline(std::vector<std::int64_t> counts);
    base::Status checkPipeline() const;
    base::Status shardOptimizer(std::vector<std::int64_t> owners);
    std::vector<double> measuredBlocks() const;
    base::Value pipelineTold() const;
    void computePipelined(std::span<const data::Batch> batches, const model::Mode& mode, StepTracer& tracer,
                          StepResult& result, std::int64_t step);
    void lookAside(const data::Batch& batch, const model::Mode& mode) const;
    double endPass(StepResult& result); ///< the norm of all stages' gradients
    void takeUpdates();
    void bringTensors(bool gradients) const;
    void bringWeights() const;
    std::vector<tensor::NamedTensor> ownState() const;
    std::vector<tensor::NamedTensor> optimizerState() const;
    std::vector<tensor::NamedTensor> compressionState() const;
    void loadCompression(std::vector<base::Blob>& blobs);
    double lookAgain(std::span<const data::Batch> batches, const model::Mode& mode, std::int64_t rows);
    model::Mode modeOf(bool training) const;
    void layWeights();
    bool penalizes() const { return m_spec.l1 != 0 || m_spec.l2 != 0 || m_remedy; }
    std::vector<tensor::NamedTensor> memory() const; ///< the remedy's part of state()
    base::Status loadMemory(const base::Blob& blob);
    double penalize(); ///< adds the slopes to the gradients
    void average(std::int64_t updates);
    base::Status fuse(const spec::Experiment& experiment);
    base::Status freeze(const model::Freezing& freezing, const spec::TrainSpec& train, std::int64_t thawed);

    at::Device m_device;
    std::unique_ptr<model::Network> m_network;
    std::vector<tensor::NamedTensor> m_weights; ///< of the network, live
    std::unique_ptr<Loss> m_loss;
    std::unique_ptr<Optimizer> m_optimizer;
    std::unique_ptr<LossScaler> m_scaler;       ///< under 16-mixed
    std::unique_ptr<Remedy> m_remedy;           ///< under train.incremental
    std::unique_ptr<WeightAverage> m_average;   ///< under train.ema or train.swa
    std::unique_ptr<batched::FusedNet> m_fused; ///< under model.fused
    std::unique_ptr<DeviceStep> m_deviceStep;   ///< on a CUDA device
    std::unique_ptr<DeviceSplit> m_deviceSplit;
    std::optional<double> m_deviceNorm;        ///< of the gradients as backward left them
    std::unique_ptr<model::DeviceKeys> m_keys; ///< that a recorded step draws by
    at::Tensor m_deviceScale;                  ///< that it scales the loss by, under 16-mixed
    ranks::World* m_world = nullptr;           ///< nullptr: nobody else takes part
    std::unique_ptr<ranks::GradientSync> m_sync;
    std::shared_ptr<SharedWork> m_shares; ///< nullptr: every rank does and keeps the same
    spec::DistributedSpec m_how;
    std::vector<base::Blob> m_compressed; ///< of a checkpoint, for when ranks join
    bool m_statisticsDue = false;
    std::int64_t m_epochs = 0, m_swaStart = 0;
    model::Freezing m_freezing;
    bool m_torn = false; ///< an optimizer that passes several times was broken off between two of them
    std::int64_t m_epoch = 0, m_thawed = 0; ///< blocks that were frozen and are not any more
    spec::TrainSpec m_spec;
    base::Pick m_pick;  ///< the optimizer, as it was made
    std::string m_head; ///< model.last_layer
    data::DatasetInfo m_info;
};

}
