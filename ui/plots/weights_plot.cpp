// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/weights_plot.h"

#include "ui/plots/ticks.h"
#include "ui/style/theme.h"

#include <QFontMetricsF>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QPainterPath>
#include <QScrollBar>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace ui::plots {

using core::events::WeightsFrame;
using style::theme;

namespace {

constexpr double headHeight = 40, plotHeight = 64, weightAxisHeight = 22, rowGap = 16, columnGap = 20;
constexpr double filterSide = 26, filterGap = 4;
constexpr int mostFilters = 64;

QString shapeOf(const WeightsFrame::Layer& layer)
{
    QStringList lengths;
    for (const std::int64_t length : layer.shape)
        lengths << QString::number(length);
    return lengths.join(QStringLiteral(" × "));
}

double shareOfZeros(const WeightsFrame::Layer& layer)
{
    return layer.count() > 0 ? double(layer.zeros) / double(layer.count()) : 0;
}

bool hasFilters(const WeightsFrame::Layer& layer)
{
    return layer.shape.size() == 4 && !layer.values.empty() && layer.shape[2] > 1;
}

// The ends of a scale: one number stands alone in its middle.
Range rangeOf(double low, double high)
{
    if (!(low < high)) {
        const double around = std::max(std::abs(low) * 0.1, 1e-6);
        return {low - around, low + around};
    }
    return {low, high};
}

/// Bars that few elements do not leave holes in: neighbouring parts of the histogram together.
std::vector<std::int64_t> barsOf(const WeightsFrame::Layer& layer)
{
    const std::size_t join = layer.count() >= 512 ? 1 : layer.count() >= 128 ? 2 : 4;
    if (layer.counts.size() % join != 0)
        return layer.counts;
    std::vector<std::int64_t> bars(layer.counts.size() / join);
    for (std::size_t i = 0; i < layer.counts.size(); ++i)
        bars[i / join] += layer.counts[i];
    return bars;
}

using Point = WeightTrail::Point;

QPolygonF bandOf(const std::vector<Point>& points, double Point::*low, double Point::*high, const auto& place)
{
    QPolygonF band;
    for (const Point& point : points)
        band << place(point.step, point.*high);
    for (auto point = points.rbegin(); point != points.rend(); ++point)
        band << place(point->step, (*point).*low);
    return band;
}

}

double heSpread(const WeightsFrame::Layer& layer)
{
    if (layer.shape.size() < 2)
        return 0;
    double inputs = 1;
    for (std::size_t i = 1; i < layer.shape.size(); ++i)
        inputs *= double(layer.shape[i]);
    return inputs > 0 ? std::sqrt(2 / inputs) : 0;
}

QString remarkOn(const WeightsFrame::Layer& layer)
{
    if (layer.nan > 0)
        return WeightsPlot::tr("▲ %1 NaN: the run has diverged").arg(style::count(layer.nan));
    if (layer.inf > 0)
        return WeightsPlot::tr("▲ %1 infinite: the run has diverged").arg(style::count(layer.inf));
    if (layer.shape.size() < 2 || layer.count() < 2)
        return {};
    if (shareOfZeros(layer) > 0.5)
        return WeightsPlot::tr("▲ %1 zeros: most of it is dead").arg(style::percent(shareOfZeros(layer)));
    if (layer.std > 8 * heSpread(layer))
        return WeightsPlot::tr("▲ very wide: outputs may explode or saturate");
    if (layer.std < heSpread(layer) / 50)
        return WeightsPlot::tr("▲ very narrow: it passes little on");
    return {};
}

WeightsPlot::WeightsPlot(QWidget* parent) : QAbstractScrollArea(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFrameShape(QFrame::NoFrame);
    viewport()->setAutoFillBackground(false);
    setAccessibleName(tr("Weights, tensor by tensor"));
}

void WeightsPlot::clear()
{
    m_frame.reset();
    m_trails.clear();
    updateBars();
    viewport()->update();
}

void WeightsPlot::setWeights(const WeightsFrame& frame)
{
    if (m_frame && m_frame->step == frame.step)
        return;
    m_frame = frame;
    updateBars();
    viewport()->update();
}

void WeightsPlot::setTrails(WeightTrails trails)
{
    m_trails = std::move(trails);
    updateBars();
    viewport()->update();
}

void WeightsPlot::setEmptyText(const QString& text)
{
    m_emptyText = text;
    viewport()->update();
}

QSize WeightsPlot::minimumSizeHint() const
{
    return QSize(160, 120) * theme().scale;
}

const WeightTrail* WeightsPlot::trailOf(const Layer& layer) const
{
    const auto found = m_trails.find(layer.name);
    return found == m_trails.end() ? nullptr : &found->second;
}

std::vector<WeightsPlot::Row> WeightsPlot::rows() const
{
    std::vector<Row> rows;
    if (!m_frame)
        return rows;
    const double s = theme().scale, width = viewport()->width() - 4;
    double y = -verticalScrollBar()->value();
    for (const Layer& layer : m_frame->layers) {
        Row row;
        row.head = QRectF(0, y, width, headHeight * s);
        y = row.head.bottom() + 4 * s;
        if (hasFilters(layer)) {
            const int across = std::max(1, int((width + filterGap * s) / ((filterSide + filterGap) * s)));
            const int filters = int(std::min<std::int64_t>(mostFilters, layer.shape[0]));
            const double tall = std::ceil(double(filters) / across) * (filterSide + filterGap) * s;
            row.filters = QRectF(0, y, width, tall);
            y += tall + 4 * s;
        }
        const double left = trailOf(layer) ? std::round((width - columnGap * s) * 0.55) : width;
        row.histogram = QRectF(0, y, left, plotHeight * s);
        if (left < width)
            row.trail = QRectF(left + columnGap * s, y, width - left - columnGap * s, plotHeight * s);
        y += (plotHeight + weightAxisHeight) * s;
        row.bottom = y;
        y += rowGap * s;
        rows.push_back(row);
    }
    return rows;
}

void WeightsPlot::updateBars()
{
    const auto all = rows();
    const double tall = all.empty() ? 0 : all.back().bottom + verticalScrollBar()->value();
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(int(40 * theme().scale));
    verticalScrollBar()->setRange(0, std::max(0, int(tall) - viewport()->height()));
}

int WeightsPlot::layerAt(QPointF place) const
{
    const auto all = rows();
    for (std::size_t i = 0; i < all.size(); ++i)
        if (place.y() >= all[i].head.top() && place.y() < all[i].bottom)
            return int(i);
    return -1;
}

QRectF WeightsPlot::histogramOf(int layer) const
{
    const auto all = rows();
    return layer >= 0 && std::size_t(layer) < all.size() ? all[std::size_t(layer)].histogram : QRectF();
}

QString WeightsPlot::describe(QPointF place) const
{
    const int index = layerAt(place);
    if (index < 0)
        return {};
    const Layer& layer = m_frame->layers[std::size_t(index)];
    const Row row = rows()[std::size_t(index)];
    QStringList lines{layer.name.c_str() + QStringLiteral("  ") + shapeOf(layer)};
    if (row.histogram.contains(place) && !layer.counts.empty() && layer.high > layer.low) {
        const std::vector<std::int64_t> counts = barsOf(layer);
        const double bins = double(counts.size()), width = (layer.high - layer.low) / bins;
        const auto bin =
            std::size_t(std::clamp((place.x() - row.histogram.left()) / row.histogram.width() * bins, 0.0, bins - 1));
        lines << tr("%1 to %2: %3 of %4")
                     .arg(style::number(layer.low + double(bin) * width, 3),
                          style::number(layer.low + double(bin + 1) * width, 3), style::count(counts[bin]),
                          style::count(layer.count()));
    }
    lines << tr("min %1, max %2, mean %3, std %4, L2 %5, zeros %6")
                 .arg(style::number(layer.min), style::number(layer.max), style::number(layer.mean),
                      style::number(layer.std), style::number(layer.l2), style::percent(shareOfZeros(layer)));
    if (row.trail.contains(place))
        lines << tr(
            "Over the steps: the line is the mean, the dark band mean ± std, the pale one reaches from the least "
            "to the greatest. A band that widens without end: the rate is too high. One that never moves: the "
            "layer does not learn.");
    else if (row.filters.contains(place))
        lines << tr(
            "What each unit of the first layer looks for: blue below zero, orange above. Edges and spots: it has "
            "learned. Noise: not yet.");
    else if (const double he = heSpread(layer); he > 0)
        lines << tr("He's initialization would give a std of %1. Much wider: outputs explode, tanh and sigmoid "
                    "saturate. Much narrower, or a spike at zero: the layer is dead or passes little on. A bell that "
                    "grows tails while it learns is as it should be.")
                     .arg(style::number(he, 3));
    else
        lines << tr("One number a unit, which is added to what it sums up. Far below zero before a ReLU: the unit is "
                    "dead.");
    return lines.join(QLatin1Char('\n'));
}

void WeightsPlot::paintHead(QPainter& painter, const Row& row, const Layer& layer) const
{
    const double line = row.head.height() / 2;
    const QRectF first(row.head.left(), row.head.top(), row.head.width(), line), second = first.translated(0, line);
    painter.setFont(theme().medium());
    painter.setPen(theme().text);
    const QString name = QString::fromStdString(layer.name);
    painter.drawText(first, Qt::AlignLeft | Qt::AlignVCenter, name);
    const double x = QFontMetricsF(theme().medium()).horizontalAdvance(name) + 8 * theme().scale;
    painter.setFont(theme().body());
    painter.setPen(theme().muted);
    painter.drawText(first.adjusted(x, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, shapeOf(layer));
    const QString remark = remarkOn(layer);
    // The most telling first: what has no room is left out whole, and stands in the tooltip.
    const QFontMetricsF metrics(theme().body());
    QString text = remark;
    for (const QString& part :
         {tr("std %1").arg(style::number(layer.std, 3)), tr("mean %1").arg(style::number(layer.mean, 3)),
          tr("L2 %1").arg(style::number(layer.l2, 3)), tr("zeros %1").arg(style::percent(shareOfZeros(layer)))}) {
        if (!remark.isEmpty())
            break;
        const QString longer = text + (text.isEmpty() ? QString() : QStringLiteral(" · ")) + part;
        if (metrics.horizontalAdvance(longer) > row.head.width())
            break;
        text = longer;
    }
    painter.setPen(remark.isEmpty() ? theme().text : theme().problem);
    painter.drawText(second, Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(text, Qt::ElideRight, row.head.width()));
}

void WeightsPlot::paintFilters(QPainter& painter, const Row& row, const Layer& layer) const
{
    const double s = theme().scale, pitch = (filterSide + filterGap) * s;
    const int across = std::max(1, int((row.filters.width() + filterGap * s) / pitch));
    const auto channels = std::size_t(layer.shape[1]), tall = std::size_t(layer.shape[2]),
               wide = std::size_t(layer.shape[3]), each = channels * tall * wide;
    // Full colour at twice the usual size: a single large value would make all others pale.
    const double most = std::max(2 * layer.l2 / std::sqrt(double(std::max<std::int64_t>(1, layer.count()))), 1e-30);
    for (int f = 0; f < int(std::min<std::int64_t>(mostFilters, layer.shape[0])); ++f) {
        QImage image(int(wide), int(tall), QImage::Format_RGB32);
        const float* values = layer.values.data() + std::size_t(f) * each;
        for (std::size_t y = 0; y < tall; ++y)
            for (std::size_t x = 0; x < wide; ++x) {
                double sum = 0;
                for (std::size_t c = 0; c < channels; ++c)
                    sum += values[(c * tall + y) * wide + x];
                image.setPixelColor(int(x), int(y),
                                    theme().diverging(std::clamp(sum / double(channels) / most, -1.0, 1.0)));
            }
        const QRectF place(row.filters.left() + f % across * pitch, row.filters.top() + f / across * pitch,
                           filterSide * s, filterSide * s);
        painter.drawImage(place, image);
        painter.setPen(QPen(theme().line, 1));
        painter.drawRect(place);
    }
}

void WeightsPlot::paintHistogram(QPainter& painter, const Row& row, const Layer& layer) const
{
    const QRectF& area = row.histogram;
    const Range range = rangeOf(layer.low, layer.high);
    const auto place = [&](double value) { return area.left() + (value - range.lo) / range.span() * area.width(); };
    painter.setPen(QPen(theme().axis, 1));
    painter.drawLine(area.bottomLeft(), area.bottomRight());
    const std::vector<std::int64_t> counts = barsOf(layer);
    std::int64_t most = 1;
    for (const std::int64_t count : counts)
        most = std::max(most, count);
    QColor fill = theme().accent;
    fill.setAlphaF(0.8F);
    const bool flat = !(layer.high > layer.low);
    for (std::size_t i = 0; i < counts.size(); ++i) {
        if (counts[i] == 0)
            continue;
        const auto edge = [&](std::size_t k) {
            return std::round(area.left() + double(k) / double(counts.size()) * area.width());
        };
        const double left = flat ? area.center().x() - 2 : edge(i), right = flat ? left + 4 : edge(i + 1);
        const double tall = std::max(1.0, double(counts[i]) / double(most) * area.height());
        painter.fillRect(QRectF(left, area.bottom() - tall, std::max(1.0, right - left), tall), fill);
    }
    painter.setFont(theme().body());
    painter.setPen(theme().muted);
    const QFontMetricsF metrics(theme().body());
    const QRectF names(area.left(), area.bottom() + 4 * theme().scale, area.width(), metrics.height());
    const QString low = style::number(range.lo, 2), high = style::number(range.hi, 2);
    if (flat)
        return painter.drawText(names, Qt::AlignHCenter, style::number(layer.low, 3));
    painter.drawText(names, Qt::AlignLeft, low);
    painter.drawText(names, Qt::AlignRight, high);
    const double zero = place(0), room = metrics.horizontalAdvance(QStringLiteral("0")) / 2;
    if (zero - room > names.left() + metrics.horizontalAdvance(low) + 8 &&
        zero + room < names.right() - metrics.horizontalAdvance(high) - 8)
        painter.drawText(QRectF(zero - room, names.top(), 2 * room + 1, names.height()), Qt::AlignCenter,
                         QStringLiteral("0"));
    if (zero > area.left() && zero < area.right()) {
        painter.setPen(QPen(theme().muted, 1, Qt::DotLine));
        painter.drawLine(QPointF(zero, area.top()), QPointF(zero, area.bottom()));
    }
}

void WeightsPlot::paintTrail(QPainter& painter, const Row& row, const WeightTrail& trail) const
{
    const QFontMetricsF metrics(theme().body());
    const double first = trail.points.front().step, now = double(m_frame->step), last = std::max(trail.last, now);
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (const Point& point : trail.points) {
        low = std::min(low, point.min);
        high = std::max(high, point.max);
    }
    const Range range = rangeOf(low, high);
    const QString top = style::number(range.hi, 2), bottom = style::number(range.lo, 2);
    const double names = std::max(metrics.horizontalAdvance(top), metrics.horizontalAdvance(bottom)) + 6;
    const QRectF area = row.trail.adjusted(names, 0, 0, 0);
    const auto place = [&](double step, double value) {
        return QPointF(area.left() + (step - first) / std::max(1.0, last - first) * area.width(),
                       area.bottom() - (value - range.lo) / range.span() * area.height());
    };
    painter.setFont(theme().body());
    painter.setPen(theme().muted);
    painter.drawText(QRectF(row.trail.left(), area.top() - 2, names - 6, metrics.height()), Qt::AlignRight, top);
    painter.drawText(QRectF(row.trail.left(), area.bottom() - metrics.height() + 2, names - 6, metrics.height()),
                     Qt::AlignRight, bottom);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    QColor band = theme().accent;
    band.setAlphaF(theme().dark ? 0.22F : 0.16F);
    painter.setBrush(band);
    painter.drawPolygon(bandOf(trail.points, &Point::min, &Point::max, place));
    band.setAlphaF(theme().dark ? 0.38F : 0.32F);
    painter.setBrush(band);
    painter.drawPolygon(bandOf(trail.points, &Point::low, &Point::high, place));
    QPolygonF mean;
    for (const Point& point : trail.points)
        mean << place(point.step, point.mean);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(theme().accent, 1.25 * theme().scale));
    painter.drawPolyline(mean);
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(QPen(theme().axis, 1));
    painter.drawLine(area.bottomLeft(), area.bottomRight());
    painter.setPen(theme().muted);
    if (const double x = std::round(place(now, 0).x()); now < last)
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
    const QRectF axis(area.left(), area.bottom() + 4 * theme().scale, area.width(), metrics.height());
    painter.drawText(axis, Qt::AlignLeft, style::count(qint64(first)));
    painter.drawText(axis, Qt::AlignRight, tr("step %1").arg(style::count(qint64(last))));
}

void WeightsPlot::paintEvent(QPaintEvent*)
{
    QPainter painter(viewport());
    if (!m_frame) {
        painter.setFont(theme().body());
        painter.setPen(theme().muted);
        painter.drawText(QRectF(viewport()->rect()).adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap,
                         m_emptyText);
        return;
    }
    const auto all = rows();
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Row& row = all[i];
        if (row.bottom < 0 || row.head.top() > viewport()->height())
            continue;
        const Layer& layer = m_frame->layers[i];
        paintHead(painter, row, layer);
        if (row.filters.isValid())
            paintFilters(painter, row, layer);
        paintHistogram(painter, row, layer);
        if (const WeightTrail* trail = trailOf(layer); trail && row.trail.isValid())
            paintTrail(painter, row, *trail);
    }
}

void WeightsPlot::resizeEvent(QResizeEvent* event)
{
    QAbstractScrollArea::resizeEvent(event);
    updateBars();
}

void WeightsPlot::changeEvent(QEvent* event)
{
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        updateBars();
        viewport()->update();
    }
}

bool WeightsPlot::viewportEvent(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QAbstractScrollArea::viewportEvent(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const QString text = describe(help->pos()); text.isEmpty())
        QToolTip::hideText();
    else
        QToolTip::showText(help->globalPos(), text, viewport());
    return true;
}

void WeightsPlot::keyPressEvent(QKeyEvent* event)
{
    QScrollBar* bar = verticalScrollBar();
    switch (event->key()) {
    case Qt::Key_Home:
        return bar->setValue(bar->minimum());
    case Qt::Key_End:
        return bar->setValue(bar->maximum());
    default:
        QAbstractScrollArea::keyPressEvent(event);
    }
}

}
