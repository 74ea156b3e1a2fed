// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/inspect.h"

#include <QAbstractTableModel>

namespace ui::models {

/// Rows of a data set as they stand in it: number, columns, target, split.
class SamplesTable final : public QAbstractTableModel {
    Q_OBJECT

public:
    using QAbstractTableModel::QAbstractTableModel;

    void setPreview(core::data::DatasetInfo info, std::vector<core::session::SampleRow> rows);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    core::data::DatasetInfo m_info;
    std::vector<core::session::SampleRow> m_rows;
};

/// A row's target as a person calls it: the class's name, or the number.
QString targetText(const core::data::DatasetInfo& info, double target);

}
