// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/progress.h"

#include "app/cli/command.h"

#include <algorithm>
#include <iostream>
#include <unistd.h>

namespace app::cli {

using namespace core::events;

ProgressLine::ProgressLine() : m_terminal(::isatty(STDERR_FILENO)) {}

ProgressLine::~ProgressLine()
{
    if (m_drawn)
        std::cerr << std::endl;
}

void ProgressLine::onScalars(const ScalarRow& row)
{
    if (row.group == 0) {
        m_loss = row.values[0];
        return;
    }
    const auto& names = m_opened.groups.size() > row.group ? m_opened.groups[row.group] : std::vector<std::string>{};
    for (std::size_t i = 0; i < row.count && i < names.size(); ++i) {
        if (names[i] == "validation/loss") {
            m_validation = row.values[i];
            m_hasValidation = true;
        } else if (names[i] == "validation/accuracy") {
            m_accuracy = row.values[i];
            m_hasAccuracy = true;
        } else if (names[i] == "old/forgetting") {
            m_forgotten = row.values[i];
        }
    }
    // An evaluation comes in several rows, and what an old task begins with in one of its own.
    if (row.step == 0 || row.group + 1u < m_opened.groups.size())
        return;
    const auto epochs = m_opened.stepsPerEpoch ? row.step / m_opened.stepsPerEpoch : 0;
    const auto every =
        m_opened.stepsPerEpoch ? std::max<std::int64_t>(1, m_opened.totalSteps / m_opened.stepsPerEpoch / 50) : 1;
    if (!m_terminal && (epochs % every == 0 || row.step == m_opened.totalSteps)) {
        m_progress.step = row.step;
        draw();
    }
}

void ProgressLine::onEvent(const Event& event)
{
    if (const auto* opened = std::get_if<RunOpened>(&event)) {
        m_opened = *opened;
        std::cerr << opened->id << ": " << opened->trainRows << " rows, "
                  << (opened->parameters > 0 ? std::to_string(opened->parameters) + " parameters, " : std::string())
                  << opened->totalSteps << " steps on " << opened->device << " with " << opened->threads
                  << (opened->threads == 1 ? " thread" : " threads") << std::endl;
    } else if (const auto* progress = std::get_if<Progress>(&event)) {
        m_progress = *progress;
        if (m_terminal)
            draw();
    } else if (const auto* notice = std::get_if<Notice>(&event)) {
        std::cerr << (m_drawn && m_terminal ? "\n" : "") << core::base::describe(notice->error) << std::endl;
    } else if (const auto* state = std::get_if<StateChanged>(&event);
               state && state->state == RunState::Paused && !state->reason.empty()) {
        std::cerr << "paused until that is mended" << std::endl;
    }
}

void ProgressLine::draw()
{
    const double share = m_opened.totalSteps ? double(m_progress.step) / double(m_opened.totalSteps) : 0;
    const auto perEpoch = std::max<std::int64_t>(1, m_opened.stepsPerEpoch);
    std::string line = "epoch " + std::to_string(m_progress.step / perEpoch) + "/" +
                       std::to_string((m_opened.totalSteps + perEpoch - 1) / perEpoch);
    if (m_terminal) {
        constexpr int width = 24;
        const int done = int(share * width);
        line += " [" + std::string(std::size_t(done), '=') + std::string(std::size_t(width - done), ' ') + "]";
    }
    line += " loss " + shown(m_loss);
    if (m_hasValidation)
        line += "  validation " + shown(m_validation);
    if (m_hasAccuracy)
        line += "  accuracy " + shown(100 * m_accuracy) + " %";
    if (m_forgotten)
        line += "  forgotten " + shown(*m_forgotten);
    if (m_progress.samplesPerSecond > 0)
        line += "  " + shown(m_progress.samplesPerSecond) + " rows/s";
    if (m_progress.secondsLeft > 0 && share < 1)
        line += "  " + duration(m_progress.secondsLeft) + " left";
    std::cerr << (m_terminal ? "\r\x1b[K" : "") << line << (m_terminal ? "" : "\n") << std::flush;
    m_drawn = m_terminal;
}

}
