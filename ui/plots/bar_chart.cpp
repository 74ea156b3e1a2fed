// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/bar_chart.h"

#include "ui/plots/ticks.h"
#include "ui/style/theme.h"

#include <QFontMetrics>
#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace ui::plots {

namespace {

QFontMetricsF metrics() { return QFontMetricsF(style::theme().body()); }

double longest(const QStringList& names)
{
    double width = 0;
    for (const QString& name : names)
        width = std::max(width, metrics().horizontalAdvance(name));
    return width;
}

double largest(const std::vector<BarSeries>& series)
{
    double top = 0;
    for (const BarSeries& one : series)
        for (const double value : one.values)
            if (std::isfinite(value))
                top = std::max(top, value);
    return top;
}

}

BarChart::BarChart(QWidget* parent) : QWidget(parent)
{
    setMouseTracking(true);
    setAccessibleName(tr("Bars"));
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
    m_series = std::move(series);
    m_orientation = bars;
    m_edges.clear();
    m_hoverBar = m_hoverSeries = -1;
    updateGeometry();
    update();
}

void BarChart::setHistogram(std::vector<double> edges, std::vector<BarSeries> series, const QString& unit)
{
    m_edges = std::move(edges);
    m_series = std::move(series);
    m_unit = unit;
    m_categories.clear();
    m_orientation = Qt::Vertical;
    m_hoverBar = m_hoverSeries = -1;
    updateGeometry();
    update();
}

void BarChart::clear()
{
    m_series.clear();
    m_categories.clear();
    m_edges.clear();
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
    if (series < 0 || series >= int(m_series.size()) || bar < 0 || bar >= int(m_series[std::size_t(series)].values.size()))
        return {};
    const BarSeries& one = m_series[std::size_t(series)];
    const double value = one.values[std::size_t(bar)];
    double sum = 0;
    for (const double each : one.values)
        sum += each;
    QString place;
    if (bar < m_categories.size())
        place = m_categories[bar];
    else if (bar + 1 < int(m_edges.size()))
        place = tr("%1 to %2").arg(style::number(m_edges[std::size_t(bar)]), style::number(m_edges[std::size_t(bar) + 1])) + (m_unit.isEmpty() ? QString() : u' ' + m_unit);
    const QString share = sum > 0 ? QStringLiteral(" · ") + style::percent(value / sum) : QString();
    return place + (one.name.isEmpty() ? QString() : QStringLiteral(" · ") + one.name) + QStringLiteral(": ") + style::count(qint64(std::llround(value))) + share;
}

QSize BarChart::sizeHint() const
{
    const int line = int(metrics().height());
    if (m_orientation == Qt::Horizontal)
        return {208, line * 2 + int(m_categories.size()) * (line + 4)};
    return {208, 140};
}

QSize BarChart::minimumSizeHint() const
{
    return m_orientation == Qt::Horizontal ? QSize(140, sizeHint().height()) : QSize(140, 96);
}

double BarChart::height(double value, double top) const
{
    if (!std::isfinite(value) || value <= 0 || top <= 0)
        return 0;
    return m_logCount ? std::log1p(value) / std::log1p(top) : value / top;
}

BarChart::Plan BarChart::plan() const
{
    Plan plan;
    const double line = metrics().height();
    plan.top = std::max(largest(m_series), 1e-12);
    plan.plot = QRectF(rect()).adjusted(0, m_title.isEmpty() ? 2 : line + 8, -1, 0);
    if (m_orientation == Qt::Horizontal)
        plan.plot.adjust(std::min(longest(m_categories) + 8, width() * 0.5), 0, -metrics().horizontalAdvance(style::count(qint64(plan.top))) - 8, 0);
    else
        plan.plot.adjust(0, 0, 0, -line - 4);
    if (m_edges.empty())
        planGroups(plan);
    else
        planBins(plan);
    return plan;
}

void BarChart::planGroups(Plan& plan) const
{
    const bool horizontal = m_orientation == Qt::Horizontal;
    const int groups = int(m_categories.size()), series = std::max(1, int(m_series.size()));
    if (groups == 0)
        return;
    const double room = (horizontal ? plan.plot.height() : plan.plot.width()) / groups;
    const double inner = room * (horizontal ? 0.72 : 0.68), each = inner / series;
    for (int s = 0; s < int(m_series.size()); ++s)
        for (int g = 0; g < std::min(groups, int(m_series[std::size_t(s)].values.size())); ++g) {
            const double start = room * g + (room - inner) / 2 + each * s;
            const double share = height(m_series[std::size_t(s)].values[std::size_t(g)], plan.top);
            const double thickness = std::max(1.0, each - 1);
            Bar bar{s, g};
            bar.rect = horizontal
                ? QRectF(plan.plot.left(), plan.plot.top() + start, plan.plot.width() * share, thickness)
                : QRectF(plan.plot.left() + start, plan.plot.bottom() - plan.plot.height() * share, thickness, plan.plot.height() * share);
            bar.reach = horizontal ? QRectF(0, bar.rect.top(), width(), each) : QRectF(bar.rect.left(), plan.plot.top(), each, plan.plot.height());
            plan.bars.push_back(bar);
        }
}

void BarChart::planBins(Plan& plan) const
{
    const double low = m_edges.front(), span = std::max(m_edges.back() - low, 1e-300);
    for (int s = 0; s < int(m_series.size()); ++s)
        for (int b = 0; b < std::min(int(m_edges.size()) - 1, int(m_series[std::size_t(s)].values.size())); ++b) {
            const double left = plan.plot.left() + plan.plot.width() * (m_edges[std::size_t(b)] - low) / span;
            const double right = plan.plot.left() + plan.plot.width() * (m_edges[std::size_t(b) + 1] - low) / span;
            const double tall = plan.plot.height() * height(m_series[std::size_t(s)].values[std::size_t(b)], plan.top);
            Bar bar{s, b};
            bar.rect = {left, plan.plot.bottom() - tall, std::max(1.0, right - left - 1), tall};
            bar.reach = {left, plan.plot.top(), std::max(1.0, right - left), plan.plot.height()};
            plan.bars.push_back(bar);
        }
}

bool BarChart::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        if (m_hoverBar >= 0)
            QToolTip::showText(static_cast<QHelpEvent*>(event)->globalPos(), describe(m_hoverSeries, m_hoverBar), this);
        else
            QToolTip::hideText();
        return true;
    }
    return QWidget::event(event);
}

void BarChart::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const style::Theme& theme = style::theme();
    painter.setFont(theme.body());
    if (m_series.empty()) {
        painter.setPen(theme.muted);
        painter.drawText(rect(), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
        return;
    }
    paintTitle(painter);
    const Plan planned = plan();
    paintScale(painter, planned);
    painter.setRenderHint(QPainter::Antialiasing);
    for (const Bar& bar : planned.bars) {
        const BarSeries& series = m_series[std::size_t(bar.series)];
        QColor color = theme.run(series.color);
        const bool lit = bar.series == m_hoverSeries && bar.index == m_hoverBar;
        if (!m_edges.empty() && m_series.size() > 1)
            color.setAlphaF(0.6f);
        painter.setPen(series.hollow ? QPen(color, 1.25) : QPen(Qt::NoPen));
        painter.setBrush(series.hollow && !lit ? QBrush(Qt::NoBrush) : QBrush(lit ? color.lighter(115) : color));
        painter.drawRect(series.hollow ? bar.rect.adjusted(0.5, 0.5, -0.5, -0.5) : bar.rect);
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
    paintNames(painter, planned);
}

void BarChart::paintTitle(QPainter& painter) const
{
    if (m_title.isEmpty())
        return;
    const style::Theme& theme = style::theme();
    painter.setFont(theme.strong());
    painter.setPen(theme.text);
    const QFontMetricsF strong(theme.strong());
    painter.drawText(QPointF(0, strong.ascent()), m_title);
    painter.setFont(theme.body());
    painter.setPen(theme.muted);
    painter.drawText(QPointF(strong.horizontalAdvance(m_title) + 8, strong.ascent()), m_subtitle);
}

void BarChart::paintScale(QPainter& painter, const Plan& plan) const
{
    const style::Theme& theme = style::theme();
    painter.setPen(theme.line);
    if (m_orientation == Qt::Horizontal)
        painter.drawLine(plan.plot.topLeft(), plan.plot.bottomLeft());
    else
        painter.drawLine(plan.plot.bottomLeft(), plan.plot.bottomRight());
}

void BarChart::paintNames(QPainter& painter, const Plan& plan) const
{
    const style::Theme& theme = style::theme();
    const double line = metrics().height();
    painter.setPen(theme.muted);
    if (!m_edges.empty()) {
        const QRectF row(plan.plot.left(), plan.plot.bottom() + 4, plan.plot.width(), line);
        painter.drawText(row, Qt::AlignLeft, style::number(m_edges.front(), 3));
        painter.drawText(row, Qt::AlignRight, style::number(m_edges.back(), 3) + (m_unit.isEmpty() ? QString() : u' ' + m_unit));
        return;
    }
    const int groups = int(m_categories.size());
    for (int g = 0; g < groups; ++g) {
        if (m_orientation == Qt::Horizontal) {
            const double room = plan.plot.height() / groups;
            const QRectF row(0, plan.plot.top() + room * g, plan.plot.left() - 8, room);
            painter.setPen(theme.muted);
            painter.drawText(row, Qt::AlignRight | Qt::AlignVCenter, metrics().elidedText(m_categories[g], Qt::ElideRight, row.width()));
            double sum = 0;
            for (const BarSeries& series : m_series)
                sum += g < int(series.values.size()) ? series.values[std::size_t(g)] : 0;
            painter.setPen(theme.text);
            painter.drawText(QRectF(plan.plot.right() + 6, row.top(), width() - plan.plot.right() - 6, room), Qt::AlignRight | Qt::AlignVCenter, style::count(qint64(sum)));
        } else {
            const double room = plan.plot.width() / groups;
            const QRectF row(plan.plot.left() + room * g, plan.plot.bottom() + 4, room, line);
            painter.drawText(row, Qt::AlignHCenter, metrics().elidedText(m_categories[g], Qt::ElideRight, room));
        }
    }
}

void BarChart::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) {
        updateGeometry();
        update();
    }
    QWidget::changeEvent(event);
}

void BarChart::mouseMoveEvent(QMouseEvent* event)
{
    int series = -1, index = -1;
    for (const Bar& bar : plan().bars)
        if (bar.reach.contains(event->position())) {
            series = bar.series;
            index = bar.index;
        }
    if (series != m_hoverSeries || index != m_hoverBar) {
        m_hoverSeries = series;
        m_hoverBar = index;
        update();
    }
}

void BarChart::leaveEvent(QEvent*)
{
    m_hoverSeries = m_hoverBar = -1;
    update();
}

}
