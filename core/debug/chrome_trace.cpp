// SPDX-License-Identifier: GPL-3.0-or-later
// The trace event format of Chrome: an object with `traceEvents`; X is a span, C a counter, M a name; times in µs.
#include "core/base/json.h"
#include "core/debug/profile_report.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace core::debug {

using base::Array;
using base::Object;
using base::Value;

namespace {

constexpr std::size_t mostSteps = 200'000; // more do not open; then blocks stand for their steps
enum Lane { Steps = 1, Phases = 2, Layers = 3 };

class Writer {
public:
    explicit Writer(double begun) : m_begun(begun) {}

    void name(const char* what, int lane, const std::string& name)
    {
        m_events.push_back(
            Object{{"ph", "M"}, {"name", what}, {"pid", 1}, {"tid", lane}, {"args", Object{{"name", name}}}});
    }
    void span(Lane lane, const std::string& name, double time, double seconds, Object args = {})
    {
        m_events.push_back(Object{{"ph", "X"},
                                  {"name", name},
                                  {"cat", "train"},
                                  {"pid", 1},
                                  {"tid", int(lane)},
                                  {"ts", micro(time - m_begun)},
                                  {"dur", micro(seconds)},
                                  {"args", std::move(args)}});
    }
    void counter(const std::string& name, double time, Object values)
    {
        m_events.push_back(Object{
            {"ph", "C"}, {"name", name}, {"pid", 1}, {"ts", micro(time - m_begun)}, {"args", std::move(values)}});
    }
    Array take() { return std::move(m_events); }

private:
    static double micro(double seconds) { return std::round(std::max(0.0, seconds) * 1e9) / 1e3; }

    double m_begun;
    Array m_events;
};

void addBlock(Writer& out, const events::StepTimes& times, bool single)
{
    const bool whole = std::ranges::any_of(times.phases, [](double phase) { return phase < 0; });
    double time = times.time;
    for (std::size_t i = 0; i < times.phases.size(); ++i) {
        if (times.phases[i] <= 0)
            continue;
        out.span(Phases, phaseTitle(events::phaseNames[i], whole), time, times.phases[i],
                 {{"steps", times.count}, {"first_step", times.step}});
        time += times.phases[i];
    }
    if (!single) {
        out.span(Steps, std::to_string(times.count) + " steps", times.time, time - times.time,
                 {{"first_step", times.step}});
        return;
    }
    // What stands between steps is told for the block as a whole: the steps are drawn close together.
    double at = times.time;
    for (std::size_t i = 0; i < times.durations.size(); ++i) {
        const std::int64_t step = times.step + std::int64_t(i);
        Object args{{"step", step}};
        if (step == times.slowest)
            args.set("slowest_of_block", true);
        out.span(Steps, "step " + std::to_string(step), at, times.durations[i], std::move(args));
        at += times.durations[i];
    }
}

// Layers one behind the other as they ran; the time of the step is that of its block.
void addLayers(Writer& out, const events::LayerTimes& times, const ProfileTrace& trace)
{
    const auto block = std::ranges::find_if(trace.steps, [&](const events::StepTimes& one) {
        return times.step >= one.step && times.step < one.step + one.count;
    });
    if (block == trace.steps.end())
        return;
    double time = block->time;
    for (std::int64_t i = 0; i < times.step - block->step && std::size_t(i) < block->durations.size(); ++i)
        time += block->durations[std::size_t(i)];
    for (const events::LayerTimes::Layer& layer : times.layers) {
        out.span(Layers, layer.name, time, layer.forward, {{"pass", "forward"}, {"step", times.step}});
        time += layer.forward;
    }
    for (auto layer = times.layers.rbegin(); layer != times.layers.rend(); ++layer) {
        if (layer->backward < 0)
            continue;
        out.span(Layers, layer->name, time, layer->backward, {{"pass", "backward"}, {"step", times.step}});
        time += layer->backward;
    }
}

void addSample(Writer& out, const events::SystemSample& sample)
{
    Object cores;
    for (std::size_t i = 0; i < sample.cores.size(); ++i)
        cores.set("core " + std::to_string(i), sample.cores[i]);
    out.counter("CPU %", sample.time, std::move(cores));
    out.counter("memory of the program, MB", sample.time, {{"resident", sample.resident / 1e6}});
    out.counter("disk, MB/s", sample.time, {{"read", sample.readRate / 1e6}, {"write", sample.writeRate / 1e6}});
    out.counter("network, MB/s", sample.time, {{"receive", sample.receiveRate / 1e6}, {"send", sample.sendRate / 1e6}});
    out.counter("I/O wait %", sample.time, {{"wait", sample.ioWait}});
    for (const events::SystemSample::Gpu& gpu : sample.gpus)
        out.counter("GPU " + std::to_string(gpu.index) + " %", sample.time,
                    {{"busy", gpu.busy}, {"memory", gpu.memory}});
    Object threads;
    for (const events::SystemSample::Thread& thread : sample.threads)
        if (thread.busy > 0)
            threads.set(thread.name, thread.busy);
    if (!threads.empty())
        out.counter("threads, % of a core", sample.time, std::move(threads));
}

}

std::string chromeTrace(const ProfileTrace& trace)
{
    double begun = trace.begun;
    if (begun == 0 && !trace.steps.empty())
        begun = trace.steps.front().time;
    Writer out(begun);
    out.name("process_name", 0, trace.id.empty() ? "descent" : trace.id);
    out.name("thread_name", Steps, "steps");
    out.name("thread_name", Phases, "phases of each block");
    out.name("thread_name", Layers, "layers");
    std::size_t steps = 0;
    for (const events::StepTimes& times : trace.steps)
        steps += times.durations.size();
    for (const events::StepTimes& times : trace.steps)
        addBlock(out, times, steps <= mostSteps);
    for (const events::LayerTimes& times : trace.layers)
        addLayers(out, times, trace);
    for (const events::SystemSample& sample : trace.system)
        addSample(out, sample);
    return base::writeJson(Object{{"displayTimeUnit", "ms"},
                                  {"otherData", Object{{"run", trace.id}, {"device", trace.device}}},
                                  {"traceEvents", out.take()}});
}

}
