// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/step_tracer.h"

#include "core/base/clock.h"
#include "core/train/layer_timer.h"

#include <ATen/ops/linalg_vector_norm.h>

#include <cmath>

namespace core::train {

namespace {

double lengthOf(const at::Tensor& tensor)
{
    return tensor.defined() ? at::linalg_vector_norm(tensor, 2).item<double>() : 0;
}

double together(const std::vector<events::StepTrace::Layer>& layers, double events::StepTrace::Layer::*part)
{
    double sum = 0;
    for (const auto& layer : layers)
        sum += layer.*part * (layer.*part);
    return std::sqrt(sum);
}

}

StepTracer::StepTracer(events::StepTrace* into, const std::vector<tensor::NamedTensor>& parameters,
                       const Stopwatch& stopwatch)
    : m_into(into),
      m_parameters(parameters),
      m_stopwatch(stopwatch)
{
}

const model::Watch* StepTracer::watch(const model::Watch* wanted, bool checkpoints)
{
    if (checkpoints)
        m_stopwatch.layers = nullptr;
    return m_stopwatch.layers ? m_stopwatch.layers->watch(wanted) : wanted;
}

void StepTracer::inputIsThere(const at::Tensor& input)
{
    if (!input.is_cpu())
        m_stopwatch.lap(Phase::HostToDevice);
    if (m_stopwatch.layers)
        m_stopwatch.layers->forwardBegins(input);
}

double StepTracer::lap()
{
    const double now = base::steadySeconds(), took = now - m_since;
    m_since = now;
    return took;
}

void StepTracer::forwardBegins()
{
    if (m_into)
        lap();
}

void StepTracer::forwardEnds()
{
    m_stopwatch.lap(Phase::Forward);
    if (m_into)
        m_into->forwardSeconds += lap();
}

void StepTracer::backwardEnds()
{
    m_stopwatch.lap(Phase::Backward);
    if (m_stopwatch.layers)
        m_stopwatch.layers->backwardEnds();
    if (m_into)
        m_into->backwardSeconds += lap();
}

void StepTracer::updateBegins()
{
    if (!m_into)
        return;
    for (const auto& [name, parameter] : m_parameters) {
        m_into->layers.push_back({name, lengthOf(parameter), lengthOf(parameter.grad()), 0});
        m_before.push_back(parameter.detach().clone());
    }
    m_into->clippedNorm = together(m_into->layers, &events::StepTrace::Layer::gradient);
    m_into->weightNorm = together(m_into->layers, &events::StepTrace::Layer::weight);
    lap();
}

void StepTracer::updateEnds()
{
    if (!m_into)
        return;
    m_into->updateSeconds = lap();
    for (std::size_t i = 0; i < m_before.size(); ++i)
        m_into->layers[i].update = lengthOf(m_parameters[i].tensor.detach().sub(m_before[i]));
    m_into->updateNorm = together(m_into->layers, &events::StepTrace::Layer::update);
}

}
