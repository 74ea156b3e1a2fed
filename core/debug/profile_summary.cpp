// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/profile_summary.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace core::debug {

namespace {

std::vector<PhaseTime> phasesOf(const std::vector<double>& seconds, const std::vector<bool>& known, std::int64_t steps)
{
    std::vector<PhaseTime> phases;
    const double all = std::accumulate(seconds.begin(), seconds.end(), 0.0);
    for (std::size_t i = 0; i < events::phaseNames.size(); ++i) {
        const double one = i < seconds.size() ? seconds[i] : 0;
        phases.push_back({std::string(events::phaseNames[i]), one, all > 0 ? one / all : 0,
                          steps > 0 ? one / double(steps) : 0, known[i]});
    }
    return phases;
}

// Of a long run every so many steps stand for all: sorting tens of millions takes seconds.
std::vector<double> thinned(std::vector<double> values)
{
    constexpr std::size_t most = 200'000;
    const std::size_t stride = values.size() / most + 1;
    for (std::size_t i = 0; i * stride < values.size(); ++i)
        values[i] = values[i * stride];
    values.resize((values.size() + stride - 1) / stride);
    return values;
}

void addSteps(ProfileSummary& summary, const ProfileTrace& trace, std::int64_t first, std::int64_t end)
{
    std::vector<double> phases(events::phaseNames.size()), durations;
    std::vector<bool> known(phases.size(), true);
    std::vector<double> slowest;
    for (const events::StepTimes& times : trace.steps) {
        if (times.step < first || times.step >= end)
            continue;
        if (summary.steps == 0)
            summary.firstStep = times.step;
        summary.steps += times.count;
        for (std::size_t i = 0; i < std::min(phases.size(), times.phases.size()); ++i) {
            phases[i] += std::max(0.0, times.phases[i]);
            known[i] = known[i] && times.phases[i] >= 0;
        }
        durations.insert(durations.end(), times.durations.begin(), times.durations.end());
        const auto longest = std::ranges::max_element(times.durations);
        if (longest != times.durations.end() && *longest > summary.slowestSeconds) {
            summary.slowestSeconds = *longest;
            summary.slowest = times.slowest;
            slowest = times.slowestPhases;
        }
    }
    summary.seconds = std::accumulate(phases.begin(), phases.end(), 0.0);
    summary.phases = phasesOf(phases, known, summary.steps);
    if (!durations.empty())
        summary.mean = std::accumulate(durations.begin(), durations.end(), 0.0) / double(durations.size());
    summary.duration = spreadOf(thinned(std::move(durations)));
    std::vector<bool> slowestKnown(phases.size(), true);
    for (std::size_t i = 0; i < slowest.size() && i < slowestKnown.size(); ++i) {
        slowestKnown[i] = slowest[i] >= 0;
        slowest[i] = std::max(0.0, slowest[i]);
    }
    if (summary.slowest >= 0)
        summary.slowestPhases = phasesOf(slowest, slowestKnown, 1);
}

void addLayers(ProfileSummary& summary, const ProfileTrace& trace, std::int64_t first, std::int64_t end)
{
    struct Sum {
        double forward = 0, backward = 0;
        int count = 0, known = 0;
    };
    std::vector<std::pair<std::string, Sum>> sums;
    for (const events::LayerTimes& times : trace.layers) {
        if (times.step < first || times.step >= end)
            continue;
        // The first step of a run makes what later ones find made.
        if (times.step == 0 && trace.layers.size() > 1)
            continue;
        summary.layerStep = times.step;
        for (const events::LayerTimes::Layer& layer : times.layers) {
            auto found = std::ranges::find(sums, layer.name, &std::pair<std::string, Sum>::first);
            if (found == sums.end())
                found = sums.insert(sums.end(), {layer.name, Sum{}});
            found->second.forward += layer.forward;
            ++found->second.count;
            if (layer.backward >= 0) {
                found->second.backward += layer.backward;
                ++found->second.known;
            }
        }
    }
    double all = 0;
    for (const auto& [name, sum] : sums) {
        const double forward = sum.forward / sum.count, backward = sum.known > 0 ? sum.backward / sum.known : -1;
        summary.layers.push_back({name, forward, backward});
        all += forward + std::max(0.0, backward);
    }
    for (LayerTime& layer : summary.layers)
        layer.share = all > 0 ? (layer.forward + std::max(0.0, layer.backward)) / all : 0;
}

class Figures {
public:
    void add(const std::string& name, const std::string& unit, double value)
    {
        auto found = std::ranges::find(m_figures, name, &Figure::name);
        if (found == m_figures.end())
            found = m_figures.insert(m_figures.end(), Figure{name, unit, {}});
        found->values.push_back(value);
    }

    std::vector<SystemFigure> take()
    {
        std::vector<SystemFigure> figures;
        for (Figure& figure : m_figures)
            figures.push_back({figure.name, figure.unit, spreadOf(std::move(figure.values))});
        return figures;
    }

private:
    struct Figure {
        std::string name, unit;
        std::vector<double> values;
    };
    std::vector<Figure> m_figures;
};

void addSample(Figures& figures, const events::SystemSample& sample)
{
    if (!sample.cores.empty()) {
        const double sum = std::accumulate(sample.cores.begin(), sample.cores.end(), 0.0);
        figures.add("cpu", "%", sum / double(sample.cores.size()));
        figures.add("busiest_core", "%", std::ranges::max(sample.cores));
    }
    figures.add("process", "% of a core", sample.process);
    figures.add("io_wait", "%", sample.ioWait);
    figures.add("resident", "bytes", sample.resident);
    if (sample.total > 0)
        figures.add("memory", "%", 100 * (1 - sample.available / sample.total));
    figures.add("read", "bytes/s", sample.readRate);
    figures.add("write", "bytes/s", sample.writeRate);
    figures.add("receive", "bytes/s", sample.receiveRate);
    figures.add("send", "bytes/s", sample.sendRate);
    for (const events::SystemSample::Gpu& gpu : sample.gpus) {
        const std::string name = "gpu" + std::to_string(gpu.index);
        figures.add(name, "%", gpu.busy);
        figures.add(name + "_memory", "%", gpu.memory);
    }
}

void addSystem(ProfileSummary& summary, const ProfileTrace& trace, std::int64_t first, std::int64_t end)
{
    Figures figures;
    std::map<std::string, double> threads;
    for (const events::SystemSample& sample : trace.system) {
        if (sample.step < first || sample.step >= end)
            continue;
        ++summary.samples;
        summary.cores = int(sample.cores.size());
        addSample(figures, sample);
        for (const events::SystemSample::Thread& thread : sample.threads)
            threads[thread.name] += thread.busy;
    }
    summary.system = figures.take();
    for (const auto& [name, busy] : threads)
        summary.threads.push_back({name, busy / double(summary.samples)});
    std::ranges::stable_sort(summary.threads, std::ranges::greater{}, &ThreadTime::busy);
}

}

ProfileSummary summarize(const ProfileTrace& trace, std::int64_t first, std::int64_t end)
{
    ProfileSummary summary;
    addSteps(summary, trace, first, end);
    addLayers(summary, trace, first, end);
    addSystem(summary, trace, first, end);
    return summary;
}

bool inOnePiece(const std::vector<PhaseTime>& phases)
{
    return std::ranges::any_of(phases, [](const PhaseTime& phase) { return !phase.known; });
}

std::string phaseTitle(std::string_view name, bool whole)
{
    if (whole && name == "forward")
        return "forward and backward";
    std::string title(name);
    std::ranges::replace(title, '_', ' ');
    return title;
}

const PhaseTime* largest(const std::vector<PhaseTime>& phases)
{
    const auto found = std::ranges::max_element(phases, {}, &PhaseTime::seconds);
    return found == phases.end() || found->seconds <= 0 ? nullptr : &*found;
}

}
