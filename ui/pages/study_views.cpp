// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/study_views.h"

#include "core/tune/importance.h"
#include "ui/models/study_plots.h"
#include "ui/models/trial_choice.h"
#include "ui/pages/hairline.h"
#include "ui/plots/bar_list.h"
#include "ui/style/label.h"
#include "ui/style/table_header.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QVBoxLayout>

#include <cmath>

namespace ui::pages {

using core::tune::TrialState;
using models::TrialChoice;
using models::TrialsTable;
using plots::ParallelPlot;
using plots::TrialsPlot;
using style::Label;
using style::Tone;

namespace {

constexpr int starWidth = 36;

/// By what was typed, and by the brush.
class TrialFilter final : public QSortFilterProxyModel {
public:
    TrialFilter(const TrialChoice& choice, const TrialsTable& trials, QObject* parent)
        : QSortFilterProxyModel(parent),
          m_choice(choice),
          m_trials(trials)
    {
    }
    void refresh() { invalidateFilter(); }

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override
    {
        const core::tune::Trial* trial = m_trials.trial(row);
        return trial && m_choice.inBrush(trial->number) && QSortFilterProxyModel::filterAcceptsRow(row, parent);
    }

private:
    const TrialChoice& m_choice;
    const TrialsTable& m_trials;
};

}

StudyViews::StudyViews(TrialChoice& choice, QWidget* parent)
    : QWidget(parent),
      m_choice(choice),
      m_sorted(new TrialFilter(choice, m_trials, this)),
      m_view(new QTableView),
      m_filter(new QLineEdit),
      m_clear(new QPushButton(tr("Clear brush"))),
      m_note(new Label({}, Tone::Muted)),
      m_importanceNote(new Label({}, Tone::Muted)),
      m_importanceBy(new Label({}, Tone::Muted)),
      m_history(new TrialsPlot),
      m_curves(new TrialsPlot),
      m_parallel(new ParallelPlot),
      m_importance(new plots::BarList)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* above = new QHBoxLayout;
    above->setContentsMargins(24, 12, 24, 8);
    above->setSpacing(24);
    above->addWidget(buildTable(), 1);
    auto* plots = new QVBoxLayout;
    plots->setSpacing(8);
    plots->addWidget(m_history, 1);
    plots->addWidget(m_curves, 1);
    above->addLayout(plots, 1);
    column->addLayout(above, 5);
    column->addWidget(new Hairline);
    auto* below = new QHBoxLayout;
    below->setContentsMargins(24, 12, 24, 12);
    below->setSpacing(24);
    below->addWidget(buildParallel(), 9);
    below->addWidget(buildImportance(), 4);
    column->addLayout(below, 4);
    wireTable();
    wirePlots();
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
    m_filter->setPlaceholderText(tr("Filter"));
    m_filter->setObjectName("tuneFilter");
    m_filter->setAccessibleName(tr("Show only trials with this text"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setMaximumWidth(120);
    head->addWidget(m_filter);
    column->addLayout(head);
    column->addWidget(m_view, 1);
    m_sorted->setSourceModel(&m_trials);
    m_sorted->setSortRole(Qt::UserRole);
    m_sorted->setFilterKeyColumn(-1);
    m_sorted->setFilterCaseSensitivity(Qt::CaseInsensitive);
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
    m_view->setEditTriggers(QAbstractItemView::NoEditTriggers);
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

QWidget* StudyViews::buildParallel()
{
    auto* part = new QWidget;
    auto* column = new QVBoxLayout(part);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    auto* head = new QHBoxLayout;
    head->setSpacing(16);
    head->addWidget(new Label(tr("Parallel coordinates"), Tone::Strong));
    head->addWidget(new Label(tr("drag on an axis to brush"), Tone::Muted));
    head->addStretch(1);
    column->addLayout(head);
    column->addWidget(m_parallel, 1);
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
    m_importance->setAccessibleName(tr("How much each parameter mattered"));
    column->addWidget(m_importance);
    m_importanceNote->setWordWrap(true);
    column->addWidget(m_importanceNote);
    column->addStretch(1);
    return part;
}

void StudyViews::wireTable()
{
    connect(m_filter, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_selecting = true;
        m_sorted->setFilterFixedString(text);
        m_selecting = false;
        tellNote();
        selectRow();
    });
    connect(m_clear, &QPushButton::clicked, m_parallel, &ParallelPlot::clearBrushes);
    connect(m_view, &QTableView::activated, this, [this](const QModelIndex& index) { Q_EMIT opened(trialAt(index)); });
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
    connect(m_parallel, &ParallelPlot::hovered, &m_choice, &TrialChoice::hover);
    connect(m_parallel, &ParallelPlot::chosen, this, choose);
    connect(m_parallel, &ParallelPlot::opened, this, &StudyViews::opened);
    connect(m_parallel, &ParallelPlot::brushChanged, this, &StudyViews::brush);
    connect(&m_choice, &TrialChoice::litChanged, this, &StudyViews::light);
    connect(&m_choice, &TrialChoice::chosenChanged, this, &StudyViews::selectRow);
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
        m_parallel->clearBrushes();
        m_ranked = -1;
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
    m_parallel->setAxes(study ? models::axesOf(*study) : std::vector<ParallelPlot::Axis>{});
    m_parallel->setLines(study ? models::linesOf(*study) : std::vector<ParallelPlot::Line>{});
    selectRow();
    light();
    tellNote();
    rank();
}

void StudyViews::light()
{
    m_history->setLit(m_choice.lit());
    m_curves->setLit(m_choice.lit());
    m_parallel->setLit(m_choice.lit());
    m_curves->setReference(m_study ? models::limitOf(*m_study, m_choice.lit()) : QPolygonF());
    m_trials.setLit(m_choice.lit());
}

void StudyViews::brush()
{
    const std::vector<qint64> inside = m_parallel->inside();
    m_choice.brush(m_parallel->brushed(), {inside.begin(), inside.end()});
    std::vector<qint64> faded;
    if (m_study && m_choice.brushed())
        for (const core::tune::Trial& trial : m_study->trials)
            if (!m_choice.inBrush(trial.number))
                faded.push_back(trial.number);
    m_history->setFaded(faded);
    m_curves->setFaded(faded);
    m_selecting = true;
    static_cast<TrialFilter*>(m_sorted)->refresh();
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
    const auto reckon = [study = m_study]() -> core::base::Result<std::vector<core::tune::Importance>> {
        if (!study)
            return std::vector<core::tune::Importance>{};
        return core::tune::fanova(study->history());
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
        m_importanceBy->setText(bars.empty() ? QString() : tr("fANOVA, %1 trials").arg(completed));
        QString note;
        if (!ranked && m_study)
            note = tr("Shown once there is enough to tell: %1.").arg(QString::fromStdString(ranked.error().message));
        else if (!bars.empty())
            note = sure ? tr("%1 decides most.").arg(bars.front().name) : tr("Which one decides most is not sure yet.");
        m_importanceNote->setText(note);
        m_importance->setBars(std::move(bars));
    });
}

}
