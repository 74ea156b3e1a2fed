// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/plot_scene.h"

#include "ui/plots/series_buffer.h"
#include "ui/style/theme.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace ui::plots {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

struct Span {
    double lo = infinity, hi = -infinity;
    bool empty() const { return lo > hi; }
    void include(double value)
    {
        lo = std::min(lo, value);
        hi = std::max(hi, value);
    }
};

/// The value at step s is taken before update s, so a run of 1 500 steps ends at 1 499: its axis ends at 1 500.
double wholeEnd(const PlotScene& scene, double hi)
{
    if (scene.xAxis == XAxis::Epoch && std::ceil(hi) - hi < 1.5 / std::max(1.0, scene.stepsPerEpoch()))
        return std::ceil(hi);
    return scene.xAxis == XAxis::Step && std::fmod(hi + 1, 10) == 0 ? hi + 1 : hi;
}

/// What all curves together reach along x.
Range xDataOf(const PlotScene& scene)
{
    Span span;
    for (const PlotScene::Curve& curve : scene.shapes) {
        const SeriesBuffer* buffer = curve.source.buffer;
        if (!buffer || buffer->empty())
            continue;
        const std::size_t last = buffer->size() - 1;
        std::size_t first =
            scene.logX ? std::min(last, curve.source.lowerBound(std::numeric_limits<double>::min())) : 0;
        if (scene.logX && curve.source.x(first) <= 0)
            continue;
        span.include(curve.source.x(first));
        span.include(curve.source.x(last));
    }
    if (span.empty())
        return scene.logX ? Range{1, 10} : Range{0, 1};
    if (scene.ahead > 0 && scene.xAxis != XAxis::Time)
        span.include(scene.xOfStep(scene.ahead));
    // Curves that begin soon after 0 are read from 0.
    if (!scene.logX && span.lo > 0 && span.lo < 0.1 * span.hi)
        span.lo = 0;
    span.hi = wholeEnd(scene, span.hi);
    if (span.hi <= span.lo)
        return scene.logX ? Range{span.lo / 2, span.lo * 2} : Range{span.lo, span.lo + 1};
    return {span.lo, span.hi};
}

/// Behind a smoothed curve its raw values are faint: the twentieth part at each end does not stretch the axis, as in
/// TensorBoard. But the smoothed line is in view wherever it goes: its first value and the means along the way.
SeriesBuffer::Extent bulk(const SeriesBuffer& buffer, const Stretch& points, bool aboveZero)
{
    constexpr std::size_t sampled = 500, fewest = 40;
    const std::size_t stride = std::max<std::size_t>(1, points.size() / sampled);
    std::vector<double> values;
    for (std::size_t i = points.first; i < points.last; i += stride)
        if (const double value = buffer.value(i); std::isfinite(value) && (!aboveZero || value > 0))
            values.push_back(value);
    if (values.size() < fewest)
        return aboveZero ? buffer.extentAboveZero(points.first, points.last) : buffer.extent(points.first, points.last);
    const double first = values.front();
    const auto rank = [&values](std::size_t place) {
        const auto at = values.begin() + std::ptrdiff_t(place);
        std::nth_element(values.begin(), at, values.end());
        return *at;
    };
    SeriesBuffer::Extent extent{std::min(first, rank(values.size() / 20)),
                                std::max(first, rank(values.size() - 1 - values.size() / 20)), false};
    constexpr std::size_t stretches = 64;
    for (std::size_t k = 0; k < stretches; ++k) {
        const std::size_t from = points.first + k * points.size() / stretches,
                          to = points.first + (k + 1) * points.size() / stretches;
        const double mean = buffer.mean(from, to);
        if (std::isnan(mean) || (aboveZero && mean <= 0))
            continue;
        extent.min = std::min(extent.min, mean);
        extent.max = std::max(extent.max, mean);
    }
    return extent;
}

/// On a logarithmic axis a few values next to 0 (the end of a cosine schedule) would take most of the height: no more
/// than two decades below the fiftieth part are shown.
SeriesBuffer::Extent withoutDepths(const SeriesBuffer& buffer, const Stretch& points)
{
    SeriesBuffer::Extent extent = buffer.extentAboveZero(points.first, points.last);
    constexpr std::size_t sampled = 200;
    std::vector<double> values;
    for (std::size_t i = points.first; i < points.last; i += std::max<std::size_t>(1, points.size() / sampled))
        if (const double value = buffer.value(i); std::isfinite(value) && value > 0)
            values.push_back(value);
    if (values.size() < 50)
        return extent;
    const auto low = values.begin() + std::ptrdiff_t(values.size() / 50);
    std::nth_element(values.begin(), low, values.end());
    extent.min = std::max(extent.min, *low / 100);
    return extent;
}

/// The values that panel `p` must hold for the x in view.
Range panelData(const PlotScene& scene, std::size_t p)
{
    const PanelSpec& spec = scene.panels[p];
    Span span;
    for (std::size_t c = 0; c < scene.curves.size(); ++c) {
        const CurveSource& source = scene.shapes[c].source;
        if (std::size_t(scene.curves[c].panel) != p || !source.buffer || source.buffer->empty())
            continue;
        Stretch points = visible(source, scene.x);
        Stretch inside = points;
        inside.first += inside.size() && source.x(inside.first) < scene.x.range.lo;
        inside.last -= inside.size() && source.x(inside.last - 1) > scene.x.range.hi;
        if (inside.first < inside.last)
            points = inside;
        const bool faint = scene.curves[c].smoothed && scene.smoothing > 0;
        const SeriesBuffer::Extent e = faint       ? bulk(*source.buffer, points, spec.logY)
                                       : spec.logY ? withoutDepths(*source.buffer, points)
                                                   : source.buffer->extent(points.first, points.last);
        if (!e.empty) {
            span.include(e.min);
            span.include(e.max);
        }
    }
    if (spec.handle && (!spec.logY || spec.handle->value > 0))
        span.include(spec.handle->value);
    if (std::size_t(scene.routePanel) == p)
        for (const QPointF& point : scene.route.points)
            if (!spec.logY || (point.y() > 0 && point.y() > 1e-3 * span.hi))
                span.include(point.y());
    if (span.empty())
        return spec.logY ? Range{0.1, 1} : Range{0, 1};
    return {span.lo, span.hi};
}

void scalePanel(PlotScene& scene, std::size_t p, const Range& data, double scale)
{
    const PanelSpec& spec = scene.panels[p];
    PlotScene::Panel& place = scene.places[p];
    const int count = std::max(2, int(place.area.height() / (spec.logY ? 36 : 34) / scale));
    place.data = niceRange(data.lo, data.hi, spec.logY, count, spec.format);
    if (spec.min && (!spec.logY || *spec.min > 0))
        place.data.lo = *spec.min;
    if (spec.max && *spec.max > place.data.lo)
        place.data.hi = *spec.max;
    if (place.data.lo >= place.data.hi)
        place.data.hi = spec.logY ? place.data.lo * 10 : place.data.lo + 1;
    const Range range = scene.panelWindows[p].resolve(place.data);
    // As QCustomPlot counts: the lowest pixel row is the range's lower end.
    place.y = {range, place.area.bottom() - 1, place.area.top() - 1, spec.logY};
    place.ticks = spec.logY ? logTicks(range.lo, range.hi, count, spec.format)
                            : linearTicks(range.lo, range.hi, count, spec.format);
    // Names of ticks keep a line's distance; the highest has the first word.
    double above = -infinity;
    for (auto tick = place.ticks.rbegin(); tick != place.ticks.rend(); ++tick) {
        const double y = place.y.pixel(tick->value);
        if (y - above < 14 * scale)
            tick->label.clear();
        else if (!tick->label.isEmpty())
            above = y;
    }
}

double widest(const std::vector<Tick>& ticks, const QFontMetricsF& metrics)
{
    double width = 0;
    for (const Tick& tick : ticks)
        width = std::max(width, metrics.horizontalAdvance(tick.label));
    return width;
}

/// Room for names and values at the lines' ends.
double rightMargin(const PlotScene& scene, const QSizeF& size, const style::Theme& theme)
{
    if (size.width() < 320 * theme.scale)
        return 24 * theme.scale;
    const QFontMetricsF metrics(theme.strong());
    double width = metrics.horizontalAdvance(QStringLiteral("0.00000"));
    bool named = false;
    const bool runs = scene.severalRuns();
    for (const CurveSpec& curve : scene.curves) {
        named = named || curve.named;
        if (curve.named)
            width = std::max(width, metrics.horizontalAdvance(runs ? curve.run : curve.label));
    }
    if (!named)
        return 56 * theme.scale;
    const double wanted = std::max(width + 20 * theme.scale, 112 * theme.scale);
    return std::round(std::min(wanted, std::max(0.24 * size.width(), 72 * theme.scale)));
}

void placePanels(PlotScene& scene, const QSizeF& size, double left, double right, double scale)
{
    const double top = (scene.legend ? 64 : 36) * scale, gap = 40 * scale, bottom = 28 * scale;
    double weights = 0;
    for (const PanelSpec& panel : scene.panels)
        weights += std::max(0.01, panel.weight);
    const double room = std::max(0.0, size.height() - top - bottom - gap * double(scene.panels.size() - 1));
    double y = top;
    for (std::size_t p = 0; p < scene.panels.size(); ++p) {
        const double height = std::max(16.0, room * std::max(0.01, scene.panels[p].weight) / weights);
        scene.places[p].area = QRectF(std::round(left), std::round(y),
                                      std::max(40.0, std::round(size.width() - right - left)), std::round(height));
        y += height + gap;
    }
    scene.legendArea = QRectF(0, 0, size.width(), 24 * scale);
}

}

int PlotScene::panelAt(const QPointF& position) const
{
    for (std::size_t p = 0; p < places.size(); ++p)
        if (position.y() >= places[p].area.top() - 2 && position.y() <= places[p].area.bottom() + 2 &&
            position.x() >= places[p].area.left() - 2 && position.x() <= places[p].area.right() + 2)
            return int(p);
    return -1;
}

double PlotScene::stepsPerEpoch() const
{
    for (const CurveSpec& curve : curves)
        if (curve.stepsPerEpoch > 0)
            return curve.stepsPerEpoch;
    return 0;
}

const EpochAxis* PlotScene::epochs() const
{
    for (const CurveSpec& curve : curves)
        if (curve.stepsPerEpoch > 0)
            return curve.epochs;
    return nullptr;
}

double PlotScene::xOfStep(double step) const
{
    for (const Curve& curve : shapes)
        if (curve.source.buffer && !curve.source.buffer->empty())
            return curve.source.xOfStep(step);
    return step;
}

double PlotScene::stepOfX(double x) const
{
    // The curve with the most points tells time best.
    const Curve* finest = nullptr;
    for (const Curve& curve : shapes)
        if (curve.source.buffer && (!finest || curve.source.buffer->size() > finest->source.buffer->size()))
            finest = &curve;
    return finest ? finest->source.stepOf(x) : x;
}

double PlotScene::valueAt(int i, double x) const
{
    const CurveSpec& spec = curves[std::size_t(i)];
    const Curve& shape = shapes[std::size_t(i)];
    if (spec.smoothed && smoothing > 0) {
        std::size_t hint = 0;
        return valueOf(shape.values, x, hint);
    }
    // The points themselves: where they are dense the drawing knows only extremes.
    const SeriesBuffer* buffer = shape.source.buffer;
    constexpr double nowhere = std::numeric_limits<double>::quiet_NaN();
    if (!buffer || buffer->empty())
        return nowhere;
    const double pixel = this->x.log ? 0 : this->x.range.span() / std::max(1.0, this->x.to - this->x.from);
    const std::size_t after = shape.source.lowerBound(x);
    if (after == buffer->size())
        return x - shape.source.x(after - 1) <= 4 * pixel ? buffer->value(after - 1) : nowhere;
    const double right = shape.source.x(after);
    if (after == 0)
        return right - x <= 4 * pixel ? buffer->value(0) : nowhere;
    const double left = shape.source.x(after - 1), share = right > left ? (x - left) / (right - left) : 1;
    if (spec.stairs)
        return buffer->value(share < 1 ? after - 1 : after);
    if (right - left <= 3 * pixel)
        return buffer->value(share < 0.5 ? after - 1 : after);
    return buffer->value(after - 1) + share * (buffer->value(after) - buffer->value(after - 1));
}

QColor PlotScene::color(int curve, const style::Theme& theme) const
{
    const CurveSpec& spec = curves[std::size_t(curve)];
    if (lit >= 0 && lit != curve)
        return theme.axis;
    if (spec.shade >= 0)
        return theme.sequential(theme.dark ? 0.15 + 0.85 * spec.shade : 0.87 * spec.shade);
    return theme.run(lit == curve && lit >= 0 ? 0 : spec.color);
}

QColor PlotScene::textColor(int curve, const style::Theme& theme) const
{
    const CurveSpec& spec = curves[std::size_t(curve)];
    if (lit >= 0 && lit != curve)
        return theme.muted;
    return spec.shade >= 0 ? theme.readable(color(curve, theme))
                           : theme.runText(lit == curve && lit >= 0 ? 0 : spec.color);
}

double PlotScene::width(int curve, const style::Theme& theme) const
{
    if (lit >= 0)
        return (lit == curve ? 2.75 : 1.25) * theme.scale;
    switch (curves[std::size_t(curve)].line) {
    case Line::Training:
        return 1.25 * theme.scale;
    case Line::Validation:
        return 2.75 * theme.scale;
    case Line::Fair:
    case Line::Plain:
    case Line::Edge:
        break;
    }
    return 1.75 * theme.scale;
}

std::vector<std::pair<int, int>> PlotScene::gapPairs() const
{
    std::vector<std::pair<int, int>> pairs;
    for (std::size_t v = 0; gaps && lit < 0 && v < curves.size(); ++v) {
        if (curves[v].line != Line::Validation || hasBand(curves[v].run))
            continue;
        // The fair partner is the training split in evaluation mode, where it is drawn.
        int partner = -1;
        for (std::size_t t = 0; t < curves.size(); ++t)
            if (curves[t].panel == curves[v].panel && curves[t].run == curves[v].run &&
                (curves[t].line == Line::Fair || (curves[t].line == Line::Training && partner < 0)))
                partner = int(t);
        // Several runs would shade each other into mud: only the one in front keeps its gap.
        if (partner >= 0 && curves[v].run == curves.front().run)
            pairs.emplace_back(partner, int(v));
    }
    return pairs;
}

std::vector<std::pair<int, int>> PlotScene::bands() const
{
    std::vector<std::pair<int, int>> pairs;
    for (std::size_t lower = 0; lower < curves.size(); ++lower)
        for (std::size_t upper = lower + 1; curves[lower].line == Line::Edge && upper < curves.size(); ++upper)
            if (curves[upper].line == Line::Edge && curves[upper].panel == curves[lower].panel &&
                curves[upper].run == curves[lower].run)
                pairs.emplace_back(int(lower), int(upper));
    return pairs;
}

bool PlotScene::hasBand(const QString& run) const
{
    return std::ranges::any_of(curves,
                               [&](const CurveSpec& curve) { return curve.line == Line::Edge && curve.run == run; });
}

bool PlotScene::severalRuns() const
{
    for (const CurveSpec& curve : curves)
        if (curve.run != curves.front().run)
            return true;
    return false;
}

QString PlotScene::format(int panel, double value) const
{
    const PanelSpec& spec = panels[std::size_t(panel)];
    if (spec.format == ValueFormat::Percent)
        return style::percent(value);
    return spec.unit.isEmpty() ? style::number(value) : style::number(value) + QChar(0x00A0) + spec.unit;
}

void layOut(PlotScene& scene, const QSizeF& size, const style::Theme& theme)
{
    const std::size_t count = scene.panels.size();
    scene.places.resize(count);
    scene.panelWindows.resize(count);
    scene.shapes.resize(scene.curves.size());
    scene.empty = true;
    for (std::size_t c = 0; c < scene.curves.size(); ++c) {
        const CurveSpec& spec = scene.curves[c];
        const double perEpoch = spec.stepsPerEpoch > 0 ? spec.stepsPerEpoch : std::max(1.0, scene.stepsPerEpoch());
        scene.shapes[c].source = {spec.buffer, scene.xAxis, perEpoch, spec.epochs};
        scene.empty = scene.empty && (!spec.buffer || spec.buffer->empty());
    }
    if (count == 0)
        return;
    const QFontMetricsF metrics(theme.body());
    const double right = rightMargin(scene, size, theme);
    scene.xData = xDataOf(scene);
    Range range = scene.window.resolve(scene.xData);
    if (scene.logX && range.lo <= 0)
        range = scene.xData;
    scene.x = {range, 0, size.width(), scene.logX};
    // Names of ticks need heights, the left margin needs the names: once with a guess, once with what it gave.
    double left = 48 * theme.scale;
    placePanels(scene, size, left, right, theme.scale);
    double names = 0;
    std::vector<Range> data;
    for (std::size_t p = 0; p < count; ++p) {
        data.push_back(panelData(scene, p));
        scalePanel(scene, p, data[p], theme.scale);
        names = std::max(names, widest(scene.places[p].ticks, metrics));
    }
    left = std::max(left, 8 * std::ceil((names + 8 * theme.scale) / 8));
    placePanels(scene, size, left, right, theme.scale);
    for (std::size_t p = 0; p < count; ++p)
        scalePanel(scene, p, data[p], theme.scale);

    const QRectF& area = scene.places.front().area;
    scene.x.from = area.left();
    scene.x.to = area.right();
    const int ticks = std::max(2, int(area.width() / (56 * theme.scale)));
    const bool whole = scene.xAxis == XAxis::Step || range.span() >= 2;
    scene.xTicks = scene.logX                   ? logTicks(range.lo, range.hi, ticks)
                   : scene.xAxis == XAxis::Time ? timeTicks(range.lo, range.hi, ticks)
                                                : linearTicks(range.lo, range.hi, ticks, ValueFormat::Number, whole);
}

}
