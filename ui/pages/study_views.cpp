// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/study_views.h"

#include "core/tune/importance.h"
#include "ui/models/stop_curve.h"
#include "ui/models/study_plots.h"
#include "ui/models/trial_rows.h"
#include "ui/pages/hairline.h"
#include "ui/pages/study_side.h"
#include "ui/plots/bar_list.h"
#include "ui/plots/parallel_plot.h"
#include "ui/plots/trials_plot.h"
#include "ui/style/label.h"
#include "ui/style/table_header.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

#include <cmath>

namespace ui::pages {

using core::tune::TrialState;
using models::TrialChoice;
using models::TrialRows;
using models::TrialsTable;
using plots::ParallelPlot;
using plots::TrialsPlot;
using style::Label;
using style::Tone;

namespace {

constexpr int starWidth = 36;

}

StudyViews::StudyViews(TrialChoice& choice, QWidget* parent)
    : QWidget(parent),
      m_choice(choice),
      m_sorted(new TrialRows(choice, m_trials, this)),
      m_view(new QTableView),
      m_filter(new QLineEdit),
      m_clear(new QPushButton(tr("Clear brush"))),
      m_note(new Label({}, Tone::Muted)),
      m_problem(new Label({}, Tone::Problem)),
      m_importanceNote(new Label({}, Tone::Muted)),
      m_importanceBy(new QComboBox),
      m_above(new QWidget),
      m_mattered(nullptr),
      m_history(new TrialsPlot),
      m_curves(new TrialsPlot),
      m_side(new StudySide(choice)),
      m_importance(new plots::BarList)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* above = new QHBoxLayout(m_above);
    above->setContentsMargins(24, 12, 24, 8);
    above->setSpacing(24);
    above->addWidget(buildTable(), 1);
    auto* plots = new QVBoxLayout;
    plots->setSpacing(8);
    plots->addWidget(m_history, 1);
    plots->addWidget(m_curves, 1);
    above->addLayout(plots, 1);
    column->addWidget(m_above, 5);
    column->addWidget(new Hairline);
    auto* below = new QHBoxLayout;
    below->setContentsMargins(24, 12, 24, 12);
    below->setSpacing(24);
    below->addWidget(m_side, 9);
    m_mattered = buildImportance();
    below->addWidget(m_mattered, 4);
    column->addLayout(below, 4);
    wireTable();
    wirePlots();
}

plots::ParallelPlot* StudyViews::parallel() const
{
    return m_side->parallel();
}

QWidget* StudyViews::buildTable()
{
    auto* part = new QWidget;
    auto* column = new QVBoxLayout(part);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    auto* head = new QHBoxLayout;
    head->setSpacing(8);
    head->addWidget(new Label(tr("Trials"), Tone::Strong));
    head->addWidget(m_note);
    head->addStretch(1);
    m_clear->setProperty("flat", true);
    m_clear->setObjectName("tuneClearBrush");
    m_clear->hide();
    head->addWidget(m_clear);
    m_filter->setPlaceholderText(tr("Filter: value < 0.3"));
    m_filter->setObjectName("tuneFilter");
    m_filter->setAccessibleName(tr("Show only trials of which this is true"));
    m_filter->setToolTip(tr("A text, or a condition such as\nvalue < 0.3 and state == \"completed\"\n"
                            "train.optimizer.lr > 0.01 or star\nKnown are value, number, state, source, rule, step, "
                            "seconds, star, note, and every parameter by its path."));
    m_filter->setClearButtonEnabled(true);
    m_filter->setMinimumWidth(140);
    head->addWidget(m_filter, 2);
    column->addLayout(head);
    m_problem->setObjectName("tuneFilterProblem");
    m_problem->setWordWrap(true);
    m_problem->hide();
    column->addWidget(m_problem);
    column->addWidget(m_view, 1);
    m_view->setModel(m_sorted);
    m_view->setHorizontalHeader(new style::TableHeader(m_view));
    m_view->horizontalHeader()->setSectionsClickable(true);
    m_view->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_view->horizontalHeader()->setStretchLastSection(true);
    m_view->horizontalHeader()->setMinimumSectionSize(24);
    m_view->setSortingEnabled(true);
    m_view->sortByColumn(TrialsTable::Number, Qt::AscendingOrder);
    m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    // Only notes can be written; all else opens.
    m_view->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed);
    m_view->setShowGrid(false);
    m_view->setTabKeyNavigation(false);
    m_view->setMouseTracking(true);
    m_view->setMinimumWidth(280);
    m_view->verticalHeader()->hide();
    m_view->verticalHeader()->setDefaultSectionSize(24);
    m_view->setObjectName("tuneTrials");
    m_view->setAccessibleName(tr("Trials"));
    m_view->viewport()->installEventFilter(this);
    return part;
}

QWidget* StudyViews::buildImportance()
{
    auto* part = new QWidget;
    auto* column = new QVBoxLayout(part);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(12);
    auto* head = new QHBoxLayout;
    head->addWidget(new Label(tr("Importance"), Tone::Strong));
    head->addStretch(1);
    head->addWidget(m_importanceBy);
    column->addLayout(head);
    m_importanceBy->addItems({tr("fANOVA"), tr("PED-ANOVA")});
    m_importanceBy->setItemData(0, tr("The share of the objective's variance that a parameter has by itself"),
                                Qt::ToolTipRole);
    m_importanceBy->setItemData(1, tr("How far a parameter's values among the best tenth are from those of all trials"),
                                Qt::ToolTipRole);
    m_importanceBy->setObjectName("tuneImportanceBy");
    m_importanceBy->setAccessibleName(tr("How importance is reckoned"));
    m_importanceBy->setToolTip(tr("fANOVA: over the whole space. PED-ANOVA: what makes the best tenth the best."));
    m_importance->setAccessibleName(tr("How much each parameter mattered"));
    column->addWidget(m_importance);
    m_importanceNote->setWordWrap(true);
    column->addWidget(m_importanceNote);
    column->addStretch(1);
    return part;
}

void StudyViews::wireTable()
{
    connect(m_filter, &QLineEdit::textChanged, this, &StudyViews::filterRows);
    connect(m_clear, &QPushButton::clicked, m_side->parallel(), &ParallelPlot::clearBrushes);
    connect(&m_trials, &TrialsTable::noteWanted, this, &StudyViews::noteWanted);
    connect(m_view, &QTableView::activated, this, [this](const QModelIndex& index) {
        if (index.column() != m_trials.noteColumn())
            Q_EMIT opened(trialAt(index));
    });
    connect(m_view, &QTableView::entered, this, [this](const QModelIndex& index) { m_choice.hover(trialAt(index)); });
    connect(m_view->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& index) {
        if (m_selecting || !index.isValid())
            return;
        m_choice.choose(trialAt(index));
        Q_EMIT chosenByHand();
    });
    connect(m_view, &QTableView::clicked, this, [this](const QModelIndex& index) {
        const core::tune::Trial* trial = m_trials.trial(m_sorted->mapToSource(index).row());
        if (trial && index.column() == TrialsTable::Star)
            Q_EMIT starWanted(trial->number, !models::starred(*trial));
    });
}

void StudyViews::wirePlots()
{
    const auto choose = [this](qint64 trial) {
        m_choice.choose(trial);
        Q_EMIT chosenByHand();
    };
    for (TrialsPlot* plot : {m_history, m_curves}) {
        connect(plot, &TrialsPlot::hovered, &m_choice, &TrialChoice::hover);
        connect(plot, &TrialsPlot::chosen, this, choose);
        connect(plot, &TrialsPlot::opened, this, &StudyViews::opened);
    }
    connect(m_side, &StudySide::chosen, this, choose);
    connect(m_side, &StudySide::opened, this, &StudyViews::opened);
    connect(m_side, &StudySide::tryWanted, this, &StudyViews::tryWanted);
    connect(m_side, &StudySide::aloneWanted, this, &StudyViews::giveRoom);
    connect(m_side, &StudySide::viewChanged, this, [this] { giveRoom(m_side->alone()); });
    connect(m_side->parallel(), &ParallelPlot::brushChanged, this, &StudyViews::brush);
    connect(m_importanceBy, &QComboBox::activated, this, [this] {
        m_ranked = -1;
        rank();
    });
    connect(&m_choice, &TrialChoice::litChanged, this, &StudyViews::light);
    connect(&m_choice, &TrialChoice::chosenChanged, this, &StudyViews::selectRow);
}

void StudyViews::giveRoom(bool alone)
{
    m_above->setVisible(!alone);
    m_mattered->setVisible(!alone && m_side->aboutParameters());
}

void StudyViews::filterRows()
{
    m_selecting = true;
    const core::base::Status status =
        m_study ? m_sorted->setCondition(m_filter->text(), *m_study) : core::base::Status{};
    m_selecting = false;
    m_problem->setVisible(!status);
    if (!status) {
        // `column 7: …` stands before what is wrong.
        const core::base::Error& error = status.error();
        m_problem->setText(QStringLiteral("▲ ") + QString::fromStdString(core::base::describe(error)));
        return;
    }
    tellNote();
    selectRow();
}

bool StudyViews::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Leave)
        m_choice.hover(TrialChoice::none);
    return QWidget::eventFilter(watched, event);
}

qint64 StudyViews::trialAt(const QModelIndex& index) const
{
    const core::tune::Trial* trial = m_trials.trial(m_sorted->mapToSource(index).row());
    return trial ? trial->number : TrialChoice::none;
}

void StudyViews::setStudy(const Study& study)
{
    const bool other = !study || !m_study || study->name != m_study->name;
    m_study = study;
    if (other) {
        m_side->parallel()->clearBrushes();
        m_ranked = m_compared = -1;
    }
    m_selecting = true;
    m_trials.setStudy(study);
    if (other && study) {
        m_view->horizontalHeader()->setSectionResizeMode(TrialsTable::Star, QHeaderView::Fixed);
        m_view->horizontalHeader()->resizeSection(TrialsTable::Star, starWidth);
        // The best first.
        m_view->sortByColumn(TrialsTable::Value,
                             study->spec.objective.front().maximizes() ? Qt::DescendingOrder : Qt::AscendingOrder);
    }
    m_selecting = false;
    m_history->setSpec(study ? models::historyOf(*study) : TrialsPlot::Spec{});
    m_curves->setSpec(study ? models::curvesOf(*study) : TrialsPlot::Spec{});
    m_side->setStudy(study);
    if (other)
        filterRows();
    selectRow();
    light();
    tellNote();
    rank();
}

void StudyViews::light()
{
    m_history->setLit(m_choice.lit());
    m_curves->setLit(m_choice.lit());
    m_side->light(m_choice.lit());
    if (m_choice.lit() != m_compared || (m_study && m_study->order != m_comparedAt)) {
        m_compared = m_choice.lit();
        m_comparedAt = m_study ? m_study->order : -1;
        models::StopCurve curve = m_study ? models::stopCurveOf(*m_study, m_choice.lit()) : models::StopCurve{};
        m_curves->setReference(std::move(curve.limit), std::move(curve.others));
    }
    m_trials.setLit(m_choice.lit());
}

void StudyViews::brush()
{
    const std::vector<qint64> inside = m_side->parallel()->inside();
    m_choice.brush(m_side->parallel()->brushed(), {inside.begin(), inside.end()});
    std::vector<qint64> faded;
    if (m_study && m_choice.brushed())
        for (const core::tune::Trial& trial : m_study->trials)
            if (!m_choice.inBrush(trial.number))
                faded.push_back(trial.number);
    m_history->setFaded(faded);
    m_curves->setFaded(faded);
    m_side->fade(faded);
    m_selecting = true;
    m_sorted->refresh();
    m_selecting = false;
    m_clear->setVisible(m_choice.brushed());
    selectRow();
    tellNote();
}

void StudyViews::tellNote()
{
    const int all = m_trials.rowCount(), shown = m_sorted->rowCount();
    m_note->setText(all == shown ? QString::number(all) : tr("%1 of %2").arg(shown).arg(all));
}

void StudyViews::selectRow()
{
    QModelIndex chosen;
    for (int row = 0; row < m_sorted->rowCount() && !chosen.isValid(); ++row)
        if (const QModelIndex index = m_sorted->index(row, 0); trialAt(index) == m_choice.chosen())
            chosen = index;
    m_selecting = true;
    if (!chosen.isValid())
        m_view->setCurrentIndex({});
    else if (m_view->currentIndex().row() != chosen.row())
        m_view->setCurrentIndex(chosen);
    m_selecting = false;
}

void StudyViews::rank()
{
    const std::int64_t completed = m_study ? m_study->count(TrialState::Completed) : 0;
    if (completed == m_ranked)
        return;
    m_ranked = completed;
    const auto reckon = [study = m_study, ped = m_importanceBy->currentIndex() ==
                                                1]() -> core::base::Result<std::vector<core::tune::Importance>> {
        if (!study)
            return std::vector<core::tune::Importance>{};
        return ped ? core::tune::pedAnova(study->history()) : core::tune::fanova(study->history());
    };
    m_ranker.ask(reckon, [this, completed](core::base::Result<std::vector<core::tune::Importance>> ranked) {
        std::vector<plots::BarList::Bar> bars;
        if (ranked && m_study)
            for (const core::tune::Importance& each : *ranked) {
                if (!std::isfinite(each.value))
                    continue;
                bars.push_back({models::shortName(m_study->space, each.path), each.value,
                                tr("%1 ± %2").arg(each.value, 0, 'f', 2).arg(each.spread, 0, 'f', 2), bars.empty()});
            }
        // First by more than it may be wrong.
        const bool sure = ranked && !ranked->empty() &&
                          (ranked->size() < 2 || (*ranked)[0].value - (*ranked)[0].spread > (*ranked)[1].value);
        m_importance->setVisible(!bars.empty());
        QString note;
        if (!ranked && m_study)
            note = tr("Shown once there is enough to tell: %1.").arg(QString::fromStdString(ranked.error().message));
        else if (!bars.empty())
            note = (sure ? tr("Of %1 trials: %2 decides most.").arg(completed).arg(bars.front().name)
                         : tr("Of %1 trials: which one decides most is not sure yet.").arg(completed));
        m_importanceNote->setText(note);
        m_importance->setBars(std::move(bars));
    });
}

}
