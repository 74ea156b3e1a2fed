// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/route.h"
#include "ui/style/theme.h"

#include <QPainter>

#include <algorithm>

namespace ui::plots {

void paintRoute(QPainter& painter, const Route& route, const RouteMap& map, const style::Theme& theme, int held,
                std::pair<double, double> between)
{
    painter.setRenderHint(QPainter::Antialiasing);
    QPolygonF line;
    const double from = std::max(between.first, map.pixel({route.begins, 0}).x()),
                 to = std::min(between.second, map.pixel({route.ends, 0}).x());
    for (double x = from; x <= to; x += 1) {
        const double step = map.value({x, 0}).x();
        line << QPointF(x, map.pixel({step, route.valueAt(step)}).y());
    }
    QPen pen(theme.accent, 1.25 * theme.scale, Qt::SolidLine, Qt::FlatCap);
    pen.setDashPattern({4, 2.4});
    painter.setPen(pen);
    painter.setBrush(Qt::NoBrush);
    painter.drawPolyline(line);
    for (std::size_t i = 0; i < route.points.size(); ++i) {
        const QPointF at = map.pixel(route.points[i]);
        if (route.points[i].x() < route.begins || at.x() < between.first - 1 || at.x() > between.second + 1)
            continue;
        painter.setPen(QPen(theme.accent, 1.5 * theme.scale));
        painter.setBrush(int(i) == held ? theme.accent : theme.surface);
        painter.drawEllipse(at, 3.5 * theme.scale, 3.5 * theme.scale);
        if (int(i) != held)
            continue;
        const QString text = style::number(route.points[i].y());
        const QFontMetricsF metrics(theme.strong());
        QRectF chip(at + QPointF(8, -24) * theme.scale,
                    QSizeF(metrics.horizontalAdvance(text) + 8 * theme.scale, 20 * theme.scale));
        if (chip.right() > between.second)
            chip.moveRight(at.x() - 8 * theme.scale);
        if (chip.top() < 0)
            chip.moveTop(at.y() + 6 * theme.scale);
        painter.fillRect(chip, theme.surface);
        painter.setFont(theme.strong());
        painter.setPen(theme.text);
        painter.drawText(chip, Qt::AlignCenter, text);
    }
}

}
