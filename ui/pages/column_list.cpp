// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/column_list.h"

#include "ui/style/theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>

#include <algorithm>

namespace ui::pages {

using core::session::ColumnSummary;
using style::theme;

namespace {

constexpr int rowHeight = 40;
constexpr int pictureWidth = 64;

QString range(const ColumnSummary& column)
{
    return column.min == column.max
               ? style::number(column.min, 3)
               : ColumnList::tr("%1 to %2").arg(style::number(column.min, 3), style::number(column.max, 3));
}

}

ColumnList::ColumnList(QWidget* parent) : QAbstractScrollArea(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Columns"));
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
}

void ColumnList::setColumns(std::vector<ColumnSummary> columns)
{
    m_columns = std::move(columns);
    m_current = m_columns.empty() ? -1 : std::clamp(m_current, 0, int(m_columns.size()) - 1);
    fit();
    viewport()->update();
}

void ColumnList::setCurrent(int index)
{
    if (index == m_current || index < 0 || index >= int(m_columns.size()))
        return;
    m_current = index;
    const int top = index * rowHeight, view = viewport()->height();
    if (top < verticalScrollBar()->value())
        verticalScrollBar()->setValue(top);
    else if (top + rowHeight > verticalScrollBar()->value() + view)
        verticalScrollBar()->setValue(top + rowHeight - view);
    viewport()->update();
    Q_EMIT currentChanged(index);
}

void ColumnList::fit()
{
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(rowHeight);
    verticalScrollBar()->setRange(0, std::max(0, int(m_columns.size()) * rowHeight - viewport()->height()));
}

void ColumnList::paintEvent(QPaintEvent*)
{
    QPainter painter(viewport());
    const int scrolled = verticalScrollBar()->value();
    for (int i = scrolled / rowHeight; i < int(m_columns.size()); ++i) {
        const QRect rect(0, i * rowHeight - scrolled, viewport()->width(), rowHeight);
        if (rect.top() > viewport()->height())
            break;
        if (i == m_current) {
            painter.fillRect(rect.adjusted(0, 0, 0, -1), theme().hover);
            painter.fillRect(QRect(rect.left(), rect.top(), hasFocus() ? 3 : 2, rect.height() - 1), theme().accent);
        }
        paintColumn(painter, rect, m_columns[std::size_t(i)]);
    }
}

void ColumnList::paintColumn(QPainter& painter, const QRect& rect, const ColumnSummary& column) const
{
    painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme().line);
    const QRect text = rect.adjusted(8, 2, -pictureWidth - 8, -2);
    painter.setFont(theme().medium());
    painter.setPen(theme().text);
    painter.drawText(
        text.adjusted(0, 0, 0, -text.height() / 2), Qt::AlignLeft | Qt::AlignVCenter,
        painter.fontMetrics().elidedText(QString::fromStdString(column.name), Qt::ElideRight, text.width()));
    painter.setFont(theme().body());
    painter.setPen(column.missing > 0 ? theme().problem : theme().muted);
    const QString below = column.missing > 0 ? tr("▲ %1 missing").arg(style::count(column.missing)) : range(column);
    painter.drawText(text.adjusted(0, text.height() / 2, 0, 0), Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(below, Qt::ElideRight, text.width()));
    const std::int64_t most =
        column.histogram.empty() ? 0 : *std::max_element(column.histogram.begin(), column.histogram.end());
    if (most <= 0)
        return;
    const QRectF picture(rect.right() - pictureWidth, rect.top() + 8, pictureWidth, rect.height() - 16);
    const double wide = picture.width() / double(column.histogram.size());
    for (std::size_t i = 0; i < column.histogram.size(); ++i) {
        const double high = picture.height() * double(column.histogram[i]) / double(most);
        painter.fillRect(QRectF(picture.left() + wide * double(i), picture.bottom() - high, wide - 0.5, high),
                         theme().axis);
    }
}

void ColumnList::mousePressEvent(QMouseEvent* event)
{
    setCurrent((int(event->position().y()) + verticalScrollBar()->value()) / rowHeight);
}

void ColumnList::keyPressEvent(QKeyEvent* event)
{
    const int step = event->key() == Qt::Key_Up ? -1 : event->key() == Qt::Key_Down ? 1 : 0;
    if (step != 0 && !m_columns.empty())
        setCurrent(std::clamp(m_current + step, 0, int(m_columns.size()) - 1));
    else
        QAbstractScrollArea::keyPressEvent(event);
}

void ColumnList::resizeEvent(QResizeEvent*)
{
    fit();
}
void ColumnList::focusInEvent(QFocusEvent*)
{
    viewport()->update();
}
void ColumnList::focusOutEvent(QFocusEvent*)
{
    viewport()->update();
}

bool ColumnList::viewportEvent(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QAbstractScrollArea::viewportEvent(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const int index = (help->pos().y() + verticalScrollBar()->value()) / rowHeight;
    if (index < 0 || index >= int(m_columns.size()))
        return true;
    const ColumnSummary& column = m_columns[std::size_t(index)];
    QToolTip::showText(help->globalPos(),
                       tr("%1\nfrom %2 to %3\nmean %4, standard deviation %5\n%6 missing\nof the training rows")
                           .arg(QString::fromStdString(column.name), style::number(column.min),
                                style::number(column.max), style::number(column.mean), style::number(column.std),
                                style::count(column.missing)),
                       this);
    return true;
}

}
