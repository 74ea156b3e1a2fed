// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tune/trial_filter.h"
#include "ui/models/trial_choice.h"
#include "ui/models/trials_table.h"

#include <QSortFilterProxyModel>

namespace ui::models {

/// The rows of a table of trials that a brush and a condition leave, sorted.
class TrialRows final : public QSortFilterProxyModel {
    Q_OBJECT

public:
    TrialRows(const TrialChoice& choice, TrialsTable& trials, QObject* parent = nullptr)
        : QSortFilterProxyModel(parent),
          m_choice(choice),
          m_trials(trials)
    {
        setSourceModel(&trials);
        setSortRole(Qt::UserRole);
        setFilterKeyColumn(-1);
        setFilterCaseSensitivity(Qt::CaseInsensitive);
    }

    /// `value < 0.3 and state == "completed"`; a text without any sign is looked for in all columns. With an error
    /// all rows are there.
    core::base::Status setCondition(const QString& text, const core::tune::StudyState& study);
    void refresh() { invalidateFilter(); }

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override
    {
        const core::tune::Trial* trial = m_trials.trial(row);
        return trial && m_choice.inBrush(trial->number) && m_condition.matches(*trial) &&
               QSortFilterProxyModel::filterAcceptsRow(row, parent);
    }

private:
    const TrialChoice& m_choice;
    const TrialsTable& m_trials;
    core::tune::TrialFilter m_condition;
};

}
