// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/rows_table.h"

#include "ui/style/theme.h"

#include <algorithm>

namespace ui::models {

using core::session::CellKind;
using core::session::CellRole;
using core::session::DataView;

void RowsTable::setView(std::shared_ptr<const DataView> view, std::vector<std::int64_t> order)
{
    beginResetModel();
    m_view = std::move(view);
    m_order = std::move(order);
    m_columns.clear();
    // The target stands first, so that it is seen of a wide table too.
    for (const bool target : {true, false})
        for (std::size_t c = 0; m_view && c < m_view->columns().size(); ++c)
            if ((m_view->columns()[c].role == CellRole::Target) == target)
                m_columns.push_back(int(c));
    endResetModel();
}

void RowsTable::setOrder(std::vector<std::int64_t> order)
{
    beginResetModel();
    m_order = std::move(order);
    endResetModel();
}

int RowsTable::lineOf(std::int64_t row) const
{
    const auto found = std::find(m_order.begin(), m_order.end(), row);
    return found == m_order.end() ? -1 : int(found - m_order.begin());
}

int RowsTable::sectionOf(int column) const
{
    const auto found = std::find(m_columns.begin(), m_columns.end(), column);
    return found == m_columns.end() ? -1 : 1 + int(found - m_columns.begin());
}

void RowsTable::setSorting(int column, bool descending)
{
    m_sorted = column;
    m_descending = descending;
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, columnCount() - 1);
}

int RowsTable::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_order.size());
}

int RowsTable::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() || !m_view ? 0 : 1 + int(m_columns.size());
}

bool RowsTable::numeric(int section) const
{
    return section == 0 || m_view->columns()[std::size_t(columnAt(section))].kind == CellKind::Number;
}

QVariant RowsTable::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || !m_view)
        return {};
    const std::int64_t row = rowAt(index.row());
    const int column = columnAt(index.column());
    if (role == Qt::TextAlignmentRole)
        return int((numeric(index.column()) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    const bool out = m_view->part(row) == 3;
    if (role == Qt::ToolTipRole && column < 0) {
        const QString parts[] = {tr("training"), tr("validation"), tr("test"),
                                 m_view->inSteps() ? tr("foretold by no sample: only seen, or left out")
                                                   : tr("in no part: it is left out")};
        return parts[m_view->part(row)];
    }
    if (column < 0)
        return role == Qt::DisplayRole      ? QVariant(style::count(row))
               : role == Qt::ForegroundRole ? QVariant(style::theme().muted)
                                            : QVariant();
    const bool missing = m_view->missing(row, std::size_t(column));
    if (role == Qt::ForegroundRole && (missing || out))
        return missing ? style::theme().problem : style::theme().muted;
    if (role == Qt::EditRole)
        return QString::fromStdString(m_view->cell(row, std::size_t(column)));
    if (role != Qt::DisplayRole)
        return {};
    if (missing)
        return tr("▲ missing");
    const QString text = QString::fromStdString(m_view->cell(row, std::size_t(column)));
    if (!numeric(index.column()))
        return text.left(200);
    // Numbers as they stand in the data, unless they are longer than anybody reads.
    return text.size() <= 8 ? text : style::number(text.toDouble(), 6);
}

QVariant RowsTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || !m_view || section >= columnCount())
        return {};
    if (role == Qt::TextAlignmentRole)
        return int((numeric(section) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    const int column = columnAt(section);
    if (role == Qt::ToolTipRole)
        return column < 0 ? tr("The number of the row, from 0")
                          : tr("Click to sort by this column; a third click brings the order of the data back");
    if (role != Qt::DisplayRole)
        return {};
    if (column < 0)
        return m_view->inSteps() ? tr("step") : tr("row");
    QString name = QString::fromStdString(m_view->columns()[std::size_t(column)].name);
    if (column == m_sorted)
        name += m_descending ? QStringLiteral(" ↓") : QStringLiteral(" ↑");
    return name;
}

Qt::ItemFlags RowsTable::flags(const QModelIndex& index) const
{
    Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    if (index.isValid() && index.column() > 0 && m_view->editable())
        flags |= Qt::ItemIsEditable;
    return flags;
}

bool RowsTable::setData(const QModelIndex& index, const QVariant& value, int role)
{
    const int column = index.isValid() ? columnAt(index.column()) : -1;
    if (role != Qt::EditRole || column < 0)
        return false;
    const std::int64_t row = rowAt(index.row());
    if (value.toString() == QString::fromStdString(m_view->cell(row, std::size_t(column))))
        return false;
    Q_EMIT edited(row, QString::fromStdString(m_view->columns()[std::size_t(column)].name), value.toString());
    return true;
}

}
