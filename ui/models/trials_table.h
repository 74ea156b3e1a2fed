// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tune/study_state.h"

#include <QAbstractTableModel>

#include <memory>

namespace ui::models {

/// Trials of a study: number, star, a value for each objective, state, a column for each parameter, why it ended, and a
/// note, which can be written.
class TrialsTable final : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Number, Star, Value };
    using Study = std::shared_ptr<const core::tune::StudyState>;

    using QAbstractTableModel::QAbstractTableModel;
    void setStudy(Study study);
    /// The trial that all views light; -1: none.
    void setLit(qint64 trial);
    const core::tune::Trial* trial(int row) const;
    int stateColumn() const { return Value + objectives(); }
    int firstParameter() const { return stateColumn() + 1; }
    int reasonColumn() const { return firstParameter() + parameters(); }
    int noteColumn() const { return reasonColumn() + 1; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    /// A note's text: it is asked for, and comes back with the study.
    bool setData(const QModelIndex& index, const QVariant& value, int role = Qt::EditRole) override;

Q_SIGNALS:
    void noteWanted(qint64 trial, const QString& text);

private:
    int objectives() const { return m_study ? int(m_study->spec.objective.size()) : 1; }
    int parameters() const { return m_study ? int(m_study->space.size()) : 0; }
    bool numeric(int column) const;
    QString text(const core::tune::Trial& trial, int column) const;
    QVariant sortKey(const core::tune::Trial& trial, int column) const;

    Study m_study;
    qint64 m_lit = -1;
};

/// The last part of a path, with as much before it as tells it from the others: `lr`, `optimizer.kind`.
QString shortName(const core::tune::Space& space, const std::string& path);
/// A value as people write it: `0.0083`, `relu`.
QString valueText(const core::base::Value& value);
QString stateText(const core::tune::Trial& trial);
/// Why it was stopped or failed, in a sentence; empty for others.
QString reasonText(const core::tune::Trial& trial);
/// A value of an objective: accuracies in percent.
QString objectiveText(const std::string& metric, double value);
bool starred(const core::tune::Trial& trial);
/// What a person wrote about it.
QString noteText(const core::tune::Trial& trial);
/// Of the first objective: what it ended with, else what it said last.
std::optional<double> valueOf(const core::tune::Trial& trial);

}
