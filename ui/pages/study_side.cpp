// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/study_side.h"

#include "core/tune/sampler.h"
#include "ui/models/study_plots.h"
#include "ui/models/trial_choice.h"
#include "ui/pages/figure_view.h"
#include "ui/pages/replay_view.h"
#include "ui/pages/studies_view.h"
#include "ui/pages/surrogate_view.h"
#include "ui/pages/view_button.h"
#include "ui/plots/parallel_plot.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QActionGroup>
#include <QHBoxLayout>
#include <QMenu>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

namespace ui::pages {

using models::TrialChoice;
using plots::ParallelPlot;
using style::Label;
using style::Tone;

QString StudySide::titleOf(View view)
{
    switch (view) {
    case View::Parallel:
        return tr("Parallel coordinates");
    case View::Slice:
        return tr("Slice");
    case View::Contour:
        return tr("Contour");
    case View::Rank:
        return tr("Rank");
    case View::Surrogate:
        return tr("What the strategy believes");
    case View::Edf:
        return tr("Distribution of values");
    case View::Timeline:
        return tr("Timeline of workers");
    case View::Replay:
        return tr("Early stopping, replayed");
    case View::Pareto:
        return tr("Pareto front");
    case View::Studies:
        return tr("Studies side by side");
    }
    return {};
}

QString StudySide::lessonOf(View view)
{
    switch (view) {
    case View::Parallel:
        return tr("drag on an axis to brush, click its name for more");
    case View::Slice:
        return FigureView::lesson(FigureView::Kind::Slice);
    case View::Contour:
        return FigureView::lesson(FigureView::Kind::Contour);
    case View::Rank:
        return FigureView::lesson(FigureView::Kind::Rank);
    case View::Edf:
        return FigureView::lesson(FigureView::Kind::Edf);
    case View::Timeline:
        return FigureView::lesson(FigureView::Kind::Timeline);
    case View::Pareto:
        return FigureView::lesson(FigureView::Kind::Pareto);
    case View::Surrogate:
        return tr("Low or doubtful places are worth a try: the acquisition weighs both, and its peak is tried next.");
    case View::Replay:
        return tr(
            "What each rule of early stopping would have done to these same trials, and what it would have cost.");
    case View::Studies:
        return tr("The best value so far, its mean and spread over seeds: which strategy gets there sooner.");
    }
    return {};
}

StudySide::StudySide(TrialChoice& choice, QWidget* parent)
    : QWidget(parent),
      m_choice(choice),
      m_title(new ViewButton),
      m_caption(new Label({}, Tone::Muted)),
      m_expand(new QToolButton),
      m_group(new QActionGroup(this)),
      m_stack(new QStackedWidget),
      m_parallel(new ParallelPlot),
      m_figure(new FigureView),
      m_surrogate(new SurrogateView),
      m_replay(new ReplayView),
      m_studies(new StudiesView)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    auto* row = new QHBoxLayout;
    row->setSpacing(16);
    row->addWidget(m_title);
    row->addWidget(m_caption, 1);
    row->addWidget(m_expand);
    column->addLayout(row);
    column->addWidget(m_stack, 1);
    for (QWidget* view : std::initializer_list<QWidget*>{m_parallel, m_figure, m_surrogate, m_replay, m_studies})
        m_stack->addWidget(view);
    m_title->setObjectName("tuneView");
    m_title->setAccessibleName(tr("View of the study"));
    m_caption->setElided(Qt::ElideRight);
    m_expand->setObjectName("tuneWholePage");
    m_expand->setAutoRaise(true);
    m_expand->setCheckable(true);
    m_expand->setIcon(style::icon(QStringLiteral("zoom")));
    m_expand->setAccessibleName(tr("Whole page"));
    m_expand->setToolTip(tr("Gives this view the whole page, or its place below the trials again."));
    buildMenu();
    wire();
    choose(View::Parallel);
}

void StudySide::buildMenu()
{
    QMenu* menu = m_title->menu();
    const auto section = [&](const QString& name, std::initializer_list<View> views) {
        menu->addSection(name);
        for (const View view : views) {
            QAction* action = menu->addAction(titleOf(view), this, [this, view] { choose(view); });
            action->setCheckable(true);
            action->setToolTip(lessonOf(view));
            action->setData(int(view));
            m_group->addAction(action);
        }
    };
    menu->setToolTipsVisible(true);
    section(tr("Parameters"), {View::Parallel, View::Slice, View::Contour, View::Rank});
    section(tr("The search"), {View::Surrogate, View::Edf, View::Timeline, View::Replay});
    section(tr("More than one"), {View::Pareto, View::Studies});
}

void StudySide::wire()
{
    connect(m_expand, &QToolButton::toggled, this, [this](bool on) {
        m_alone = on;
        Q_EMIT aloneWanted(on);
    });
    const auto link = [this](auto* view) {
        using Which = std::remove_pointer_t<decltype(view)>;
        connect(view, &Which::hovered, &m_choice, &TrialChoice::hover);
        connect(view, &Which::chosen, this, &StudySide::chosen);
        connect(view, &Which::opened, this, &StudySide::opened);
    };
    link(m_parallel);
    link(m_figure);
    link(m_surrogate);
    connect(m_replay, &ReplayView::chosen, this, &StudySide::chosen);
    connect(m_figure, &FigureView::tryWanted, this, &StudySide::tryWanted);
    connect(m_surrogate, &SurrogateView::tryWanted, this, &StudySide::tryWanted);
}

void StudySide::choose(View view)
{
    m_view = view;
    m_title->setText(titleOf(view));
    m_title->updateGeometry();
    m_caption->setText(lessonOf(view));
    for (QAction* action : m_group->actions())
        action->setChecked(action->data().toInt() == int(view));
    using Kind = FigureView::Kind;
    const auto figure = [this](Kind kind) {
        m_stack->setCurrentWidget(m_figure);
        m_figure->setKind(kind);
    };
    switch (view) {
    case View::Parallel:
        m_stack->setCurrentWidget(m_parallel);
        break;
    case View::Slice:
        figure(Kind::Slice);
        break;
    case View::Contour:
        figure(Kind::Contour);
        break;
    case View::Rank:
        figure(Kind::Rank);
        break;
    case View::Edf:
        figure(Kind::Edf);
        break;
    case View::Timeline:
        figure(Kind::Timeline);
        break;
    case View::Pareto:
        figure(Kind::Pareto);
        break;
    case View::Surrogate:
        m_stack->setCurrentWidget(m_surrogate);
        break;
    case View::Replay:
        m_stack->setCurrentWidget(m_replay);
        break;
    case View::Studies:
        m_stack->setCurrentWidget(m_studies);
        break;
    }
    // Only the view that is seen asks for room.
    for (int i = 0; i < m_stack->count(); ++i) {
        const auto policy = i == m_stack->currentIndex() ? QSizePolicy::Expanding : QSizePolicy::Ignored;
        m_stack->widget(i)->setSizePolicy(policy, policy);
    }
    Q_EMIT viewChanged();
}

bool StudySide::aboutParameters() const
{
    return m_view == View::Parallel || m_view == View::Slice || m_view == View::Contour || m_view == View::Rank;
}

void StudySide::setStudy(const Study& study)
{
    const bool other = study && (!m_study || study->name != m_study->name);
    m_study = study;
    // Who picks the points needs a plane to click on.
    if (other && m_view == View::Parallel)
        if (const auto sampler = core::tune::allSamplers().make(study->spec.strategy);
            sampler && (*sampler)->waitsForPeople())
            choose(study->space.size() > 1 ? View::Rank : View::Slice);
    m_parallel->setAxes(study ? models::axesOf(*study) : std::vector<ParallelPlot::Axis>{});
    m_parallel->setLines(study ? models::linesOf(*study) : std::vector<ParallelPlot::Line>{});
    m_figure->setStudy(study);
    m_surrogate->setStudy(study);
    m_replay->setStudy(study);
    m_studies->setStudy(study);
}

void StudySide::light(qint64 trial)
{
    m_parallel->setLit(trial);
    m_figure->setLit(trial);
    m_surrogate->setLit(trial);
    m_replay->setLit(trial);
}

void StudySide::fade(const std::vector<qint64>& trials)
{
    m_figure->setFaded(trials);
    m_surrogate->setFaded(trials);
}

}
