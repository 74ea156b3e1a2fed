// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/small_axes.h"

#include "ui/style/theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace ui::plots {

using style::theme;

double SmallAxes::pixelY(double value) const
{
    if (std::isnan(value) || (y.log && value <= 0))
        return area.bottom();
    return std::clamp(y.pixel(value), area.top(), area.bottom());
}

void paintSmallAxes(QPainter& painter, const SmallAxes& axes, const QString& yTitle, const QString& xTitle,
                    double height)
{
    const double s = theme().scale;
    painter.setFont(theme().body());
    painter.setRenderHint(QPainter::Antialiasing, false);
    for (const Tick& tick : axes.yTicks) {
        const double y = std::round(axes.y.pixel(tick.value)) + 0.5;
        painter.setPen(QPen(theme().grid, 1));
        painter.drawLine(QPointF(axes.area.left(), y), QPointF(axes.area.right(), y));
        painter.setPen(theme().muted);
        painter.drawText(QRectF(0, y - 10 * s, axes.area.left() - 8 * s, 20 * s), Qt::AlignRight | Qt::AlignVCenter,
                         tick.label);
    }
    double free = 0;
    for (const Tick& tick : axes.xTicks) {
        const double x = axes.x.pixel(tick.value), wide = painter.fontMetrics().horizontalAdvance(tick.label) + 10 * s;
        if (x - wide / 2 < free)
            continue;
        free = x + wide / 2;
        painter.setPen(theme().muted);
        painter.drawText(QRectF(x - wide, axes.area.bottom() + 4 * s, 2 * wide, 20 * s), Qt::AlignCenter, tick.label);
    }
    painter.setPen(QPen(theme().axis, 1));
    painter.drawPolyline(QPolygonF{axes.area.topLeft(), axes.area.bottomLeft(), axes.area.bottomRight()});
    painter.setPen(theme().text);
    painter.setFont(theme().strong());
    painter.drawText(QRectF(0, 0, 4096, 20 * s), Qt::AlignLeft | Qt::AlignVCenter, yTitle);
    painter.setFont(theme().body());
    painter.setPen(theme().muted);
    painter.drawText(QRectF(0, height - 22 * s, axes.area.right(), 20 * s), Qt::AlignRight | Qt::AlignVCenter, xTitle);
}

}
