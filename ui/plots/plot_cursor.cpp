// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/label_layout.h"
#include "ui/plots/plot_scene.h"
#include "ui/style/theme.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>

namespace ui::plots {

namespace {

constexpr int mostRows = 12;

struct ChipRow {
    int curve = -1; ///< -1: the gap
    QString name, value;
};

struct Heading {
    QString strong, muted;
};

Heading headingAt(const PlotScene& scene, double step)
{
    const QString steps = QStringLiteral("step ") + style::count(qRound64(step));
    const double perEpoch = scene.stepsPerEpoch();
    const EpochAxis* axis = scene.epochs();
    const double epoch = axis ? axis->epochOf(step) : perEpoch > 0 ? step / perEpoch : 0;
    const bool even = std::abs(epoch - std::round(epoch)) < 1e-6;
    const QString epochs = perEpoch > 0 ? QStringLiteral("epoch ") +
                                              (even ? QString::number(epoch, 'f', 0) : QString::number(epoch, 'f', 1))
                                        : QString();
    switch (scene.xAxis) {
    case XAxis::Step:
        return {steps, epochs};
    case XAxis::Epoch:
        return {epochs, steps};
    case XAxis::Time:
        break;
    }
    return {style::duration(scene.xOfStep(step)), steps};
}

QString rowName(const PlotScene& scene, const CurveSpec& curve)
{
    if (!scene.severalRuns())
        return curve.label;
    return curve.label.isEmpty() ? curve.run : curve.run + QStringLiteral(" · ") + curve.label;
}

/// ` ± 0.02`, of a curve with a band about it.
QString spreadAt(const PlotScene& scene, const CurveSpec& curve, double step)
{
    for (const auto& [lower, upper] : scene.bands()) {
        const CurveSpec& edge = scene.curves[std::size_t(upper)];
        if (curve.line != Line::Validation || edge.run != curve.run || edge.panel != curve.panel)
            continue;
        const double x = scene.shapes[std::size_t(upper)].source.xOfStep(step);
        const double spread = (scene.valueAt(upper, x) - scene.valueAt(lower, x)) / 2;
        if (!std::isnan(spread))
            return QStringLiteral(" ± ") + scene.format(curve.panel, spread);
    }
    return {};
}

/// What is at `step` in panel `panel`, and the gap if there is one pair.
std::vector<ChipRow> rowsAt(const PlotScene& scene, double step, int panel)
{
    std::vector<ChipRow> rows;
    for (std::size_t c = 0; c < scene.curves.size(); ++c) {
        if (scene.curves[c].panel != panel || !scene.curves[c].buffer || scene.curves[c].line == Line::Edge)
            continue;
        const double value = scene.valueAt(int(c), scene.shapes[c].source.xOfStep(step));
        if (!std::isnan(value))
            rows.push_back({int(c), rowName(scene, scene.curves[c]),
                            scene.format(panel, value) + spreadAt(scene, scene.curves[c], step)});
    }
    std::vector<std::pair<int, int>> pairs = scene.gapPairs();
    std::erase_if(pairs, [&](const auto& pair) { return scene.curves[std::size_t(pair.second)].panel != panel; });
    if (pairs.size() == 1) {
        const auto [training, validation] = pairs.front();
        const double gap = scene.valueAt(validation, scene.shapes[std::size_t(validation)].source.xOfStep(step)) -
                           scene.valueAt(training, scene.shapes[std::size_t(training)].source.xOfStep(step));
        if (!std::isnan(gap))
            rows.push_back({-1, QStringLiteral("gap"), scene.format(panel, gap)});
    }
    return rows;
}

/// A row of chip or margin whose line has its middle at y.
void paintSwatch(QPainter& painter, const PlotScene& scene, const style::Theme& theme, const ChipRow& row, double x,
                 double y)
{
    const double s = theme.scale;
    if (row.curve >= 0) {
        painter.setPen(QPen(scene.color(row.curve, theme), scene.width(row.curve, theme), Qt::SolidLine, Qt::FlatCap));
        painter.drawLine(QPointF(x, y), QPointF(x + 15 * s, y));
        return;
    }
    QColor fill = theme.accent;
    fill.setAlphaF(theme.dark ? 0.32F : 0.2F);
    painter.fillRect(QRectF(x, y - 6 * s, 14 * s, 12 * s), fill);
}

/// What a chip there would hide: names of marks weigh more than curves, curves more than labels that say the same.
double hidden(const PlotScene& scene, const QRectF& chip)
{
    double cost = 0;
    for (const PlotScene::MarkLabel& label : scene.markLabels)
        cost += label.area.intersects(chip) ? 6 : 0;
    for (const PlotScene::EndLabel& label : scene.endLabels)
        cost += label.area.intersects(chip) ? 1 : 0;
    for (const PlotScene::Curve& curve : scene.shapes) {
        std::size_t hint = 0;
        for (double x = chip.left() + 4; x < chip.right(); x += 16)
            if (const double y = valueOf(curve.line, x, hint); y > chip.top() && y < chip.bottom())
                cost += 0.5;
    }
    return cost;
}

/// In the right margin if it leaves the crosshair free, else beside the crosshair; at the top of the panel or its
/// bottom.
QRectF chipArea(const PlotScene& scene, const QSizeF& chip, const QSizeF& size, int panel, double x, double s)
{
    const QRectF& area = scene.places[std::size_t(panel)].area;
    const double lowest = std::max(1.0, size.height() - chip.height() - 1);
    const double top = std::clamp(area.top() - 24 * s, 1.0, lowest),
                 bottom = std::clamp(area.bottom() - chip.height() - 8 * s, 1.0, lowest);
    const std::pair<double, double> sides[] = {
        {size.width() - chip.width() - 1, 0}, {x - 12 * s - chip.width(), 1}, {x + 12 * s, 2}};
    QRectF best;
    double least = std::numeric_limits<double>::infinity();
    for (const auto& [left, dislike] : sides)
        for (const double y : {top, bottom}) {
            const QRectF place(std::round(left) + 0.5, std::round(y) + 0.5, chip.width(), chip.height());
            const bool off = place.left() < 0 || place.right() > size.width();
            // In the margin it may reach a little over the crosshair: the dots are further in.
            const bool over = place.left() < x + 4 * s && place.right() > x - 4 * s;
            const bool little = left == sides[0].first && x < place.left() + 20 * s;
            const double cost = hidden(scene, place) + dislike + (y == top ? 0 : 1) +
                                (off || (over && !little) ? 1000
                                 : over                   ? 3
                                                          : 0);
            if (cost < least) {
                least = cost;
                best = place;
            }
        }
    return best;
}

void paintChip(QPainter& painter, const PlotScene& scene, const style::Theme& theme, double step, int panel,
               const QSizeF& size, double x)
{
    std::vector<ChipRow> rows = rowsAt(scene, step, panel);
    const std::size_t more = rows.size() > mostRows ? rows.size() - mostRows : 0;
    rows.resize(rows.size() - more);
    const QFontMetricsF body(theme.body()), strong(theme.strong()), medium(theme.medium());
    const double s = theme.scale, pad = 10 * s, row = 20 * s, head = 30 * s;
    const Heading heading = headingAt(scene, step);
    double names = 0, values = 0;
    for (const ChipRow& r : rows) {
        names = std::max(names, body.horizontalAdvance(r.name));
        values = std::max(values, medium.horizontalAdvance(r.value));
    }
    const double headWidth = strong.horizontalAdvance(heading.strong) + body.horizontalAdvance(heading.muted) + 10 * s;
    const double width = std::ceil(2 * pad + std::max({headWidth, 23 * s + names + 9 * s + values, 130 * s}));
    const double height = head + (rows.empty() ? 0 : 8 * s + row * double(rows.size() + (more > 0)));
    const QRectF chip = chipArea(scene, {width, height}, size, panel, x, s);

    for (const PlotScene::EndLabel& label : scene.endLabels)
        if (label.area.intersects(chip))
            painter.fillRect(label.area, theme.ground);
    painter.setPen(QPen(theme.line, 1));
    painter.setBrush(theme.surface);
    painter.drawRoundedRect(chip, 6 * s, 6 * s);
    const QRectF inner = chip.adjusted(pad, 0, -pad, 0);
    const QRectF top(inner.topLeft(), QSizeF(inner.width(), head + 2 * s));
    painter.setFont(theme.strong());
    painter.setPen(theme.text);
    painter.drawText(top, Qt::AlignLeft | Qt::AlignVCenter, heading.strong);
    painter.setFont(theme.body());
    painter.setPen(theme.muted);
    painter.drawText(top, Qt::AlignRight | Qt::AlignVCenter, heading.muted);
    if (rows.empty())
        return;
    painter.setPen(QPen(theme.line, 1));
    painter.drawLine(QPointF(inner.left(), chip.top() + head), QPointF(inner.right(), chip.top() + head));
    QRectF line(inner.left(), chip.top() + head + 4 * s, inner.width(), row);
    for (const ChipRow& r : rows) {
        paintSwatch(painter, scene, theme, r, line.left(), line.center().y());
        painter.setFont(theme.body());
        painter.setPen(theme.muted);
        painter.drawText(line.adjusted(23 * s, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, r.name);
        painter.setFont(theme.medium());
        painter.setPen(theme.text);
        painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, r.value);
        line.translate(0, row);
    }
    if (more) {
        painter.setFont(theme.body());
        painter.setPen(theme.muted);
        painter.drawText(line.adjusted(24 * s, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter,
                         QStringLiteral("+%1").arg(more));
    }
}

/// The other panels say their values at the crosshair where their last values stood, at the heights of the values.
void paintMargins(QPainter& painter, const PlotScene& scene, const style::Theme& theme, double step, int panel)
{
    PlotScene here;
    here.panels = scene.panels;
    here.curves = scene.curves;
    here.lit = scene.lit;
    for (std::size_t p = 0; p < scene.places.size(); ++p) {
        std::vector<PlotScene::EndLabel> labels;
        std::vector<LabelSlot> rooms;
        const PlotScene::Panel& place = scene.places[p];
        for (PlotScene::EndLabel label : scene.endLabels) {
            const std::size_t c = std::size_t(label.curve);
            const double value = scene.valueAt(label.curve, scene.shapes[c].source.xOfStep(step));
            if (int(p) == panel || scene.curves[c].panel != int(p) || label.value.isEmpty())
                continue;
            painter.fillRect(label.area, theme.ground);
            if (std::isnan(value) || (place.y.log && value <= 0))
                continue;
            label.value = scene.format(int(p), value);
            labels.push_back(label);
            rooms.push_back(
                {std::clamp(place.y.pixel(value), place.area.top(), place.area.bottom()), label.area.height()});
        }
        spreadLabels(rooms, place.area.top() - 9 * theme.scale, place.area.bottom() + 9 * theme.scale);
        for (std::size_t i = 0; i < labels.size(); ++i)
            if (rooms[i].shown) {
                labels[i].area.moveCenter(QPointF(labels[i].area.center().x(), rooms[i].middle));
                here.endLabels.push_back(labels[i]);
            }
    }
    paintEndLabels(painter, here, theme);
}

}

void paintCursor(QPainter& painter, const PlotScene& scene, const style::Theme& theme, double step, int panel,
                 const QSizeF& size)
{
    if (scene.places.empty() || scene.empty || std::isnan(step))
        return;
    const double x = scene.x.pixel(scene.xOfStep(step));
    if (!(x >= scene.x.from - 0.5 && x <= scene.x.to + 0.5))
        return;
    panel = std::clamp(panel, 0, int(scene.places.size()) - 1);
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(QPen(theme.axis, 1));
    painter.drawLine(QPointF(std::floor(x), scene.places.front().area.top()),
                     QPointF(std::floor(x), scene.places.back().area.bottom()));
    painter.setRenderHint(QPainter::Antialiasing);
    for (std::size_t c = 0; c < scene.curves.size(); ++c) {
        if (!scene.curves[c].buffer || std::size_t(scene.curves[c].panel) >= scene.places.size())
            continue;
        const PlotScene::Panel& place = scene.places[std::size_t(scene.curves[c].panel)];
        const double value = scene.valueAt(int(c), scene.shapes[c].source.xOfStep(step));
        if (std::isnan(value) || (place.y.log && value <= 0))
            continue;
        const double y = place.y.pixel(value);
        if (y < place.area.top() - 2 || y > place.area.bottom() + 2)
            continue;
        painter.setPen(QPen(theme.ground, 1.25 * theme.scale));
        painter.setBrush(scene.color(int(c), theme));
        painter.drawEllipse(QPointF(x, y), 4.25 * theme.scale, 4.25 * theme.scale);
    }
    paintMargins(painter, scene, theme, step, panel);
    paintChip(painter, scene, theme, step, panel, size, x);
}

QStringList describeAt(const PlotScene& scene, double step)
{
    const Heading heading = headingAt(scene, step);
    QStringList lines{heading.muted.isEmpty() ? heading.strong : heading.strong + QStringLiteral(", ") + heading.muted};
    for (std::size_t p = 0; p < scene.panels.size(); ++p)
        for (const ChipRow& row : rowsAt(scene, step, int(p)))
            lines += QStringLiteral("%1 · %2: %3").arg(scene.panels[p].title, row.name, row.value);
    return lines;
}

}
