// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/curve_shape.h"

#include <QRectF>
#include <QString>

#include <vector>

class QPainter;

namespace ui::plots {

/// A left and a bottom axis of a plot that paints itself.
struct SmallAxes {
    QRectF area;
    AxisMap x, y;
    std::vector<Tick> xTicks, yTicks;

    /// On the y axis, kept within the plot; what a logarithm does not know lies on its lower edge.
    double pixelY(double value) const;
};

/// Grid, ticks and names: `yTitle` at the top left, `xTitle` at the bottom right of a widget `height` high.
void paintSmallAxes(QPainter& painter, const SmallAxes& axes, const QString& yTitle, const QString& xTitle,
                    double height);

}
