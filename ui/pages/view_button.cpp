// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/view_button.h"

#include "ui/style/theme.h"

#include <QEvent>
#include <QMenu>
#include <QPainter>

namespace ui::pages {

using style::theme;

namespace {

constexpr int chevron = 14;
constexpr int buttonGap = 8;

}

ViewButton::ViewButton(QWidget* parent) : QAbstractButton(parent), m_menu(new QMenu(this))
{
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    connect(this, &QAbstractButton::clicked, this, [this] { m_menu->popup(mapToGlobal(QPoint(0, height() + 4))); });
}

QSize ViewButton::sizeHint() const
{
    const QFontMetrics metrics(theme().strong());
    return {metrics.horizontalAdvance(text()) + int((buttonGap + chevron) * theme().scale), metrics.height() + 4};
}

void ViewButton::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setFont(theme().strong());
    painter.setPen(underMouse() || hasFocus() ? theme().accent : theme().text);
    painter.drawText(rect(), Qt::AlignLeft | Qt::AlignVCenter, text());
    const int side = int(chevron * theme().scale);
    style::icon("chevron").paint(&painter, QRect(width() - side, (height() - side) / 2, side, side));
}

void ViewButton::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        updateGeometry();
    QAbstractButton::changeEvent(event);
}

}
