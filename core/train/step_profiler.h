// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/debug/system_sampler.h"
#include "core/events/hub.h"
#include "core/spec/profiler.h"
#include "core/train/layer_timer.h"
#include "core/train/phase_clock.h"

#include <memory>

namespace core::train {

class Engine;

/// Tells where the time of a training's steps goes: in blocks of about a tenth of a second, with a step looked at layer
/// by layer now and then, and how busy the machine is meanwhile. It only looks.
class StepProfiler {
public:
    /// Takes over what the experiment says, at the start and when it was edited.
    void follow(const spec::ProfilerSpec& spec);
    /// From now on this engine's steps are timed.
    void watch(Engine& engine);

    void lap(Phase phase) { m_clock.lap(phase); }
    /// What went by was no training: a pause, an edit.
    void skip() { m_clock.skip(); }
    void stepBegins(std::int64_t step)
    {
        if (m_clock.on() && m_spec.layerEvery > 0 && step % (m_spec.layerEvery * m_sparing) == 0)
            beginLayers(step);
    }
    /// All of step `step` is done, with what came behind it.
    void stepEnds(std::int64_t step, events::EventHub& hub)
    {
        if (m_clock.on())
            add(step, hub);
    }
    /// The training ends: tells what it still has.
    void finish(std::int64_t step, events::EventHub& hub);

private:
    void beginLayers(std::int64_t step);
    void add(std::int64_t step, events::EventHub& hub);
    void publish(events::EventHub& hub);
    void publishSamples(std::int64_t step, events::EventHub& hub);

    spec::ProfilerSpec m_spec{.enabled = false};
    Engine* m_engine = nullptr;
    PhaseClock m_clock;
    LayerTimer m_layers;
    std::int64_t m_sparing = 1; ///< so many times as rarely are layers looked at
    bool m_layersOn = false;
    events::StepTimes m_block;
    double m_blockBegan = 0, m_slowest = 0;
    bool m_split = true; ///< whether backward is known in all of the block
    std::unique_ptr<debug::SystemSampler> m_sampler;
};

}
