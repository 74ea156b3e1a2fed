// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/bar_list.h"

#include "ui/style/theme.h"

#include <QMouseEvent>
#include <QPainter>

#include <algorithm>

namespace ui::plots {

using style::theme;

namespace {

constexpr double rowHeight = 20;

}

BarList::BarList(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void BarList::setBars(std::vector<Bar> bars)
{
    const bool resized = bars.size() != m_bars.size();
    m_bars = std::move(bars);
    QStringList told;
    for (const Bar& bar : m_bars)
        told << bar.name + QLatin1Char(' ') + bar.text;
    setAccessibleDescription(told.join(QStringLiteral(", ")));
    if (resized)
        updateGeometry();
    update();
}

QSize BarList::sizeHint() const
{
    return {200, int(rowHeight * theme().scale * double(std::max<std::size_t>(1, m_bars.size())))};
}

QRectF BarList::barRect(int bar) const
{
    const double row = rowHeight * theme().scale;
    return {0, row * bar, double(width()), row};
}

void BarList::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const double s = theme().scale;
    double names = 0, texts = 0;
    for (const Bar& bar : m_bars) {
        names = std::max<double>(names, QFontMetrics(theme().strong()).horizontalAdvance(bar.name));
        texts = std::max<double>(texts, QFontMetrics(theme().body()).horizontalAdvance(bar.text));
    }
    names = std::min(names + 14 * s, width() * 0.5);
    const double room = std::max(8.0, width() - names - texts - 16 * s);
    for (std::size_t i = 0; i < m_bars.size(); ++i) {
        const Bar& bar = m_bars[i];
        const QRectF row = barRect(int(i));
        painter.setRenderHint(QPainter::Antialiasing);
        if (bar.marked) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(theme().text);
            painter.drawEllipse(QPointF(4 * s, row.center().y()), 2.5 * s, 2.5 * s);
        }
        painter.setRenderHint(QPainter::Antialiasing, false);
        painter.setFont(bar.strong ? theme().strong() : theme().body());
        painter.setPen(bar.strong ? theme().text : theme().muted);
        painter.drawText(QRectF(12 * s, row.top(), names - 14 * s, row.height()), Qt::AlignLeft | Qt::AlignVCenter,
                         painter.fontMetrics().elidedText(bar.name, Qt::ElideRight, int(names - 12 * s)));
        const QRectF whole(names + 4 * s, row.center().y() - 3 * s, room, 6 * s);
        painter.fillRect(whole, theme().line);
        QRectF filled = whole;
        filled.setWidth(std::max(1.0, whole.width() * std::clamp(bar.share, 0.0, 1.0)));
        painter.fillRect(filled, bar.strong ? theme().accent : theme().axis);
        painter.setFont(theme().body());
        painter.drawText(QRectF(whole.right() + 6 * s, row.top(), texts + 4 * s, row.height()),
                         Qt::AlignRight | Qt::AlignVCenter, bar.text);
    }
}

void BarList::mouseReleaseEvent(QMouseEvent* event)
{
    const int bar = int(event->position().y() / (rowHeight * theme().scale));
    if (event->button() == Qt::LeftButton && bar >= 0 && bar < int(m_bars.size()))
        Q_EMIT chosen(bar);
}

}
