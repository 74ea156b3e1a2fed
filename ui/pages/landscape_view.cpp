// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/landscape_view.h"

#include "ui/bridge/looker.h"
#include "ui/bridge/workbench.h"
#include "ui/models/run_model.h"
#include "ui/plots/plane_plot.h"
#include "ui/plots/response_plot.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QProgressBar>
#include <QPushButton>

namespace ui::pages {

using core::base::Result;
using core::session::Landscape;
using core::session::LandscapeWish;
using core::session::Seen;
using style::Label;
using style::Tone;

namespace {

// A training waits meanwhile: half steps along the line are enough, and so are these rows.
constexpr std::int64_t linePoints = 33, rowsLookedAt = 256;

}

LandscapeView::LandscapeView(QWidget* parent)
    : QWidget(parent),
      m_directions(new QComboBox),
      m_survey(new QPushButton(tr("Survey the plane"))),
      m_progress(new QProgressBar),
      m_line(new plots::ResponsePlot),
      m_plane(new plots::PlanePlot),
      m_note(new Label({}, Tone::Muted))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    auto* row = new QHBoxLayout;
    row->addWidget(m_directions);
    row->addStretch();
    row->addWidget(m_survey);
    column->addLayout(row);
    column->addWidget(m_progress);
    column->addWidget(m_line, 2);
    column->addWidget(m_plane, 3);
    column->addWidget(m_note);
    m_directions->addItems({tr("Along the next step"), tr("Random directions")});
    m_directions->setAccessibleName(tr("Directions"));
    m_directions->setToolTip(
        tr("Along the next step: x counts steps like the one that comes next, y a random direction of the same "
           "length.\nRandom: each filter of a direction is as long as that filter of the weights (Li et al. 2018), so "
           "that landscapes of different networks can be compared."));
    m_survey->setObjectName(QStringLiteral("surveyPlane"));
    m_survey->setToolTip(
        tr("Computes the loss of 256 training rows at 21 × 21 places. The training waits meanwhile; its "
           "weights are put back bit for bit."));
    m_line->setToolTip(tr(
        "Loss of fixed training rows at w + a·Δw, a in steps.\nThe minimum lies right of 1: the rate could be higher. "
        "Between 0 and 1: the step goes too far; left of 0: it goes up. Far right the wall: where the rate would "
        "diverge."));
    m_plane->setToolTip(
        tr("Loss on a plane around the weights; the arrow is the next step.\nA wide bowl generalizes and "
           "allows large rates; a narrow valley makes them swing."));
    m_plane->setMinimumHeight(120);
    m_progress->setRange(0, 1000);
    m_progress->setTextVisible(false);
    m_progress->setFixedHeight(4);
    m_note->setWordWrap(true);
    connect(m_directions, &QComboBox::activated, this, [this] { ask(false); });
    connect(m_survey, &QPushButton::clicked, this, [this] {
        if (m_looker && m_looker->busy(this))
            m_looker->cancel(this);
        else
            ask(true);
    });
    setRun(nullptr);
}

LandscapeView::~LandscapeView()
{
    if (m_looker)
        m_looker->cancel(this);
}

void LandscapeView::setWorkbench(bridge::Workbench* bench)
{
    m_bench = bench;
    m_looker = bench ? &bench->looker() : nullptr;
    if (m_looker)
        connect(m_looker, &bridge::Looker::changed, this, &LandscapeView::showProgress);
}

LandscapeWish::Directions LandscapeView::directions() const
{
    return LandscapeWish::Directions(m_directions->currentIndex());
}

void LandscapeView::setRun(const models::RunModel* run)
{
    if (m_looker)
        m_looker->cancel(this);
    m_run = run;
    m_landscape.reset();
    m_askedStep.reset();
    m_line->setSpec({tr("steps"), tr("Loss along the next step")});
    m_plane->setPlane({});
    m_plane->setEmptyText(run ? tr("The loss on a plane around the weights takes some seconds.")
                              : tr("Train a network: the loss around its weights will stand here."));
    m_note->setText({});
    showProgress();
    Q_EMIT captionChanged();
}

void LandscapeView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    refresh();
}

void LandscapeView::refresh()
{
    if (!m_run || !m_bench || !isVisible())
        return;
    const auto away = m_run->shownStep();
    const std::int64_t where = away ? std::int64_t(*away) : m_run->live() ? -1 : std::int64_t(m_run->step());
    if (!m_askedStep || *m_askedStep != where) {
        // No step follows the last one.
        if (where >= 0 && where >= m_run->opened().totalSteps && m_directions->currentIndex() == 0)
            m_directions->setCurrentIndex(1);
        ask(false);
    }
}

void LandscapeView::ask(bool plane)
{
    if (!m_looker || !m_run || !m_looker->possible())
        return;
    const auto away = m_run->shownStep();
    m_askedStep = away ? std::int64_t(*away) : m_run->live() ? -1 : std::int64_t(m_run->step());
    LandscapeWish wish;
    wish.directions = directions();
    wish.cells = plane ? 21 : 1;
    wish.linePoints = linePoints;
    wish.rows = rowsLookedAt;
    m_looker->ask(this, wish, [this](Result<Seen> seen) { take(std::move(seen)); });
    showProgress();
}

void LandscapeView::take(Result<Seen> seen)
{
    showProgress();
    if (!seen) {
        if (seen.error().kind == core::base::ErrorKind::Interrupted)
            return;
        m_note->setTone(Tone::Problem);
        m_note->setText(QString::fromStdString(core::base::describe(seen.error())));
        return;
    }
    m_landscape = std::get<Landscape>(std::move(*seen));
    show();
}

void LandscapeView::show()
{
    const Landscape& seen = *m_landscape;
    const bool step = seen.directions == LandscapeWish::Directions::Step;
    plots::ResponsePlot::Spec spec{step ? tr("steps like the next one") : tr("lengths of the weights"),
                                   step ? tr("Loss along the next step") : tr("Loss along a random direction")};
    spec.logX = false;
    double best = 0, lowest = seen.loss;
    for (std::size_t i = 0; i < seen.at.size(); ++i) {
        spec.curve.emplace_back(seen.at[i], seen.along[i]);
        if (seen.along[i] < lowest) {
            lowest = seen.along[i];
            best = seen.at[i];
        }
    }
    spec.choices.push_back({0, tr("here")});
    if (step)
        spec.choices.push_back({1, tr("next")});
    m_line->setSpec(std::move(spec));
    plots::PlanePlot::Plane plane{int(seen.cells),
                                  seen.reachX,
                                  seen.reachY,
                                  seen.values,
                                  step ? tr("steps like the next one") : tr("random direction 1"),
                                  step ? tr("a random direction, as long") : tr("random direction 2"),
                                  {{0, 0, tr("here")}}};
    if (seen.stepNorm > 0)
        plane.marks.push_back({seen.stepX, seen.stepY, tr("next step")});
    m_plane->setPlane(std::move(plane));
    m_note->setTone(Tone::Muted);
    QString text = tr("Loss %1 of %2 training rows at step %3. The next step is %4 of the weights' length.")
                       .arg(style::number(seen.loss), style::count(seen.rows), style::count(seen.step),
                            style::number(seen.weightNorm > 0 ? seen.stepNorm / seen.weightNorm : 0, 3));
    if (step)
        text += best > 0 ? tr(" Along it the loss is lowest after %1 of them.").arg(style::number(best, 2))
                         : tr(" It leads up for these rows: its batch wants something else.");
    m_note->setText(text);
    Q_EMIT captionChanged();
}

void LandscapeView::showProgress()
{
    const bool busy = m_looker && m_looker->busy(this);
    m_progress->setVisible(busy);
    m_progress->setValue(busy ? int(m_looker->progress(this) * 1000) : 0);
    m_survey->setEnabled(m_run);
    m_survey->setText(busy ? tr("Cancel") : tr("Survey the plane"));
}

QString LandscapeView::caption() const
{
    return m_landscape ? tr("step %1").arg(style::count(m_landscape->step)) : QString();
}

}
