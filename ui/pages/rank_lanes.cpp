// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/rank_lanes.h"

#include "ui/style/theme.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace ui::pages {

using core::events::RankFigure;
using core::events::RankMoment;
using style::theme;

namespace {

constexpr double nameWidth = 72, headHeight = 22, laneHeight = 24, bucketHeight = 6, laneGap = 12, legendHeight = 28;
constexpr double stepGap = 3;
constexpr std::size_t mostLanes = 16;

QColor computeColor()
{
    return theme().accent;
}
QColor waitColor()
{
    return theme().line;
}
QColor bucketColor()
{
    return theme().branch;
}

QString millisecondsText(double seconds)
{
    return style::number(1000 * seconds, 3) + QChar(0x00A0) + QStringLiteral("ms");
}

}

RankLanes::RankLanes(QWidget* parent) : QWidget(parent)
{
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("What each rank did in the last steps"));
}

void RankLanes::setMoments(std::vector<RankMoment> moments)
{
    const std::size_t before = lanes();
    m_moments = std::move(moments);
    if (lanes() != before)
        updateGeometry();
    update();
}

std::size_t RankLanes::lanes() const
{
    return m_moments.empty() ? 0 : std::min(mostLanes, m_moments.back().ranks.size());
}

QSize RankLanes::sizeHint() const
{
    const double s = theme().scale;
    return {640, int((headHeight + double(std::max<std::size_t>(1, lanes())) * (laneHeight + bucketHeight + laneGap) +
                      legendHeight) *
                     s)};
}

double RankLanes::left() const
{
    return nameWidth * theme().scale;
}

double RankLanes::laneTop(std::size_t rank) const
{
    return (headHeight + double(rank) * (laneHeight + bucketHeight + laneGap)) * theme().scale;
}

double RankLanes::secondsOf(std::size_t moment) const
{
    double most = 0;
    for (const RankMoment::Rank& rank : m_moments[moment].ranks)
        most = std::max(most, rank.seconds());
    return most;
}

double RankLanes::pixel(std::size_t moment, double seconds) const
{
    double all = 0, before = 0;
    for (std::size_t i = 0; i < m_moments.size(); ++i) {
        if (i < moment)
            before += secondsOf(i);
        all += secondsOf(i);
    }
    const double gaps = stepGap * double(m_moments.size()), room = std::max(1.0, width() - left() - gaps);
    return left() + double(moment) * stepGap + room * (before + seconds) / std::max(all, 1e-9);
}

QRectF RankLanes::computeRect(std::size_t moment, std::size_t rank) const
{
    const double from = pixel(moment, 0), to = pixel(moment, m_moments[moment].ranks[rank].figure(RankFigure::Compute));
    return {from, laneTop(rank), to - from, laneHeight * theme().scale};
}

QRectF RankLanes::waitRect(std::size_t moment, std::size_t rank) const
{
    const double from = computeRect(moment, rank).right(), to = pixel(moment, m_moments[moment].ranks[rank].seconds());
    return {from, laneTop(rank), to - from, laneHeight * theme().scale};
}

QString RankLanes::describe(const QPointF& position) const
{
    for (std::size_t moment = 0; moment < m_moments.size(); ++moment)
        for (std::size_t rank = 0; rank < std::min(lanes(), m_moments[moment].ranks.size()); ++rank) {
            const QRectF whole = computeRect(moment, rank).united(waitRect(moment, rank));
            if (!whole.adjusted(-1, 0, 1, (bucketHeight + 2) * theme().scale).contains(position))
                continue;
            const RankMoment::Rank& its = m_moments[moment].ranks[rank];
            QStringList said{tr("Step %1, rank %2").arg(style::count(m_moments[moment].step)).arg(rank),
                             tr("computes for %1").arg(millisecondsText(its.figure(RankFigure::Compute))),
                             tr("waits for %1").arg(millisecondsText(its.figure(RankFigure::Wait)))};
            for (std::size_t i = 0; i < its.buckets.size(); ++i)
                said << tr("bucket %1: ready at %2, averaged at %3")
                            .arg(i)
                            .arg(millisecondsText(its.buckets[i].ready), millisecondsText(its.buckets[i].done));
            return said.join(QLatin1Char('\n'));
        }
    return {};
}

bool RankLanes::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const QString text = describe(help->pos()); text.isEmpty())
        QToolTip::hideText();
    else
        QToolTip::showText(help->globalPos(), text, this);
    return true;
}

void RankLanes::paintLegend(QPainter& painter) const
{
    const double s = theme().scale, top = height() - 22 * s;
    double x = left();
    const std::pair<QColor, QString> parts[] = {{computeColor(), tr("computes")},
                                                {waitColor(), tr("waits")},
                                                {bucketColor(), tr("a bucket of gradients is averaged")}};
    painter.setFont(theme().body());
    for (const auto& [color, name] : parts) {
        painter.fillRect(QRectF(x, top + 6 * s, 10 * s, 10 * s), color);
        painter.setPen(theme().muted);
        const double wide = painter.fontMetrics().horizontalAdvance(name);
        painter.drawText(QRectF(x + 16 * s, top, wide + 4, 22 * s), Qt::AlignLeft | Qt::AlignVCenter, name);
        x += wide + 40 * s;
    }
    if (!m_moments.empty() && m_moments.back().ranks.size() > lanes())
        painter.drawText(QRectF(x, top, width() - x, 22 * s), Qt::AlignRight | Qt::AlignVCenter,
                         tr("the first %1 of %2 ranks").arg(lanes()).arg(m_moments.back().ranks.size()));
}

void RankLanes::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const double s = theme().scale;
    painter.setFont(theme().medium());
    painter.setPen(theme().text);
    for (std::size_t rank = 0; rank < lanes(); ++rank)
        painter.drawText(QRectF(0, laneTop(rank), left(), laneHeight * s), Qt::AlignLeft | Qt::AlignVCenter,
                         tr("Rank %1").arg(rank));
    painter.setFont(theme().body());
    for (std::size_t moment = 0; moment < m_moments.size(); ++moment) {
        const double from = pixel(moment, 0), to = pixel(moment, secondsOf(moment));
        painter.setPen(theme().muted);
        const QString number = (moment == 0 ? tr("step ") : QString()) + style::count(m_moments[moment].step);
        if (moment == 0 || painter.fontMetrics().horizontalAdvance(number) < to - from)
            painter.drawText(QRectF(from, 0, std::max(to - from, 100 * s), 18 * s), Qt::AlignLeft | Qt::AlignVCenter,
                             number);
        for (std::size_t rank = 0; rank < std::min(lanes(), m_moments[moment].ranks.size()); ++rank) {
            painter.fillRect(computeRect(moment, rank), computeColor());
            painter.fillRect(waitRect(moment, rank), waitColor());
            const double top = laneTop(rank) + (laneHeight + 2) * s;
            for (const RankMoment::Bucket& bucket : m_moments[moment].ranks[rank].buckets) {
                const double begins = pixel(moment, bucket.ready), ends = pixel(moment, bucket.done);
                painter.fillRect(QRectF(begins, top, std::max(1.5, ends - begins - 1), bucketHeight * s - 2),
                                 bucketColor());
            }
        }
    }
    paintLegend(painter);
}

}
