// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/forms/chip_strip.h"

#include "ui/style/theme.h"

#include <QApplication>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QToolTip>

namespace ui::forms {

using style::theme;

namespace {

constexpr int chipHeight = 28;
constexpr int gap = 8;
constexpr int cross = 20;

}

ChipStrip::ChipStrip(QWidget* parent) : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    takeHeight();
}

void ChipStrip::setChips(std::vector<Chip> chips)
{
    if (m_chips == chips)
        return;
    m_chips = std::move(chips);
    m_current = std::min(m_current, int(m_chips.size()) - 1);
    QStringList names;
    for (const Chip& chip : m_chips)
        names << chip.title;
    setAccessibleDescription(names.join(QStringLiteral(", ")));
    takeHeight();
    update();
}

void ChipStrip::setCurrent(int index)
{
    index = std::clamp(index, -1, int(m_chips.size()) - 1);
    if (index == m_current)
        return;
    m_current = index;
    update();
    Q_EMIT currentChanged(index);
}

// --- Places

std::vector<QRect> ChipStrip::layout(int width) const
{
    const QFontMetrics metrics(theme().body());
    std::vector<QRect> places;
    int x = 0, y = 0;
    for (std::size_t i = 0; i <= m_chips.size(); ++i) {
        const int wanted = i < m_chips.size() ? metrics.horizontalAdvance(m_chips[i].title) + 12 + cross +
                                                    (m_chips[i].problem ? 16 : 0)
                                              : chipHeight;
        const int wide = std::min(wanted, std::max(width, chipHeight));
        if (x > 0 && x + wide > width) {
            x = 0;
            y += chipHeight + gap;
        }
        places.emplace_back(x, y, wide, chipHeight);
        x += wide + gap;
    }
    return places;
}

QRect ChipStrip::chipRect(int index) const
{
    return layout(width()).at(std::size_t(index));
}

QRect ChipStrip::crossRect(int index) const
{
    const QRect chip = chipRect(index);
    return {chip.right() - cross + 1, chip.top(), cross, chip.height()};
}

int ChipStrip::indexAt(QPoint position) const
{
    const auto places = layout(width());
    for (std::size_t i = 0; i < places.size(); ++i)
        if (places[i].contains(position))
            return int(i);
    return -1;
}

int ChipStrip::dropPlace(QPoint position) const
{
    const auto places = layout(width());
    int place = 0;
    for (int i = 0; i < int(m_chips.size()); ++i) {
        const QRect& chip = places[std::size_t(i)];
        const bool above = position.y() > chip.bottom() + gap / 2;
        const bool beside = position.y() >= chip.top() - gap / 2 && position.x() > chip.center().x();
        if (above || beside)
            place = i + 1;
    }
    return place;
}

QSize ChipStrip::sizeHint() const
{
    return {160, height()};
}

// By itself: a height that depends on the width is passed on by nested columns only when all are laid out again.
void ChipStrip::takeHeight()
{
    setFixedHeight(layout(width()).back().bottom() + 1);
}

void ChipStrip::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    takeHeight();
}

// --- Painting

void ChipStrip::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(theme().body());
    const auto places = layout(width());
    for (int i = 0; i < int(m_chips.size()); ++i)
        if (!(m_dragging && i == m_pressed))
            paintChip(painter, i, places[std::size_t(i)]);
    const QRect plus = places.back();
    painter.setPen(QPen(m_hover == int(m_chips.size()) ? theme().accent : theme().line, 1, Qt::DashLine));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(plus).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
    painter.drawPixmap(plus.center() - QPoint(7, 7),
                       style::iconPixmap(QStringLiteral("add"), 16, theme().muted, devicePixelRatioF()));
    if (!m_dragging)
        return;
    const QRect next = places[std::size_t(std::min(m_drop, int(places.size()) - 1))];
    painter.fillRect(QRect(next.left() - gap / 2 - 1, next.top(), 2, next.height()), theme().accent);
    painter.setOpacity(0.85);
    QRect carried = places[std::size_t(m_pressed)];
    carried.translate(m_dragAt - m_pressedAt);
    paintChip(painter, m_pressed, carried);
}

void ChipStrip::paintChip(QPainter& painter, int index, const QRect& rect) const
{
    const Chip& chip = m_chips[std::size_t(index)];
    const bool current = index == m_current;
    const QColor edge = chip.problem ? theme().problem : current ? theme().accent : theme().line;
    painter.setPen(QPen(edge, current && hasFocus() ? 2 : 1));
    painter.setBrush(index == m_hover ? theme().hover : theme().surface);
    painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), 6, 6);
    QRect text = rect.adjusted(10, 0, -cross, 0);
    if (chip.problem) {
        painter.drawPixmap(text.left() - 3, text.center().y() - 7,
                           style::iconPixmap(QStringLiteral("warning"), 16, theme().problem, devicePixelRatioF()));
        text.setLeft(text.left() + 16);
    }
    painter.setPen(theme().text);
    painter.drawText(text, Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(chip.title, Qt::ElideRight, text.width()));
    if (index == m_hover || current)
        painter.drawPixmap(rect.right() - cross + 3, rect.center().y() - 6,
                           style::iconPixmap(QStringLiteral("close"), 14, theme().muted, devicePixelRatioF()));
}

// --- Hands

void ChipStrip::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    const QPoint position = event->position().toPoint();
    m_pressed = indexAt(position);
    m_pressedAt = m_dragAt = position;
    if (m_pressed >= 0 && m_pressed < int(m_chips.size()) && !crossRect(m_pressed).contains(position))
        setCurrent(m_pressed);
}

void ChipStrip::mouseMoveEvent(QMouseEvent* event)
{
    const QPoint position = event->position().toPoint();
    if (const int hover = indexAt(position); hover != m_hover) {
        m_hover = hover;
        setCursor(hover >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
        update();
    }
    if (!(event->buttons() & Qt::LeftButton) || m_pressed < 0 || m_pressed >= int(m_chips.size()))
        return;
    if (!m_dragging && (position - m_pressedAt).manhattanLength() < QApplication::startDragDistance())
        return;
    m_dragging = true;
    m_dragAt = position;
    m_drop = dropPlace(position);
    update();
}

void ChipStrip::mouseReleaseEvent(QMouseEvent* event)
{
    const QPoint position = event->position().toPoint();
    const int pressed = std::exchange(m_pressed, -1);
    if (std::exchange(m_dragging, false)) {
        const int to = m_drop > pressed ? m_drop - 1 : m_drop;
        update();
        if (to != pressed) {
            m_current = to;
            Q_EMIT moved(pressed, to);
            Q_EMIT currentChanged(to);
        }
    } else if (pressed >= 0 && pressed == indexAt(position)) {
        if (pressed == int(m_chips.size()))
            openKinds();
        else if (crossRect(pressed).contains(position))
            Q_EMIT removed(pressed);
    }
}

void ChipStrip::leaveEvent(QEvent*)
{
    m_hover = -1;
    update();
}

void ChipStrip::keyPressEvent(QKeyEvent* event)
{
    const int last = int(m_chips.size()) - 1;
    const int direction = event->key() == Qt::Key_Left ? -1 : event->key() == Qt::Key_Right ? 1 : 0;
    if (direction != 0 && (event->modifiers() & Qt::AltModifier)) {
        const int to = m_current + direction;
        if (m_current >= 0 && to >= 0 && to <= last) {
            const int from = std::exchange(m_current, to);
            Q_EMIT moved(from, to);
            Q_EMIT currentChanged(to);
        }
    } else if (direction != 0 && last >= 0)
        setCurrent(std::clamp(m_current + direction, 0, last));
    else if ((event->key() == Qt::Key_Delete || event->key() == Qt::Key_Backspace) && m_current >= 0)
        Q_EMIT removed(m_current);
    else if (event->key() == Qt::Key_Insert || event->key() == Qt::Key_Plus || event->key() == Qt::Key_Return)
        openKinds();
    else
        QWidget::keyPressEvent(event);
}

void ChipStrip::openKinds()
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setToolTipsVisible(true);
    for (const Kind& kind : m_kinds)
        menu->addAction(kind.title, this, [this, name = kind.name] { Q_EMIT added(name); })->setToolTip(kind.help);
    menu->popup(mapToGlobal(chipRect(int(m_chips.size())).bottomLeft()));
}

void ChipStrip::focusInEvent(QFocusEvent*)
{
    update();
}
void ChipStrip::focusOutEvent(QFocusEvent*)
{
    update();
}

void ChipStrip::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        updateGeometry();
    QWidget::changeEvent(event);
}

bool ChipStrip::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        if (indexAt(help->pos()) == int(m_chips.size()))
            QToolTip::showText(help->globalPos(), tr("Add a step"), this);
        else
            QToolTip::hideText();
        return true;
    }
    return QWidget::event(event);
}

}
