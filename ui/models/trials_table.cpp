// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/trials_table.h"

#include "core/base/json.h"
#include "core/tune/feasible.h"
#include "ui/models/study_axes.h"
#include "ui/style/theme.h"

#include <QBrush>

#include <algorithm>
#include <cmath>
#include <limits>

namespace ui::models {

using core::tune::Trial;
using core::tune::TrialState;

QString shortName(const core::tune::Space& space, const std::string& path)
{
    for (std::size_t from = path.rfind('.'); from != path.npos; from = from ? path.rfind('.', from - 1) : path.npos) {
        const std::string tail = path.substr(from + 1);
        const auto alike = std::ranges::count_if(space.parameters(), [&](const core::tune::Parameter& other) {
            return other.path == tail || other.path.ends_with('.' + tail);
        });
        if (alike < 2)
            return QString::fromStdString(tail);
    }
    return QString::fromStdString(path);
}

QString valueText(const core::base::Value& value)
{
    // A category may have it; what is not there is no value at all.
    if (value.isNull())
        return QStringLiteral("null");
    if (value.isReal())
        return style::number(value.toReal());
    if (value.isInt())
        return style::count(value.toInt());
    return QString::fromStdString(value.isText() ? value.text() : core::base::writeJson(value));
}

QString stateText(const Trial& trial)
{
    const QString name = QString::fromUtf8(core::tune::name(trial.state).data());
    return trial.state == TrialState::Failed ? QStringLiteral("▲ ") + name : name;
}

QString reasonText(const Trial& trial)
{
    if (!trial.error.empty() && trial.state == TrialState::Failed)
        return QString::fromStdString(trial.error);
    if (const auto* held = trial.notes.find("held"); held && trial.state == TrialState::Running)
        return TrialsTable::tr("held back: %1").arg(QString::fromStdString(held->text()));
    if (const std::string why = core::tune::whyInfeasible(trial); !why.empty())
        return TrialsTable::tr("infeasible: %1").arg(QString::fromStdString(why));
    if (!trial.stop)
        return {};
    return trial.stop->message.empty() ? TrialsTable::tr("stopped by a person")
                                       : QString::fromStdString(trial.stop->message);
}

QString objectiveText(const std::string& metric, double value)
{
    return metric.ends_with("accuracy") ? style::percent(value, 4) : style::number(value);
}

bool starred(const Trial& trial)
{
    const core::base::Value* star = trial.notes.find("star");
    return star && star->isBool() && star->toBool();
}

QString noteText(const Trial& trial)
{
    const core::base::Value* note = trial.notes.find("note");
    return note && note->isText() ? QString::fromStdString(note->text()) : QString();
}

std::optional<double> valueOf(const Trial& trial)
{
    if (!trial.values.empty())
        return trial.values.front();
    if (!trial.reports.empty())
        return trial.reports.back().value;
    return {};
}

void TrialsTable::setStudy(Study study)
{
    const bool same = study && m_study && study->name == m_study->name && study->space == m_study->space &&
                      study->trials.size() >= m_study->trials.size();
    if (!same) {
        beginResetModel();
        m_study = std::move(study);
        endResetModel();
        return;
    }
    const int before = rowCount(), now = int(study->trials.size());
    if (now > before)
        beginInsertRows({}, before, now - 1);
    m_study = std::move(study);
    if (now > before)
        endInsertRows();
    if (before > 0)
        Q_EMIT dataChanged(index(0, 0), index(before - 1, columnCount() - 1));
}

void TrialsTable::setLit(qint64 trial)
{
    for (const qint64 each : {std::exchange(m_lit, trial), trial})
        if (each >= 0 && each < rowCount())
            Q_EMIT dataChanged(index(int(each), 0), index(int(each), columnCount() - 1),
                               {Qt::BackgroundRole, Qt::ForegroundRole, Qt::FontRole});
}

const Trial* TrialsTable::trial(int row) const
{
    return row >= 0 && row < rowCount() ? &m_study->trials[std::size_t(row)] : nullptr;
}

int TrialsTable::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() || !m_study ? 0 : int(m_study->trials.size());
}

int TrialsTable::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() || !m_study ? 0 : noteColumn() + 1;
}

QString TrialsTable::text(const Trial& trial, int column) const
{
    if (column == Number)
        return QString::number(trial.number);
    if (column == Star)
        return starred(trial) ? QStringLiteral("★") : QStringLiteral("☆");
    if (column == stateColumn())
        return stateText(trial);
    if (column < stateColumn()) {
        const auto value = valueOf(trial, std::size_t(column - Value));
        return value ? objectiveText(m_study->spec.objective[std::size_t(column - Value)].metric, *value) : QString();
    }
    if (column == reasonColumn())
        return reasonText(trial);
    if (column == noteColumn())
        return noteText(trial);
    const std::string& path = m_study->space.parameters()[std::size_t(column - firstParameter())].path;
    const core::base::Value* value = trial.parameters.find(path);
    return value ? valueText(*value) : QString();
}

QVariant TrialsTable::sortKey(const Trial& trial, int column) const
{
    if (column == Number)
        return qlonglong(trial.number);
    if (column >= Value && column < stateColumn()) {
        // What has no value is the worst, whichever way round it is sorted first.
        const auto value = valueOf(trial, std::size_t(column - Value));
        const bool large = m_study->spec.objective[std::size_t(column - Value)].maximizes();
        const double worst = large ? std::numeric_limits<double>::lowest() : std::numeric_limits<double>::max();
        return value && std::isfinite(*value) ? *value : worst;
    }
    if (column >= firstParameter() && column < reasonColumn()) {
        const std::string& path = m_study->space.parameters()[std::size_t(column - firstParameter())].path;
        if (const core::base::Value* value = trial.parameters.find(path); value && (value->isInt() || value->isReal()))
            return value->toReal();
    }
    return text(trial, column);
}

bool TrialsTable::numeric(int column) const
{
    return column == Number || (column >= Value && column < reasonColumn() && column != stateColumn());
}

QVariant TrialsTable::data(const QModelIndex& index, int role) const
{
    const Trial* trial = index.isValid() ? this->trial(index.row()) : nullptr;
    if (!trial)
        return {};
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return text(*trial, column);
    case Qt::UserRole:
        return sortKey(*trial, column);
    case Qt::ToolTipRole:
        return column == Star           ? tr("A click stars the trial, or takes the star away")
               : column == noteColumn() ? tr("A double click writes a note")
                                        : reasonText(*trial);
    case Qt::EditRole:
        return column == noteColumn() ? QVariant(noteText(*trial)) : QVariant();
    case Qt::TextAlignmentRole:
        return int(Qt::AlignVCenter | (numeric(column) ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::BackgroundRole:
        return trial->number == m_lit ? QVariant(QBrush(style::theme().hover)) : QVariant();
    case Qt::FontRole:
        return trial->number == m_lit && column == Number ? QVariant(style::theme().strong()) : QVariant();
    case Qt::ForegroundRole:
        if (trial->number == m_lit && column == Number)
            return QBrush(style::theme().readable(style::theme().accent));
        if (trial->state == TrialState::Failed && (column == stateColumn() || column == reasonColumn()))
            return QBrush(style::theme().problem);
        if (column == Star && !starred(*trial))
            return QBrush(style::theme().muted);
        return {};
    default:
        return {};
    }
}

QVariant TrialsTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || !m_study)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (numeric(section) ? Qt::AlignRight : Qt::AlignLeft));
    const bool parameter = section >= firstParameter() && section < reasonColumn();
    if (role == Qt::ToolTipRole && parameter)
        return QString::fromStdString(m_study->space.parameters()[std::size_t(section - firstParameter())].path);
    if (role != Qt::DisplayRole)
        return {};
    if (parameter)
        return shortName(m_study->space, m_study->space.parameters()[std::size_t(section - firstParameter())].path);
    if (section >= Value && section < stateColumn()) {
        const std::string& metric = m_study->spec.objective[std::size_t(section - Value)].metric;
        return QString::fromStdString(metric.substr(metric.find('/') + 1)).replace('_', ' ');
    }
    switch (section) {
    case Number:
        return QStringLiteral("#");
    case Star:
        return QStringLiteral("★");
    default:
        return section == stateColumn() ? tr("state") : section == noteColumn() ? tr("note") : tr("ended because");
    }
}

Qt::ItemFlags TrialsTable::flags(const QModelIndex& index) const
{
    const Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    return index.isValid() && index.column() == noteColumn() ? flags | Qt::ItemIsEditable : flags;
}

bool TrialsTable::setData(const QModelIndex& index, const QVariant& value, int role)
{
    const Trial* what = index.isValid() ? trial(index.row()) : nullptr;
    if (!what || role != Qt::EditRole || index.column() != noteColumn() || value.toString() == noteText(*what))
        return false;
    Q_EMIT noteWanted(what->number, value.toString().trimmed());
    return true;
}

}
