// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPointF>

class QPainter;

namespace ui::style {
struct Theme;
}

namespace ui::plots {

/// The mark of class `cls` at `at`: circle, square, triangle, diamond, … so that classes differ without colour. Hollow
/// ones are validation points.
void paintPoint(QPainter& painter, const QPointF& at, int cls, bool hollow, double radius, const QColor& color,
                const style::Theme& theme);
}
