// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/rank_mistakes.h"

#include "ui/bridge/workbench.h"
#include "ui/models/rank_moments.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QCheckBox>
#include <QPushButton>
#include <QSignalBlocker>
#include <QVBoxLayout>

namespace ui::pages {

using core::base::Value;
using style::Label;
using style::Tone;

namespace {

QString pathOfRanks(const QString& setting)
{
    return QStringLiteral("distributed.") + setting;
}

QString findingText(const core::events::Finding& finding)
{
    return QStringLiteral("▲ ") +
           RankMistakes::tr("step %1: %2").arg(style::count(finding.step), QString::fromStdString(finding.message));
}

}

RankMistakes::RankMistakes(bridge::Workbench& bench, QWidget* parent)
    : QWidget(parent),
      m_bench(bench),
      m_slow(new Label({}, Tone::Problem)),
      m_again(new QPushButton(tr("Train again with these")))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    add(QStringLiteral("shard_data"), QStringLiteral("SameRowsOnRanks"), tr("Rows are not shared out"),
        tr("Every rank learns from the same rows, as without PyTorch's DistributedSampler: several do the work of "
           "one."));
    add(QStringLiteral("sync_batchnorm"), QStringLiteral("BatchNormNotSynchronized"),
        tr("Batch norm is not synchronised"),
        tr("Each rank normalises by its own few rows. It shows only in a network that has batch norm."));
    add(QStringLiteral("same_seed"), QStringLiteral("ReplicasDiffer"), tr("Every rank has a seed of its own"),
        tr("Ranks begin with other weights: the mean of their gradients leads none of them down."));
    add(QStringLiteral("scale_lr"), QStringLiteral("RateNotScaled"), tr("The rate stays that of one rank"),
        tr("N ranks make one step of N batches; an epoch has 1/N of the steps, and each is as short as before."));
    m_slow->setWordWrap(true);
    m_slow->setObjectName("rankSlow");
    m_slow->hide();
    column->addWidget(m_slow);
    m_again->setObjectName("ranksAgain");
    m_again->setProperty("outlined", true);
    m_again->setToolTip(tr("Starts a run with these settings; the one in front stays behind it"));
    column->addSpacing(4);
    column->addWidget(m_again, 0, Qt::AlignLeft);
    connect(m_again, &QPushButton::clicked, this, [this] { m_bench.trainAgain({}, tr("Train again")); });
    refresh();
}

void RankMistakes::add(const QString& setting, const QString& rule, const QString& title, const QString& what)
{
    Row row{setting, rule, new QCheckBox(title), new Label({}, Tone::Problem), new QPushButton(tr("Put it right"))};
    row.box->setObjectName("mistake-" + setting);
    row.box->setToolTip(tr("%1\nIt is the setting distributed.%2.").arg(what, setting));
    auto* told = new Label(what, Tone::Muted);
    told->setWordWrap(true);
    row.found->setObjectName("found-" + setting);
    row.found->setWordWrap(true);
    row.fix->setObjectName("fix-" + setting);
    row.fix->setProperty("flat", true);
    row.fix->setToolTip(tr("Takes the mistake back and trains again"));
    auto* line = new QHBoxLayout;
    line->setSpacing(16);
    row.box->setMinimumWidth(int(240 * style::theme().scale));
    line->addWidget(row.box);
    line->addWidget(told, 1);
    auto* below = new QHBoxLayout;
    below->setContentsMargins(22, 0, 0, 4);
    below->addWidget(row.found, 1);
    below->addWidget(row.fix, 0, Qt::AlignTop);
    auto* column = static_cast<QVBoxLayout*>(layout());
    column->addLayout(line);
    column->addLayout(below);
    connect(row.box, &QCheckBox::toggled, this, [this, setting](bool on) { change(setting, on); });
    connect(row.fix, &QPushButton::clicked, this, [this, setting] { putRight(setting); });
    m_rows.push_back(row);
}

// The settings are right where they are on; a mistake is one that is off.
void RankMistakes::change(const QString& setting, bool mistake)
{
    m_bench.document().set(pathOfRanks(setting), !mistake);
}

void RankMistakes::putRight(const QString& setting)
{
    m_bench.trainAgain({{pathOfRanks(setting), Value(true)}}, tr("Put right: %1").arg(setting));
}

void RankMistakes::refresh()
{
    const Value& now = m_bench.document().resolved();
    const Value& ranks = now["distributed"];
    const bool several = ranks["strategy"].text() == "ddp" && ranks["world_size"].toInt(1) > 1;
    const models::RunModel* run = m_bench.front();
    for (const Row& row : m_rows) {
        const QSignalBlocker quiet(row.box);
        row.box->setEnabled(several);
        row.box->setChecked(several && !ranks[row.setting.toStdString()].toBool(true));
        const core::events::Finding* found = run ? models::rankFinding(*run, row.rule.toStdString()) : nullptr;
        row.found->setText(found ? findingText(*found) : QString());
        row.found->setVisible(found);
        row.fix->setVisible(found);
    }
    const core::events::Finding* slow = run ? models::rankFinding(*run, "SlowRank") : nullptr;
    m_slow->setText(slow ? findingText(*slow) : QString());
    m_slow->setVisible(slow);
    const bool other = run && run->spec()["distributed"] != ranks;
    m_again->setVisible(several);
    m_again->setEnabled(!m_bench.training() && (other || !run));
}

QCheckBox* RankMistakes::toggle(const QString& setting) const
{
    for (const Row& row : m_rows)
        if (row.setting == setting)
            return row.box;
    return nullptr;
}

QString RankMistakes::finding(const QString& setting) const
{
    for (const Row& row : m_rows)
        if (row.setting == setting)
            return row.found->text();
    return {};
}

}
