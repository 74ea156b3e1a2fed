// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/phase_bar.h"

#include "ui/style/theme.h"

#include <QFontMetricsF>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <array>
#include <cmath>

namespace ui::plots {

using style::theme;

namespace {

constexpr double phaseHeight = 32, nameHeight = 24, swatch = 10, between = 24;

}

QColor phaseColor(std::size_t phase)
{
    // Okabe and Ito's, without the vermilion that is kept for problems; the rest of the time is grey.
    static const std::array<QColor, 8> colors{
        QColor(0xE6, 0x9F, 0x00), QColor(0xF0, 0xE4, 0x42), QColor(0x00, 0x72, 0xB2), QColor(0x56, 0xB4, 0xE9),
        QColor(0x00, 0x9E, 0x73), QColor(0xCC, 0x79, 0xA7), QColor(0x7A, 0x68, 0xB8), QColor(0x9C, 0x75, 0x5F)};
    return phase < colors.size() ? colors[phase] : theme().axis;
}

PhaseBar::PhaseBar(QWidget* parent) : QWidget(parent)
{
    setMouseTracking(true);
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setAccessibleName(tr("Where the time of a step goes"));
}

void PhaseBar::setParts(std::vector<Part> parts)
{
    m_parts = std::move(parts);
    QStringList said;
    for (const Part& part : m_parts)
        said << part.name + QLatin1Char(' ') + part.text;
    setAccessibleDescription(said.join(QStringLiteral(", ")));
    updateGeometry();
    update();
}

QRectF PhaseBar::partAt(int part) const
{
    double left = 0;
    for (int i = 0; i < part; ++i)
        left += m_parts[std::size_t(i)].share * width();
    return {left, 0, m_parts[std::size_t(part)].share * width(), phaseHeight * theme().scale};
}

// Names below the bar in their order, in as many rows as they need.
std::vector<QRectF> PhaseBar::namesIn(double width) const
{
    const double s = theme().scale;
    const QFontMetricsF strong(theme().medium()), body(theme().body());
    std::vector<QRectF> places;
    double x = 0, y = (phaseHeight + 8) * s;
    for (const Part& part : m_parts) {
        const double wide = (swatch + 6 + between) * s + strong.horizontalAdvance(part.name) + 6 * s +
                            body.horizontalAdvance(part.text);
        if (x > 0 && x + wide - between * s > width) {
            x = 0;
            y += nameHeight * s;
        }
        places.emplace_back(x, y, wide, nameHeight * s);
        x += wide;
    }
    return places;
}

int PhaseBar::heightForWidth(int width) const
{
    const auto places = namesIn(width);
    return int(std::ceil(places.empty() ? phaseHeight * theme().scale : places.back().bottom()));
}

QSize PhaseBar::sizeHint() const
{
    return {640, heightForWidth(std::max(width(), 320))};
}

bool PhaseBar::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const auto places = namesIn(width());
    for (std::size_t i = 0; i < m_parts.size(); ++i)
        if (partAt(int(i)).contains(help->pos()) || places[i].contains(help->pos())) {
            QToolTip::showText(help->globalPos(), m_parts[i].tip, this);
            return true;
        }
    QToolTip::hideText();
    return true;
}

void PhaseBar::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const double s = theme().scale;
    const auto places = namesIn(width());
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        const Part& part = m_parts[i];
        painter.fillRect(partAt(int(i)).adjusted(0, 0, part.share * width() > 3 ? -1 : 0, 0), phaseColor(part.phase));
        const QRectF place = places[i];
        painter.fillRect(QRectF(place.left(), place.center().y() - swatch * s / 2, swatch * s, swatch * s),
                         phaseColor(part.phase));
        const double left = place.left() + (swatch + 6) * s;
        painter.setFont(theme().medium());
        painter.setPen(theme().text);
        painter.drawText(QRectF(left, place.top(), place.width(), place.height()), Qt::AlignLeft | Qt::AlignVCenter,
                         part.name);
        const double wide = painter.fontMetrics().horizontalAdvance(part.name);
        painter.setFont(theme().body());
        painter.setPen(theme().muted);
        painter.drawText(QRectF(left + wide + 6 * s, place.top(), place.width(), place.height()),
                         Qt::AlignLeft | Qt::AlignVCenter, part.text);
    }
}

}
