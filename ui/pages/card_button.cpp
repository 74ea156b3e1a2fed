// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/card_button.h"

#include "ui/pages/card_picture.h"
#include "ui/style/theme.h"

#include <QEvent>
#include <QFocusEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QPainterPath>

#include <cmath>

namespace ui::pages {

using style::theme;

CardButton::CardButton(const models::Card& card, QWidget* parent) : QAbstractButton(parent), m_card(card)
{
    setCheckable(true);
    setAutoExclusive(true);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setText(card.title);
    setAccessibleName(card.title);
    setAccessibleDescription(filled(card.sentence, card));
}

int CardButton::textHeight() const
{
    return int(std::lround(64 * theme().scale));
}

QSize CardButton::sizeHint() const
{
    return {int(216 * theme().scale), int(168 * theme().scale)};
}

QSize CardButton::minimumSizeHint() const
{
    return {int(160 * theme().scale), int(128 * theme().scale)};
}

void CardButton::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const auto& t = theme();
    const bool lit = isChecked() || hasFocus();
    const double pen = lit ? 2 : 1;
    const QRectF frame = QRectF(rect()).adjusted(pen / 2, pen / 2, -pen / 2, -pen / 2);
    painter.setPen(QPen(lit ? t.accent : t.line, pen));
    painter.setBrush(underMouse() && !lit ? t.hover : t.surface);
    painter.drawRoundedRect(frame, 6, 6);

    const int text = textHeight();
    const QRect picture(16, 16, width() - 32, height() - text - 32);
    const double ratio = devicePixelRatioF();
    if (picture.height() > 0 && m_picture.size() != (QSizeF(picture.size()) * ratio).toSize()) {
        m_picture = QPixmap((QSizeF(picture.size()) * ratio).toSize());
        m_picture.setDevicePixelRatio(ratio);
        m_picture.fill(Qt::transparent);
        QPainter drawing(&m_picture);
        paintCardPicture(drawing, QRectF(QPointF(), picture.size()), m_card, t);
    }
    painter.drawPixmap(picture.topLeft(), m_picture);
    painter.fillRect(QRectF(pen, height() - text, width() - 2 * pen, 1), t.line);

    const QRect words(16, height() - text + int(10 * t.scale), width() - 32, text - int(20 * t.scale));
    const QString seconds = m_card.length();
    painter.setFont(t.body());
    painter.setPen(t.muted);
    const int secondsWidth = seconds.isEmpty() ? 0 : painter.fontMetrics().horizontalAdvance(seconds) + 8;
    painter.drawText(words, Qt::AlignRight | Qt::AlignTop, seconds);
    painter.drawText(words, Qt::AlignLeft | Qt::AlignBottom,
                     painter.fontMetrics().elidedText(filled(m_card.sentence, m_card), Qt::ElideRight, words.width()));
    painter.setFont(t.heading());
    painter.setPen(t.text);
    painter.drawText(words.adjusted(0, -2, 0, 0), Qt::AlignLeft | Qt::AlignTop,
                     painter.fontMetrics().elidedText(m_card.title, Qt::ElideRight, words.width() - secondsWidth));
}

void CardButton::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) {
        m_picture = {};
        updateGeometry();
        update();
    }
    QAbstractButton::changeEvent(event);
}

void CardButton::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        setChecked(true);
        Q_EMIT trainWanted();
        return;
    }
    QAbstractButton::keyPressEvent(event);
}

void CardButton::mouseDoubleClickEvent(QMouseEvent* event)
{
    QAbstractButton::mouseDoubleClickEvent(event);
    Q_EMIT trainWanted();
}

void CardButton::focusInEvent(QFocusEvent* event)
{
    // Walking over the cards by keyboard shows each in the panel.
    if (event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason ||
        event->reason() == Qt::OtherFocusReason)
        setChecked(true);
    QAbstractButton::focusInEvent(event);
}

}
