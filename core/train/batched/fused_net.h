// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/transform.h"
#include "core/model/network.h"
#include "core/train/batched/kernel.h"
#include "core/train/loss.h"

namespace core::spec {
struct Experiment;
struct TrainSpec;
}

namespace core::train::batched {

/// Why the steps of an experiment cannot be computed by a FusedNet on `device`; nothing if they can. By the settings
/// alone, whatever `model.fused` says.
std::optional<base::Error> whyNotFused(const spec::Experiment& experiment, const std::string& device);

/// Multiply-adds of one pass over a batch, forward and back, of an mlp over `inputs` numbers; what tells whether it
/// is small.
double workOfStep(const spec::Experiment& experiment, std::int64_t inputs, std::int64_t outputs);

/// Computes linear layers with activations and dropout between them, forward and back, by a Kernel: in the network's
/// own weights and gradients, with its own draws. Equal to the network's passes but for the order of sums. One thread.
class FusedNet {
public:
    /// The network lives at least as long, and passed whyNotFused().
    explicit FusedNet(const model::Network& network) : m_network(network) { follow(); }

    /// The layers or the dropout of the network have changed.
    void follow();
    /// What the losses are that need no graph.
    void follow(const spec::TrainSpec& train, bool classifies);

    /// Mean loss of a batch; its gradients times `factor` take the place of those that the parameters have, or are
    /// added.
    Judged learn(const data::Batch& batch, const Loss& loss, const model::Mode& mode, double factor, bool add);
    /// In evaluation mode: [n, …] → [n, outputs].
    at::Tensor predict(const at::Tensor& input);

private:
    enum class Formula { CrossEntropy, SquaredError, BinaryCrossEntropy, Graph };
    struct Layer {
        std::int64_t inputs = 0, outputs = 0;
        std::optional<model::Activation> activation = {};
        double dropout = 0;
        std::uint64_t place = 0; ///< of the dropout's draws
        std::vector<float> sums = {}, values = {}, mask = {}, dropped = {}, slope = {};
        const float* out = nullptr; ///< of the pass behind, which was masked or not
        bool masked = false;
    };

    void forward(const float* rows, std::int64_t count, const model::Mode* mode);
    void drop(Layer& layer, std::int64_t count, const model::Mode& mode);
    void backward(std::int64_t stride, bool add);
    Judged judge(const at::Tensor& target, std::int64_t count, const Loss& loss, double factor);
    Judged judgeByGraph(const at::Tensor& target, std::int64_t count, const Loss& loss, double factor);
    const float* parameter(std::size_t place) const;

    const model::Network& m_network;
    const Kernel& m_kernel = kernel();
    std::vector<Layer> m_layers;
    std::vector<float> m_input;
    Formula m_formula = Formula::Graph;
    double m_smoothing = 0;
};

}
