// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/debug_page.h"

#include "ui/bridge/workbench.h"
#include "ui/models/run_model.h"
#include "ui/pages/findings_view.h"
#include "ui/pages/profiler_view.h"
#include "ui/pages/ranks_view.h"
#include "ui/pages/report_export.h"
#include "ui/pages/rule_bench_view.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QPushButton>
#include <QStackedWidget>

#include <tuple>

namespace ui::pages {

DebugPage::DebugPage(bridge::Workbench& workbench, QWidget* parent)
    : Page(parent),
      m_sections(new QStackedWidget),
      m_findings(new FindingsView(workbench)),
      m_ruleBench(new RuleBenchView(workbench)),
      m_profiler(new ProfilerView(workbench)),
      m_ranks(new RanksView(workbench)),
      m_workbench(workbench),
      m_report(new ReportExport(ReportExport::Place::Head))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(buildTabs());
    m_findings->setContentsMargins(24, 8, 24, 8);
    m_sections->addWidget(m_findings);
    m_ruleBench->setContentsMargins(24, 8, 24, 8);
    m_sections->addWidget(m_ruleBench);
    m_sections->addWidget(m_profiler);
    m_sections->addWidget(m_ranks);
    column->addWidget(m_sections, 1);
    connect(m_findings, &FindingsView::ruleChosen, this, [this] {
        if (const models::RuleRow* rule = m_findings->chosen())
            Q_EMIT wanted(QStringLiteral("rules.%1").arg(rule->place));
    });
    connect(&workbench, &bridge::Workbench::frontChanged, this, &DebugPage::showRun);
    showRun();
    showSection(QStringLiteral("findings"));
}

void DebugPage::showRun()
{
    m_report->setRun(m_workbench.front() ? m_workbench.front()->folder() : QString());
}

QWidget* DebugPage::buildTabs()
{
    auto* bar = new QWidget;
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(16, 12, 24, 0);
    row->setSpacing(4);
    auto* group = new QButtonGroup(bar);
    const std::tuple<QString, QString, QString> names[] = {
        {QStringLiteral("findings"), tr("Findings"), tr("What the rules found in this run, why, and what helps")},
        {QStringLiteral("bench"), tr("Rule bench"),
         tr("A rule over all your runs: false alarms and misses by its threshold")},
        {QStringLiteral("profiler"), tr("Profiler"), tr("Where the time goes, what holds the run up, and what helps")},
        {QStringLiteral("ranks"), tr("Ranks"), tr("What each rank of a training does, and what more of them bring")}};
    for (const auto& [name, title, tip] : names) {
        auto* tab = new QPushButton(title);
        tab->setObjectName("section-" + name);
        tab->setProperty("flat", true);
        tab->setCheckable(true);
        tab->setToolTip(tip);
        group->addButton(tab);
        row->addWidget(tab);
        m_tabs.push_back(tab);
        connect(tab, &QPushButton::clicked, this, [this, name = name] { showSection(name); });
    }
    row->addStretch(1);
    row->addWidget(m_report, 4);
    return bar;
}

bool DebugPage::showSection(const QString& name)
{
    const QStringList names{QStringLiteral("findings"), QStringLiteral("bench"), QStringLiteral("profiler"),
                            QStringLiteral("ranks")};
    const int place = int(names.indexOf(name));
    if (place < 0)
        return false;
    m_sections->setCurrentIndex(place);
    m_tabs[std::size_t(place)]->setChecked(true);
    Q_EMIT inspectedChanged();
    return true;
}

QStringList DebugPage::inspected() const
{
    if (m_sections->currentWidget() == m_profiler)
        return {QStringLiteral("profiler"), QStringLiteral("data.num_workers"), QStringLiteral("data.prefetch_factor"),
                QStringLiteral("train.batch_size")};
    if (m_sections->currentWidget() == m_ranks)
        return {QStringLiteral("distributed"), QStringLiteral("train.batch_size"), QStringLiteral("train.optimizer")};
    return {QStringLiteral("rules"), QStringLiteral("capture")};
}

}
