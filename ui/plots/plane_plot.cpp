// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/plane_plot.h"

#include "ui/plots/contour.h"
#include "ui/plots/ticks.h"
#include "ui/style/theme.h"

#include <QHelpEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <limits>

namespace ui::plots {

using style::theme;

namespace {

constexpr int lines = 9;

}

PlanePlot::PlanePlot(QWidget* parent) : QWidget(parent) {}

void PlanePlot::setPlane(Plane plane)
{
    m_plane = std::move(plane);
    m_levels.clear();
    m_lines.clear();
    m_image = {};
    float low = HUGE_VALF, high = -HUGE_VALF;
    for (const float value : m_plane.values)
        if (std::isfinite(value)) {
            low = std::min(low, value);
            high = std::max(high, value);
        }
    if (low < high) {
        // Near the bottom close together: there the network goes.
        for (int i = 1; i <= lines; ++i)
            m_levels.push_back(double(low) + double(high - low) * std::pow(double(i) / (lines + 1), 2));
        for (const double level : m_levels)
            m_lines.push_back(contours(m_plane.values, m_plane.cells, m_plane.cells, float(level)));
        const auto share = [&](float value) {
            return std::isfinite(value) ? std::sqrt(double(value - low) / double(high - low)) : 1;
        };
        m_image = QImage(m_plane.cells, m_plane.cells, QImage::Format_RGB32);
        for (int y = 0; y < m_plane.cells; ++y)
            for (int x = 0; x < m_plane.cells; ++x)
                m_image.setPixelColor(x, m_plane.cells - 1 - y,
                                      theme().sequential(share(m_plane.values[std::size_t(y * m_plane.cells + x)])));
    }
    setAccessibleDescription(m_plane.values.empty() ? m_emptyText
                                                    : tr("from %1 to %2").arg(style::number(low), style::number(high)));
    update();
}

void PlanePlot::setEmptyText(const QString& text)
{
    m_emptyText = text;
    update();
}

QRectF PlanePlot::area() const
{
    const double s = theme().scale;
    const double side = std::max(40.0, std::min(width() - 64 * s, height() - 52 * s));
    return {48 * s, 4 * s, std::max(side, std::min(width() - 64 * s, side * 1.6)), side};
}

QPointF PlanePlot::placeOf(double x, double y) const
{
    const QRectF box = area();
    return {box.left() + (x / m_plane.reachX + 1) / 2 * box.width(),
            box.bottom() - (y / m_plane.reachY + 1) / 2 * box.height()};
}

double PlanePlot::valueAt(QPointF place) const
{
    const QRectF box = area();
    if (m_plane.values.empty() || !box.contains(place))
        return std::numeric_limits<double>::quiet_NaN();
    const int x = std::clamp(int((place.x() - box.left()) / box.width() * m_plane.cells), 0, m_plane.cells - 1);
    const int y = std::clamp(int((box.bottom() - place.y()) / box.height() * m_plane.cells), 0, m_plane.cells - 1);
    return double(m_plane.values[std::size_t(y * m_plane.cells + x)]);
}

void PlanePlot::paintMarks(QPainter& painter) const
{
    const double s = theme().scale;
    painter.setFont(theme().strong());
    QPolygonF path;
    for (const Mark& mark : m_plane.marks)
        path << placeOf(mark.x, mark.y);
    painter.setPen(QPen(theme().ground, 4 * s));
    painter.drawPolyline(path);
    painter.setPen(QPen(theme().problem, 2 * s));
    painter.drawPolyline(path);
    for (std::size_t i = 0; i < m_plane.marks.size(); ++i) {
        const QPointF at = path[qsizetype(i)];
        painter.setPen(QPen(theme().ground, 2 * s));
        painter.setBrush(i == 0 ? theme().text : theme().problem);
        painter.drawEllipse(at, 4.5 * s, 4.5 * s);
        const double wide = painter.fontMetrics().horizontalAdvance(m_plane.marks[i].name) + 10 * s;
        QRectF name(at.x() + 8 * s, at.y() - (i == 0 ? -4 : 24) * s, wide, 18 * s);
        if (name.right() > area().right())
            name.moveRight(at.x() - 8 * s);
        QColor ground = theme().surface;
        ground.setAlphaF(0.9F);
        painter.fillRect(name, ground);
        painter.setPen(theme().text);
        painter.drawText(name, Qt::AlignCenter, m_plane.marks[i].name);
    }
}

void PlanePlot::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const double s = theme().scale;
    painter.setFont(theme().body());
    if (m_image.isNull()) {
        painter.setPen(theme().muted);
        painter.drawText(rect().adjusted(24, 8, -24, -8), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
        return;
    }
    const QRectF box = area();
    painter.setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
    painter.drawImage(box, m_image);
    QTransform place;
    place.translate(box.left(), box.bottom());
    place.scale(box.width() / m_plane.cells, -box.height() / m_plane.cells);
    QColor line = theme().ground;
    line.setAlphaF(0.7F);
    painter.setPen(QPen(line, 1));
    painter.setBrush(Qt::NoBrush);
    for (const auto& level : m_lines)
        for (const QPolygonF& each : level)
            painter.drawPolyline(place.map(each));
    painter.setPen(theme().muted);
    for (const Tick& tick : linearTicks(-m_plane.reachX, m_plane.reachX, 5)) {
        const double x = placeOf(tick.value, 0).x();
        painter.drawText(QRectF(x - 40, box.bottom() + 2 * s, 80, 18 * s), Qt::AlignCenter, tick.label);
    }
    for (const Tick& tick : linearTicks(-m_plane.reachY, m_plane.reachY, 5)) {
        const double y = placeOf(0, tick.value).y();
        painter.drawText(QRectF(0, y - 10 * s, box.left() - 6 * s, 20 * s), Qt::AlignRight | Qt::AlignVCenter,
                         tick.label);
    }
    painter.drawText(QRectF(box.left(), box.bottom() + 20 * s, box.width(), 20 * s), Qt::AlignRight | Qt::AlignVCenter,
                     m_plane.xTitle + QStringLiteral("  ·  ") + m_plane.yTitle);
    paintMarks(painter);
}

bool PlanePlot::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        const double value = valueAt(help->pos());
        QToolTip::showText(help->globalPos(),
                           std::isnan(value) ? toolTip() : tr("loss %1\n").arg(style::number(value)) + toolTip(), this);
        return true;
    }
    return QWidget::event(event);
}

void PlanePlot::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange && !m_plane.values.empty())
        setPlane(Plane(m_plane));
    QWidget::changeEvent(event);
}

}
