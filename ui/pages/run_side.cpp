// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/run_side.h"

#include "ui/bridge/worker.h"
#include "ui/models/run_model.h"
#include "ui/models/weight_trails.h"
#include "ui/pages/class_curves.h"
#include "ui/pages/confusion_view.h"
#include "ui/pages/embedding_view.h"
#include "ui/pages/inside_view.h"
#include "ui/pages/landscape_view.h"
#include "ui/pages/predictions_view.h"
#include "ui/pages/sample_view.h"
#include "ui/pages/surface_view.h"
#include "ui/pages/view_button.h"
#include "ui/plots/weights_plot.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QActionGroup>
#include <QHBoxLayout>
#include <QMenu>
#include <QStackedWidget>
#include <QToolButton>

#include <algorithm>

namespace ui::pages {

using style::Label;
using style::Tone;

namespace {

QString titleOf(RunSide::View view)
{
    switch (view) {
    case RunSide::View::Surface:
        return RunSide::tr("Decision surface");
    case RunSide::View::Confusion:
        return RunSide::tr("Confusion matrix");
    case RunSide::View::Predictions:
        return RunSide::tr("Sample predictions");
    case RunSide::View::Weights:
        return RunSide::tr("Weights");
    case RunSide::View::Inside:
        return RunSide::tr("Inside the layers");
    case RunSide::View::Classes:
        return RunSide::tr("Curves by class");
    case RunSide::View::Sample:
        return RunSide::tr("One row, layer by layer");
    case RunSide::View::Embedding:
        return RunSide::tr("Embedding");
    case RunSide::View::Landscape:
        return RunSide::tr("Loss around the weights");
    }
    return {};
}

}

RunSide::RunSide(QWidget* parent)
    : QWidget(parent),
      m_title(new ViewButton),
      m_caption(new Label({}, Tone::Muted)),
      m_stack(new QStackedWidget),
      m_surface(new SurfaceView),
      m_confusion(new ConfusionView),
      m_predictions(new PredictionsView),
      m_weights(new plots::WeightsPlot),
      m_inside(new InsideView),
      m_classes(new ClassCurves),
      m_sample(new SampleView),
      m_embedding(new EmbeddingView),
      m_landscape(new LandscapeView),
      m_expand(new QToolButton),
      m_worker(std::make_unique<bridge::Worker>(*this))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(0, 2, 0, 0);
    row->addWidget(m_title);
    row->addStretch();
    row->addWidget(m_caption);
    row->addWidget(m_expand);
    column->addLayout(row);
    column->addWidget(m_stack, 1);

    for (QWidget* view : std::initializer_list<QWidget*>{m_surface, m_confusion, m_predictions, m_weights, m_inside,
                                                         m_classes, m_sample, m_embedding, m_landscape})
        m_stack->addWidget(view);
    QMenu* menu = m_title->menu();
    auto* group = new QActionGroup(menu);
    for (const View view : {View::Surface, View::Confusion, View::Predictions, View::Weights, View::Inside,
                            View::Classes, View::Sample, View::Embedding, View::Landscape}) {
        QAction* action = menu->addAction(titleOf(view), this, [this, view] { choose(view); });
        action->setCheckable(true);
        group->addAction(action);
    }
    m_title->setAccessibleName(tr("View beside the curves"));
    setWorkbench(nullptr);
    m_expand->setObjectName(QStringLiteral("wholePage"));
    m_expand->setAutoRaise(true);
    m_expand->setCheckable(true);
    m_expand->setIcon(style::icon(QStringLiteral("zoom")));
    m_expand->setAccessibleName(tr("Whole page"));
    m_expand->setToolTip(tr("Gives this view the whole page, or its place beside the curves again."));
    m_expand->hide();
    connect(m_expand, &QToolButton::toggled, this, [this](bool on) {
        m_alone = on;
        Q_EMIT aloneWanted(on);
    });
    connect(m_surface, &SurfaceView::captionChanged, this, &RunSide::showCaption);
    connect(m_confusion, &ConfusionView::captionChanged, this, &RunSide::showCaption);
    connect(m_sample, &SampleView::captionChanged, this, &RunSide::showCaption);
    connect(m_embedding, &EmbeddingView::captionChanged, this, &RunSide::showCaption);
    connect(m_landscape, &LandscapeView::captionChanged, this, &RunSide::showCaption);
    connect(m_predictions, &PredictionsView::rowChosen, this, &RunSide::openRow);
    connect(m_confusion, &ConfusionView::rowChosen, this, &RunSide::openRow);
    connect(m_embedding, &EmbeddingView::rowChosen, this, &RunSide::openRow);
    show(View::Surface);
    setRun(nullptr);
}

RunSide::~RunSide() = default;

void RunSide::setWorkbench(bridge::Workbench* bench)
{
    m_inside->setWorkbench(bench);
    m_sample->setWorkbench(bench);
    m_embedding->setWorkbench(bench);
    m_landscape->setWorkbench(bench);
    m_confusion->setWorkbench(bench);
    m_expand->setVisible(bench);
    for (const View view : {View::Sample, View::Embedding, View::Landscape})
        m_title->menu()->actions()[int(view)]->setVisible(bench);
}

/// A row that was chosen somewhere is looked at layer by layer.
void RunSide::openRow(qint64 row)
{
    m_sample->showRow(row);
    choose(View::Sample);
}

RunSide::View RunSide::view() const
{
    return View(m_stack->currentIndex());
}

void RunSide::setRun(const models::RunModel* run)
{
    m_run = run;
    ++m_generation;
    m_pointsAsked = false;
    m_surface->setData({}, {});
    m_surface->setEmptyText(
        run ? tr("The first surface comes with the first step.")
            : tr("With two features, what the network says of every point of the plane will stand here; the heading "
                 "has views for all other data."));
    m_weights->clear();
    m_trailRows = 0;
    m_weights->setEmptyText(run ? tr("The weights stand here as soon as the network is made.")
                                : tr("Train a run: how the weights of each layer are spread will stand here, and how "
                                     "they move."));
    m_surface->setRun(run);
    m_predictions->setRun(run);
    m_confusion->setRun(run);
    m_inside->setRun(run);
    m_classes->setRun(run);
    m_sample->setRun(run);
    m_embedding->setRun(run);
    m_landscape->setRun(run);
    refresh();
}

void RunSide::choose(View view)
{
    m_chosen = true;
    show(view);
    refresh();
}

void RunSide::setWide(bool wide)
{
    m_surface->setWide(wide);
}

void RunSide::show(View view)
{
    m_stack->setCurrentIndex(int(view));
    m_title->setText(titleOf(view));
    m_title->updateGeometry();
    m_title->menu()->actions()[int(view)]->setChecked(true);
    showCaption();
}

void RunSide::chooseByRun()
{
    if (m_chosen || !m_run)
        return;
    const bool flat = !m_run->surfaces().empty();
    // A plane is drawn before the first step: who has taken one without it has none.
    const bool begun =
        flat || !m_run->confusions().empty() || !m_run->predictions().empty() || m_run->step() > 0 || m_run->finished();
    const View best = flat ? View::Surface : m_run->opened().classes.empty() ? View::Predictions : View::Confusion;
    if (begun && best != view())
        show(best);
}

void RunSide::refresh()
{
    chooseByRun();
    if (!m_run)
        return;
    if (!m_pointsAsked && !m_run->surfaces().empty())
        loadPoints();
    if (m_run->surfaces().empty() && (m_run->step() > 0 || m_run->finished()))
        m_surface->setEmptyText(
            tr("This data has not two features, so there is no plane to draw on. Choose two under Data, "
               "or look at another view."));
    m_surface->refresh();
    m_predictions->refresh();
    m_confusion->refresh();
    showWeights();
    switch (view()) {
    case View::Inside:
        return m_inside->refresh();
    case View::Classes:
        return m_classes->refresh();
    case View::Sample:
        return m_sample->refresh();
    case View::Embedding:
        return m_embedding->refresh();
    case View::Landscape:
        return m_landscape->refresh();
    default:
        return;
    }
}

/// The rows are the data's, not the run's: they are read once, aside.
void RunSide::loadPoints()
{
    m_pointsAsked = true;
    m_worker->run([this, spec = m_run->spec(), generation = m_generation]() -> bridge::Worker::Answer {
        auto points = core::session::previewPoints(spec);
        auto rows = core::session::previewRows(spec, {});
        if (!points)
            return {};
        QStringList features;
        if (rows)
            for (const std::string& name : rows->info.features)
                features << QString::fromStdString(name);
        return [this, generation, points = std::move(*points), features] {
            if (generation == m_generation)
                m_surface->setData(points, features);
        };
    });
}

void RunSide::showWeights()
{
    const core::events::WeightsFrame* frame = m_run->weights();
    if (!frame && m_run->finished())
        m_weights->setEmptyText(
            tr("No weights of this run were kept. Drag the time bar to a step: those of a network are "
               "trained again."));
    if (view() != View::Weights || !frame)
        return;
    m_weights->setWeights(*frame);
    std::size_t rows = 0;
    for (const auto& [name, series] : m_run->tensors())
        rows += series.steps.size();
    if (rows != m_trailRows) {
        m_trailRows = rows;
        m_weights->setTrails(models::trailsOf(m_run->tensors()));
    }
    showCaption();
}

void RunSide::showCaption()
{
    QString caption;
    if (m_run && view() == View::Surface)
        caption = m_surface->caption();
    else if (m_run && view() == View::Confusion)
        caption = m_confusion->caption();
    else if (m_run && view() == View::Sample)
        caption = m_sample->caption();
    else if (m_run && view() == View::Embedding)
        caption = m_embedding->caption();
    else if (m_run && view() == View::Landscape)
        caption = m_landscape->caption();
    else if (m_run && view() == View::Predictions && !m_run->predictions().empty())
        caption = tr("worst first · epoch %1").arg(style::count(m_run->prediction()->epoch));
    else if (m_run && view() == View::Weights && m_run->weights())
        caption = tr("step %1").arg(style::count(m_run->weights()->step));
    m_caption->setText(caption);
}

}
