// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/run_log.h"

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/events/codec.h"

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace core::store {

namespace {

using namespace events;

constexpr std::size_t mostWaiting = std::size_t(1) << 20;

std::string number(double value)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
}

std::string said(const base::Error& error)
{
    std::string text = base::describe(error);
    std::ranges::replace(text, '\n', ' ');
    return text;
}

struct Words {
    std::string operator()(const RunOpened& e) const
    {
        std::string text = "run " + e.id + ": " + std::to_string(e.trainRows) + " training rows, " +
                           std::to_string(e.validationRows) + " validation rows, " + std::to_string(e.parameters) +
                           " parameters, " + std::to_string(e.totalSteps) + " steps; " + e.device + ", " +
                           std::to_string(e.threads) + (e.threads == 1 ? " thread" : " threads") + ", torch " + e.torch;
        if (!e.parent.empty())
            text += "; a branch of " + e.parent + " at step " + std::to_string(e.parentStep);
        return text;
    }
    std::string operator()(const StateChanged& e) const
    {
        return std::string(name(e.state)) + (e.reason.empty() ? "" : ": " + e.reason);
    }
    std::string operator()(const BestChanged& e) const { return "best " + e.metric + " " + number(e.value); }
    std::string operator()(const CheckpointWritten& e) const
    {
        return "checkpoint " + e.file + ", " + std::to_string(e.bytes) + " bytes";
    }
    std::string operator()(const Edited& e) const
    {
        return e.path + " " + base::writeJson(e.before) + " -> " + base::writeJson(e.after);
    }
    std::string operator()(const Notice& e) const { return said(e.error); }
    std::string operator()(const PlanChanged& e) const
    {
        return std::to_string(e.stepsPerEpoch) + " steps per epoch from here, " + std::to_string(e.totalSteps) +
               " in all";
    }
    std::string operator()(const Thawed& e) const { return e.layers + " learns from here on"; }
    std::string operator()(const Finding& e) const
    {
        return e.rule + (e.tensor.empty() ? "" : " at " + e.tensor) + ": " + e.message;
    }
    std::string operator()(const RuleStateChanged& e) const
    {
        return e.rule + " is " + e.state + (e.details.empty() ? "" : ": " + e.details);
    }
    std::string operator()(const RunFinished& e) const
    {
        std::string text = "ended " + std::string(name(e.state)) + " after " + std::to_string(e.epochs) + " epochs, " +
                           number(e.trainSeconds) + " s";
        for (const auto& [metric, value] : e.metrics)
            text += ", " + metric + " " + number(value);
        if (e.state == RunState::Failed)
            text += ": " + said(e.error);
        return text;
    }
    std::string operator()(const auto&) const { return {}; }
};

std::string lineOf(double time, std::int64_t step, const std::string& words)
{
    return base::isoTime(time) + " step " + std::to_string(step) + ": " + words + "\n";
}

}

std::string logLine(const Event& event, double time)
{
    const std::string words = std::visit(Words{}, event);
    return words.empty() ? std::string() : lineOf(time, stepOf(event), words);
}

void RunLog::add(const Event& event, double time)
{
    if (m_waiting.size() < mostWaiting)
        m_waiting += logLine(event, time);
}

void RunLog::addRewind(std::int64_t step, double time)
{
    m_waiting += lineOf(time, step, "goes back to here; what was told after it no longer counts");
}

void RunLog::write()
{
    if (m_waiting.empty())
        return;
    const int file = ::open(m_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file < 0)
        return;
    const ssize_t written = ::write(file, m_waiting.data(), m_waiting.size());
    ::close(file);
    if (written > 0)
        m_waiting.erase(0, std::size_t(written));
}

}
