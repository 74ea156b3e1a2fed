// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/point_marks.h"

#include "ui/style/theme.h"

#include <QPainter>
#include <QPolygonF>

namespace ui::plots {

void paintPoint(QPainter& painter, const QPointF& at, int cls, bool hollow, double radius, const QColor& color,
                const style::Theme& theme)
{
    if (hollow) {
        painter.setPen(QPen(color, 1.5 * theme.scale));
        // On a surface of its own class a bare ring would hardly be seen.
        QColor inside = theme.surface;
        inside.setAlphaF(0.55F);
        painter.setBrush(inside);
        radius -= 0.5 * theme.scale;
    } else {
        painter.setPen(radius > 3 ? QPen(theme.ground, 0.75 * theme.scale) : QPen(Qt::NoPen));
        painter.setBrush(color);
    }
    const auto polygon = [&](std::initializer_list<QPointF> corners) {
        QPolygonF shape;
        for (const QPointF& corner : corners)
            shape.append(at + radius * corner);
        painter.drawPolygon(shape);
    };
    switch (cls % 5) {
    case 0:
        painter.drawEllipse(at, radius, radius);
        break;
    case 1:
        painter.drawRect(QRectF(at.x() - 0.9 * radius, at.y() - 0.9 * radius, 1.8 * radius, 1.8 * radius));
        break;
    case 2:
        polygon({{0, -1.15}, {1.1, 0.85}, {-1.1, 0.85}});
        break;
    case 3:
        polygon({{0, -1.25}, {1.25, 0}, {0, 1.25}, {-1.25, 0}});
        break;
    default:
        polygon({{0, 1.15}, {1.1, -0.85}, {-1.1, -0.85}});
        break;
    }
}

}
