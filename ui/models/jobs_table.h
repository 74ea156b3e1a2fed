// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/job_facts.h"

#include <QAbstractTableModel>

#include <memory>
#include <optional>
#include <vector>

namespace ui::models {

/// What a list of jobs tells of one.
struct JobRow {
    QString id, name;
    core::jobs::JobState state = core::jobs::JobState::Pending;
    bool worked = false;
    qint64 priority = 0;
    bool waits() const { return !worked && !isFinal(state); }
    core::session::JobProgress progress;
    std::optional<double> cost;
    QString currency;
};

/// Jobs in the order of their turns.
class JobsTable final : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Id, State, Priority, Progress, Left, Cost, Columns };

    using QAbstractTableModel::QAbstractTableModel;
    void setRows(std::vector<JobRow> rows);
    const std::vector<JobRow>& rows() const { return m_rows; }
    int rowOf(const QString& id) const; ///< -1: there is none
    /// The first row that waits for its turn, and the one behind the last; they stand together.
    std::pair<int, int> waiting() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<JobRow> m_rows;
};

/// A state as SageMaker writes it; with ▲ where something went wrong.
QString jobStateText(core::jobs::JobState state);
/// `0.004 USD`; an amount too small to be seen as `< 0.001 USD`.
QString moneyText(double amount, const QString& currency);

}
