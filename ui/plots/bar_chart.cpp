// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/bar_chart.h"

#include "ui/plots/ticks.h"
#include "ui/style/theme.h"

#include <QFontMetricsF>
#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace ui::plots {

namespace {

std::vector<Tick> scaleTicks(double height, double top)
{
    return linearTicks(0, top, std::max(2, int(height / (36 * style::theme().scale))));
}

}

BarChart::BarChart(QWidget* parent) : QWidget(parent)
{
    setMouseTracking(true);
}

void BarChart::setTitle(const QString& title, const QString& subtitle)
{
    m_title = title;
    m_subtitle = subtitle;
    setAccessibleName(title);
    update();
}

void BarChart::setBars(const QStringList& categories, std::vector<BarSeries> series, Qt::Orientation bars)
{
    m_categories = categories;
    m_edges.clear();
    m_series = std::move(series);
    m_orientation = bars;
    updateGeometry();
    update();
}

void BarChart::setHistogram(std::vector<double> edges, std::vector<BarSeries> series, const QString& unit)
{
    m_categories.clear();
    m_edges = std::move(edges);
    m_series = std::move(series);
    m_unit = unit;
    m_orientation = Qt::Vertical;
    update();
}

void BarChart::clear()
{
    m_categories.clear();
    m_edges.clear();
    m_series.clear();
    update();
}

void BarChart::setLogCount(bool on)
{
    m_logCount = on;
    update();
}

void BarChart::setEmptyText(const QString& text)
{
    m_emptyText = text;
    update();
}

QString BarChart::describe(int series, int bar) const
{
    if (series < 0 || std::size_t(series) >= m_series.size() || bar < 0 ||
        std::size_t(bar) >= m_series[std::size_t(series)].values.size())
        return {};
    const BarSeries& s = m_series[std::size_t(series)];
    QString name;
    if (std::size_t(bar) + 1 < m_edges.size())
        name = tr("%1 to %2")
                   .arg(style::number(m_edges[std::size_t(bar)], 3), style::number(m_edges[std::size_t(bar) + 1], 3));
    else if (bar < m_categories.size())
        name = m_categories[bar];
    double sum = 0;
    for (const double value : s.values)
        sum += value;
    const double value = s.values[std::size_t(bar)];
    const QString share = sum > 0 ? QStringLiteral(" (%1)").arg(style::percent(value / sum)) : QString();
    const QString of = s.name.isEmpty() ? QString() : s.name + QStringLiteral(" · ");
    return of + name + QStringLiteral(": ") + style::number(value) + share;
}

QSize BarChart::sizeHint() const
{
    if (m_orientation == Qt::Horizontal)
        return QSize(280, 32 + 24 * int(std::max<qsizetype>(3, m_categories.size()))) * style::theme().scale;
    return QSize(280, 160) * style::theme().scale;
}

QSize BarChart::minimumSizeHint() const
{
    return QSize(120, 80) * style::theme().scale;
}

/// A value's share of the scale whose end is `top`.
double BarChart::height(double value, double top) const
{
    if (!(value > 0) || !(top > 0))
        return 0;
    return m_logCount ? std::log1p(value) / std::log1p(top) : value / top;
}

BarChart::Plan BarChart::plan() const
{
    const style::Theme& theme = style::theme();
    const double s = theme.scale;
    const QFontMetricsF metrics(theme.body());
    Plan plan;
    double most = 0;
    for (const BarSeries& series : m_series)
        for (const double value : series.values)
            most = std::max(most, std::isfinite(value) ? value : 0);
    plan.top = most > 0 ? (m_logCount ? most : niceRange(0, most, false, 3).hi) : 1;
    const double head = (m_title.isEmpty() ? 6 : legendBelow() ? 54 : 32) * s;
    if (m_orientation == Qt::Horizontal) {
        double names = 0;
        for (const QString& name : m_categories)
            names = std::max(names, metrics.horizontalAdvance(name));
        const double left = std::min(names + 10 * s, 0.45 * width());
        plan.plot = QRectF(left, head, std::max(10.0, width() - left - 56 * s),
                           std::max(10.0, QWidget::height() - head - 4 * s));
    } else {
        double left = 24 * s;
        for (const Tick& tick : scaleTicks(QWidget::height() - head - 26 * s, plan.top))
            left = std::max(left, std::ceil(metrics.horizontalAdvance(tick.label)) + 10 * s);
        plan.plot = QRectF(left, head, std::max(10.0, width() - left - 2 * s),
                           std::max(10.0, QWidget::height() - head - 26 * s));
    }
    m_edges.empty() ? planGroups(plan) : planBins(plan);
    return plan;
}

void BarChart::planGroups(Plan& plan) const
{
    const bool flat = m_orientation == Qt::Horizontal;
    const auto groups = double(std::max<qsizetype>(1, m_categories.size())),
               each = double(std::max<std::size_t>(1, m_series.size()));
    const double room = (flat ? plan.plot.height() : plan.plot.width()) / groups;
    const double bar = std::max(1.0, std::floor(std::min(room * 0.72 / each, 28 * style::theme().scale)));
    for (std::size_t k = 0; k < m_series.size(); ++k)
        for (std::size_t i = 0; i < m_series[k].values.size() && qsizetype(i) < m_categories.size(); ++i) {
            const double start = std::round((double(i) + 0.5) * room - bar * each / 2 + bar * double(k));
            const double share = height(m_series[k].values[i], plan.top);
            Bar one{int(k), int(i), {}, {}};
            if (flat) {
                one.rect = QRectF(plan.plot.left(), plan.plot.top() + start, share * plan.plot.width(), bar - 1);
                one.reach = QRectF(0, plan.plot.top() + start, width(), bar);
            } else {
                const double tall = share * plan.plot.height();
                one.rect = QRectF(plan.plot.left() + start, plan.plot.bottom() - tall, bar - 1, tall);
                one.reach = QRectF(plan.plot.left() + start, plan.plot.top(), bar, plan.plot.height());
            }
            plan.bars.push_back(one);
        }
}

void BarChart::planBins(Plan& plan) const
{
    const double span = m_edges.back() - m_edges.front();
    if (!(span > 0))
        return;
    const auto place = [&](double edge) {
        return plan.plot.left() + (edge - m_edges.front()) / span * plan.plot.width();
    };
    for (std::size_t k = 0; k < m_series.size(); ++k)
        for (std::size_t i = 0; i + 1 < m_edges.size() && i < m_series[k].values.size(); ++i) {
            const double left = place(m_edges[i]), right = place(m_edges[i + 1]);
            const double tall = height(m_series[k].values[i], plan.top) * plan.plot.height();
            plan.bars.push_back({int(k), int(i),
                                 QRectF(left, plan.plot.bottom() - tall,
                                        std::max(1.0, right - left - (right - left > 4 ? 1 : 0)), tall),
                                 QRectF(left, plan.plot.top(), right - left, plan.plot.height())});
        }
}

double BarChart::legendWidth() const
{
    double width = 0;
    for (const BarSeries& series : m_series)
        width += QFontMetricsF(style::theme().body()).horizontalAdvance(series.name) + 32 * style::theme().scale;
    return width;
}

bool BarChart::legendBelow() const
{
    if (m_series.size() < 2)
        return false;
    const style::Theme& theme = style::theme();
    const double title = QFontMetricsF(theme.medium()).horizontalAdvance(m_title) +
                         QFontMetricsF(theme.body()).horizontalAdvance(m_subtitle);
    return title + legendWidth() + 16 * theme.scale > width();
}

void BarChart::paintTitle(QPainter& painter) const
{
    const style::Theme& theme = style::theme();
    const double s = theme.scale;
    const QFontMetricsF medium(theme.medium()), body(theme.body());
    const QRectF row(0, 0, width(), 20 * s);
    painter.setFont(theme.medium());
    painter.setPen(theme.text);
    painter.drawText(row, Qt::AlignLeft | Qt::AlignVCenter, m_title);
    double x = medium.horizontalAdvance(m_title) + 6 * s;
    painter.setFont(theme.body());
    painter.setPen(theme.muted);
    painter.drawText(row.adjusted(x, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, m_subtitle);
    if (m_series.size() < 2)
        return;
    // Beside the title where there is room, else in a row of its own.
    const double top = legendBelow() ? 22 * s : 0;
    x = legendBelow() ? legendWidth() - 16 * s : width();
    for (auto series = m_series.rbegin(); series != m_series.rend(); ++series) {
        x -= body.horizontalAdvance(series->name);
        painter.setPen(theme.muted);
        painter.drawText(QRectF(x, top, width() - x, 20 * s), Qt::AlignLeft | Qt::AlignVCenter, series->name);
        x -= 16 * s;
        const QRectF box(x, top + 5 * s, 10 * s, 10 * s);
        painter.setPen(series->hollow ? QPen(theme.run(series->color), 1.5) : QPen(Qt::NoPen));
        painter.setBrush(series->hollow ? QBrush(Qt::NoBrush) : QBrush(theme.run(series->color)));
        painter.drawRect(series->hollow ? box.adjusted(1, 1, -1, -1) : box);
        x -= 16 * s;
    }
}

void BarChart::paintScale(QPainter& painter, const Plan& plan) const
{
    const style::Theme& theme = style::theme();
    const double s = theme.scale;
    painter.setFont(theme.body());
    painter.setRenderHint(QPainter::Antialiasing, false);
    if (m_orientation == Qt::Vertical)
        for (const Tick& tick : scaleTicks(plan.plot.height(), plan.top)) {
            const double y = std::round(plan.plot.bottom() - height(tick.value, plan.top) * plan.plot.height());
            if (tick.value > 0) {
                painter.setPen(QPen(theme.grid, 1));
                painter.drawLine(QPointF(plan.plot.left(), y), QPointF(plan.plot.right(), y));
            }
            painter.setPen(theme.muted);
            painter.drawText(QRectF(0, y - 10 * s, plan.plot.left() - 8 * s, 20 * s), Qt::AlignRight | Qt::AlignVCenter,
                             tick.label);
        }
    painter.setPen(QPen(theme.axis, 1));
    painter.drawLine(plan.plot.bottomLeft(),
                     m_orientation == Qt::Vertical ? plan.plot.bottomRight() : plan.plot.topLeft());
    painter.setRenderHint(QPainter::Antialiasing);
}

void BarChart::paintNames(QPainter& painter, const Plan& plan) const
{
    const style::Theme& theme = style::theme();
    const double s = theme.scale;
    const QFontMetricsF metrics(theme.body());
    painter.setFont(theme.body());
    painter.setPen(theme.muted);
    if (!m_edges.empty()) {
        const double lo = m_edges.front(), hi = m_edges.back();
        std::vector<Tick> ticks = linearTicks(lo, hi, std::max(2, int(plan.plot.width() / (72 * s))));
        for (Tick& tick : ticks) {
            if (&tick == &ticks.back() && !m_unit.isEmpty())
                tick.label += QLatin1Char(' ') + m_unit;
            const double width = metrics.horizontalAdvance(tick.label) + 2;
            const double x = std::clamp(plan.plot.left() + (tick.value - lo) / (hi - lo) * plan.plot.width(), width / 2,
                                        this->width() - width / 2);
            painter.drawText(QRectF(x - width / 2, plan.plot.bottom() + 5 * s, width, metrics.height()),
                             Qt::AlignCenter, tick.label);
        }
        return;
    }
    const bool flat = m_orientation == Qt::Horizontal;
    const double room =
        (flat ? plan.plot.height() : plan.plot.width()) / double(std::max<qsizetype>(1, m_categories.size()));
    const int every = std::max(1, int(std::ceil((flat ? metrics.height() * 0.95 : 24 * s) / room)));
    for (qsizetype i = 0; i < m_categories.size(); i += every) {
        const double start = (flat ? plan.plot.top() : plan.plot.left()) + double(i) * room;
        const QRectF place = flat ? QRectF(0, start, plan.plot.left() - 8 * s, room)
                                  : QRectF(start, plan.plot.bottom() + 5 * s, room * every, metrics.height());
        painter.drawText(place, flat ? Qt::AlignRight | Qt::AlignVCenter : Qt::AlignHCenter | Qt::AlignTop,
                         metrics.elidedText(m_categories[i], Qt::ElideRight, place.width() - 2));
    }
    // Beside a lone flat bar its value stands: there is no scale to read it from.
    if (!flat || room / double(m_series.size()) < metrics.height() * 0.9)
        return;
    painter.setPen(theme.text);
    for (const Bar& bar : plan.bars)
        painter.drawText(QRectF(bar.rect.right() + 6 * s, bar.rect.center().y() - 10 * s, 60 * s, 20 * s),
                         Qt::AlignLeft | Qt::AlignVCenter,
                         style::number(m_series[std::size_t(bar.series)].values[std::size_t(bar.index)]));
}

void BarChart::paintEvent(QPaintEvent*)
{
    const style::Theme& theme = style::theme();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (!m_title.isEmpty())
        paintTitle(painter);
    if (m_series.empty()) {
        painter.setFont(theme.body());
        painter.setPen(theme.muted);
        painter.drawText(QRectF(rect()).adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
        return;
    }
    const Plan plan = this->plan();
    paintScale(painter, plan);
    const bool laidOver = !m_edges.empty() && m_series.size() > 1;
    for (const Bar& bar : plan.bars) {
        const BarSeries& series = m_series[std::size_t(bar.series)];
        QColor fill = theme.run(series.color);
        const bool lit = bar.series == m_hoverSeries && bar.index == m_hoverBar;
        fill.setAlphaF(lit ? 1.0F : laidOver ? 0.45F : 0.85F);
        if (series.hollow) {
            painter.setPen(QPen(theme.run(series.color), lit ? 2 : 1.25));
            painter.setBrush(Qt::NoBrush);
            painter.drawRect(bar.rect.adjusted(0.75, 0.75, -0.75, 0));
        } else {
            painter.fillRect(bar.rect, fill);
        }
    }
    paintNames(painter, plan);
}

bool BarChart::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    if (m_hoverBar < 0)
        QToolTip::hideText();
    else
        QToolTip::showText(help->globalPos(), describe(m_hoverSeries, m_hoverBar), this);
    return true;
}

void BarChart::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        updateGeometry();
        update();
    }
}

void BarChart::mouseMoveEvent(QMouseEvent* event)
{
    int series = -1, bar = -1;
    for (const Bar& one : plan().bars)
        if (one.reach.contains(event->position())) {
            series = one.series;
            bar = one.index;
            // Of bars that lie over each other the smallest that is hit counts.
            if (one.rect.contains(event->position()))
                break;
        }
    if (series != m_hoverSeries || bar != m_hoverBar) {
        m_hoverSeries = series;
        m_hoverBar = bar;
        update();
    }
}

void BarChart::leaveEvent(QEvent* event)
{
    QWidget::leaveEvent(event);
    m_hoverSeries = m_hoverBar = -1;
    update();
}

}
