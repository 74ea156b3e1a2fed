// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/jobs_view.h"

#include "ui/models/jobs_table.h"
#include "ui/style/theme.h"

#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>

namespace ui::pages {

JobsView::JobsView(models::JobsTable& table, QWidget* parent) : QTableView(parent), m_jobs(table)
{
    setModel(&table);
    // Rows may have moved under the hand.
    connect(&table, &QAbstractItemModel::modelAboutToBeReset, this, &JobsView::letGo);
}

void JobsView::mousePressEvent(QMouseEvent* event)
{
    QTableView::mousePressEvent(event);
    const int row = rowAt(event->position().toPoint().y());
    const auto [first, end] = m_jobs.waiting();
    m_row = event->button() == Qt::LeftButton && row >= first && row < end && end - first > 1 ? row : -1;
    m_pressed = event->position().toPoint();
}

void JobsView::mouseMoveEvent(QMouseEvent* event)
{
    const QPoint now = event->position().toPoint();
    if (m_row < 0 || !(event->buttons() & Qt::LeftButton))
        return QTableView::mouseMoveEvent(event);
    if (m_gap < 0 && (now - m_pressed).manhattanLength() < QApplication::startDragDistance())
        return;
    if (now.y() < 0 || now.y() > viewport()->height())
        verticalScrollBar()->triggerAction(now.y() < 0 ? QAbstractSlider::SliderSingleStepSub
                                                       : QAbstractSlider::SliderSingleStepAdd);
    m_gap = gapAt(now.y());
    viewport()->setCursor(Qt::ClosedHandCursor);
    viewport()->update();
}

void JobsView::mouseReleaseEvent(QMouseEvent* event)
{
    const int row = m_row, gap = m_gap;
    letGo();
    if (gap < 0)
        return QTableView::mouseReleaseEvent(event);
    setState(NoState);
    send(row, gap > row ? gap - 1 : gap);
}

void JobsView::keyPressEvent(QKeyEvent* event)
{
    const bool up = event->key() == Qt::Key_Up;
    if (event->key() == Qt::Key_Escape && m_gap >= 0)
        return letGo();
    if (event->modifiers() == Qt::AltModifier && (up || event->key() == Qt::Key_Down))
        return send(currentIndex().row(), currentIndex().row() + (up ? -1 : 1));
    QTableView::keyPressEvent(event);
}

void JobsView::focusOutEvent(QFocusEvent* event)
{
    letGo();
    QTableView::focusOutEvent(event);
}

void JobsView::paintEvent(QPaintEvent* event)
{
    QTableView::paintEvent(event);
    if (m_gap < 0)
        return;
    const int y =
        m_gap < m_jobs.rowCount() ? rowViewportPosition(m_gap) : rowViewportPosition(m_gap - 1) + rowHeight(m_gap - 1);
    QPainter painter(viewport());
    painter.fillRect(0, std::clamp(y - 1, 0, viewport()->height() - 2), viewport()->width(), 2, style::theme().accent);
}

// Behind a row in its lower half.
int JobsView::gapAt(int y) const
{
    const auto [first, end] = m_jobs.waiting();
    const int row = rowAt(y);
    if (row < 0)
        return y < 0 ? first : end;
    return std::clamp(row + (y - rowViewportPosition(row) > rowHeight(row) / 2), first, end);
}

void JobsView::letGo()
{
    m_row = m_gap = -1;
    viewport()->unsetCursor();
    viewport()->update();
}

void JobsView::send(int row, int to)
{
    const auto [first, end] = m_jobs.waiting();
    if (row >= first && row < end && to >= first && to < end && to != row)
        Q_EMIT placeWanted(m_jobs.rows()[std::size_t(row)].id, to - first);
}

}
