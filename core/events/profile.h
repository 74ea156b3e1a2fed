// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace core::events {

/// What the time of a step goes into, in the order of StepTimes::phases.
inline constexpr std::array<std::string_view, 9> phaseNames{
    "data_wait", "host_to_device", "forward", "backward", "optimizer", "recording", "validation", "keyframe", "other"};

/// Where the time of some steps in a row went.
struct StepTimes {
    std::int64_t step = 0, count = 0;    ///< the first of them; how many
    double time = 0;                     ///< seconds since the epoch at the beginning of the first
    std::vector<double> phases = {};     ///< seconds of each phase, all steps together
    std::vector<float> durations = {};   ///< seconds of each step, without validation and keyframes
    std::int64_t slowest = -1;           ///< the step that took longest
    std::vector<double> slowestPhases{}; ///< where its time went
};

/// What each layer took in one step that was looked at closely.
struct LayerTimes {
    struct Layer {
        std::string name;
        double forward = 0, backward = 0; ///< seconds; -1: not known
    };
    std::int64_t step = 0;
    std::vector<Layer> layers;
};

/// How busy the machine was between the sample before and this one.
struct SystemSample {
    struct Gpu {
        std::int64_t index = 0;
        double busy = 0, memory = 0; ///< percent
        double bytes = 0;            ///< of its memory that are used
    };
    struct Thread {
        std::string name; ///< `trainer`, `loader-0`, …
        double busy = 0;  ///< percent of a core
    };
    std::int64_t step = 0;                         ///< optimizer steps done
    double time = 0;                               ///< seconds since the epoch
    std::vector<double> cores = {};                ///< percent busy, core by core
    double ioWait = 0;                             ///< percent of all cores' time
    double process = 0;                            ///< percent of a core that this program used
    double resident = 0, available = 0, total = 0; ///< bytes of memory: this program's; the machine's
    double readRate = 0, writeRate = 0;            ///< bytes/s of this program from and to disks
    double receiveRate = 0, sendRate = 0;          ///< bytes/s over the network, the whole machine
    std::vector<Gpu> gpus = {};
    std::vector<Thread> threads = {};
};

}
