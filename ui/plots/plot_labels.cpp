// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/label_layout.h"
#include "ui/plots/plot_scene.h"
#include "ui/style/theme.h"

#include <QFontMetricsF>
#include <QSet>

#include <algorithm>

namespace ui::plots {

namespace {

int rankOf(Line line)
{
    return line == Line::Validation ? 0 : line == Line::Plain ? 1 : line == Line::Training ? 2 : 3;
}

/// The last place of the curve in view, or where the time bar stands; NaN if it is not in view.
QPointF endOf(const PlotScene& scene, std::size_t c)
{
    if (const double now = scene.shapes[c].source.xOfStep(scene.now);
        std::isfinite(scene.now) && now >= scene.x.range.lo && now <= scene.x.range.hi)
        if (const double value = scene.valueAt(int(c), now); !std::isnan(value))
            return {now, value};
    const Trace& values = scene.shapes[c].values;
    const double nowhere = std::numeric_limits<double>::quiet_NaN();
    if (values.empty() || values.front().x() > scene.x.range.hi || values.back().x() < scene.x.range.lo)
        return {0, nowhere};
    if (values.back().x() > scene.x.range.hi)
        return {scene.x.range.hi, scene.valueAt(int(c), scene.x.range.hi)};
    for (auto point = values.rbegin(); point != values.rend(); ++point)
        if (!std::isnan(point->y()))
            return *point;
    return {0, nowhere};
}

bool alone(const PlotScene& scene, std::size_t panel)
{
    return std::count_if(scene.curves.begin(), scene.curves.end(),
                         [&](const CurveSpec& c) { return std::size_t(c.panel) == panel; }) == 1;
}

bool wantsLabel(const PlotScene& scene, std::size_t c, std::size_t panel, bool runs)
{
    const CurveSpec& spec = scene.curves[c];
    if (!spec.named || std::size_t(spec.panel) != panel || (scene.lit >= 0 && scene.lit != int(c)))
        return false;
    if (!runs || rankOf(spec.line) < 2)
        return true;
    // With several runs only one line of each is named, the best-ranked.
    for (std::size_t other = 0; other < scene.curves.size(); ++other)
        if (other != c && scene.curves[other].panel == spec.panel && scene.curves[other].run == spec.run &&
            rankOf(scene.curves[other].line) < rankOf(spec.line))
            return false;
    return true;
}

/// The labels of one panel, moved apart. `known` holds names that a panel above has introduced: only values follow
/// there.
void placeEndLabels(PlotScene& scene, std::size_t p, const QSizeF& size, double line, QSet<QString>& known)
{
    const bool runs = scene.severalRuns();
    const PlotScene::Panel& place = scene.places[p];
    std::vector<PlotScene::EndLabel> labels;
    std::vector<LabelSlot> rooms;
    QSet<QString> names;
    for (std::size_t c = 0; c < scene.curves.size(); ++c) {
        if (!wantsLabel(scene, c, p, runs))
            continue;
        const QPointF end = endOf(scene, c);
        if (std::isnan(end.y()) || (place.y.log && end.y() <= 0))
            continue;
        // A curve that has its panel for itself is named by the title.
        const QString name = runs ? scene.curves[c].run : alone(scene, p) ? QString() : scene.curves[c].label;
        names.insert(name);
        labels.push_back({int(c), {}, known.contains(name) ? QString() : name, scene.format(int(p), end.y())});
        const double y = std::clamp(place.y.pixel(end.y()), place.area.top(), place.area.bottom());
        rooms.push_back({y, 0, 0, true, rankOf(scene.curves[c].line)});
    }
    const double top = place.area.top() - line / 2, bottom = place.area.bottom() + line / 2;
    const bool twoLines = 2.25 * line * double(labels.size()) <= bottom - top;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (!twoLines && !labels[i].name.isEmpty())
            labels[i].value.clear();
        rooms[i].height = labels[i].name.isEmpty() || labels[i].value.isEmpty() ? line : 2.25 * line;
    }
    spreadLabels(rooms, top, bottom);
    const double left = place.area.right() + line * 0.6;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (!rooms[i].shown)
            continue;
        const double height = rooms[i].height > 2 * line ? 2 * line : line;
        labels[i].area = QRectF(left, rooms[i].middle - height / 2, size.width() - left, height);
        scene.endLabels.push_back(labels[i]);
    }
    known += names;
}

bool overCurve(const PlotScene& scene, const QRectF& area)
{
    for (std::size_t c = 0; c < scene.curves.size(); ++c) {
        std::size_t hint = 0;
        if (scene.curves[c].panel != 0)
            continue;
        for (double x = area.left(); x <= area.right(); x += 4)
            if (const double y = valueOf(scene.shapes[c].line, x, hint); y > area.top() - 3 && y < area.bottom() + 3)
                return true;
    }
    return false;
}

/// What it costs to put a mark's label there: other labels and marks forbid it, curves and distance speak against it.
double costOf(const PlotScene& scene, const QRectF& area, const PlotScene::MarkLabel& label)
{
    const QRectF& plot = scene.places.front().area;
    double cost = label.onLeft ? 0.5 : 0;
    cost += (area.top() - plot.top()) / 10;
    if (area.left() < plot.left() + 2 || area.right() > plot.right() + 2 || area.bottom() > plot.bottom())
        cost += 1000;
    for (const PlotScene::MarkLabel& other : scene.markLabels) {
        if (other.mark == label.mark)
            continue;
        const bool crossed = other.x > area.left() - 3 && other.x < area.right() + 3;
        if (other.area.isEmpty()) {
            // Not yet placed: it can still begin below this label, but need not.
            cost += crossed ? 8 : 0;
            continue;
        }
        const bool crosses = label.x > other.area.left() - 3 && label.x < other.area.right() + 3;
        if (other.area.adjusted(-6, -2, 6, 2).intersects(area) || (crossed && other.top < area.bottom()) ||
            (crosses && area.top() < other.area.bottom()))
            cost += 1000;
    }
    return cost + (overCurve(scene, area) ? 15 : 0);
}

QSizeF labelSize(const MarkSpec& mark, const style::Theme& theme, double line)
{
    const QFontMetricsF strong(theme.strong()), body(theme.body());
    double width = std::max(strong.horizontalAdvance(mark.name), body.horizontalAdvance(mark.detail));
    if (mark.kind == MarkSpec::Kind::Edit || mark.kind == MarkSpec::Kind::Finding)
        width += 15 * theme.scale;
    return {std::ceil(width), mark.detail.isEmpty() ? line : 2 * line};
}

void placeMarkLabels(PlotScene& scene, const style::Theme& theme, double line)
{
    const QRectF& plot = scene.places.front().area;
    for (std::size_t m = 0; m < scene.marks.size(); ++m) {
        const double x = scene.x.pixel(scene.xOfStep(scene.marks[m].step));
        if (x >= plot.left() - 0.5 && x <= plot.right() + 0.5)
            scene.markLabels.push_back({int(m), x, plot.top() - 4 * theme.scale, {}, false});
    }
    for (PlotScene::MarkLabel& label : scene.markLabels) {
        const QSizeF size = labelSize(scene.marks[std::size_t(label.mark)], theme, line);
        double best = 1000;
        QRectF bestArea;
        bool bestLeft = false;
        // A small plot has its lines only.
        for (int row = 0; row < 5 && plot.height() > 4 * line; ++row)
            for (const bool onLeft : {false, true}) {
                PlotScene::MarkLabel candidate = label;
                candidate.onLeft = onLeft;
                const double gap = 6 * theme.scale;
                const QRectF area(QPointF(onLeft ? label.x - gap - size.width() : label.x + gap,
                                          plot.top() + (4 + 20 * row) * theme.scale),
                                  size);
                if (const double cost = costOf(scene, area, candidate); cost < best) {
                    best = cost;
                    bestArea = area;
                    bestLeft = onLeft;
                }
            }
        label.area = bestArea;
        label.onLeft = bestLeft;
        if (!bestArea.isEmpty())
            label.top = bestArea.top() -
                        (scene.marks[std::size_t(label.mark)].kind == MarkSpec::Kind::Edit ? 8 : 2) * theme.scale;
    }
}

}

void placeLabels(PlotScene& scene, const QSizeF& size, const style::Theme& theme)
{
    scene.endLabels.clear();
    scene.markLabels.clear();
    if (scene.places.empty())
        return;
    const double line = std::ceil(QFontMetricsF(theme.body()).height());
    QSet<QString> known;
    for (std::size_t p = 0; p < scene.places.size() && size.width() - scene.x.to > 3 * line; ++p)
        placeEndLabels(scene, p, size, line, known);
    placeMarkLabels(scene, theme, line);
}

}
