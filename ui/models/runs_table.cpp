// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/runs_table.h"

#include "core/base/clock.h"
#include "ui/style/theme.h"

#include <QBrush>

#include <algorithm>
#include <cmath>
#include <limits>

namespace ui::models {

using core::events::RunState;
using core::store::RunSummary;

namespace {

QString folderOf(const RunSummary& run)
{
    return QString::fromStdString(run.folder.string());
}

double metricOf(const RunSummary& run, std::string_view name)
{
    for (const auto& [metric, value] : run.metrics)
        if (metric == name)
            return value;
    return std::numeric_limits<double>::quiet_NaN();
}

/// The figure of the last column: accuracy where there is one, else the loss that is watched.
std::pair<std::string, double> lastMetric(const RunSummary& run)
{
    for (const char* name : {"validation/accuracy", "validation/loss", "train_eval/loss", "train/loss"})
        if (const double value = metricOf(run, name); std::isfinite(value))
            return {name, value};
    return {{}, std::numeric_limits<double>::quiet_NaN()};
}

}

QString metricText(const std::string& metric, double value, bool split)
{
    const QString name = QString::fromStdString(split ? metric : metric.substr(metric.find('/') + 1))
                             .replace('/', ' ')
                             .replace('_', ' ');
    return name + ' ' + (name.endsWith("accuracy") ? style::percent(value) : style::number(value));
}

bool canResume(const RunSummary& run)
{
    return run.problem.empty() && (run.state == RunState::Interrupted || run.state == RunState::Stopped);
}

QString stateText(const RunSummary& run)
{
    if (!run.problem.empty())
        return RunsTable::tr("▲ damaged");
    const QString name = QString::fromUtf8(core::events::name(run.state).data()).replace('_', ' ');
    return run.state == RunState::Failed ? QStringLiteral("▲ ") + name : name;
}

void RunsTable::setRuns(std::vector<RunSummary> runs)
{
    beginResetModel();
    m_runs = std::move(runs);
    const auto before = m_ticked.size();
    std::erase_if(m_ticked, [this](const QString& folder) {
        return std::ranges::find(m_runs, folder, folderOf) == m_runs.end();
    });
    endResetModel();
    if (before != m_ticked.size())
        Q_EMIT tickedChanged();
}

int RunsTable::tickOf(const QString& folder) const
{
    const auto found = std::ranges::find(m_ticked, folder);
    return found == m_ticked.end() ? -1 : int(found - m_ticked.begin());
}

int RunsTable::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_runs.size());
}

int RunsTable::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(Columns);
}

QString RunsTable::text(const RunSummary& run, int column) const
{
    switch (column) {
    case Name:
        return QString::fromStdString(run.id);
    case State:
        return stateText(run);
    case Steps:
        return run.totalSteps > run.steps ? tr("%1 of %2").arg(style::count(run.steps), style::count(run.totalSteps))
                                          : style::count(run.steps);
    case Best:
        return run.bestEpoch < 0
                   ? QString()
                   : tr("%1 at epoch %2")
                         .arg(metricText(run.bestMetric, run.bestValue, false), style::count(run.bestEpoch));
    case Last: {
        const auto [metric, value] = lastMetric(run);
        return metric.empty() ? QString() : metricText(metric, value, false);
    }
    case When:
        return style::ago(run.created, core::base::wallSeconds());
    case Size:
        return style::bytes(run.bytes);
    default:
        return {};
    }
}

QVariant RunsTable::sortKey(const RunSummary& run, int column) const
{
    switch (column) {
    case Steps:
        return qlonglong(run.steps);
    case Best:
        return run.bestEpoch < 0 ? std::numeric_limits<double>::max() : run.bestValue;
    case Last:
        return lastMetric(run).second;
    case When:
        return run.created;
    case Size:
        return qulonglong(run.bytes);
    default:
        return text(run, column);
    }
}

QVariant RunsTable::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const RunSummary& run = m_runs[std::size_t(index.row())];
    const int tick = tickOf(folderOf(run));
    switch (role) {
    case Qt::DisplayRole:
        return text(run, index.column());
    case Qt::UserRole:
        return sortKey(run, index.column());
    case Qt::ToolTipRole:
        return run.problem.empty() ? folderOf(run) : QString::fromStdString(run.problem);
    case Qt::CheckStateRole:
        return index.column() == Name ? QVariant(tick >= 0 ? Qt::Checked : Qt::Unchecked) : QVariant();
    case Qt::TextAlignmentRole:
        return int(index.column() >= Steps ? Qt::AlignRight | Qt::AlignVCenter : Qt::AlignLeft | Qt::AlignVCenter);
    case Qt::ForegroundRole:
        if (index.column() == Name && tick >= 0)
            return QBrush(style::theme().readable(style::theme().run(tick)));
        if (index.column() == State && (!run.problem.empty() || run.state == RunState::Failed))
            return QBrush(style::theme().problem);
        return {};
    case Qt::FontRole:
        return index.column() == Name ? QVariant(style::theme().strong()) : QVariant();
    default:
        return {};
    }
}

bool RunsTable::setData(const QModelIndex& index, const QVariant& value, int role)
{
    if (!index.isValid() || index.column() != Name || role != Qt::CheckStateRole)
        return false;
    const RunSummary& run = m_runs[std::size_t(index.row())];
    if (!run.problem.empty())
        return false;
    const QString folder = folderOf(run);
    std::erase(m_ticked, folder);
    if (value.toInt() == Qt::Checked)
        m_ticked.push_back(folder);
    Q_EMIT dataChanged(this->index(0, 0), this->index(rowCount() - 1, Columns - 1));
    Q_EMIT tickedChanged();
    return true;
}

QVariant RunsTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int(section >= Steps ? Qt::AlignRight | Qt::AlignVCenter : Qt::AlignLeft | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    static const char* const names[Columns] = {QT_TR_NOOP("run"),  QT_TR_NOOP("state"), QT_TR_NOOP("steps"),
                                               QT_TR_NOOP("best"), QT_TR_NOOP("last"),  QT_TR_NOOP("when"),
                                               QT_TR_NOOP("size")};
    return tr(names[section]);
}

Qt::ItemFlags RunsTable::flags(const QModelIndex& index) const
{
    Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    if (index.column() == Name)
        flags |= Qt::ItemIsUserCheckable;
    return flags;
}

}
