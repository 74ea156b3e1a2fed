// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/class_mark.h"

#include "ui/style/theme.h"

#include <QPainter>
#include <QPainterPath>

namespace ui::plots {

namespace {

/// In about the unit circle; areas look alike.
QPainterPath shapeOf(int cls)
{
    QPainterPath path;
    switch (cls < 0 ? 0 : cls % 5) {
    case 0: path.addEllipse(QPointF(0, 0), 1, 1); break;
    case 1: path.addRect(-0.9, -0.9, 1.8, 1.8); break;
    case 2: path.addPolygon(QPolygonF({{0, -1.2}, {1.15, 0.85}, {-1.15, 0.85}})); break;
    case 3: path.addPolygon(QPolygonF({{0, -1.3}, {1.3, 0}, {0, 1.3}, {-1.3, 0}})); break;
    default:
        path.addPolygon(QPolygonF({{-0.4, -1.2}, {0.4, -1.2}, {0.4, -0.4}, {1.2, -0.4}, {1.2, 0.4}, {0.4, 0.4}, {0.4, 1.2},
            {-0.4, 1.2}, {-0.4, 0.4}, {-1.2, 0.4}, {-1.2, -0.4}, {-0.4, -0.4}}));
    }
    path.closeSubpath();
    return path;
}

}

void paintClassMark(QPainter& painter, QPointF at, double size, int cls, bool hollow, const style::Theme& theme)
{
    const QColor color = cls < 0 ? theme.muted : theme.classColor(cls);
    // A ring is as wide as a filled mark; the rim of the filled one only keeps neighbours apart.
    const double line = size * 0.2, radius = (hollow ? size - line : size) / 2;
    QTransform place;
    place.translate(at.x(), at.y());
    place.scale(radius, radius);
    const QPainterPath path = place.map(shapeOf(cls));
    QColor inside = theme.surface;
    inside.setAlphaF(0.55F);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    if (!hollow)
        painter.strokePath(path, QPen(theme.surface, size * 0.22, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin));
    painter.setPen(hollow ? QPen(color, line, Qt::SolidLine, Qt::FlatCap, Qt::MiterJoin) : QPen(Qt::NoPen));
    painter.setBrush(hollow ? inside : color);
    painter.drawPath(path);
    painter.restore();
}

}
