// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "core/debug/figure.h"
#include "core/report/sections.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>

namespace core::report {

std::string countOf(std::int64_t n, const std::string& one, const std::string& many)
{
    std::string text = std::to_string(n);
    const std::size_t first = text.starts_with('-') ? 1 : 0;
    for (std::size_t i = text.size(); i > first + 3;) {
        i -= 3;
        text.insert(i, "\u202F");
    }
    return one.empty() ? text : text + " " + (n == 1 ? one : many);
}

std::string percentOf(double share)
{
    return std::isfinite(share) ? debug::figure(std::round(1e6 * share) / 1e4) + " %" : "–";
}

std::string figureOf(const std::string& name, double value)
{
    if (!std::isfinite(value))
        return std::isnan(value) ? "not a number" : "infinite";
    const std::string last = name.substr(name.rfind('/') + 1);
    const bool share = value >= 0 && value <= 1 &&
                       std::ranges::any_of(std::initializer_list<const char*>{"accuracy", "precision", "recall", "f1"},
                                           [&](const char* one) { return last.find(one) != last.npos; });
    return share ? percentOf(value) : debug::figure(value);
}

std::string timeOf(double seconds)
{
    char text[48];
    if (!std::isfinite(seconds) || seconds < 0)
        return "–";
    if (seconds < 1)
        return debug::figure(std::round(1e6 * seconds) / 1e3) + " ms";
    if (seconds < 60) {
        std::snprintf(text, sizeof text, seconds < 10 ? "%.1f s" : "%.0f s", seconds);
        return text;
    }
    const long whole = std::lround(seconds);
    if (whole >= 3600)
        std::snprintf(text, sizeof text, "%ld h %02ld min", whole / 3600, whole / 60 % 60);
    else
        std::snprintf(text, sizeof text, "%ld min %02ld s", whole / 60, whole % 60);
    return text;
}

std::string dateOf(double wallSeconds)
{
    static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto whole = std::time_t(std::max(0.0, wallSeconds));
    std::tm parts{};
    ::gmtime_r(&whole, &parts);
    char text[48];
    std::snprintf(text, sizeof text, "%d %s %d, %02d:%02d UTC", parts.tm_mday, months[parts.tm_mon % 12],
                  1900 + parts.tm_year, parts.tm_hour, parts.tm_min);
    return text;
}

std::string textOf(const base::Value& value, std::size_t most)
{
    std::string text = value.isText() ? value.text() : value.isNull() ? "–" : base::writeJson(value);
    if (text.size() <= most)
        return text.empty() ? "\"\"" : text;
    text.resize(most);
    // Not within a letter.
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80)
        text.pop_back();
    if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xC0)
        text.pop_back();
    return text + "…";
}

std::string changesText(const debug::Changes& changes)
{
    std::string text;
    for (const auto& [path, value] : changes)
        text += (text.empty() ? "" : ", ") + path + " = " + textOf(value, 60);
    return text;
}

const store::Series* seriesOf(const RunReport& report, const std::string& name)
{
    const auto found = report.record.scalars.find(name);
    return found == report.record.scalars.end() || found->second.steps.empty() ? nullptr : &found->second;
}

std::int64_t stepsOf(const RunReport& report)
{
    if (report.record.finished)
        return report.record.finished->steps;
    const store::Series* loss = seriesOf(report, "train/loss");
    return std::max(report.summary.steps, loss ? loss->steps.back() + 1 : 0);
}

bool isOver(const RunReport& report)
{
    using events::RunState;
    const RunState state = report.record.state;
    return state != RunState::Running && state != RunState::Preparing && state != RunState::Paused;
}

}
