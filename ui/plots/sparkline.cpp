// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/sparkline.h"

#include "ui/plots/series_buffer.h"
#include "ui/plots/smoothing.h"
#include "ui/style/theme.h"

#include <QEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace ui::plots {

namespace {

struct Frame {
    QRectF area;
    double left = 0, right = 1, low = 0, high = 1;
    bool log = false;

    double scaled(double y) const { return log ? std::log10(y) : y; }
    bool shows(double y) const { return std::isfinite(y) && (!log || y > 0); }
    QPointF at(double x, double y) const
    {
        return {area.left() + area.width() * (x - left) / (right - left),
                area.bottom() - area.height() * (scaled(y) - low) / (high - low)};
    }
};

Frame frameOf(const QRectF& area, const SparkData& data)
{
    Frame frame{area.adjusted(3, 4, -4, -4)};
    frame.log = data.logY;
    double left = HUGE_VAL, right = -HUGE_VAL, low = HUGE_VAL, high = -HUGE_VAL;
    for (const SparkCurve& curve : data.curves)
        for (std::size_t i = 0; i < std::min(curve.x.size(), curve.y.size()); ++i) {
            left = std::min(left, curve.x[i]);
            right = std::max(right, curve.x[i]);
            if (!frame.shows(curve.y[i]))
                continue;
            low = std::min(low, frame.scaled(curve.y[i]));
            high = std::max(high, frame.scaled(curve.y[i]));
        }
    if (std::isfinite(data.end))
        right = data.end;
    frame.left = std::isfinite(left) ? left : 0;
    frame.right = right > frame.left ? right : frame.left + 1;
    frame.low = std::isfinite(low) ? low : 0;
    frame.high = high > frame.low ? high : frame.low + 1;
    return frame;
}

QPolygonF polygonOf(const Frame& frame, const SparkCurve& curve)
{
    QPolygonF points;
    for (std::size_t i = 0; i < std::min(curve.x.size(), curve.y.size()); ++i)
        if (frame.shows(curve.y[i]))
            points << frame.at(curve.x[i], curve.y[i]);
    return points;
}

double widthOf(Line line)
{
    return line == Line::Validation ? 2.25 : line == Line::Plain ? 1.75 : 1.0;
}

/// A training curve's running mean, in pixels: there is no room for the noise of its steps.
QPolygonF calmed(QPolygonF line)
{
    DebiasedAverage average(0.85);
    for (QPointF& point : line)
        point.setY(average.next(point.y()));
    return line;
}

void paintGap(QPainter& painter, const Frame& frame, const SparkData& data, const style::Theme& theme)
{
    const auto first = [&](Line line) { return std::ranges::find(data.curves, line, &SparkCurve::line); };
    const auto training = first(Line::Training), validation = first(Line::Validation);
    if (!data.gap || training == data.curves.end() || validation == data.curves.end())
        return;
    QPolygonF outline = polygonOf(frame, *validation);
    if (outline.isEmpty())
        return;
    const QPolygonF below = calmed(polygonOf(frame, *training));
    const double from = outline.first().x(), to = outline.last().x();
    for (qsizetype i = below.size() - 1; i >= 0; --i)
        if (below[i].x() >= from && below[i].x() <= to)
            outline << below[i];
    QColor fill = theme.run(validation->color);
    fill.setAlphaF(theme.dark ? 0.16f : 0.10f);
    painter.setPen(Qt::NoPen);
    painter.setBrush(fill);
    painter.drawPolygon(outline);
}

void paintBreak(QPainter& painter, const Frame& frame, const SparkData& data, const style::Theme& theme)
{
    if (!std::isfinite(data.broken))
        return;
    const double x = frame.at(data.broken, frame.log ? std::pow(10, frame.low) : frame.low).x();
    painter.setPen(QPen(theme.problem, 2));
    painter.drawLine(QPointF(x, frame.area.top()), QPointF(x, frame.area.bottom()));
    if (x < frame.area.right() - 4) {
        painter.setPen(QPen(theme.muted, 1, Qt::DotLine));
        const double y = frame.area.center().y();
        painter.drawLine(QPointF(x + 3, y), QPointF(frame.area.right(), y));
    }
}

}

SparkCurve thin(const SeriesBuffer& buffer, int color, Line line, int points)
{
    SparkCurve curve{{}, {}, color, line};
    const std::size_t stretches = std::max<std::size_t>(1, std::size_t(points) / 2);
    if (buffer.size() <= std::size_t(points)) {
        for (std::size_t i = 0; i < buffer.size(); ++i) {
            curve.x.push_back(buffer.step(i));
            curve.y.push_back(buffer.value(i));
        }
        return curve;
    }
    for (std::size_t s = 0; s < stretches; ++s) {
        const std::size_t from = buffer.size() * s / stretches, to = buffer.size() * (s + 1) / stretches;
        const SeriesBuffer::Extent extent = buffer.extent(from, to);
        if (extent.empty)
            continue;
        curve.x.insert(curve.x.end(), {buffer.step(from), buffer.step(to - 1)});
        curve.y.insert(curve.y.end(), {extent.max, extent.min});
    }
    return curve;
}

void paintSparkline(QPainter& painter, const QRectF& area, const SparkData& data, const style::Theme& theme)
{
    const Frame frame = frameOf(area, data);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    paintGap(painter, frame, data, theme);
    painter.setBrush(Qt::NoBrush);
    for (const SparkCurve& curve : data.curves) {
        QPolygonF line = polygonOf(frame, curve);
        QColor color = curve.color < 0 ? theme.muted : theme.run(curve.color);
        if (curve.line == Line::Training && line.size() > 24) {
            color.setAlphaF(0.25F);
            painter.setPen(QPen(color, theme.scale));
            painter.drawPolyline(line);
            color.setAlphaF(1);
            line = calmed(line);
        }
        painter.setPen(QPen(color, widthOf(curve.line) * theme.scale, curve.dashed ? Qt::DashLine : Qt::SolidLine,
                            Qt::RoundCap, Qt::RoundJoin));
        painter.drawPolyline(line);
    }
    paintBreak(painter, frame, data, theme);
    if (std::isfinite(data.mark) && !data.curves.empty()) {
        const SparkCurve& last = data.curves.back();
        const auto place = std::ranges::lower_bound(last.x, data.mark);
        const auto index = std::size_t(place - last.x.begin());
        if (index < last.y.size() && frame.shows(last.y[index])) {
            painter.setPen(QPen(theme.run(last.color), 1.75 * theme.scale));
            painter.setBrush(theme.surface);
            painter.drawEllipse(frame.at(last.x[index], last.y[index]), 4 * theme.scale, 4 * theme.scale);
        }
    }
    painter.restore();
}

void Sparkline::setData(SparkData data)
{
    m_data = std::move(data);
    update();
}

QSize Sparkline::sizeHint() const
{
    return {72, 32};
}
QSize Sparkline::minimumSizeHint() const
{
    return {40, 20};
}

void Sparkline::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    paintSparkline(painter, rect(), m_data, style::theme());
}

void Sparkline::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        update();
    QWidget::changeEvent(event);
}

}
