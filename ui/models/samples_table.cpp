// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/samples_table.h"

#include "ui/style/theme.h"

#include <cmath>

namespace ui::models {

QString targetText(const core::data::DatasetInfo& info, double target)
{
    if (info.classes.empty())
        return style::number(target);
    const auto id = std::size_t(target);
    return target >= 0 && id < info.classes.size() ? QString::fromStdString(info.classes[id]) : QString::number(target);
}

void SamplesTable::setPreview(core::data::DatasetInfo info, std::vector<core::session::SampleRow> rows)
{
    beginResetModel();
    m_info = std::move(info);
    m_rows = std::move(rows);
    endResetModel();
}

int SamplesTable::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

int SamplesTable::columnCount(const QModelIndex& parent) const
{
    // The row's number and its target stand before the columns, so that they are seen of a wide table too.
    return parent.isValid() ? 0 : 2 + int(m_rows.empty() ? m_info.features.size() : m_rows.front().cells.size());
}

QVariant SamplesTable::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const auto& row = m_rows[std::size_t(index.row())];
    const int column = index.column();
    if (role == Qt::TextAlignmentRole)
        return int((column == 1 && !m_info.classes.empty() ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role == Qt::ForegroundRole && column == 0)
        return style::theme().muted;
    const bool missing = column > 1 && !std::isfinite(row.cells[std::size_t(column - 2)]);
    if (role == Qt::ForegroundRole && missing)
        return style::theme().problem;
    if (role != Qt::DisplayRole)
        return {};
    if (column == 0)
        return style::count(row.row);
    if (column == 1)
        return targetText(m_info, row.target);
    return missing ? tr("▲ missing") : style::number(row.cells[std::size_t(column - 2)]);
}

QVariant SamplesTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int((section == 1 && !m_info.classes.empty() ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    if (section == 0)
        return tr("row");
    if (section == 1)
        return m_info.target.empty() ? tr("target") : QString::fromStdString(m_info.target);
    const auto feature = std::size_t(section - 2);
    return feature < m_info.features.size() ? QString::fromStdString(m_info.features[feature])
                                            : QString::number(feature);
}

}
