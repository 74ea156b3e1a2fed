// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/profiler_lanes.h"

#include <QCoreApplication>

#include <algorithm>

namespace ui::pages {

using plots::ProfileTimeline;
using Lane = ProfileTimeline::Lane;

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("ui::pages::profiler", text);
}

Lane coresOf(const core::debug::ProfileTrace& trace)
{
    Lane lane{tr("CPU"), QStringLiteral("%"), 100, {}, tr("How busy each core is that the run may use")};
    for (const core::events::SystemSample& sample : trace.system)
        for (std::size_t core = 0; core < sample.cores.size(); ++core) {
            if (lane.lines.size() <= core)
                lane.lines.push_back({tr("core %1").arg(core), {}});
            lane.lines[core].values.push_back(sample.cores[core]);
        }
    return lane;
}

std::vector<Lane> gpusOf(const core::debug::ProfileTrace& trace)
{
    std::vector<Lane> gpus;
    for (const core::events::SystemSample& sample : trace.system)
        for (std::size_t gpu = 0; gpu < sample.gpus.size(); ++gpu) {
            if (gpus.size() <= gpu)
                gpus.push_back({tr("GPU %1").arg(sample.gpus[gpu].index),
                                QStringLiteral("%"),
                                100,
                                {{tr("busy"), {}}, {tr("memory"), {}}},
                                tr("How much of the time its kernels ran, and how much of its memory is in use")});
            gpus[gpu].lines[0].values.push_back(sample.gpus[gpu].busy);
            gpus[gpu].lines[1].values.push_back(sample.gpus[gpu].memory);
        }
    return gpus;
}

}

std::vector<ProfileTimeline::Block> blocksOf(const core::debug::ProfileTrace& trace)
{
    std::vector<ProfileTimeline::Block> blocks;
    for (const core::events::StepTimes& times : trace.steps) {
        double seconds = 0;
        for (const double phase : times.phases)
            seconds += std::max(0.0, phase);
        blocks.push_back({times.time - trace.begun, seconds, times.phases, times.step, times.count});
    }
    return blocks;
}

std::vector<double> timesOf(const core::debug::ProfileTrace& trace)
{
    std::vector<double> times;
    for (const core::events::SystemSample& sample : trace.system)
        times.push_back(sample.time - trace.begun);
    return times;
}

std::vector<Lane> lanesOf(const core::debug::ProfileTrace& trace)
{
    Lane memory{tr("Memory"), QStringLiteral("MB"), 0, {{tr("memory"), {}}}, tr("Memory that the program holds")};
    Lane disk{tr("Disk"),
              QStringLiteral("MB/s"),
              0,
              {{tr("read"), {}}, {tr("written"), {}}},
              tr("What the program reads from disks and writes to them")};
    Lane wait{tr("I/O wait"),
              QStringLiteral("%"),
              100,
              {{tr("I/O wait"), {}}},
              tr("The share of its time that the processor has nothing to do but wait for a disk")};
    for (const core::events::SystemSample& sample : trace.system) {
        memory.lines[0].values.push_back(sample.resident / 1e6);
        disk.lines[0].values.push_back(sample.readRate / 1e6);
        disk.lines[1].values.push_back(sample.writeRate / 1e6);
        wait.lines[0].values.push_back(sample.ioWait);
    }
    std::vector<Lane> lanes{coresOf(trace)};
    for (Lane& gpu : gpusOf(trace))
        lanes.push_back(std::move(gpu));
    for (Lane* lane : {&memory, &disk, &wait})
        lanes.push_back(std::move(*lane));
    return lanes;
}

}
