// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/run_record.h"

#include <QAbstractTableModel>

namespace ui::models {

/// The runs of a folder as rows that can be ticked. `Qt::UserRole` holds what to sort by.
class RunsTable final : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Name, State, Steps, Best, Last, When, Size, Columns };

    using QAbstractTableModel::QAbstractTableModel;

    /// Ticks stay with their runs.
    void setRuns(std::vector<core::store::RunSummary> runs);
    const std::vector<core::store::RunSummary>& runs() const { return m_runs; }
    /// Folders of the ticked runs, in the order in which they were ticked.
    const std::vector<QString>& ticked() const { return m_ticked; }
    /// The place among the ticked runs, for its colour; -1: not ticked.
    int tickOf(const QString& folder) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

Q_SIGNALS:
    void tickedChanged();

private:
    QString text(const core::store::RunSummary& run, int column) const;
    QVariant sortKey(const core::store::RunSummary& run, int column) const;

    std::vector<core::store::RunSummary> m_runs;
    std::vector<QString> m_ticked;
};

/// `completed`, `early stopped`, …; ▲ before those that went wrong.
QString stateText(const core::store::RunSummary& run);
bool canResume(const core::store::RunSummary& run);
/// `validation accuracy 88.9 %`; without its split `accuracy 88.9 %`.
QString metricText(const std::string& metric, double value, bool split = true);

}
