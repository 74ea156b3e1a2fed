// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/replay_view.h"

#include "core/tune/study.h"
#include "ui/style/label.h"
#include "ui/style/table_header.h"

#include <QHBoxLayout>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace ui::pages {

using core::tune::StudyState;
using style::Label;
using style::Tone;

namespace {

QTableWidget* listOf(const char* name, const QString& said, const QStringList& heads)
{
    auto* table = new QTableWidget(0, int(heads.size()));
    table->setObjectName(name);
    table->setAccessibleName(said);
    table->setHorizontalHeader(new style::TableHeader(table));
    table->setHorizontalHeaderLabels(heads);
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table->horizontalHeader()->setStretchLastSection(true);
    table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(24);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setSelectionMode(QAbstractItemView::SingleSelection);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setTabKeyNavigation(false);
    table->setShowGrid(false);
    table->show();
    return table;
}

void put(QTableWidget& table, int row, int column, const QString& text, const QString& tip = {})
{
    auto* item = new QTableWidgetItem(text);
    item->setToolTip(tip.isEmpty() ? text : tip);
    table.setItem(row, column, item);
}

QString regretText(const StudyState& study, const core::tune::Replayed& replayed)
{
    if (std::isnan(replayed.regret))
        return ReplayView::tr("all were stopped");
    if (replayed.regret <= 0)
        return ReplayView::tr("none");
    return models::objectiveText(study.spec.objective.front().metric, replayed.regret);
}

}

std::vector<ReplayedRule> replayRules(const StudyState& study)
{
    std::vector<ReplayedRule> found;
    for (const core::base::Entry& entry : core::tune::allPruners().family().entries) {
        core::tune::TuningSpec spec = study.spec;
        // A strategy that stops by itself would overrule the one that is asked about.
        spec.strategy = {"Random", core::base::Object{}};
        if (spec.earlyStopping.kind != entry.kind)
            spec.earlyStopping = {entry.kind, core::base::Object{}};
        const auto pruner = core::tune::makePruner(spec);
        if (pruner)
            found.push_back({entry.kind, QString::fromStdString(entry.title), QString::fromStdString(entry.help),
                             core::tune::replayPruner(**pruner, study.history())});
    }
    return found;
}

ReplayView::ReplayView(QWidget* parent)
    : QWidget(parent),
      m_rules(listOf("replayRules", tr("Rules of early stopping"),
                     {tr("rule"), tr("stops"), tr("saved"), tr("regret"), tr("best left")})),
      m_stops(listOf("replayStops", tr("Trials that the rule would have stopped"),
                     {tr("trial"), tr("step"), tr("value"), tr("limit"), tr("because")})),
      m_note(new Label({}, Tone::Muted))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    m_note->setWordWrap(true);
    column->addWidget(m_note);
    auto* row = new QHBoxLayout;
    row->setSpacing(24);
    row->addWidget(m_rules, 9);
    row->addWidget(m_stops, 8);
    column->addLayout(row, 1);
    m_rules->horizontalHeaderItem(3)->setToolTip(
        tr("How much worse the best trial that the rule lets end is than the best of all"));
    m_rules->horizontalHeaderItem(2)->setToolTip(tr("Share of all reported steps that would not have been trained"));
    connect(m_rules, &QTableWidget::currentCellChanged, this, [this](int now) {
        if (!m_filling && now >= 0 && now < int(m_replayed.size())) {
            m_rule = m_replayed[std::size_t(now)].kind;
            fillStops();
        }
    });
    connect(m_stops, &QTableWidget::currentCellChanged, this, [this](int now) {
        if (!m_filling && now >= 0)
            Q_EMIT chosen(m_stops->item(now, 0)->text().toLongLong());
    });
}

void ReplayView::setStudy(const Study& study)
{
    const bool other = !study || !m_study || study->name != m_study->name;
    m_study = study;
    const std::int64_t finished =
        study ? std::ranges::count_if(study->trials, [](const auto& each) { return isFinished(each.state); }) : 0;
    if (other || finished != m_finished) {
        m_finished = finished;
        ask();
    }
}

void ReplayView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (m_stale)
        ask();
}

void ReplayView::ask()
{
    m_stale = !isVisible();
    if (m_stale)
        return;
    m_worker.ask([study = m_study] { return study ? replayRules(*study) : std::vector<ReplayedRule>{}; },
                 [this](std::vector<ReplayedRule> replayed) {
                     m_replayed = std::move(replayed);
                     fillRules();
                     fillStops();
                 });
}

void ReplayView::fillRules()
{
    m_filling = true;
    const bool reports =
        m_study && std::ranges::any_of(m_study->trials, [](const auto& trial) { return trial.reports.size() > 1; });
    m_note->setText(!m_study || reports ? QString()
                                        : tr("Trials report no values on the way yet: rules have nothing to judge."));
    m_note->setVisible(!m_note->text().isEmpty());
    m_rules->setRowCount(m_study ? int(m_replayed.size()) : 0);
    int chosen = -1;
    for (int row = 0; row < m_rules->rowCount(); ++row) {
        const ReplayedRule& rule = m_replayed[std::size_t(row)];
        const core::tune::Replayed& what = rule.what;
        const bool own = m_study->spec.earlyStopping.kind == rule.kind;
        put(*m_rules, row, 0, own ? tr("%1 (this study's)").arg(rule.title) : rule.title, rule.help);
        put(*m_rules, row, 1, style::count(qint64(what.stopped.size())));
        put(*m_rules, row, 2,
            what.steps > 0 ? style::percent(double(what.stepsSaved) / double(what.steps), 2) : QString());
        put(*m_rules, row, 4, what.bestLeft ? tr("trial %1").arg(*what.bestLeft) : QStringLiteral("–"));
        put(*m_rules, row, 3, regretText(*m_study, what));
        if (rule.kind == m_rule || (m_rule.empty() && chosen < 0 && !what.stopped.empty()))
            chosen = row;
    }
    if (chosen >= 0) {
        m_rules->setCurrentCell(chosen, 0);
        m_rule = m_replayed[std::size_t(chosen)].kind;
    }
    m_filling = false;
}

void ReplayView::fillStops()
{
    m_filling = true;
    const auto rule = std::ranges::find(m_replayed, m_rule, &ReplayedRule::kind);
    m_stops->setRowCount(0);
    if (m_study && rule != m_replayed.end()) {
        const std::string& metric = m_study->spec.objective.front().metric;
        m_stops->setRowCount(int(rule->what.stopped.size()));
        for (int row = 0; row < m_stops->rowCount(); ++row) {
            const auto& stopped = rule->what.stopped[std::size_t(row)];
            const auto text = [&](double value) {
                return std::isfinite(value) ? models::objectiveText(metric, value) : QStringLiteral("–");
            };
            put(*m_stops, row, 0, QString::number(stopped.trial));
            put(*m_stops, row, 1, style::count(stopped.why.step));
            put(*m_stops, row, 2, text(stopped.why.value));
            put(*m_stops, row, 3, text(stopped.why.limit));
            put(*m_stops, row, 4, QString::fromStdString(stopped.why.message));
        }
        m_stops->clearSelection();
        m_stops->setCurrentCell(-1, -1);
    }
    m_filling = false;
}

void ReplayView::setLit(qint64 trial)
{
    m_filling = true;
    for (int row = 0; row < m_stops->rowCount(); ++row)
        if (m_stops->item(row, 0)->text() == QString::number(trial))
            m_stops->selectRow(row);
    m_filling = false;
}

}
