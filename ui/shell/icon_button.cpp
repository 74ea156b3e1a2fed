// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/icon_button.h"

#include "ui/style/theme.h"

#include <QAction>
#include <QEvent>
#include <QPainter>

#include <cmath>

namespace ui::shell {

using style::theme;

namespace {

QColor mixed(const QColor& a, const QColor& b, double t)
{
    const auto part = [t](int x, int y) { return int(std::lround(x + (y - x) * t)); };
    return {part(a.red(), b.red()), part(a.green(), b.green()), part(a.blue(), b.blue())};
}

}

IconButton::IconButton(const QString& icon, int side, QWidget* parent)
    : QAbstractButton(parent),
      m_icon(icon),
      m_side(side)
{
    setFocusPolicy(Qt::TabFocus);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setAttribute(Qt::WA_Hover);
}

void IconButton::follow(QAction* action)
{
    const auto take = [this, action] {
        const QString keys = action->shortcut().toString(QKeySequence::NativeText);
        setEnabled(action->isEnabled());
        setAccessibleName(action->text());
        setToolTip(keys.isEmpty() ? action->text() : QStringLiteral("%1  %2").arg(action->text(), keys));
    };
    take();
    connect(action, &QAction::changed, this, take);
    connect(this, &QAbstractButton::clicked, action, &QAction::trigger);
}

void IconButton::setSign(const QString& icon)
{
    m_icon = icon;
    update();
}

QSize IconButton::sizeHint() const
{
    const int side = int(std::lround((m_side + 12) * theme().scale));
    return {side, side};
}

void IconButton::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF frame = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    if (isEnabled() && underMouse()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(isDown() ? theme().line : theme().hover);
        painter.drawRoundedRect(frame, 6, 6);
    }
    if (hasFocus()) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(theme().accent);
        painter.drawRoundedRect(frame, 6, 6);
    }
    const int side = int(std::lround(m_side * theme().scale));
    const QColor color = isEnabled() ? theme().text : mixed(theme().ground, theme().text, 0.26);
    painter.drawPixmap((width() - side) / 2, (height() - side) / 2,
                       style::iconPixmap(m_icon, side, color, devicePixelRatioF()));
}

void IconButton::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        updateGeometry();
    update();
    QAbstractButton::changeEvent(event);
}

}
