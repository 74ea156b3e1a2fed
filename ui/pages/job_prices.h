// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bridge/preview.h"
#include "ui/models/price_rows.h"

#include <QWidget>

class QPushButton;
class QTableView;

namespace ui::bridge {
class Workbench;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

/// The dated price table: an instance is chosen from it, and prices are changed in it, into the user's own copy.
class JobPrices final : public QWidget {
    Q_OBJECT

public:
    explicit JobPrices(bridge::Workbench& bench, QWidget* parent = nullptr);
    /// Reads the table again.
    void load();
    QTableView* table() const { return m_view; }
    const models::PriceRows& rows() const { return m_rows; }
    QPushButton* use() const { return m_use; }
    QString note() const;

Q_SIGNALS:
    void tableChanged(const core::jobs::PriceTable& table);
    void chosen(const QString& instance);

private:
    void keep(const core::jobs::Instance& row);
    void showCurrent();

    bridge::Workbench& m_bench;
    models::PriceRows m_rows;
    QTableView* m_view;
    QPushButton* m_use;
    style::Label *m_note, *m_why;
    bridge::Preview m_reader;
};

}
