// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/rule_trials_table.h"

#include "ui/style/theme.h"

#include <QBrush>

namespace ui::models {

using Trial = core::session::RuleTrials::Run;

namespace {

bool wrong(const Trial& run)
{
    return run.sick && *run.sick != (run.times > 0);
}

}

void RuleTrialsTable::setRuns(std::vector<Trial> runs)
{
    // The same runs keep their selection.
    const bool same = std::ranges::equal(runs, m_runs, {}, &Trial::folder, &Trial::folder);
    if (!same)
        beginResetModel();
    m_runs = std::move(runs);
    if (!same)
        endResetModel();
    else if (!m_runs.empty())
        Q_EMIT dataChanged(index(0, 0), index(int(m_runs.size()) - 1, Columns - 1));
}

int RuleTrialsTable::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_runs.size());
}

int RuleTrialsTable::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(Columns);
}

QString RuleTrialsTable::text(const Trial& run, int column) const
{
    switch (column) {
    case Run:
        return QString::fromStdString(run.id);
    case Mark:
        return !run.sick ? QStringLiteral("–") : *run.sick ? tr("sick of it") : tr("healthy");
    case Fires:
        return run.times == 0 ? tr("silent") : tr("%n times", nullptr, int(run.times));
    case First:
        return run.first < 0 ? QString() : style::count(run.first);
    case Judged:
        return !run.sick ? QString() : !wrong(run) ? tr("right") : *run.sick ? tr("▲ missed") : tr("▲ false alarm");
    default:
        return {};
    }
}

QVariant RuleTrialsTable::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= int(m_runs.size()))
        return {};
    const Trial& run = m_runs[std::size_t(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return text(run, index.column());
    case Qt::TextAlignmentRole:
        return index.column() == Fires || index.column() == First ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                                                                  : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    case Qt::ForegroundRole:
        if (index.column() == Judged && wrong(run))
            return QBrush(style::theme().readable(style::theme().problem));
        if ((index.column() == Fires && run.times == 0) || (index.column() == Mark && !run.sick))
            return QBrush(style::theme().muted);
        return {};
    case Qt::ToolTipRole:
        if (index.column() == Mark)
            return tr("What you say of the run. A healthy one should make no rule fire; a sick one this rule.\nSelect "
                      "runs and press H, S or N.");
        return {};
    default:
        return {};
    }
}

QVariant RuleTrialsTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return section == Fires || section == First ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                                                    : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Run:
        return tr("Run");
    case Mark:
        return tr("You say");
    case Fires:
        return tr("It fires");
    case First:
        return tr("First at step");
    case Judged:
        return tr("So it is");
    default:
        return {};
    }
}

}
