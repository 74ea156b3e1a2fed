// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/rate_plan.h"

#include "ui/bridge/time_travel.h"
#include "ui/bridge/workbench.h"

#include <algorithm>

namespace ui::bridge {

using core::base::Object;
using core::base::Value;

namespace {

constexpr int finest = 512; ///< corners of the line that is drawn

}

RatePlan::RatePlan(Workbench& bench) : QObject(&bench), m_bench(bench)
{
    connect(&m_preview, &Preview::slow, this, &RatePlan::slow);
}

void RatePlan::ask()
{
    if (!m_bench.document().problems().empty())
        return;
    const Value& resolved = m_bench.document().resolved();
    Value asked = Object{{"data", resolved["data"]},
                         {"split", resolved["split"]},
                         {"model", resolved["model"]},
                         {"train", resolved["train"]}};
    if (asked == m_asked)
        return;
    m_asked = asked;
    Value rowsOf = Object{{"data", resolved["data"]}, {"split", resolved["split"]}};
    // The rows are counted once for a data set; after that a change of the schedule costs nothing.
    const std::int64_t rows = rowsOf == m_rowsOf ? m_rows : 0;
    m_preview.ask(
        [resolved, rows] {
            auto rates =
                rows > 0 ? core::session::previewSchedule(resolved, rows) : core::session::previewSchedule(resolved);
            auto points = rates ? core::session::ratePoints(resolved, *rates) : std::vector<core::session::RatePoint>();
            return std::pair(std::move(rates), std::move(points));
        },
        [this, rowsOf](auto answer) {
            auto& [rates, points] = answer;
            m_problem = rates ? QString() : QString::fromStdString(rates.error().message);
            if (rates) {
                m_rates = std::move(*rates);
                m_points = std::move(points);
                m_rowsOf = rowsOf;
                m_rows = m_rates.trainRows;
            }
            Q_EMIT changed();
        });
}

qint64 RatePlan::offset() const
{
    const models::RunModel* run = m_bench.front();
    return run && m_bench.training() ? run->scheduleOffset() : 0;
}

/// Updates whose rate is settled: of the run that trains, or of the past that is shown.
qint64 RatePlan::done() const
{
    if (const auto step = m_bench.travel().step())
        return *step;
    return m_bench.front() && m_bench.training() ? m_bench.front()->step() + offset() : 0;
}

// A rate that follows a figure is not known beforehand: the present one, as a share of what is planned, is carried on.
double RatePlan::lowered() const
{
    const models::RunModel* run = m_bench.front();
    if (m_asked["train"]["schedule"]["kind"].text() != "reduce_on_plateau" || !run || !m_bench.training())
        return 1;
    const plots::SeriesBuffer* lr = run->series(QStringLiteral("train/lr"));
    if (!lr || lr->empty())
        return 1;
    const qint64 step = qint64(lr->step(lr->size() - 1)) + offset();
    const double planned = m_rates.lr[std::size_t(std::clamp<qint64>(step, 0, qint64(m_rates.lr.size()) - 1))];
    return planned > 0 ? lr->value(lr->size() - 1) / planned : 1;
}

plots::Route RatePlan::route() const
{
    plots::Route route;
    if (m_rates.lr.empty() || !m_problem.isEmpty())
        return route;
    const double share = lowered();
    for (const auto& point : m_points)
        route.points.emplace_back(double(point.step), share * point.lr);
    const std::size_t last = m_rates.lr.size() - 1, stride = std::max<std::size_t>(1, last / finest);
    for (std::size_t step = 0; step <= last; step += stride)
        route.line.emplace_back(double(step), share * m_rates.lr[step]);
    if (route.line.back().x() < double(last))
        route.line.emplace_back(double(last), share * m_rates.lr[last]);
    route.begins = double(done());
    route.ends = double(m_rates.totalSteps);
    return route;
}

void RatePlan::take(const plots::Route& route)
{
    std::vector<core::session::RatePoint> points;
    for (const QPointF& point : route.points)
        points.push_back({qRound64(point.x()), point.y()});
    if (!points.empty())
        m_bench.edit(QStringLiteral("train.schedule"), core::session::scheduleThrough(points, m_rates.base));
}

}
