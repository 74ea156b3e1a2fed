// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/surface_plot.h"
#include "ui/plots/ticks.h"

#include <QPolygonF>

namespace ui::plots {

/// What a surface plot shows.
struct SurfaceScene {
    core::events::SurfaceFrame frame; ///< without values: only the points
    std::vector<QPolygonF> borders;   ///< of `frame`, in the unit square
    std::vector<SurfacePoint> points;
    QStringList classes;
    QString xTitle, yTitle, emptyText;
    bool legend = true, scale = true;
    double leastReach = 0;

    bool framed() const { return !frame.values.empty(); }
    bool empty() const { return !framed() && points.empty() && leastReach == 0; }
    /// Rows have a class, not a value.
    bool classifies() const { return framed() ? frame.classes > 1 : !classes.isEmpty(); }
    QString className(int cls) const;
};

/// Where everything is.
struct SurfacePlan {
    struct Entry {
        QPointF mark; ///< its middle
        QRectF text;
        QString name;
        int cls = 0;
        bool hollow = false;
    };
    QRectF plot;
    Range x, y; ///< of the plot, in the features' units
    std::vector<Tick> xTicks, yTicks;
    std::vector<Entry> legend;
    QRectF scaleBar; ///< null without a scale

    QPointF place(double dataX, double dataY) const
    {
        return {plot.left() + plot.width() * (dataX - x.lo) / x.span(),
                plot.bottom() - plot.height() * (dataY - y.lo) / y.span()};
    }
};

SurfacePlan planOf(const SurfaceScene& scene, QSizeF size, const style::Theme& theme);

/// Everything but the surface itself and the points: borders, axes, names, legend and scale.
void paintFrame(QPainter& painter, const SurfaceScene& scene, const SurfacePlan& plan, const style::Theme& theme);
/// The rows, clipped to the plot; `theme.scale` sets their size.
void paintPoints(QPainter& painter, const SurfaceScene& scene, const SurfacePlan& plan, const style::Theme& theme);

}
