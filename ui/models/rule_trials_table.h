// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/rule_trials.h"

#include <QAbstractTableModel>

namespace ui::models {

/// What a rule says of each recorded run, and what a person said of it.
class RuleTrialsTable final : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Run, Mark, Fires, First, Judged, Columns };

    using QAbstractTableModel::QAbstractTableModel;

    void setRuns(std::vector<core::session::RuleTrials::Run> runs);
    const std::vector<core::session::RuleTrials::Run>& runs() const { return m_runs; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QString text(const core::session::RuleTrials::Run& run, int column) const;

    std::vector<core::session::RuleTrials::Run> m_runs;
};

}
