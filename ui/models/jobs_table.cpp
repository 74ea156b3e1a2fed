// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/jobs_table.h"

#include "ui/style/theme.h"

#include <algorithm>

namespace ui::models {

using core::jobs::JobState;

QString jobStateText(JobState state)
{
    const std::string_view name = core::jobs::name(state);
    const QString text = QString::fromLatin1(name.data(), qsizetype(name.size()));
    const bool wrong =
        state == JobState::Failed || state == JobState::MaxRuntimeExceeded || state == JobState::MaxWaitTimeExceeded;
    return wrong ? QStringLiteral("▲ ") + text : text;
}

QString moneyText(double amount, const QString& currency)
{
    constexpr double least = 0.001;
    const QString number = amount > 0 && amount < least ? QStringLiteral("< 0.001") : style::number(amount, 3);
    return number + QStringLiteral(" ") + currency;
}

void JobsTable::setRows(std::vector<JobRow> rows)
{
    const auto ids = [](const std::vector<JobRow>& all) {
        QStringList list;
        for (const JobRow& row : all)
            list << row.id;
        return list;
    };
    if (ids(rows) == ids(m_rows)) {
        m_rows = std::move(rows);
        if (!m_rows.empty())
            Q_EMIT dataChanged(index(0, 0), index(int(m_rows.size()) - 1, Columns - 1));
        return;
    }
    beginResetModel();
    m_rows = std::move(rows);
    endResetModel();
}

int JobsTable::rowOf(const QString& id) const
{
    const auto found = std::ranges::find(m_rows, id, &JobRow::id);
    return found == m_rows.end() ? -1 : int(found - m_rows.begin());
}

std::pair<int, int> JobsTable::waiting() const
{
    const auto first = std::ranges::find_if(m_rows, &JobRow::waits);
    const auto end = std::find_if_not(first, m_rows.end(), [](const JobRow& row) { return row.waits(); });
    return {int(first - m_rows.begin()), int(end - m_rows.begin())};
}

int JobsTable::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

int JobsTable::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : Columns;
}

QVariant JobsTable::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= int(m_rows.size()))
        return {};
    const JobRow& row = m_rows[std::size_t(index.row())];
    const bool ended = isFinal(row.state);
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (index.column() <= State ? Qt::AlignLeft : Qt::AlignRight));
    if (role == Qt::ForegroundRole) {
        if (index.column() == State && jobStateText(row.state).startsWith(QStringLiteral("▲")))
            return style::theme().problem;
        return ended || (index.column() != Id && index.column() != State) ? style::theme().muted : style::theme().text;
    }
    if (role == Qt::ToolTipRole && row.waits())
        return tr("It waits for its turn. Drag it, or press Alt+Up or Alt+Down, to have it earlier or later");
    if (role != Qt::DisplayRole)
        return {};
    switch (index.column()) {
    case Id:
        return row.id;
    case State:
        return row.waits() ? tr("%1, waits").arg(jobStateText(row.state)) : jobStateText(row.state);
    case Priority:
        return ended ? QString() : QString::number(row.priority);
    case Progress:
        return row.progress.steps > 0  ? style::percent(double(row.progress.step) / double(row.progress.steps), 2)
               : row.progress.step > 0 ? tr("step %1").arg(style::count(row.progress.step))
                                       : QString();
    case Left:
        return !ended && row.progress.secondsLeft ? style::duration(*row.progress.secondsLeft) : QString();
    default:
        return row.cost ? moneyText(*row.cost, row.currency) : QString();
    }
}

QVariant JobsTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (section <= State ? Qt::AlignLeft : Qt::AlignRight));
    if (role != Qt::DisplayRole)
        return {};
    const QString names[] = {tr("job"), tr("state"), tr("priority"), tr("done"), tr("left"), tr("cost so far")};
    return names[section];
}

}
