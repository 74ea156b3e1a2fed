// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/jobs/instances.h"

#include <QAbstractTableModel>

namespace ui::models {

/// The price table; what only infers is grey, with its reason. Prices can be written: `edited` asks for it to be kept.
class PriceRows final : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Name, Processors, Memory, Devices, DeviceMemory, Price, SpotPrice, Columns };

    using QAbstractTableModel::QAbstractTableModel;
    void setTable(core::jobs::PriceTable table);
    const core::jobs::PriceTable& table() const { return m_table; }
    const core::jobs::Instance* instance(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role = Qt::EditRole) override;

Q_SIGNALS:
    void edited(const core::jobs::Instance& row);

private:
    core::jobs::PriceTable m_table;
};

}
