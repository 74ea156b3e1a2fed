// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/data_view.h"

#include <QAbstractTableModel>

namespace ui::models {

/// Rows of a data set, in any order: number, target, then the other columns. Only the cells in view are read, so the
/// number of rows costs nothing.
class RowsTable final : public QAbstractTableModel {
    Q_OBJECT

public:
    using QAbstractTableModel::QAbstractTableModel;

    void setView(std::shared_ptr<const core::session::DataView> view, std::vector<std::int64_t> order);
    void setOrder(std::vector<std::int64_t> order);
    /// The data's row at a line, and back; −1: not among them.
    std::int64_t rowAt(int line) const { return m_order[std::size_t(line)]; }
    int lineOf(std::int64_t row) const;
    /// The data's column in a section; −1: the number of the row.
    int columnAt(int section) const { return section < 1 ? -1 : m_columns[std::size_t(section - 1)]; }
    int sectionOf(int column) const;
    void setSorting(int column, bool descending);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;

Q_SIGNALS:
    void edited(qint64 row, const QString& column, const QString& text);

private:
    bool numeric(int section) const;

    std::shared_ptr<const core::session::DataView> m_view;
    std::vector<std::int64_t> m_order;
    std::vector<int> m_columns;
    int m_sorted = -1;
    bool m_descending = false;
};

}
