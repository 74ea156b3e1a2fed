// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/time_plot.h"

#include "ui/plots/ticks.h"
#include "ui/style/theme.h"

#include <QDateTime>
#include <QHelpEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace ui::plots {

using style::theme;

namespace {

constexpr double timeTitleHeight = 28, scaleHeight = 40, timeScaleWidth = 44, secondsPerDay = 86400;

QColor toneOf(int part)
{
    return part == 0 ? theme().accent : part == 1 ? theme().classColor(1) : theme().axis;
}

}

TimePlot::TimePlot(QWidget* parent) : QWidget(parent)
{
    setMouseTracking(true);
}

void TimePlot::setLine(const QString& title, std::vector<TimeStretch> line, bool dates)
{
    m_title = title;
    m_line = std::move(line);
    m_dates = dates;
    setAccessibleName(title);
    update();
}

QRectF TimePlot::plot() const
{
    return {timeScaleWidth, timeTitleHeight, std::max(10., width() - timeScaleWidth - 4.),
            std::max(10., height() - timeTitleHeight - scaleHeight)};
}

QString TimePlot::timeText(double time) const
{
    if (!m_dates)
        return style::count(qint64(time));
    const bool hours = m_line.size() > 1 && m_line.back().time - m_line.front().time < 4 * secondsPerDay;
    return QDateTime::fromSecsSinceEpoch(qint64(time), Qt::UTC)
        .toString(hours ? QStringLiteral("MM-dd hh:mm") : QStringLiteral("yyyy-MM-dd"));
}

QString TimePlot::describe(double x) const
{
    if (m_line.empty())
        return {};
    const double first = m_line.front().time, span = std::max(m_line.back().time - first, 1e-9);
    const double time = first + span * (x - plot().left()) / plot().width();
    const auto nearest = std::min_element(m_line.begin(), m_line.end(), [time](const auto& a, const auto& b) {
        return std::abs(a.time - time) < std::abs(b.time - time);
    });
    const QString parts[] = {tr("training"), tr("validation"), tr("test"), tr("in no part")};
    return tr("%1: mean %2, from %3 to %4 (%5)")
        .arg(timeText(nearest->time), style::number(nearest->mean), style::number(nearest->low),
             style::number(nearest->high), parts[nearest->part]);
}

bool TimePlot::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    QToolTip::showText(help->globalPos(), describe(help->pos().x()), this);
    return true;
}

void TimePlot::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(theme().medium());
    painter.setPen(theme().text);
    painter.drawText(QRectF(0, 0, width(), 20), Qt::AlignLeft | Qt::AlignVCenter, m_title);
    painter.setFont(theme().body());
    if (m_line.empty())
        return;
    const QRectF place = plot();
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (const TimeStretch& stretch : m_line) {
        low = std::min(low, stretch.low);
        high = std::max(high, stretch.high);
    }
    if (!(high > low))
        high = low + 1;
    const double first = m_line.front().time, span = std::max(m_line.back().time - first, 1e-9);
    const auto xOf = [&](double time) { return place.left() + place.width() * (time - first) / span; };
    const auto yOf = [&](double value) { return place.bottom() - place.height() * (value - low) / (high - low); };
    for (const Tick& tick : linearTicks(low, high, std::max(2, int(place.height() / 36)))) {
        painter.setPen(theme().grid);
        painter.drawLine(QPointF(place.left(), yOf(tick.value)), QPointF(place.right(), yOf(tick.value)));
        painter.setPen(theme().muted);
        painter.drawText(QRectF(0, yOf(tick.value) - 9, timeScaleWidth - 6, 18), Qt::AlignRight | Qt::AlignVCenter,
                         tick.label);
    }
    const QString names[] = {tr("training"), tr("validation"), tr("test"), QString()};
    for (std::size_t begin = 0; begin < m_line.size();) {
        std::size_t end = begin;
        QPainterPath band, line;
        while (end < m_line.size() && m_line[end].part == m_line[begin].part) {
            const QPointF at(xOf(m_line[end].time), yOf(m_line[end].mean));
            if (end == begin)
                line.moveTo(at);
            else
                line.lineTo(at);
            painter.fillRect(
                QRectF(at.x(), yOf(m_line[end].high), 1.5, std::max(1., yOf(m_line[end].low) - yOf(m_line[end].high))),
                [&] {
                    QColor tone = toneOf(m_line[begin].part);
                    tone.setAlphaF(0.25);
                    return tone;
                }());
            ++end;
        }
        painter.setPen(QPen(toneOf(m_line[begin].part), 1.25));
        painter.setBrush(Qt::NoBrush);
        painter.drawPath(line);
        const double left = xOf(m_line[begin].time), right = xOf(m_line[end - 1].time);
        painter.fillRect(QRectF(left, place.bottom() + 2, std::max(1., right - left), 3), toneOf(m_line[begin].part));
        if (right - left > 64) {
            painter.setPen(theme().muted);
            painter.drawText(QRectF(left, place.bottom() + 6, right - left, 16), Qt::AlignLeft | Qt::AlignVCenter,
                             names[m_line[begin].part]);
        }
        begin = end;
    }
    painter.setPen(theme().muted);
    painter.drawText(QRectF(place.left(), height() - 18, place.width(), 18), Qt::AlignLeft | Qt::AlignVCenter,
                     timeText(first));
    painter.drawText(QRectF(place.left(), height() - 18, place.width(), 18), Qt::AlignRight | Qt::AlignVCenter,
                     timeText(m_line.back().time));
}

}
