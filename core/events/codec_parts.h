// SPDX-License-Identifier: GPL-3.0-or-later
// Parts of codec.cpp, for it alone: whether an event that was read holds together, and numbers in other forms.
#pragma once

#include "core/events/event.h"

#include <algorithm>
#include <cmath>

namespace core::events {

// A stall takes a thousand times as long as the steps beside it, and both are to be told exactly.
inline std::vector<float> logsOf(const std::vector<float>& seconds)
{
    std::vector<float> logs(seconds.size());
    std::ranges::transform(seconds, logs.begin(), [](float one) { return std::log(std::max(one, 1e-9f)); });
    return logs;
}
inline std::vector<float> expOf(std::vector<float> logs)
{
    std::ranges::transform(logs, logs.begin(), [](float log) { return std::exp(log); });
    return logs;
}

// True if a · b · c is `size`, without overflow.
inline bool isProduct(std::size_t size, std::int64_t a, std::int64_t b, std::int64_t c)
{
    std::int64_t product = 0;
    return a >= 0 && b >= 0 && c >= 0 && !__builtin_mul_overflow(a, b, &product) &&
           !__builtin_mul_overflow(product, c, &product) && std::uint64_t(product) == size;
}

inline bool fits(const auto&)
{
    return true;
}
inline bool fits(const SurfaceFrame& e)
{
    return isProduct(e.values.size(), e.width, e.height, e.classes);
}
inline bool fits(const StepTimes& e)
{
    return e.phases.size() <= phaseNames.size() && e.slowestPhases.size() <= phaseNames.size() && e.count >= 0;
}
inline bool fits(const WeightDigests& e)
{
    return e.values.empty() || (e.every > 0 && e.tensors > 0 && std::int64_t(e.values.size()) % e.tensors == 0);
}
inline bool fits(const WeightsFrame& e)
{
    return std::ranges::all_of(e.layers, [](const WeightsFrame::Layer& layer) {
        std::size_t all = 1;
        for (const std::int64_t length : layer.shape)
            if (length < 0 || __builtin_mul_overflow(all, std::size_t(length), &all))
                return false;
        return layer.values.empty() || layer.values.size() == all;
    });
}
inline bool fits(const ConfusionFrame& e)
{
    return isProduct(e.counts.size(), e.classes, e.classes, 1);
}

}
