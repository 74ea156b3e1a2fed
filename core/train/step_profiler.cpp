// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/step_profiler.h"

#include "core/train/engine.h"

#include <numeric>

namespace core::train {

namespace {

constexpr double blockSeconds = 0.1;

bool between(std::size_t phase)
{
    return phase == std::size_t(Phase::Validation) || phase == std::size_t(Phase::Keyframe);
}

}

void StepProfiler::follow(const spec::ProfilerSpec& spec)
{
    const bool was = m_spec.enabled;
    m_spec = spec;
    const double interval = double(spec.intervalMs) / 1000;
    if (!spec.enabled)
        m_sampler.reset();
    else if (m_sampler)
        m_sampler->setInterval(interval);
    else
        m_sampler = std::make_unique<debug::SystemSampler>(interval);
    if (was != spec.enabled) {
        m_clock.turn(spec.enabled);
        m_block = {};
    }
    if (m_engine)
        m_engine->time(spec.enabled ? &m_clock : nullptr);
}

void StepProfiler::watch(Engine& engine)
{
    m_engine = &engine;
    // Its layers go by operators for that, which takes as long as twenty steps by the kernel.
    m_sparing = engine.experiment().model.params["fused"].toBool(false) ? 10 : 1;
    m_engine->time(m_spec.enabled ? &m_clock : nullptr);
    m_clock.skip();
}

void StepProfiler::beginLayers(std::int64_t step)
{
    m_layers.begin(step);
    m_layersOn = true;
    m_engine->timeLayers(&m_layers);
}

void StepProfiler::add(std::int64_t step, events::EventHub& hub)
{
    m_clock.lap(Phase::Other);
    bool split = true;
    const PhaseClock::Seconds seconds = m_clock.take(split);
    if (m_block.count == 0) {
        const double all = std::accumulate(seconds.begin(), seconds.end(), 0.0);
        m_block = {step, 0, base::wallSeconds() - all};
        m_block.phases.resize(seconds.size());
        m_blockBegan = m_clock.now() - all;
        m_slowest = -1;
        m_split = true;
    }
    double duration = 0;
    for (std::size_t phase = 0; phase < seconds.size(); ++phase) {
        m_block.phases[phase] += seconds[phase];
        duration += between(phase) ? 0 : seconds[phase];
    }
    m_block.durations.push_back(float(duration));
    ++m_block.count;
    m_split = m_split && split;
    if (duration > m_slowest) {
        m_slowest = duration;
        m_block.slowest = step;
        m_block.slowestPhases.assign(seconds.begin(), seconds.end());
    }
    if (m_layersOn) {
        m_layersOn = false;
        m_engine->timeLayers(nullptr);
        if (events::LayerTimes layers = m_layers.take(); !layers.layers.empty())
            hub.publish(std::move(layers));
    }
    if (m_clock.now() - m_blockBegan < blockSeconds)
        return;
    publish(hub);
    publishSamples(step + 1, hub);
}

void StepProfiler::publish(events::EventHub& hub)
{
    if (m_block.count == 0)
        return;
    if (!m_split)
        for (std::vector<double>* phases : {&m_block.phases, &m_block.slowestPhases})
            (*phases)[std::size_t(Phase::Backward)] = -1;
    hub.publish(m_block);
    m_block.count = 0;
    m_block.durations.clear();
}

void StepProfiler::publishSamples(std::int64_t step, events::EventHub& hub)
{
    if (!m_sampler)
        return;
    for (events::SystemSample& sample : m_sampler->take()) {
        sample.step = step;
        hub.publish(std::move(sample));
    }
}

void StepProfiler::finish(std::int64_t step, events::EventHub& hub)
{
    publish(hub);
    if (m_sampler)
        m_sampler->finish();
    publishSamples(step, hub);
}

}
