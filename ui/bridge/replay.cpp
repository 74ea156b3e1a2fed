// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/replay.h"

#include "ui/models/run_model.h"

#include <algorithm>
#include <cmath>

namespace ui::bridge {

using namespace core::events;

namespace {

constexpr int tickMs = 33;

/// Step scalars at s are taken before update s, evaluations after s updates.
bool shows(const QString& name, double step, double upTo)
{
    return name.startsWith("train/") ? step < upTo : step <= upTo;
}

}

Replay::Replay(const models::RunModel& source, models::RunModel& target, QObject* parent)
    : QObject(parent),
      m_source(source),
      m_target(target)
{
    connect(&m_timer, &QTimer::timeout, this, &Replay::tick);
    setSpeed(1);
    open();
}

/// Every scalar is a group of its own: a recorded run no longer says which came together.
void Replay::open()
{
    m_target.clear();
    m_cursors.clear();
    m_events.clear();
    m_finished = false;
    RunOpened opened = m_source.opened();
    opened.groups.clear();
    opened.firstStep = 0;
    for (const QString& name : m_source.seriesNames()) {
        m_cursors[name] = {std::uint16_t(opened.groups.size()), 0};
        opened.groups.push_back({name.toStdString()});
    }
    m_target.take({}, {opened, StateChanged{RunState::Running, 0, {}}});
}

void Replay::setSpeed(double speed)
{
    const double seconds = m_source.finished() ? m_source.finished()->trainSeconds : m_source.progress().trainSeconds;
    m_pace = speed * std::max(1.0, double(m_source.step())) / std::max(0.5, seconds);
}

void Replay::setLimit(double step)
{
    m_limit = step;
}

void Replay::play()
{
    m_clock.start();
    m_timer.start(tickMs);
}

void Replay::pause()
{
    m_timer.stop();
}

double Replay::available() const
{
    return double(m_source.step());
}

void Replay::tick()
{
    const double seconds = double(m_clock.restart()) / 1000;
    const double reach = std::min(m_limit, available());
    moveTo(std::min(m_position + seconds * m_pace, reach));
    const bool complete = !m_source.live() && m_position >= available();
    if (m_position >= m_limit || complete) {
        m_timer.stop();
        Q_EMIT ended();
    }
}

void Replay::moveTo(double step)
{
    const bool unknownNames = m_source.seriesNames().size() != qsizetype(m_cursors.size());
    if (step < m_position || unknownNames)
        open();
    m_position = step;
    feed(step);
    Q_EMIT moved();
}

void Replay::feed(double step)
{
    std::vector<ScalarRow> rows;
    for (auto& [name, cursor] : m_cursors) {
        auto& [group, next] = cursor;
        const plots::SeriesBuffer* series = m_source.series(name);
        for (; series && next < series->size() && shows(name, series->step(next), step); ++next)
            rows.push_back({std::int64_t(series->step(next)), series->time(next), group, 1, {series->value(next)}});
    }
    std::vector<Event> events;
    const auto give = [&](int kind, const auto& all) {
        for (std::size_t& next = m_events[kind]; next < all.size() && double(all[next].step) <= step; ++next)
            events.push_back(all[next]);
    };
    give(0, m_source.bests());
    give(1, m_source.patiences());
    give(2, m_source.edits());
    give(3, m_source.surfaces());
    give(4, m_source.confusions());
    give(5, m_source.predictions());
    const double perEpoch = double(std::max<std::int64_t>(1, m_source.opened().stepsPerEpoch));
    Progress progress = m_source.progress();
    progress.step = std::int64_t(step);
    progress.epoch = std::int64_t(std::floor(step / perEpoch));
    events.push_back(progress);
    if (!m_finished && m_source.finished() && step >= available()) {
        m_finished = true;
        events.push_back(*m_source.finished());
    }
    m_target.take(rows, events);
}

}
