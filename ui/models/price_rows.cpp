// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/price_rows.h"

#include "ui/style/theme.h"

#include <cmath>

namespace ui::models {

using core::jobs::Instance;

void PriceRows::setTable(core::jobs::PriceTable table)
{
    beginResetModel();
    m_table = std::move(table);
    endResetModel();
}

const Instance* PriceRows::instance(int row) const
{
    return row >= 0 && row < rowCount() ? &m_table.instances[std::size_t(row)] : nullptr;
}

int PriceRows::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_table.instances.size());
}

int PriceRows::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : Columns;
}

QVariant PriceRows::data(const QModelIndex& index, int role) const
{
    const Instance* row = instance(index.row());
    if (!row)
        return {};
    const bool trains = row->notForTraining.empty();
    const int column = index.column();
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (column == Name || column == Devices ? Qt::AlignLeft : Qt::AlignRight));
    if (role == Qt::ForegroundRole && !trains)
        return style::theme().muted;
    if (role == Qt::ToolTipRole)
        return !trains           ? tr("Does not train: %1").arg(QString::fromStdString(row->notForTraining))
               : column >= Price ? tr("An example of %1: check it. A double click changes it.")
                                       .arg(QString::fromStdString(m_table.date))
                                 : QString();
    if (role == Qt::EditRole && column == Price)
        return QString::number(row->pricePerHour);
    if (role == Qt::EditRole && column == SpotPrice)
        return row->spotPricePerHour ? QString::number(*row->spotPricePerHour) : QString();
    if (role != Qt::DisplayRole)
        return {};
    switch (column) {
    case Name:
        return QString::fromStdString(row->name) + (trains ? QString() : tr("  – does not train"));
    case Processors:
        return QString::number(row->vcpus);
    case Memory:
        return tr("%1 GB").arg(style::number(row->memoryGb));
    case Devices:
        return row->devices > 0 ? tr("%1 × %2").arg(row->devices).arg(QString::fromStdString(row->device)) : QString();
    case DeviceMemory:
        return row->devices > 0 ? tr("%1 GB").arg(style::number(row->deviceMemoryGb)) : QString();
    case Price:
        return QString::number(row->pricePerHour, 'f', 3);
    default:
        return row->spotPricePerHour ? QString::number(*row->spotPricePerHour, 'f', 3) : QString();
    }
}

QVariant PriceRows::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (section == Name || section == Devices ? Qt::AlignLeft : Qt::AlignRight));
    if (role != Qt::DisplayRole)
        return {};
    const QString currency = QString::fromStdString(m_table.currency);
    const QString names[] = {tr("instance"),
                             tr("vCPU"),
                             tr("memory"),
                             tr("devices"),
                             tr("of each"),
                             tr("%1 an hour").arg(currency),
                             tr("spot, %1").arg(currency)};
    return names[section];
}

Qt::ItemFlags PriceRows::flags(const QModelIndex& index) const
{
    const auto usual = QAbstractTableModel::flags(index);
    return index.column() >= Price ? usual | Qt::ItemIsEditable : usual;
}

bool PriceRows::setData(const QModelIndex& index, const QVariant& value, int role)
{
    const Instance* row = instance(index.row());
    if (!row || role != Qt::EditRole || index.column() < Price)
        return false;
    Instance changed = *row;
    const QString text = value.toString().trimmed();
    bool number = false;
    const double price = text.toDouble(&number);
    const bool none = text.isEmpty() && index.column() == SpotPrice;
    if (!none && (!number || !std::isfinite(price) || price < 0))
        return false;
    if (index.column() == Price)
        changed.pricePerHour = price;
    else
        changed.spotPricePerHour = none ? std::nullopt : std::optional(price);
    if (changed == *row)
        return false;
    Q_EMIT edited(changed);
    return true;
}

}
