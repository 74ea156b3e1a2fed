// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/batch_range.h"
#include "core/data/dataset.h"
#include "core/tensor/device_graph.h"
#include "core/tensor/tensor.h"

namespace core::train {

/// Forward and backward of a step on a CUDA device. From the fourth step of one shape on they are recorded and played
/// in one piece, which gives the same bits; what cannot be recorded goes on step by step.
class DeviceStep {
public:
    /// From a batch on the device: leaves gradients of the parameters, returns figures (float64, one dimension). Of
    /// what is `recorded` all that changes from step to step must be read from the device.
    using Work = std::function<at::Tensor(const at::Tensor& input, const at::Tensor& target, bool recorded)>;

    DeviceStep(at::Device device, const std::vector<tensor::NamedTensor>& parameters)
        : m_device(device),
          m_parameters(parameters)
    {
    }

    /// The figures. `refresh`: writes to the device what a recorded step reads there.
    std::vector<double> run(
        const data::Batch& batch, const Work& work, bool recordable, const std::function<void()>& refresh = [] {});
    /// The work will be another one.
    void forget();
    bool recorded() const { return m_graph != nullptr; }

private:
    void record(const data::Batch& batch, const Work& work);
    std::vector<double> play(const data::Batch& batch, const std::function<void()>& refresh);
    bool alike(const data::Batch& batch) const;

    at::Device m_device;
    std::vector<tensor::NamedTensor> m_parameters;
    std::unique_ptr<tensor::DeviceGraph> m_graph;
    std::vector<std::int64_t> m_inputShape, m_targetShape;
    at::ScalarType m_targetType = at::kLong;
    std::int64_t m_sameShape = 0;
    bool m_impossible = false;
    at::Tensor m_input, m_target, m_figures; ///< where the graph reads and writes
    std::vector<at::Tensor> m_gradients;
};

}
