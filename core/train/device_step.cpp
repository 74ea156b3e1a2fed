// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/device_step.h"

#include <c10/util/Exception.h>

namespace core::train {

namespace {

// Libraries make handles and choose kernels in the first steps.
constexpr std::int64_t stepsBefore = 3;

// Pinned memory lets the copy run beside what the device is still at.
at::Tensor movedTo(const at::Tensor& tensor, at::Device device)
{
    return tensor.device() == device ? tensor : tensor.pin_memory().to(device, tensor.scalar_type(), true);
}

std::vector<double> onHost(const at::Tensor& figures)
{
    const at::Tensor here = figures.to(at::kCPU);
    const double* values = here.const_data_ptr<double>();
    return {values, values + here.numel()};
}

}

bool DeviceStep::alike(const data::Batch& batch) const
{
    return batch.input.sizes() == at::IntArrayRef(m_inputShape) &&
           batch.target.sizes() == at::IntArrayRef(m_targetShape) && batch.target.scalar_type() == m_targetType;
}

std::vector<double> DeviceStep::run(const data::Batch& batch, const Work& work, bool recordable,
                                    const std::function<void()>& refresh)
{
    if (recordable && alike(batch)) {
        if (!m_graph && !m_impossible && m_sameShape >= stepsBefore)
            record(batch, work);
        if (m_graph)
            return play(batch, refresh);
        ++m_sameShape;
    } else if (!m_graph && recordable) {
        m_inputShape = batch.input.sizes().vec();
        m_targetShape = batch.target.sizes().vec();
        m_targetType = batch.target.scalar_type();
        m_sameShape = 1;
    }
    for (const tensor::NamedTensor& parameter : m_parameters)
        parameter.tensor.mutable_grad().reset();
    return onHost(work(movedTo(batch.input, m_device), movedTo(batch.target, m_device), false));
}

void DeviceStep::record(const data::Batch& batch, const Work& work)
{
    m_graph = tensor::makeDeviceGraph(m_device);
    if (!m_graph) {
        m_impossible = true;
        return;
    }
    m_input = movedTo(batch.input, m_device).clone();
    m_target = movedTo(batch.target, m_device).clone();
    for (const tensor::NamedTensor& parameter : m_parameters)
        parameter.tensor.mutable_grad().reset();
    try {
        m_graph->record([&] { m_figures = work(m_input, m_target, true); });
    } catch (const c10::Error&) {
        // Something in it waits for the device.
        forget();
        m_impossible = true;
        return;
    }
    for (const tensor::NamedTensor& parameter : m_parameters)
        m_gradients.push_back(parameter.tensor.grad());
}

std::vector<double> DeviceStep::play(const data::Batch& batch, const std::function<void()>& refresh)
{
    refresh();
    m_input.copy_(batch.input.is_cpu() ? batch.input.pin_memory() : batch.input, true);
    m_target.copy_(batch.target.is_cpu() ? batch.target.pin_memory() : batch.target, true);
    m_graph->play();
    // Another step may have put others in their place.
    for (std::size_t i = 0; i < m_parameters.size(); ++i)
        m_parameters[i].tensor.mutable_grad() = m_gradients[i];
    return onHost(m_figures);
}

void DeviceStep::forget()
{
    m_graph.reset();
    m_input.reset();
    m_target.reset();
    m_figures.reset();
    m_gradients.clear();
    m_sameShape = 0;
    m_impossible = false;
}

}
