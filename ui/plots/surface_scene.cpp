// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/surface_scene.h"

#include "ui/plots/point_marks.h"
#include "ui/plots/surface_image.h"
#include "ui/style/theme.h"

#include <QFontMetricsF>
#include <QObject>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace ui::plots {

namespace {

constexpr double markSize = 8;
constexpr double tickGap = 8; ///< between a tick's name and the plot
constexpr double barHeight = 10;

Range spread(const SurfaceScene& scene, double SurfacePoint::*axis)
{
    Range range{HUGE_VAL, -HUGE_VAL};
    if (scene.leastReach > 0)
        range = {-scene.leastReach, scene.leastReach};
    for (const SurfacePoint& point : scene.points)
        if (std::isfinite(point.*axis)) {
            range.lo = std::min(range.lo, point.*axis);
            range.hi = std::max(range.hi, point.*axis);
        }
    if (range.lo > range.hi)
        return {0, 1};
    if (range.lo == -scene.leastReach && range.hi == scene.leastReach)
        return range;
    const double room = range.span() > 0 ? 0.06 * range.span() : std::max(0.5, 0.1 * std::abs(range.lo));
    return {range.lo - room, range.hi + room};
}

Range orUnit(double lo, double hi)
{
    return std::isfinite(hi - lo) && lo < hi ? Range{lo, hi} : Range{0, 1};
}

/// Rows without a class are grey circles.
void paintMark(QPainter& painter, QPointF at, int cls, bool hollow, double size, const style::Theme& theme)
{
    const QColor color = cls < 0 ? theme.muted : theme.classColor(cls);
    paintPoint(painter, at, std::max(0, cls), hollow, size * markSize / 2 * theme.scale, color, theme);
}

/// Names of the classes with their marks, in at most two lines of text; returns the height they take.
double planLegend(const SurfaceScene& scene, SurfacePlan& plan, double width, const QFontMetricsF& metrics,
                  double scale)
{
    if (!scene.legend || !scene.classifies())
        return 0;
    std::vector<SurfacePlan::Entry> entries;
    int classes = int(scene.classes.size());
    if (classes == 0)
        classes = int(scene.frame.classes);
    for (int cls = 0; cls < classes; ++cls)
        entries.push_back({{}, {}, scene.className(cls), cls, false});
    if (std::ranges::any_of(scene.points, &SurfacePoint::validation))
        entries.push_back({{}, {}, QObject::tr("hollow: validation"), -1, true});
    const double line = metrics.height() + 4 * scale, half = markSize * scale / 2, gap = 20 * scale;
    double left = 0, top = 0;
    for (SurfacePlan::Entry& entry : entries) {
        const double text = std::min(metrics.horizontalAdvance(entry.name) + 1, width - 20 * scale);
        const double reach = 2 * half + 6 * scale + text;
        if (left > 0 && left + reach > width) {
            if (top > 0)
                break;
            left = 0;
            top += line;
        }
        entry.mark = {left + half + 1, top + metrics.height() / 2};
        entry.text = QRectF(left + 2 * half + 6 * scale, top, text, metrics.height());
        entry.name = metrics.elidedText(entry.name, Qt::ElideRight, text);
        plan.legend.push_back(entry);
        left += reach + gap;
    }
    return plan.legend.empty() ? 0 : top + line + 6 * scale;
}

double widestTick(const std::vector<Tick>& ticks, const QFontMetricsF& metrics)
{
    double width = 0;
    for (const Tick& tick : ticks)
        width = std::max(width, metrics.horizontalAdvance(tick.label));
    return width;
}

void paintAxes(QPainter& painter, const SurfaceScene& scene, const SurfacePlan& plan, const style::Theme& theme)
{
    const QFontMetricsF metrics(theme.body());
    const double line = metrics.height(), gap = tickGap * theme.scale;
    const QRectF& plot = plan.plot;
    painter.setPen(QPen(theme.axis, 1));
    painter.drawLine(QPointF(plot.left() - 0.5, plot.top()), QPointF(plot.left() - 0.5, plot.bottom() + 0.5));
    painter.drawLine(QPointF(plot.left() - 0.5, plot.bottom() + 0.5), QPointF(plot.right(), plot.bottom() + 0.5));

    painter.setPen(theme.muted);
    const double title = metrics.horizontalAdvance(scene.xTitle);
    const bool beside = !scene.xTitle.isEmpty() && title < 0.3 * plot.width();
    const double limit = beside ? plot.right() - title - 8 * theme.scale : plot.right() + 40 * theme.scale;
    for (const Tick& tick : plan.xTicks) {
        const double x = plan.place(tick.value, 0).x(), half = metrics.horizontalAdvance(tick.label) / 2;
        if (x + half <= limit)
            painter.drawText(QRectF(x - half - 4, plot.bottom() + gap, 2 * half + 8, line), Qt::AlignCenter,
                             tick.label);
    }
    for (const Tick& tick : plan.yTicks) {
        const double y = plan.place(0, tick.value).y();
        painter.drawText(QRectF(0, y - line / 2, plot.left() - gap, line), Qt::AlignRight | Qt::AlignVCenter,
                         tick.label);
    }
    if (!scene.xTitle.isEmpty()) {
        const double top = plot.bottom() + gap + (beside ? 0 : line + 2 * theme.scale);
        painter.drawText(QRectF(plot.left(), top, plot.width(), line), Qt::AlignRight | Qt::AlignVCenter,
                         metrics.elidedText(scene.xTitle, Qt::ElideRight, plot.width()));
    }
    if (!scene.yTitle.isEmpty())
        painter.drawText(QRectF(0, plot.top() - line - 6 * theme.scale, plot.right(), line),
                         Qt::AlignLeft | Qt::AlignVCenter,
                         metrics.elidedText(scene.yTitle, Qt::ElideRight, plot.right()));
}

/// A stretch of the surface's own colours, so that the scale cannot say anything else.
QImage ramp(const SurfaceScene& scene, int cls, QSize size, const style::Theme& theme)
{
    core::events::SurfaceFrame row;
    row.classes = scene.frame.classes;
    row.width = row.classes == 1 ? 2 : 65;
    row.height = 1;
    if (row.classes == 1) {
        const Range range = valueRange(scene.frame);
        row.values = {float(range.lo), float(range.hi)};
    } else if (row.classes == 2) {
        for (std::int64_t i = 0; i < row.width; ++i)
            row.values.insert(row.values.end(), {1 - float(i) / float(row.width - 1), float(i) / float(row.width - 1)});
    } else {
        for (std::int64_t i = 0; i < row.width; ++i)
            for (std::int64_t k = 0; k < row.classes; ++k) {
                const double even = 1.0 / double(row.classes),
                             p = even + (1 - even) * double(i) / double(row.width - 1);
                row.values.push_back(float(k == cls ? p : (1 - p) / double(row.classes - 1)));
            }
    }
    return surfaceImage(row, size, theme, false);
}

/// One name left and one right of the bar, and what its middle means.
void paintSimpleScale(QPainter& painter, const SurfaceScene& scene, const SurfacePlan& plan, const style::Theme& theme)
{
    const QFontMetricsF metrics(theme.body());
    const QRectF& bar = plan.scaleBar;
    const bool values = scene.frame.classes == 1;
    const Range range = valueRange(scene.frame);
    const QString low = values ? style::number(range.lo, 3) : scene.className(0);
    const QString high = values ? style::number(range.hi, 3) : scene.className(1);
    const double room = 0.28 * plan.plot.width(), line = metrics.height(), gap = 10 * theme.scale;
    const double left = std::min(metrics.horizontalAdvance(low) + 1, room),
                 right = std::min(metrics.horizontalAdvance(high) + 1, room);
    const QRectF band(bar.left() + left + gap, bar.top(), bar.width() - left - right - 2 * gap, bar.height());
    painter.drawImage(band, ramp(scene, 0, (band.size() * 2).toSize(), theme));
    painter.setPen(theme.muted);
    painter.drawText(QRectF(bar.left(), bar.center().y() - line / 2, left, line), Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(low, Qt::ElideRight, left));
    painter.drawText(QRectF(bar.right() - right, bar.center().y() - line / 2, right, line),
                     Qt::AlignRight | Qt::AlignVCenter, metrics.elidedText(high, Qt::ElideRight, right));
    if (values)
        return;
    const double middle = band.center().x(), above = 3 * theme.scale;
    painter.setPen(QPen(theme.text, 1.25 * theme.scale));
    painter.drawLine(QPointF(middle, band.top() - above), QPointF(middle, band.bottom() + above));
    painter.setPen(theme.muted);
    painter.drawText(QRectF(middle - 60 * theme.scale, band.bottom() + 4 * theme.scale, 120 * theme.scale, line),
                     Qt::AlignCenter, QObject::tr("p = 0.5"));
}

/// A band for each class, from undecided to certain.
void paintClassScale(QPainter& painter, const SurfaceScene& scene, const SurfacePlan& plan, const style::Theme& theme)
{
    const QFontMetricsF metrics(theme.body());
    const int classes = int(scene.frame.classes);
    const double gap = std::min(8.0 * theme.scale, plan.scaleBar.width() / (4 * classes));
    const double width = (plan.scaleBar.width() - gap * (classes - 1)) / classes;
    double named = 0;
    for (int cls = 0; cls < classes; ++cls)
        named = std::max(named, metrics.horizontalAdvance(scene.className(cls)));
    painter.setPen(theme.muted);
    for (int cls = 0; cls < classes; ++cls) {
        const QRectF band(plan.scaleBar.left() + cls * (width + gap), plan.scaleBar.top(), width,
                          plan.scaleBar.height());
        painter.drawImage(band, ramp(scene, cls, (band.size() * 2).toSize(), theme));
        if (named <= width + gap / 2)
            painter.drawText(
                QRectF(band.left() - gap / 2, band.bottom() + 4 * theme.scale, width + gap, metrics.height()),
                Qt::AlignCenter, scene.className(cls));
    }
    if (named > width + gap / 2)
        painter.drawText(QRectF(plan.scaleBar.left(), plan.scaleBar.bottom() + 4 * theme.scale, plan.scaleBar.width(),
                                metrics.height()),
                         Qt::AlignCenter, QObject::tr("pale: undecided · full: certain"));
}

}

QString SurfaceScene::className(int cls) const
{
    return cls >= 0 && cls < classes.size() ? classes[cls] : QObject::tr("class %1").arg(cls);
}

SurfacePlan planOf(const SurfaceScene& scene, QSizeF size, const style::Theme& theme)
{
    SurfacePlan plan;
    const QFontMetricsF metrics(theme.body());
    const double scale = theme.scale, line = metrics.height();
    plan.x = scene.framed() ? orUnit(scene.frame.left, scene.frame.right) : spread(scene, &SurfacePoint::x);
    plan.y = scene.framed() ? orUnit(scene.frame.bottom, scene.frame.top) : spread(scene, &SurfacePoint::y);

    double top = planLegend(scene, plan, size.width(), metrics, scale);
    top += scene.yTitle.isEmpty() ? (top > 0 ? 0 : line / 2) : line + 6 * scale;
    const bool scaled = scene.scale && scene.framed();
    const double scaleHeight =
        scaled ? 14 * scale + barHeight * scale + (scene.frame.classes == 1 ? 6 * scale : 4 * scale + line) : 0;
    double below = tickGap * scale + line + scaleHeight;
    plan.yTicks = linearTicks(plan.y.lo, plan.y.hi, std::max(2, int((size.height() - top - below) / (56 * scale))));
    const double left = std::ceil(widestTick(plan.yTicks, metrics) + tickGap * scale) + 1;
    const double width = std::max(24.0, size.width() - left - 1);
    plan.xTicks = linearTicks(plan.x.lo, plan.x.hi, std::max(2, int(width / (64 * scale))));
    if (!scene.xTitle.isEmpty() && metrics.horizontalAdvance(scene.xTitle) >= 0.3 * width)
        below += line + 2 * scale;
    plan.plot = QRectF(left, std::ceil(top), std::floor(width),
                       std::max(24.0, std::floor(size.height() - std::ceil(top) - below - 1)));
    if (scaled)
        plan.scaleBar = QRectF(plan.plot.left(), plan.plot.bottom() + 1 + below - scaleHeight + 14 * scale,
                               plan.plot.width(), barHeight * scale);
    return plan;
}

void paintFrame(QPainter& painter, const SurfaceScene& scene, const SurfacePlan& plan, const style::Theme& theme)
{
    painter.setFont(theme.body());
    if (scene.framed()) {
        // Borders between more than two classes are drawn from both sides.
        paintBorders(painter, plan.plot, scene.borders, (scene.frame.classes > 2 ? 1.2 : 1.5) * theme.scale, theme);
    } else {
        painter.setPen(QPen(theme.grid, 1));
        for (const Tick& tick : plan.xTicks) {
            const double x = std::round(plan.place(tick.value, 0).x()) + 0.5;
            painter.drawLine(QPointF(x, plan.plot.top()), QPointF(x, plan.plot.bottom()));
        }
        for (const Tick& tick : plan.yTicks) {
            const double y = std::round(plan.place(0, tick.value).y()) + 0.5;
            painter.drawLine(QPointF(plan.plot.left(), y), QPointF(plan.plot.right(), y));
        }
    }
    paintAxes(painter, scene, plan, theme);
    painter.setRenderHint(QPainter::Antialiasing);
    for (const SurfacePlan::Entry& entry : plan.legend) {
        paintMark(painter, entry.mark, entry.cls, entry.hollow, 1, theme);
        painter.setPen(theme.muted);
        painter.drawText(entry.text, Qt::AlignLeft | Qt::AlignVCenter, entry.name);
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
    if (!plan.scaleBar.isNull() && scene.frame.classes > 2)
        paintClassScale(painter, scene, plan, theme);
    else if (!plan.scaleBar.isNull())
        paintSimpleScale(painter, scene, plan, theme);
}

void paintPoints(QPainter& painter, const SurfaceScene& scene, const SurfacePlan& plan, const style::Theme& theme)
{
    painter.save();
    painter.setClipRect(plan.plot, Qt::IntersectClip);
    painter.setRenderHint(QPainter::Antialiasing);
    // Many rows: smaller marks, so that what lies below stays visible.
    const double crowd = scene.points.size() > 1500 ? 0.6 : scene.points.size() > 500 ? 0.8 : 1;
    const double mark = markSize * crowd * theme.scale;
    const QRectF reach = plan.plot.adjusted(-mark, -mark, mark, mark);
    MarksInSight inSight(scene.points.size(), mark / 2);
    for (const SurfacePoint& point : scene.points) {
        const QPointF at = plan.place(point.x, point.y);
        const int cls = scene.classifies() ? point.cls : -1;
        if (std::isfinite(point.x) && std::isfinite(point.y) && reach.contains(at) &&
            inSight.take(at, cls, point.validation))
            paintMark(painter, at, cls, point.validation, crowd, theme);
    }
    painter.restore();
}

}
