// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/rule_bench_view.h"

#include "core/debug/rule.h"
#include "ui/bridge/rule_desk.h"
#include "ui/bridge/workbench.h"
#include "ui/models/rule_trials_table.h"
#include "ui/plots/bench_plot.h"
#include "ui/style/label.h"
#include "ui/style/table_header.h"
#include "ui/style/theme.h"

#include <QComboBox>
#include <QHeaderView>
#include <QKeyEvent>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

namespace ui::pages {

using models::RuleTrialsTable;
using style::Label;
using style::Tone;

RuleBenchView::RuleBenchView(bridge::Workbench& bench, QWidget* parent)
    : QWidget(parent),
      m_bench(bench),
      m_desk(new bridge::RuleDesk(bench, this)),
      m_runs(new RuleTrialsTable(this)),
      m_kinds(new QComboBox),
      m_help(new Label({}, Tone::Muted)),
      m_sentence(new Label({}, Tone::Body)),
      m_going(new Label({}, Tone::Muted)),
      m_plot(new plots::BenchPlot),
      m_table(new QTableView),
      m_healthy(new QPushButton(tr("Healthy"))),
      m_sick(new QPushButton(tr("Sick of it"))),
      m_none(new QPushButton(tr("No mark"))),
      m_best(new QPushButton(tr("Least wrong"))),
      m_use(new QPushButton(tr("Use in the experiment")))
{
    m_kinds->setObjectName(QStringLiteral("benchRule"));
    m_kinds->setAccessibleName(tr("Rule"));
    for (const core::base::Entry& entry : core::debug::allRules().family().entries)
        m_kinds->addItem(QString::fromStdString(entry.kind));
    m_help->setWordWrap(true);
    m_sentence->setWordWrap(true);
    m_sentence->setObjectName(QStringLiteral("benchSentence"));
    auto* head = new QHBoxLayout;
    head->setSpacing(12);
    head->addWidget(m_kinds);
    head->addWidget(m_going, 1);
    head->addWidget(m_best);
    head->addWidget(m_use);
    buildHead();
    buildTable();
    auto* marks = new QHBoxLayout;
    marks->setSpacing(8);
    marks->addWidget(new Label(tr("The chosen runs are"), Tone::Muted));
    for (QPushButton* button : {m_healthy, m_sick, m_none})
        marks->addWidget(button);
    marks->addStretch(1);
    auto* column = new QVBoxLayout(this);
    column->setSpacing(8);
    column->addLayout(head);
    column->addWidget(m_help);
    column->addWidget(m_plot, 2);
    column->addWidget(m_sentence);
    column->addLayout(marks);
    column->addWidget(m_table, 3);
    connect(m_desk, &bridge::RuleDesk::trialsChanged, this, &RuleBenchView::showTrials);
    connect(m_desk, &bridge::RuleDesk::marked, this, [this] { ask(true); });
    connect(m_desk, &bridge::RuleDesk::trialsGo, this,
            [this](qint64 done, qint64 all) { m_going->setText(tr("Asking the runs: %1 of %2").arg(done).arg(all)); });
    connect(&bench, &bridge::Workbench::runsChanged, this, [this] {
        m_asked = false;
        if (isVisible())
            ask(true);
    });
    choose(QStringLiteral("VanishingGradient"));
}

RuleBenchView::~RuleBenchView() = default;

void RuleBenchView::buildHead()
{
    m_best->setObjectName(QStringLiteral("benchBest"));
    m_best->setToolTip(tr("The threshold in the middle of the widest stretch that is wrong least often about the runs "
                          "that you marked"));
    m_use->setObjectName(QStringLiteral("benchUse"));
    m_use->setToolTip(
        tr("Sets this threshold in the experiment; the rule is added to it if it is not there. A run that "
           "trains now is watched by it at once, from its first step on."));
    connect(m_kinds, &QComboBox::activated, this, [this] { choose(m_kinds->currentText()); });
    connect(m_plot, &plots::BenchPlot::thresholdMoved, this, [this](double at) { moveTo(at, false); });
    connect(m_plot, &plots::BenchPlot::thresholdReleased, this, [this](double at) { moveTo(at, true); });
    connect(m_best, &QPushButton::clicked, this, [this] {
        if (const auto& trials = m_desk->trials(); trials && trials->best)
            moveTo(*trials->best, true);
    });
    connect(m_use, &QPushButton::clicked, this, &RuleBenchView::takeOver);
}

void RuleBenchView::buildTable()
{
    m_table->setObjectName(QStringLiteral("benchRuns"));
    m_table->setHorizontalHeader(new style::TableHeader(m_table));
    m_table->setModel(m_runs);
    m_table->setShowGrid(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->verticalHeader()->setDefaultSectionSize(int(28 * style::theme().scale));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setAccessibleName(tr("Runs"));
    m_table->horizontalHeader()->setSectionResizeMode(RuleTrialsTable::Run, QHeaderView::Stretch);
    for (const int column :
         {RuleTrialsTable::Mark, RuleTrialsTable::Fires, RuleTrialsTable::First, RuleTrialsTable::Judged})
        m_table->horizontalHeader()->setSectionResizeMode(column, QHeaderView::ResizeToContents);
    m_table->installEventFilter(this);
    m_healthy->setObjectName(QStringLiteral("markHealthy"));
    m_sick->setObjectName(QStringLiteral("markSick"));
    m_none->setObjectName(QStringLiteral("markNone"));
    m_healthy->setToolTip(tr("No rule should fire in them (H)"));
    m_sick->setToolTip(tr("This rule should fire in them (S)"));
    m_none->setToolTip(tr("They count for nothing (N)"));
    connect(m_healthy, &QPushButton::clicked, this, [this] { markChosen(false); });
    connect(m_sick, &QPushButton::clicked, this, [this] { markChosen(true); });
    connect(m_none, &QPushButton::clicked, this, [this] { markChosen(std::nullopt); });
    const auto enable = [this] {
        for (QPushButton* button : {m_healthy, m_sick, m_none})
            button->setEnabled(m_table->selectionModel()->hasSelection());
    };
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, enable);
    connect(m_runs, &QAbstractItemModel::modelReset, this, enable);
    enable();
}

bool RuleBenchView::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_H || key == Qt::Key_S || key == Qt::Key_N) {
            markChosen(key == Qt::Key_N ? std::nullopt : std::optional(key == Qt::Key_S));
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void RuleBenchView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (!m_asked)
        ask(true);
}

int RuleBenchView::placeInExperiment() const
{
    const core::base::Value& rules = m_bench.document().resolved()["rules"];
    if (rules.isArray())
        for (std::size_t i = 0; i < rules.array().size(); ++i)
            if (const core::base::Value& rule = rules.array()[i];
                rule["rule"].isText() && rule["rule"].text() == m_rule.rule)
                return int(i);
    return -1;
}

void RuleBenchView::choose(const QString& kind)
{
    m_kinds->setCurrentText(kind);
    m_rule = {kind.toStdString(), core::base::Object{}};
    if (const int place = placeInExperiment(); place >= 0) {
        core::base::Object given = m_bench.document().resolved()["rules"].array()[std::size_t(place)].object();
        for (const char* key : {"rule", "name", "actions"})
            given.erase(key);
        m_rule.params = std::move(given);
    }
    m_threshold.reset();
    const core::base::Entry* entry = core::debug::allRules().family().find(m_rule.rule);
    m_help->setText(entry ? QString::fromStdString(entry->help) : QString());
    ask(true);
}

void RuleBenchView::ask(bool sweep)
{
    m_asked = isVisible();
    if (!m_asked)
        return;
    core::spec::RuleSpec rule = m_rule;
    if (const auto& trials = m_desk->trials(); m_threshold && trials)
        rule.params.object().set(trials->compared.threshold, *m_threshold);
    m_desk->tryEverywhere(rule, sweep);
}

void RuleBenchView::markChosen(std::optional<bool> sick)
{
    std::vector<QString> folders;
    for (const QModelIndex& at : m_table->selectionModel()->selectedRows())
        folders.push_back(QString::fromStdString(m_runs->runs()[std::size_t(at.row())].folder.string()));
    if (!folders.empty())
        m_desk->mark(folders, QString::fromStdString(m_rule.rule), sick);
}

void RuleBenchView::moveTo(double threshold, bool last)
{
    m_threshold = threshold;
    if (last)
        ask(true);
    else
        showTrials();
}

QString RuleBenchView::sentence() const
{
    return m_sentence->text();
}

void RuleBenchView::showTrials()
{
    const auto& trials = m_desk->trials();
    if (!trials)
        return;
    m_going->setText({});
    m_runs->setRuns(trials->runs);
    plots::BenchPlot::Spec spec;
    const QString parameter = QString::fromStdString(trials->compared.threshold);
    const qint64 marked = trials->healthy + trials->sick;
    spec.parameter = parameter;
    spec.log = trials->compared.log;
    spec.healthy = trials->healthy;
    spec.sick = trials->sick;
    for (const auto& point : trials->points)
        spec.points.push_back({point.threshold, point.falseAlarms, point.misses});
    if (!parameter.isEmpty())
        spec.threshold = m_threshold.value_or(trials->threshold);
    spec.best = trials->best;
    spec.empty =
        trials->runs.empty() ? tr("There is no recorded run yet. Train some: this rule is asked about each of them.")
        : marked == 0 ? tr("Mark runs below as healthy, or as sick of what this rule looks for: here you then see how "
                           "often it is wrong under each threshold.")
        : parameter.isEmpty() ? tr("This rule has no threshold.")
                              : tr("What this rule looks at was not recorded in the marked runs.");
    m_plot->setSpec(std::move(spec));
    const bool known = trials->best && !parameter.isEmpty();
    m_best->setEnabled(known);
    m_use->setEnabled(!parameter.isEmpty());
    QString words;
    if (marked > 0 && !parameter.isEmpty())
        words = tr("%1 %2: %3 false alarms in %4 healthy runs, %5 of %6 sick ones missed.")
                    .arg(parameter, style::number(trials->now.threshold, 3))
                    .arg(trials->now.falseAlarms)
                    .arg(trials->healthy)
                    .arg(trials->now.misses)
                    .arg(trials->sick);
    else if (marked > 0)
        words = tr("%1 false alarms in %2 healthy runs, %3 of %4 sick ones missed.")
                    .arg(trials->now.falseAlarms)
                    .arg(trials->healthy)
                    .arg(trials->now.misses)
                    .arg(trials->sick);
    if (known)
        words += tr(" It is least often wrong at %1.").arg(style::number(*trials->best, 3));
    if (marked > 0 && marked < 10)
        words += tr(" Of %1 marked runs that is a hint, no proof.").arg(marked);
    m_sentence->setText(words);
    m_sentence->setVisible(!words.isEmpty());
}

void RuleBenchView::takeOver()
{
    const auto& trials = m_desk->trials();
    if (!trials || trials->compared.threshold.empty())
        return;
    const double threshold = m_threshold.value_or(trials->threshold);
    bridge::ExperimentDocument& document = m_bench.document();
    const int place = placeInExperiment();
    const core::base::Value& rules = document.resolved()["rules"];
    core::base::Array all = rules.isArray() ? rules.array() : core::base::Array{};
    core::base::Object rule{{"rule", m_rule.rule}};
    if (place >= 0)
        rule = all[std::size_t(place)].object();
    rule.set(trials->compared.threshold, threshold);
    if (place >= 0)
        all[std::size_t(place)] = std::move(rule);
    else
        all.emplace_back(std::move(rule));
    if (m_bench.training())
        m_bench.edit(QStringLiteral("rules"), core::base::Value(std::move(all)));
    else
        document.setAll(
            {{QStringLiteral("rules"), core::base::Value(std::move(all))}},
            tr("%1 of %2")
                .arg(QString::fromStdString(trials->compared.threshold), QString::fromStdString(m_rule.rule)));
    m_rule.params.object().set(trials->compared.threshold, threshold);
    m_threshold.reset();
    ask(false);
}

}
