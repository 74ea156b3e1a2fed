// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/plot_scene.h"
#include "ui/style/theme.h"

#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>

namespace ui::plots {

namespace {

constexpr double faded = 0.28; ///< what is left of what has not happened yet

constexpr int byLine = Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine;

/// Writes `text` from x on, its middle at y; gives back where it ends.
double write(QPainter& painter, double x, double y, const QString& text, const QFont& font, const QColor& color)
{
    const double width = QFontMetricsF(font).horizontalAdvance(text);
    painter.setFont(font);
    painter.setPen(color);
    painter.drawText(QRectF(x, y - 20, width + 4, 40), byLine, text);
    return x + width;
}

void swatch(QPainter& painter, double& x, double y, double width, const style::Theme& theme, Line line)
{
    const double pen = line == Line::Validation ? 2.75 : line == Line::Plain ? 1.75 : 1.25;
    QPen stroke(theme.accent, pen * theme.scale);
    stroke.setCapStyle(Qt::FlatCap);
    if (line == Line::Fair)
        stroke.setDashPattern({6, 1.6});
    painter.setPen(stroke);
    painter.drawLine(QPointF(x, y), QPointF(x + width, y));
    x += width;
}

QString nameOf(const PlotScene& scene, Line line)
{
    bool any = false;
    for (const CurveSpec& curve : scene.curves) {
        if (curve.line != line)
            continue;
        if (!curve.label.isEmpty() && curve.label != curve.run)
            return curve.label;
        any = true;
    }
    // With several runs the labels name them, not the kinds of lines.
    if (!any || !scene.severalRuns())
        return {};
    return line == Line::Validation ? QStringLiteral("validation")
           : line == Line::Fair     ? QStringLiteral("training, fair")
                                    : QStringLiteral("training");
}

void paintLegend(QPainter& painter, const PlotScene& scene, const style::Theme& theme)
{
    const double s = theme.scale, y = scene.legendArea.center().y(), end = scene.legendArea.right();
    double x = scene.legendArea.left();
    QStringList seen;
    int left = 0;
    for (const CurveSpec& curve : scene.curves) {
        // Grey, unnamed ones stand behind what the legend is about.
        if (curve.run.isEmpty() || seen.contains(curve.run) || (curve.color < 0 && !curve.named))
            continue;
        seen += curve.run;
        if (x + QFontMetricsF(theme.strong()).horizontalAdvance(curve.run) + 60 * s > end && seen.size() > 1) {
            ++left;
            continue;
        }
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.run(curve.color));
        painter.drawRoundedRect(QRectF(x, y - 5 * s, 10 * s, 10 * s), 2, 2);
        x = write(painter, x + 18 * s, y, curve.run, theme.strong(), theme.text);
        if (scene.hasBand(curve.run))
            x = write(painter, x, y, QStringLiteral(" ± standard deviation"), theme.body(), theme.muted);
        x += 20 * s;
    }
    if (left)
        x = write(painter, x, y, QStringLiteral("+%1").arg(left), theme.body(), theme.muted) + 20 * s;
    for (const Line line : {Line::Training, Line::Fair, Line::Validation}) {
        const QString name = nameOf(scene, line);
        if (name.isEmpty() || x + 34 * s + QFontMetricsF(theme.body()).horizontalAdvance(name) > end)
            continue;
        swatch(painter, x, y, 26 * s, theme, line);
        x = write(painter, x + 8 * s, y, name, theme.body(), theme.muted) + 20 * s;
    }
    if (!scene.gapPairs().empty() && x + 60 * s < end) {
        QColor fill = theme.accent;
        fill.setAlphaF(theme.dark ? 0.32F : 0.2F);
        painter.fillRect(QRectF(x, y - 6 * s, 16 * s, 12 * s), fill);
        write(painter, x + 24 * s, y, QStringLiteral("gap"), theme.body(), theme.muted);
    }
}

QString axisWord(const PlotScene& scene)
{
    switch (scene.xAxis) {
    case XAxis::Step:
        return QStringLiteral("step");
    case XAxis::Epoch:
        return QStringLiteral("epoch");
    case XAxis::Time:
        break;
    }
    return QStringLiteral("time");
}

/// The unit behind the last tick, where it has room.
void paintAxisWord(QPainter& painter, const PlotScene& scene, const style::Theme& theme)
{
    const QFontMetricsF metrics(theme.body());
    const PlotScene::Panel& last = scene.places.back();
    double x = scene.x.from;
    for (const Tick& tick : scene.xTicks)
        x = std::max(x, scene.x.pixel(tick.value) + metrics.horizontalAdvance(tick.label) / 2);
    const QString word = axisWord(scene) + (scene.logX ? QStringLiteral(" · log") : QString());
    if (x + 5 * theme.scale + metrics.horizontalAdvance(word) > scene.legendArea.right())
        return;
    write(painter, x + 5 * theme.scale, last.area.bottom() + 4 * theme.scale + metrics.height() / 2, word, theme.body(),
          theme.muted);
}

const QColor& inkOf(MarkSpec::Kind kind, const style::Theme& theme)
{
    return kind == MarkSpec::Kind::Edit ? theme.accent : kind == MarkSpec::Kind::Finding ? theme.problem : theme.text;
}

QPen penOf(MarkSpec::Kind kind, const style::Theme& theme)
{
    QPen pen(inkOf(kind, theme), 1);
    if (kind == MarkSpec::Kind::Best || kind == MarkSpec::Kind::Finding)
        pen.setDashPattern({1, 3});
    else if (kind == MarkSpec::Kind::EarlyStop)
        pen.setDashPattern({4, 3});
    return pen;
}

/// A ring (best), a square (early stop) or a small ring (edit) where the mark meets its curve.
void paintMeeting(QPainter& painter, const PlotScene& scene, const style::Theme& theme, const MarkSpec& mark, double x)
{
    if (mark.curve < 0 || std::size_t(mark.curve) >= scene.curves.size())
        return;
    const PlotScene::Panel& place = scene.places[std::size_t(scene.curves[std::size_t(mark.curve)].panel)];
    std::size_t hint = 0;
    const double y = valueOf(scene.shapes[std::size_t(mark.curve)].line, x, hint);
    if (!(y >= place.area.top() - 1 && y <= place.area.bottom() + 1))
        return;
    const double s = theme.scale;
    painter.setBrush(theme.ground);
    if (mark.kind == MarkSpec::Kind::EarlyStop) {
        painter.setPen(QPen(theme.text, 1.5 * s));
        painter.drawRect(QRectF(x - 4 * s, y - 4 * s, 8 * s, 8 * s));
        return;
    }
    const double radius = (mark.kind == MarkSpec::Kind::Best ? 5 : 4) * s;
    painter.setPen(QPen(scene.color(mark.curve, theme), (mark.kind == MarkSpec::Kind::Best ? 2 : 1.5) * s));
    painter.drawEllipse(QPointF(x, y), radius, radius);
}

void paintMarkName(QPainter& painter, const PlotScene::MarkLabel& label, const MarkSpec& mark,
                   const style::Theme& theme)
{
    if (label.area.isEmpty())
        return;
    const double line = label.area.height() / (mark.detail.isEmpty() ? 1 : 2), s = theme.scale;
    const bool sign = mark.kind == MarkSpec::Kind::Edit || mark.kind == MarkSpec::Kind::Finding;
    // In a low plot there may be no place that no curve crosses.
    QColor veil = theme.ground;
    veil.setAlphaF(0.8F);
    painter.fillRect(label.area, veil);
    QRectF first(label.area.left(), label.area.top(), label.area.width(), line);
    if (sign) {
        const int side = int(13 * s);
        const QString icon = mark.kind == MarkSpec::Kind::Edit ? QStringLiteral("live") : QStringLiteral("warning");
        const double ratio = painter.device()->devicePixelRatioF() * painter.transform().m11();
        const double x = label.onLeft
                             ? first.right() - side - QFontMetricsF(theme.body()).horizontalAdvance(mark.name) - 2 * s
                             : first.left();
        painter.drawPixmap(QPointF(x, first.center().y() - side / 2.0),
                           style::iconPixmap(icon, side, inkOf(mark.kind, theme), ratio));
        first.setLeft(first.left() + 15 * s);
    }
    const int align =
        (label.onLeft ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter | Qt::TextSingleLine | Qt::TextDontClip;
    painter.setFont(sign ? theme.body() : theme.strong());
    painter.setPen(sign ? theme.readable(inkOf(mark.kind, theme)) : theme.text);
    painter.drawText(first, align, mark.name);
    if (!mark.detail.isEmpty()) {
        painter.setFont(theme.body());
        painter.setPen(theme.muted);
        painter.drawText(QRectF(label.area.left(), label.area.top() + line, label.area.width(), line), align,
                         mark.detail);
    }
}

}

void paintNames(QPainter& painter, const PlotScene& scene, const style::Theme& theme)
{
    painter.setRenderHint(QPainter::Antialiasing);
    if (scene.legend && !scene.curves.empty())
        paintLegend(painter, scene, theme);
    for (std::size_t p = 0; p < scene.places.size(); ++p) {
        const PanelSpec& spec = scene.panels[p];
        const double y = scene.places[p].area.top() - (p == 0 ? 21 : 17) * theme.scale;
        QStringList words;
        if (!spec.subtitle.isEmpty())
            words += spec.subtitle;
        if (!spec.unit.isEmpty())
            words += spec.unit;
        if (spec.logY)
            words += QStringLiteral("log");
        const double x = write(painter, 0, y, spec.title, theme.medium(), theme.text);
        write(painter, x + 4 * theme.scale, y, words.join(QStringLiteral(" · ")), theme.body(), theme.muted);
    }
    if (!scene.places.empty())
        paintAxisWord(painter, scene, theme);
}

void paintMarks(QPainter& painter, const PlotScene& scene, const style::Theme& theme)
{
    if (scene.places.empty())
        return;
    const double bottom = scene.places.back().area.bottom();
    const auto fade = [&](const PlotScene::MarkLabel& label) {
        painter.setOpacity(scene.marks[std::size_t(label.mark)].step > scene.now ? faded : 1);
    };
    for (const PlotScene::MarkLabel& label : scene.markLabels) {
        fade(label);
        painter.setRenderHint(QPainter::Antialiasing, false);
        painter.setPen(penOf(scene.marks[std::size_t(label.mark)].kind, theme));
        const double x = std::floor(label.x);
        painter.drawLine(QPointF(x, label.top), QPointF(x, bottom));
    }
    painter.setRenderHint(QPainter::Antialiasing);
    for (const PlotScene::MarkLabel& label : scene.markLabels) {
        const MarkSpec& mark = scene.marks[std::size_t(label.mark)];
        fade(label);
        paintMeeting(painter, scene, theme, mark, label.x);
        paintMarkName(painter, label, mark, theme);
    }
    painter.setOpacity(1);
}

void paintFuture(QPainter& painter, const PlotScene& scene, const style::Theme& theme)
{
    if (!std::isfinite(scene.now) || scene.places.empty())
        return;
    const double x = std::max(scene.x.from, scene.x.pixel(scene.xOfStep(scene.now)));
    QColor veil = theme.ground;
    veil.setAlphaF(1 - faded);
    for (const PlotScene::Panel& place : scene.places)
        if (x < place.area.right())
            painter.fillRect(QRectF(QPointF(x, place.area.top() - 3), place.area.bottomRight() + QPointF(1, -1)), veil);
}

void paintEndLabels(QPainter& painter, const PlotScene& scene, const style::Theme& theme)
{
    for (const PlotScene::EndLabel& label : scene.endLabels) {
        const CurveSpec& curve = scene.curves[std::size_t(label.curve)];
        const QFont& font = curve.line == Line::Validation || scene.lit == label.curve ? theme.strong() : theme.body();
        const double rows = label.name.isEmpty() || label.value.isEmpty() ? 1 : 2, line = label.area.height() / rows;
        const QRectF first(label.area.topLeft(), QSizeF(label.area.width(), line));
        const QString name = label.name.isEmpty() ? label.value : label.name;
        painter.setFont(font);
        painter.setPen(scene.textColor(label.curve, theme));
        painter.drawText(first, byLine, QFontMetricsF(font).elidedText(name, Qt::ElideRight, first.width()));
        if (rows < 2)
            continue;
        painter.setFont(theme.body());
        painter.setPen(theme.text);
        painter.drawText(first.translated(0, line), byLine, label.value);
    }
}

void paintHandles(QPainter& painter, const PlotScene& scene, const style::Theme& theme)
{
    painter.setRenderHint(QPainter::Antialiasing);
    for (std::size_t p = 0; p < scene.places.size(); ++p) {
        const std::optional<HandleSpec>& handle = scene.panels[p].handle;
        const PlotScene::Panel& place = scene.places[p];
        if (!handle || (place.y.log && handle->value <= 0))
            continue;
        const double y = place.y.pixel(handle->value), s = theme.scale;
        if (y < place.area.top() || y > place.area.bottom())
            continue;
        const QColor ink = handle->problem ? theme.problem : theme.accent;
        QColor zone = ink;
        zone.setAlphaF(theme.dark ? 0.12F : 0.08F);
        painter.fillRect(handle->zoneBelow ? QRectF(QPointF(place.area.left() + 1, y), place.area.bottomRight())
                                           : QRectF(place.area.topLeft(), QPointF(place.area.right(), y)),
                         zone);
        QPen pen(ink, 1.25 * s, Qt::SolidLine, Qt::FlatCap);
        pen.setDashPattern({4, 2.4});
        painter.setPen(pen);
        painter.drawLine(QPointF(place.area.left(), y), QPointF(place.area.right(), y));
        const QFontMetricsF metrics(theme.strong());
        const QString text = scene.format(int(p), handle->value);
        const QRectF tick(0, y - metrics.height() / 2, place.area.left() - 7 * s, metrics.height());
        painter.fillRect(QRectF(tick.right() - metrics.horizontalAdvance(text) - 3 * s, tick.top(),
                                metrics.horizontalAdvance(text) + 3 * s, tick.height()),
                         theme.ground);
        painter.setFont(theme.strong());
        painter.setPen(theme.readable(ink));
        painter.drawText(tick, Qt::AlignRight | Qt::AlignVCenter, text);
        if (!handle->movable)
            continue;
        const QPointF knob(place.area.right() - 12 * s, y);
        painter.setPen(QPen(ink, 1.5 * s));
        painter.setBrush(theme.surface);
        painter.drawEllipse(knob, 7 * s, 7 * s);
        for (const double up : {-1.0, 1.0})
            painter.drawPolyline(QPolygonF{knob + QPointF(-2.5 * s, 1.5 * up * s), knob + QPointF(0, 4 * up * s),
                                           knob + QPointF(2.5 * s, 1.5 * up * s)});
    }
}

}
