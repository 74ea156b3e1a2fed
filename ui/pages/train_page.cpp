// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/train_page.h"

#include "ui/bridge/time_travel.h"
#include "ui/bridge/workbench.h"
#include "ui/pages/closing_bar.h"
#include "ui/pages/run_curves.h"
#include "ui/pages/run_side.h"
#include "ui/plots/live_plot.h"

#include <QHBoxLayout>

namespace ui::pages {

using models::NextStep;

TrainPage::TrainPage(bridge::Workbench& workbench, QWidget* parent)
    : Page(parent),
      m_workbench(workbench),
      m_curves(new RunCurves),
      m_side(new RunSide),
      m_closing(new ClosingBar)
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
    column->addWidget(m_closing);
    m_closing->setOffersTraining(true);

    connect(&m_workbench, &bridge::Workbench::frontChanged, this, &TrainPage::showRuns);
    connect(&m_workbench, &bridge::Workbench::overlaysChanged, this, &TrainPage::showRuns);
    connect(&m_workbench, &bridge::Workbench::advanced, this, &TrainPage::refresh);
    connect(&m_workbench, &bridge::Workbench::stateChanged, this, &TrainPage::showState);
    connect(&m_workbench.travel(), &bridge::TimeTravel::moved, this, &TrainPage::refresh);
    connect(m_curves->plot(), &plots::LivePlot::stepClicked, this,
            [this](double step) { m_workbench.travel().goTo(qRound64(step)); });
    connect(m_closing, &ClosingBar::wanted, this, &TrainPage::take);
    showRuns();
}

QStringList TrainPage::inspected() const
{
    return {"train.optimizer", "train.schedule", "train.early_stopping", "train.epochs", "train.batch_size"};
}

void TrainPage::showRuns()
{
    std::vector<models::RunModel*> runs;
    if (m_workbench.front())
        runs.push_back(m_workbench.front());
    runs.insert(runs.end(), m_workbench.overlays().begin(), m_workbench.overlays().end());
    m_curves->setRuns(runs);
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

void TrainPage::refresh()
{
    m_curves->refresh();
    m_side->refresh();
    m_closing->setRun(m_workbench.front());
}

void TrainPage::showState()
{
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
