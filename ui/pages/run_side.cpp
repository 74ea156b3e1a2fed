// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/run_side.h"

#include "ui/bridge/worker.h"
#include "ui/models/run_model.h"
#include "ui/models/weight_trails.h"
#include "ui/pages/predictions_view.h"
#include "ui/pages/surface_view.h"
#include "ui/pages/view_button.h"
#include "ui/plots/heat_table.h"
#include "ui/plots/weights_plot.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QActionGroup>
#include <QHBoxLayout>
#include <QMenu>
#include <QStackedWidget>

#include <algorithm>

namespace ui::pages {

using core::events::ConfusionFrame;
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
    }
    return {};
}

constexpr std::size_t worstShown = 4;

/// The cells off the diagonal with the most rows, the worst first.
std::vector<std::pair<int, int>> worstCells(const ConfusionFrame& frame)
{
    std::vector<std::pair<int, int>> cells;
    const auto count = [&frame](const std::pair<int, int>& cell) {
        return frame.counts[std::size_t(cell.first * frame.classes + cell.second)];
    };
    for (int truth = 0; truth < frame.classes; ++truth)
        for (int said = 0; said < frame.classes; ++said)
            if (truth != said && count({truth, said}) > 0)
                cells.emplace_back(truth, said);
    std::ranges::stable_sort(cells, std::greater<>(), count);
    cells.resize(std::min(cells.size(), worstShown));
    return cells;
}

}

RunSide::RunSide(QWidget* parent)
    : QWidget(parent),
      m_title(new ViewButton),
      m_caption(new Label({}, Tone::Muted)),
      m_stack(new QStackedWidget),
      m_surface(new SurfaceView),
      m_confusionPage(new QWidget),
      m_confusion(new plots::HeatTable),
      m_worst(new Label({}, Tone::Muted)),
      m_predictions(new PredictionsView),
      m_weights(new plots::WeightsPlot),
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
    column->addLayout(row);
    column->addWidget(m_stack, 1);

    auto* confusion = new QVBoxLayout(m_confusionPage);
    confusion->setContentsMargins(0, 0, 0, 0);
    confusion->addWidget(m_confusion, 1);
    confusion->addWidget(m_worst);
    m_worst->setWordWrap(true);
    m_stack->addWidget(m_surface);
    m_stack->addWidget(m_confusionPage);
    m_stack->addWidget(m_predictions);
    m_stack->addWidget(m_weights);

    QMenu* menu = m_title->menu();
    auto* group = new QActionGroup(menu);
    for (const View view : {View::Surface, View::Confusion, View::Predictions, View::Weights}) {
        QAction* action = menu->addAction(titleOf(view), this, [this, view] { choose(view); });
        action->setCheckable(true);
        group->addAction(action);
    }
    m_title->setAccessibleName(tr("View beside the curves"));
    connect(m_surface, &SurfaceView::captionChanged, this, &RunSide::showCaption);
    show(View::Surface);
    setRun(nullptr);
}

RunSide::~RunSide() = default;

RunSide::View RunSide::view() const
{
    return View(m_stack->currentIndex());
}

void RunSide::setRun(const models::RunModel* run)
{
    m_run = run;
    ++m_generation;
    m_pointsAsked = false;
    m_confusionStep = -1;
    m_surface->setData({}, {});
    m_surface->setEmptyText(
        run ? tr("The first surface comes with the first step.")
            : tr("With two features, what the network says of every point of the plane will stand here; the heading "
                 "has views for all other data."));
    m_confusion->clear();
    m_confusion->setEmptyText(run ? tr("The first matrix comes with the first evaluation.")
                                  : tr("Train on classes: which is taken for which will stand here."));
    m_worst->setText({});
    m_weights->clear();
    m_trailRows = 0;
    m_weights->setEmptyText(run ? tr("The weights stand here as soon as the network is made.")
                                : tr("Train a run: how the weights of each layer are spread will stand here, and how "
                                     "they move."));
    m_surface->setRun(run);
    m_predictions->setRun(run);
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
    showConfusion();
    showWeights();
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

void RunSide::showConfusion()
{
    if (m_run->confusions().empty()) {
        if (m_run->opened().stepsPerEpoch > 0 && m_run->opened().classes.empty())
            m_confusion->setEmptyText(tr("This run predicts numbers: there are no classes to confuse."));
        return;
    }
    const ConfusionFrame& frame = *m_run->confusion();
    if (frame.step == m_confusionStep)
        return;
    m_confusionStep = frame.step;
    QStringList names;
    for (const std::string& name : m_run->opened().classes)
        names << QString::fromStdString(name);
    m_confusion->setClasses(names);
    m_confusion->setFrame(frame);
    QStringList worst;
    for (const auto& [truth, said] : worstCells(frame))
        worst << m_confusion->describe(truth, said);
    m_worst->setText(worst.isEmpty() ? tr("Nothing is confused on the validation rows.") : worst.join('\n'));
    showCaption();
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
    else if (m_run && view() == View::Confusion && !m_run->confusions().empty())
        caption = tr("validation · epoch %1").arg(style::count(m_run->confusion()->epoch));
    else if (m_run && view() == View::Predictions && !m_run->predictions().empty())
        caption = tr("worst first · epoch %1").arg(style::count(m_run->prediction()->epoch));
    else if (m_run && view() == View::Weights && m_run->weights())
        caption = tr("step %1").arg(style::count(m_run->weights()->step));
    m_caption->setText(caption);
}

}
