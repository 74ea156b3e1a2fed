// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/session_bridge.h"

#include "core/base/clock.h"
#include "ui/models/run_model.h"

#include <algorithm>

namespace ui::bridge {

using namespace core::events;

namespace {

constexpr int alwaysTaken = 100; ///< steps whose statistics are shown however fast they come

/// Groups whose scalars are all named `train/…` have a row for every step.
std::uint64_t stepGroups(const RunOpened& opened)
{
    std::uint64_t groups = 0;
    for (std::size_t g = 0; g < std::min<std::size_t>(opened.groups.size(), 64); ++g)
        if (std::ranges::all_of(opened.groups[g], [](const std::string& name) { return name.starts_with("train/"); }))
            groups |= std::uint64_t(1) << g;
    return groups;
}

/// Of several progress events in one tick only the last says something.
void keepLastProgress(std::vector<Event>& events)
{
    bool seen = false;
    for (auto event = events.rbegin(); event != events.rend();) {
        const bool stale = std::holds_alternative<Progress>(*event) && std::exchange(seen, true);
        event = stale ? std::make_reverse_iterator(events.erase(std::next(event).base())) : std::next(event);
    }
}

}

SessionBridge::SessionBridge(models::RunModel& model, std::size_t capacity, QObject* parent)
    : QObject(parent),
      m_model(model),
      m_rows(capacity)
{
    connect(&m_timer, &QTimer::timeout, this, &SessionBridge::deliver);
}

void SessionBridge::onScalars(const ScalarRow& row)
{
    const bool everyStep = row.group < 64 && (m_stepGroups.load(std::memory_order_relaxed) >> row.group & 1);
    if (!everyStep)
        m_rows.pushAlways(row);
    else if (!m_rows.tryPush(row))
        m_dropped.fetch_add(1, std::memory_order_relaxed);
}

void SessionBridge::onEvent(const Event& event)
{
    if (const auto* opened = std::get_if<RunOpened>(&event)) {
        m_stepGroups = stepGroups(*opened);
        m_statisticsBegan = m_nextStatistics = 0;
        m_statisticsTaken = 0;
        m_statisticsStep = -1;
    }
    if (const auto* stats = std::get_if<TensorStats>(&event); stats && !takesStatistics(stats->step))
        return;
    if (const auto* spreads = std::get_if<TensorHistograms>(&event); spreads && !takesStatistics(spreads->step))
        return;
    m_events.pushAlways(event);
}

/// A curve of statistics needs some hundred points however long a run is; all are in its file. Those of one step come
/// together.
bool SessionBridge::takesStatistics(std::int64_t step)
{
    const double now = core::base::steadySeconds();
    m_statisticsBegan = m_statisticsBegan > 0 ? m_statisticsBegan : now;
    if (step != m_statisticsStep && (m_statisticsTaken < alwaysTaken || now >= m_nextStatistics)) {
        m_statisticsStep = step;
        ++m_statisticsTaken;
        m_nextStatistics = now + 0.05 + (now - m_statisticsBegan) / 400;
    }
    return step == m_statisticsStep;
}

bool SessionBridge::deliver()
{
    // Rows are taken out first: the RunOpened that names them is then surely among the events.
    const std::vector<ScalarRow> rows = m_rows.drain();
    std::vector<Event> events = m_events.drain();
    if (events.empty() && rows.empty())
        return false;
    keepLastProgress(events);
    m_model.take(rows, events);
    Q_EMIT delivered();
    return true;
}

}
