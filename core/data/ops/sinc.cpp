// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/sinc.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace core::data {

// Each output sample has taps of its own here. torchaudio keeps a filter for each of `to` phases, which takes hundreds
// of megabytes where the two rates have no large common divisor.
std::vector<float> resampled(const float* samples, std::int64_t count, std::int64_t from, std::int64_t to)
{
    constexpr double zeros = 6, rolloff = 0.99, pi = std::numbers::pi;
    const std::int64_t common = std::gcd(from, to);
    from /= common;
    to /= common;
    if (from == to)
        return {samples, samples + count};
    const double base = double(std::min(from, to)) * rolloff, step = base / double(from);
    const std::int64_t length = std::int64_t(std::ceil(double(to) * double(count) / double(from)));
    const std::int64_t reach = std::int64_t(std::ceil(zeros * double(from) / base));
    // sin and cos of neighbouring taps follow from one another by turning.
    const double turnSin = std::sin(pi * step), turnCos = std::cos(pi * step);
    const double slowSin = std::sin(pi * step / zeros), slowCos = std::cos(pi * step / zeros);
    std::vector<float> out(static_cast<std::size_t>(length));
    for (std::int64_t j = 0; j < length; ++j) {
        const std::int64_t whole = j / to * from, phase = j % to;
        const double center = double(phase) * double(from) / double(to);
        const std::int64_t first = std::max(std::int64_t(center) - reach, -whole);
        const std::int64_t last = std::min(std::int64_t(center) + reach + 1, count - 1 - whole);
        double t = (double(first) - center) * step;
        double sine = std::sin(pi * t), cosine = std::cos(pi * t);
        double windowSin = std::sin(pi * t / zeros), windowCos = std::cos(pi * t / zeros);
        double sum = 0;
        for (std::int64_t i = first; i <= last; ++i, t += step) {
            // cos²(x / 2) = (1 + cos x) / 2.
            if (std::abs(t) < zeros)
                sum += double(samples[whole + i]) * (std::abs(t) < 1e-9 ? 1 : sine / (pi * t)) * (1 + windowCos) / 2;
            const double nextSine = sine * turnCos + cosine * turnSin;
            cosine = cosine * turnCos - sine * turnSin;
            sine = nextSine;
            const double nextWindow = windowSin * slowCos + windowCos * slowSin;
            windowCos = windowCos * slowCos - windowSin * slowSin;
            windowSin = nextWindow;
        }
        out[std::size_t(j)] = float(sum * step);
    }
    return out;
}

}
