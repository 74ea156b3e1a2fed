// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/data_view.h"
#include "ui/bridge/preview.h"

#include <QWidget>

class QLineEdit;
class QTableView;

namespace ui::bridge {
class DataDesk;
}
namespace ui::models {
class RowsTable;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

/// The rows as a table: a filter above, sorting by its heads, cells that are edited where they stand, rows that are
/// left out by Delete. However many rows there are, only those in view are read.
class RowsView final : public QWidget {
    Q_OBJECT

public:
    explicit RowsView(bridge::DataDesk& desk, QWidget* parent = nullptr);

    void setView(std::shared_ptr<const core::session::DataView> view);
    bool busy() const { return m_preview.busy(); }
    QTableView* table() const { return m_table; }
    QLineEdit* filter() const { return m_filter; }
    /// The data's rows that are chosen.
    std::vector<std::int64_t> chosen() const;
    /// Brings a row into view and chooses it; the filter is cleared if it hides the row.
    void show(std::int64_t row);
    /// Brings a column into view.
    void showColumn(int column);

Q_SIGNALS:
    /// The row that is looked at; −1: none.
    void currentChanged(qint64 row);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void select();
    void take(core::base::Result<std::vector<std::int64_t>> order);
    void sortBy(int section);
    void openMenu(const QPoint& position);

    bridge::DataDesk& m_desk;
    bridge::Preview m_preview;
    std::shared_ptr<const core::session::DataView> m_view;
    core::session::RowQuery m_query;
    QLineEdit* m_filter;
    style::Label* m_state;
    models::RowsTable* m_rows;
    QTableView* m_table;
    std::int64_t m_wanted = -1; ///< a row to show once the order is there
};

}
