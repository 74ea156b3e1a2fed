// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/plot_scene.h"
#include "ui/plots/series_buffer.h"
#include "ui/style/theme.h"

#include <QImage>
#include <QPaintDevice>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <numeric>

namespace ui::plots {

namespace {

bool stroked(const CurveSpec& spec)
{
    return spec.dashed || spec.line == Line::Fair;
}

/// Thin lines first, the lit one last.
std::vector<int> paintOrder(const PlotScene& scene)
{
    std::vector<int> order(scene.curves.size());
    // The run in front stands first and is painted last.
    std::iota(order.rbegin(), order.rend(), 0);
    const auto height = [&](int c) {
        return c == scene.lit ? 9 : scene.curves[std::size_t(c)].line == Line::Validation ? 2 : 1;
    };
    std::erase_if(order, [&](int c) { return scene.curves[std::size_t(c)].line == Line::Edge; });
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return height(a) < height(b); });
    return order;
}

QColor withAlpha(QColor color, double alpha)
{
    color.setAlphaF(float(alpha));
    return color;
}

/// What a panel's curves may paint on: lines at the very top or bottom keep their full width.
QRectF inked(const QRectF& area)
{
    return area.adjusted(0, -3, 1, 2);
}

double gapAlpha(const style::Theme& theme)
{
    return theme.dark ? 0.16 : 0.10;
}

/// Two curves of a panel and what lies between them.
struct Shade {
    const Trace &a, &b;
    QColor color;
};

/// Gaps and, twice as strong, bands.
std::vector<Shade> shadesOf(const PlotScene& scene, const style::Theme& theme, int panel)
{
    std::vector<Shade> shades;
    const auto add = [&](const std::vector<std::pair<int, int>>& pairs, double alpha) {
        for (const auto& [a, b] : pairs)
            if (scene.curves[std::size_t(b)].panel == panel)
                shades.push_back({scene.shapes[std::size_t(a)].line, scene.shapes[std::size_t(b)].line,
                                  withAlpha(scene.color(b, theme), alpha)});
    };
    add(scene.gapPairs(), gapAlpha(theme));
    add(scene.bands(), 2 * gapAlpha(theme));
    return shades;
}

/// Cuts a – b to `area` (Liang and Barsky); false if nothing is left. File formats do not know clipping.
bool cut(QPointF& a, QPointF& b, const QRectF& area)
{
    const QPointF d = b - a;
    double from = 0, to = 1;
    const auto edge = [&](double p, double q) {
        if (p == 0)
            return q >= 0;
        const double t = q / p;
        p < 0 ? from = std::max(from, t) : to = std::min(to, t);
        return from <= to;
    };
    if (!edge(-d.x(), a.x() - area.left()) || !edge(d.x(), area.right() - a.x()) || !edge(-d.y(), a.y() - area.top()) ||
        !edge(d.y(), area.bottom() - a.y()))
        return false;
    b = a + to * d;
    a += from * d;
    return true;
}

QPainterPath pathOf(const Trace& line, const QRectF& area)
{
    QPainterPath path;
    QPointF last(-1, -1);
    for (std::size_t i = 1; i < line.size(); ++i) {
        QPointF a = line[i - 1], b = line[i];
        if (std::isnan(a.y()) || std::isnan(b.y()) || !cut(a, b, area))
            continue;
        if (path.isEmpty() || a != last)
            path.moveTo(a);
        path.lineTo(b);
        last = b;
    }
    return path;
}

void strokePath(QPainter& painter, const Trace& line, const QRectF& area, const QColor& color, double width,
                const CurveSpec& spec)
{
    QPen pen(color, width, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin);
    if (stroked(spec))
        pen.setDashPattern(spec.dashed ? QList<double>{3.2, 2.4} : QList<double>{6, 1.6});
    painter.setPen(pen);
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(pathOf(line, area));
}

QPolygonF gapPolygon(const Trace& a, const Trace& b, const AxisMap& x, const QRectF& area)
{
    const auto inside = [&area](double y) { return std::clamp(y, area.top(), area.bottom()); };
    QPolygonF upper, lower;
    std::size_t hintA = 0, hintB = 0;
    for (double px = std::min(x.from, x.to); px <= std::max(x.from, x.to); ++px) {
        const double ya = valueOf(a, px, hintA), yb = valueOf(b, px, hintB);
        if (std::isnan(ya) || std::isnan(yb))
            continue;
        upper.append(QPointF(px, inside(ya)));
        lower.prepend(QPointF(px, inside(yb)));
    }
    return upper + lower;
}

void paintPanelAsPaths(QPainter& painter, const PlotScene& scene, const style::Theme& theme, int panel)
{
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF& area = scene.places[std::size_t(panel)].area;
    for (const Shade& shade : shadesOf(scene, theme, panel)) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(shade.color);
        painter.drawPolygon(gapPolygon(shade.a, shade.b, scene.x, area));
    }
    for (const int c : paintOrder(scene)) {
        const CurveSpec& spec = scene.curves[std::size_t(c)];
        if (spec.panel != panel)
            continue;
        const PlotScene::Curve& shape = scene.shapes[std::size_t(c)];
        if (!shape.raw.empty())
            strokePath(painter, shape.raw, area, withAlpha(scene.color(c, theme), 0.2), theme.scale, {});
        strokePath(painter, shape.line, area, scene.color(c, theme), scene.width(c, theme), spec);
    }
}

void paintPanelAsPixels(QPainter& painter, const PlotScene& scene, const style::Theme& theme, int panel)
{
    const QRectF area = inked(scene.places[std::size_t(panel)].area);
    const double ratio = painter.device()->devicePixelRatioF() * painter.transform().m11();
    QImage& image = scene.places[std::size_t(panel)].canvas;
    if (const QSize size = (area.size() * ratio).toSize(); image.size() != size)
        image = QImage(size, QImage::Format_ARGB32_Premultiplied);
    image.setDevicePixelRatio(ratio);
    image.fill(Qt::transparent);
    StrokeRaster raster(image, ratio, area.topLeft());
    for (const Shade& shade : shadesOf(scene, theme, panel))
        raster.fillBetween(shade.a, shade.b, shade.color);
    for (const int c : paintOrder(scene)) {
        if (scene.curves[std::size_t(c)].panel != panel)
            continue;
        const PlotScene::Curve& shape = scene.shapes[std::size_t(c)];
        if (!shape.raw.empty())
            raster.stroke(shape.raw, theme.scale, withAlpha(scene.color(c, theme), 0.2), false);
        if (!stroked(scene.curves[std::size_t(c)]))
            raster.stroke(shape.line, scene.width(c, theme), scene.color(c, theme));
    }
    raster.finish();
    painter.drawImage(area.topLeft(), image);

    painter.setRenderHint(QPainter::Antialiasing);
    for (const int c : paintOrder(scene))
        if (scene.curves[std::size_t(c)].panel == panel && stroked(scene.curves[std::size_t(c)]))
            strokePath(painter, scene.shapes[std::size_t(c)].line, area, scene.color(c, theme), scene.width(c, theme),
                       scene.curves[std::size_t(c)]);
}

/// Points that a line would not show: single ones, and all where they were asked for.
void paintDots(QPainter& painter, const PlotScene& scene, const style::Theme& theme, int panel)
{
    painter.setRenderHint(QPainter::Antialiasing);
    for (std::size_t c = 0; c < scene.curves.size(); ++c) {
        const CurveSpec& spec = scene.curves[c];
        const Trace& line = scene.shapes[c].line;
        if (spec.panel != panel || spec.line == Line::Edge || !((spec.dots && line.size() <= 60) || line.size() == 1))
            continue;
        painter.setPen(QPen(theme.ground, 1.5 * theme.scale));
        painter.setBrush(scene.color(int(c), theme));
        const double radius = (line.size() == 1 ? 4 : 3.5) * theme.scale;
        for (const QPointF& point : line)
            if (!std::isnan(point.y()) && point.x() >= scene.x.from - 1 && point.x() <= scene.x.to + 1)
                painter.drawEllipse(point, radius, radius);
    }
}

}

void shapeCurves(PlotScene& scene, double pixelRatio)
{
    for (std::size_t c = 0; c < scene.curves.size(); ++c) {
        const CurveSpec& spec = scene.curves[c];
        PlotScene::Curve& shape = scene.shapes[c];
        shape.values.clear();
        shape.line.clear();
        shape.raw.clear();
        if (!spec.buffer || spec.buffer->empty() || std::size_t(spec.panel) >= scene.places.size())
            continue;
        const AxisMap& y = scene.places[std::size_t(spec.panel)].y;
        const bool smooth = spec.smoothed && scene.smoothing > 0;
        Trace raw = decimated(shape.source, scene.x, pixelRatio, y.log, spec.stairs);
        if (smooth) {
            // Of several runs only the one in front keeps its raw values: the others would drown it.
            if (spec.run == scene.curves.front().run)
                shape.raw = mapped(raw, scene.x, y);
            raw = smoothedTrace(shape.source, scene.x, pixelRatio, scene.smoothing);
        }
        // A logarithmic axis has no place for what is not above 0: there a band reaches the bottom.
        if (spec.line == Line::Edge && y.log)
            for (QPointF& point : raw)
                if (point.y() <= 0)
                    point.setY(y.range.lo);
        shape.values = std::move(raw);
        shape.line = mapped(shape.values, scene.x, y);
    }
}

void paintCurves(QPainter& painter, const PlotScene& scene, const style::Theme& theme, bool vector)
{
    for (std::size_t p = 0; p < scene.places.size(); ++p) {
        painter.save();
        painter.setClipRect(inked(scene.places[p].area), Qt::IntersectClip);
        if (vector)
            paintPanelAsPaths(painter, scene, theme, int(p));
        else
            paintPanelAsPixels(painter, scene, theme, int(p));
        painter.restore();
        paintDots(painter, scene, theme, int(p));
    }
}

}
