// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/column_list.h"

#include "ui/style/theme.h"

#include <QDateTime>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>

#include <algorithm>

namespace ui::pages {

using core::session::CellKind;
using core::session::CellRole;
using core::session::ColumnHead;
using style::theme;

namespace {

constexpr int columnHeight = 40;
constexpr int pictureWidth = 64;

QString dateText(double seconds)
{
    return QDateTime::fromSecsSinceEpoch(qint64(seconds), Qt::UTC).toString(QStringLiteral("yyyy-MM-dd"));
}

QString roleText(const ColumnHead& column)
{
    switch (column.role) {
    case CellRole::Target:
        return ColumnList::tr("target");
    case CellRole::Time:
        return ColumnList::tr("time");
    case CellRole::Group:
        return ColumnList::tr("group");
    case CellRole::Unused:
        return ColumnList::tr("not used");
    case CellRole::Feature:
        break;
    }
    return {};
}

QString range(const ColumnHead& column)
{
    if (column.kind == CellKind::Text)
        return ColumnList::tr("%1 different").arg(style::count(column.distinct));
    if (column.kind == CellKind::Time)
        return dateText(column.min) + QStringLiteral(" …");
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

void ColumnList::setColumns(std::vector<ColumnHead> columns)
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
    const int top = index * columnHeight, view = viewport()->height();
    if (top < verticalScrollBar()->value())
        verticalScrollBar()->setValue(top);
    else if (top + columnHeight > verticalScrollBar()->value() + view)
        verticalScrollBar()->setValue(top + columnHeight - view);
    viewport()->update();
    Q_EMIT currentChanged(index);
}

void ColumnList::fit()
{
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(columnHeight);
    verticalScrollBar()->setRange(0, std::max(0, int(m_columns.size()) * columnHeight - viewport()->height()));
}

void ColumnList::paintEvent(QPaintEvent*)
{
    QPainter painter(viewport());
    const int scrolled = verticalScrollBar()->value();
    for (int i = scrolled / columnHeight; i < int(m_columns.size()); ++i) {
        const QRect rect(0, i * columnHeight - scrolled, viewport()->width(), columnHeight);
        if (rect.top() > viewport()->height())
            break;
        if (i == m_current) {
            painter.fillRect(rect.adjusted(0, 0, 0, -1), theme().hover);
            painter.fillRect(QRect(rect.left(), rect.top(), hasFocus() ? 3 : 2, rect.height() - 1), theme().accent);
        }
        paintColumn(painter, rect, m_columns[std::size_t(i)]);
    }
}

void ColumnList::paintColumn(QPainter& painter, const QRect& rect, const ColumnHead& column) const
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
    QString below = column.missing > 0 ? tr("▲ %1 missing").arg(style::count(column.missing)) : range(column);
    if (const QString role = roleText(column); !role.isEmpty())
        below = role + QStringLiteral(" · ") + below;
    painter.drawText(text.adjusted(0, text.height() / 2, 0, 0), Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(below, Qt::ElideRight, text.width()));
    std::vector<std::int64_t> bars = column.histogram;
    for (const auto& [word, count] : column.words)
        bars.push_back(count);
    const std::int64_t most = bars.empty() ? 0 : *std::max_element(bars.begin(), bars.end());
    if (most <= 0)
        return;
    const QRectF picture(rect.right() - pictureWidth, rect.top() + 8, pictureWidth, rect.height() - 16);
    const double wide = picture.width() / double(bars.size());
    for (std::size_t i = 0; i < bars.size(); ++i) {
        const double high = picture.height() * double(bars[i]) / double(most);
        painter.fillRect(QRectF(picture.left() + wide * double(i), picture.bottom() - high, wide - 0.5, high),
                         theme().axis);
    }
}

void ColumnList::mousePressEvent(QMouseEvent* event)
{
    setCurrent((int(event->position().y()) + verticalScrollBar()->value()) / columnHeight);
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
    const int index = (help->pos().y() + verticalScrollBar()->value()) / columnHeight;
    if (index < 0 || index >= int(m_columns.size()))
        return true;
    const ColumnHead& column = m_columns[std::size_t(index)];
    const QString name = QString::fromStdString(column.name);
    QString text;
    if (column.kind == CellKind::Text)
        text = tr("%1: %2 different texts, %3 missing")
                   .arg(name, style::count(column.distinct), style::count(column.missing));
    else if (column.kind == CellKind::Time)
        text = tr("%1: %2 to %3, %4 missing")
                   .arg(name, dateText(column.min), dateText(column.max), style::count(column.missing));
    else
        text = tr("%1\nfrom %2 to %3\nmean %4, standard deviation %5\n%6 different, %7 missing")
                   .arg(name, style::number(column.min), style::number(column.max), style::number(column.mean),
                        style::number(column.std), style::count(column.distinct), style::count(column.missing));
    QToolTip::showText(help->globalPos(), text, this);
    return true;
}

}
