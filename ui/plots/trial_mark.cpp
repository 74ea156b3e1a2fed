// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/trial_mark.h"

#include "ui/style/theme.h"

#include <QPainter>

#include <QPolygonF>
#include <algorithm>
#include <cmath>

namespace ui::plots {

void paintTrialMark(QPainter& painter, TrialMark mark, const QPointF& at, const QColor& color, double radius)
{
    const double s = style::theme().scale;
    switch (mark) {
    case TrialMark::Stopped:
        painter.setPen(QPen(color, 2 * s));
        painter.drawLine(at - QPointF(0, 5 * s), at + QPointF(0, 5 * s));
        break;
    case TrialMark::Going:
        painter.setPen(QPen(color, 1.5 * s));
        painter.setBrush(style::theme().ground);
        painter.drawEllipse(at, radius - 0.5 * s, radius - 0.5 * s);
        break;
    case TrialMark::Failed:
        painter.setPen(Qt::NoPen);
        painter.setBrush(color);
        painter.drawPolygon(
            QPolygonF{at + QPointF(-4 * s, -3 * s), at + QPointF(4 * s, -3 * s), at + QPointF(0, 4 * s)});
        break;
    case TrialMark::Whole:
        painter.setPen(Qt::NoPen);
        painter.setBrush(color);
        painter.drawEllipse(at, radius, radius);
        break;
    }
}

double lineStrength(std::size_t lines)
{
    constexpr double few = 100;
    return std::pow(few / std::max(few, double(lines)), 0.75);
}

}
