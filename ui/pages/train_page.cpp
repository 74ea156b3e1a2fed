// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/train_page.h"

#include "core/session/inspect.h"
#include "ui/bridge/rate_plan.h"
#include "ui/bridge/time_travel.h"
#include "ui/bridge/workbench.h"
#include "ui/models/forgetting.h"
#include "ui/pages/closing_bar.h"
#include "ui/pages/forgetting_meter.h"
#include "ui/pages/run_curves.h"
#include "ui/pages/run_side.h"
#include "ui/pages/step_strip.h"
#include "ui/plots/live_plot.h"

#include <QHBoxLayout>

#include <algorithm>

namespace ui::pages {

using models::NextStep;

namespace {

/// A training that goes on has this much of the axis, in steps done, for what is ahead.
constexpr double roomAhead = 1.4;

plots::Route shifted(plots::Route route, double steps)
{
    for (auto* line : {&route.points, &route.line})
        for (QPointF& point : *line)
            point.rx() += steps;
    route.begins += steps;
    route.ends += steps;
    return route;
}

}

TrainPage::TrainPage(bridge::Workbench& workbench, QWidget* parent)
    : Page(parent),
      m_workbench(workbench),
      m_curves(new RunCurves),
      m_side(new RunSide),
      m_forgetting(new ForgettingMeter),
      m_closing(new ClosingBar),
      m_step(new StepStrip)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(24, 16, 24, 8);
    row->setSpacing(24);
    row->addWidget(m_curves, 3);
    row->addWidget(m_side, 2);
    column->addLayout(row, 1);
    column->addWidget(m_forgetting);
    column->addWidget(m_closing);
    column->addWidget(m_step);
    m_closing->setOffersTraining(true);
    m_side->setWorkbench(&m_workbench);
    connect(m_side, &RunSide::aloneWanted, m_curves, &QWidget::setHidden);

    connect(&m_workbench, &bridge::Workbench::frontChanged, this, &TrainPage::showRuns);
    connect(&m_workbench, &bridge::Workbench::overlaysChanged, this, &TrainPage::showRuns);
    connect(&m_workbench, &bridge::Workbench::advanced, this, &TrainPage::refresh);
    connect(&m_workbench, &bridge::Workbench::stateChanged, this, &TrainPage::showState);
    connect(&m_workbench.travel(), &bridge::TimeTravel::moved, this, &TrainPage::refresh);
    connect(m_curves->plot(), &plots::LivePlot::stepClicked, this,
            [this](double step) { m_workbench.travel().goTo(qRound64(step)); });
    connect(m_curves->plot(), &plots::LivePlot::routeDragged, this, [this](const plots::Route& route) {
        m_workbench.rates().take(shifted(route, double(m_workbench.rates().offset())));
    });
    connect(&m_workbench.rates(), &bridge::RatePlan::changed, this, &TrainPage::refresh);
    connect(m_closing, &ClosingBar::wanted, this, &TrainPage::take);
    connect(m_forgetting, &ForgettingMeter::compareWanted, this, &TrainPage::compareRemedies);
    showRuns();
}

QStringList TrainPage::inspected() const
{
    if (core::session::learnsInRounds(m_workbench.document().resolved()))
        return {"model", "train.schedule", "train.early_stopping", "train.epochs", "capture"};
    return {"train.optimizer",  "train.schedule",    "train.early_stopping", "train.epochs",
            "train.batch_size", "train.incremental", "distributed",          "capture"};
}

std::vector<models::RunModel*> TrainPage::runs() const
{
    std::vector<models::RunModel*> runs;
    if (m_workbench.front())
        runs.push_back(m_workbench.front());
    runs.insert(runs.end(), m_workbench.overlays().begin(), m_workbench.overlays().end());
    return runs;
}

void TrainPage::compareRemedies()
{
    if (!m_workbench.front())
        return;
    std::vector<bridge::Workbench::Turn> turns;
    for (core::base::Value& experiment : models::withEachRemedy(m_workbench.front()->spec()))
        turns.push_back({std::move(experiment)});
    m_workbench.trainInTurn(std::move(turns));
}

void TrainPage::showRuns()
{
    m_curves->setRuns(runs());
    if (m_shown != m_workbench.front()) {
        m_shown = m_workbench.front();
        m_side->setRun(m_shown);
        if (m_shown)
            connect(m_shown, &models::RunModel::shownChanged, this, &TrainPage::refresh, Qt::UniqueConnection);
    }
    m_curves->setEmptyText(m_shown ? tr("The first curve comes with the first step.")
                                   : tr("Loss, metric and learning rate of the run will stand here."));
    showState();
}

/// While there are steps to come, their rate lies dashed ahead of the curve and can be dragged.
void TrainPage::showRates()
{
    bridge::RatePlan& rates = m_workbench.rates();
    const bool away = m_workbench.travel().away();
    if (!m_workbench.front() || m_workbench.replaying() || (!m_workbench.training() && !away)) {
        m_curves->setRoute({}, 0);
        return;
    }
    rates.ask();
    const plots::Route route = shifted(rates.route(), -double(rates.offset()));
    const bool still = away || m_workbench.paused();
    m_curves->setRoute(route, still ? route.ends : std::min(route.ends, roomAhead * route.begins));
}

void TrainPage::refresh()
{
    m_curves->refresh();
    showRates();
    m_side->refresh();
    m_forgetting->setRuns(runs());
    m_closing->setRun(m_workbench.front(), &m_curves->folds());
    const models::RunModel* run = m_workbench.front();
    const auto* trace = run && m_workbench.paused() ? run->trace() : nullptr;
    m_step->setTrace(trace, run && !run->opened().classes.empty());
    m_closing->setVisible(!trace);
}

void TrainPage::showState()
{
    m_forgetting->setOffers(!m_workbench.training() && !m_workbench.replaying() && m_workbench.waiting() == 0);
    m_closing->setActionsShown(!m_workbench.training() && !m_workbench.replaying() && m_workbench.waiting() == 0);
    refresh();
}

void TrainPage::take(const NextStep& next)
{
    if (next.kind == NextStep::Kind::Resume && m_workbench.front()) {
        m_workbench.resumeRun(m_workbench.front()->folder());
        return;
    }
    if (next.kind == NextStep::Kind::Train) {
        m_workbench.train();
        return;
    }
    std::vector<std::pair<QString, core::base::Value>> changes;
    for (const auto& [path, value] : next.changes)
        changes.emplace_back(QString::fromStdString(path), value);
    m_workbench.trainAgain(changes, QString::fromStdString(next.label));
}

}
