// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/clock.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>

namespace core::base {

double wallSeconds()
{
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

double steadySeconds()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

namespace {

constexpr double lastSecond = 253402300799; // of the year 9999

}

std::string isoTime(double wallSeconds)
{
    // Of times from elsewhere: what has no year of four digits becomes the nearest that has.
    const auto whole = std::time_t(std::isfinite(wallSeconds) ? std::clamp(wallSeconds, 0.0, lastSecond) : 0);
    std::tm parts{};
    gmtime_r(&whole, &parts);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

}
