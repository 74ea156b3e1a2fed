// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/scaling_plot.h"

#include "ui/style/theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace ui::pages {

using core::debug::Exchange;
using plots::paintSmallAxes;
using plots::SmallAxes;
using style::theme;

ScalingPlot::ScalingPlot(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("Speed by the number of ranks"));
}

void ScalingPlot::setFacts(const core::debug::ScalingFacts& facts)
{
    m_facts = facts;
    update();
}

void ScalingPlot::setMeasured(std::vector<Measured> measured)
{
    m_measured = std::move(measured);
    update();
}

SmallAxes ScalingPlot::axes() const
{
    const double s = theme().scale;
    SmallAxes axes;
    axes.area = QRectF(48 * s, 30 * s, std::max(10.0, width() - 224 * s), std::max(10.0, height() - 78 * s));
    // A parameter server may be slower than one rank alone.
    double least = 1;
    for (double ranks = 1; ranks <= mostRanks; ranks *= 2)
        least = std::min(least, core::debug::scaledStep(m_facts, qint64(ranks), Exchange::ParameterServer).speedup);
    for (const Measured& one : m_measured)
        least = std::min(least, one.speedup);
    axes.x = {{1, mostRanks}, axes.area.left(), axes.area.right(), true};
    axes.y = {{std::max(0.125, least), mostRanks}, axes.area.bottom(), axes.area.top(), true};
    for (const int ranks : {1, 2, 4, 8, 16, 32, 64, 128, 256, 512})
        axes.xTicks.push_back({double(ranks), QString::number(ranks)});
    for (const int speedup : {1, 8, 64, 512})
        axes.yTicks.push_back({double(speedup), QStringLiteral("%1×").arg(speedup)});
    return axes;
}

QPointF ScalingPlot::placeOf(double ranks, double speedup) const
{
    const SmallAxes place = axes();
    return {place.x.pixel(ranks), place.pixelY(speedup)};
}

QPolygonF ScalingPlot::curve(const SmallAxes& axes, Exchange exchange) const
{
    QPolygonF points;
    for (double power = 0; power <= 9.001; power += 0.25) {
        const auto ranks = std::max<qint64>(1, std::llround(std::exp2(power)));
        const double speedup = core::debug::scaledStep(m_facts, ranks, exchange).speedup;
        points << QPointF(axes.x.pixel(double(ranks)), axes.pixelY(speedup));
    }
    return points;
}

void ScalingPlot::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const double s = theme().scale;
    const SmallAxes place = axes();
    paintSmallAxes(painter, place, tr("Times as fast as one rank"), tr("ranks"), height());
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(theme().muted, 1.25 * s, Qt::DashLine));
    painter.drawLine(QPointF(place.x.pixel(1), place.pixelY(1)),
                     QPointF(place.x.pixel(mostRanks), place.pixelY(mostRanks)));
    struct Name {
        double y;
        QString text, value;
        QColor color;
    };
    std::vector<Name> names{{place.pixelY(mostRanks), tr("without any wait"), {}, theme().muted}};
    const std::pair<Exchange, QColor> curves[] = {{Exchange::Ring, theme().accent},
                                                  {Exchange::ParameterServer, theme().branch}};
    for (const auto& [exchange, color] : curves) {
        painter.setPen(QPen(color, 2.25 * s, exchange == Exchange::Ring ? Qt::SolidLine : Qt::DotLine));
        const QPolygonF points = curve(place, exchange);
        painter.drawPolyline(points);
        const double last = core::debug::scaledStep(m_facts, qint64(mostRanks), exchange).speedup;
        names.push_back({points.back().y(), exchange == Exchange::Ring ? tr("ring") : tr("parameter server"),
                         style::number(last, 3) + QStringLiteral("×"), theme().readable(color)});
    }
    std::ranges::sort(names, {}, &Name::y);
    double free = 0;
    for (const Name& name : names) {
        const double y = std::max(name.y - 10 * s, free);
        painter.setFont(theme().medium());
        painter.setPen(name.color);
        painter.drawText(QRectF(place.area.right() + 8 * s, y, 168 * s, 20 * s), Qt::AlignLeft | Qt::AlignVCenter,
                         name.text + (name.value.isEmpty() ? QString() : QStringLiteral("  ") + name.value));
        free = y + 20 * s;
    }
    painter.setPen(QPen(theme().ground, 1.5));
    painter.setBrush(theme().text);
    for (const Measured& one : m_measured)
        if (one.ranks >= 1 && one.ranks <= mostRanks)
            painter.drawEllipse(QPointF(place.x.pixel(one.ranks), place.pixelY(one.speedup)), 4.5 * s, 4.5 * s);
}

}
