// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/tune_page.h"

#include "core/base/clock.h"
#include "ui/bridge/study_desk.h"
#include "ui/bridge/workbench.h"
#include "ui/models/trials_table.h"
#include "ui/pages/hairline.h"
#include "ui/pages/studies_view.h"
#include "ui/pages/study_side.h"
#include "ui/pages/study_views.h"
#include "ui/pages/trial_panel.h"
#include "ui/pages/tuning_form.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QMenu>
#include <QProgressBar>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <functional>

namespace ui::pages {

using bridge::StudyDesk;
using core::base::Value;
using core::tune::Trial;
using core::tune::TrialState;
using models::TrialChoice;
using style::Label;
using style::Tone;

namespace {

QPushButton* button(const QString& text, const char* name, const QString& tip)
{
    auto* made = new QPushButton(text);
    made->setObjectName(name);
    made->setToolTip(tip);
    return made;
}

/// Its own, which max_jobs counts: not one that came from a study before it or from elsewhere.
bool isOwn(const Trial& trial)
{
    return trial.source == "strategy" || trial.source == "person";
}

/// Seconds that are left, by the trials that have ended; nothing before the first.
std::optional<double> secondsLeft(const core::tune::StudyState& study)
{
    double sum = 0;
    std::int64_t ended = 0, finished = 0;
    for (const Trial& trial : study.trials) {
        if (!isOwn(trial))
            continue;
        finished += isFinished(trial.state);
        if (isFinished(trial.state) && trial.started > 0 && trial.ended > trial.started) {
            sum += trial.ended - trial.started;
            ++ended;
        }
    }
    if (ended == 0 || finished >= study.maxJobs)
        return {};
    return sum / double(ended) * double(study.maxJobs - finished) / double(study.spec.maxParallelJobs);
}

std::int64_t finishedOf(const core::tune::StudyState& study)
{
    return std::ranges::count_if(study.trials,
                                 [](const Trial& trial) { return isOwn(trial) && isFinished(trial.state); });
}

}

TunePage::TunePage(bridge::Workbench& workbench, QWidget* parent)
    : Page(parent),
      m_bench(workbench),
      m_desk(new bridge::StudyDesk(workbench, this)),
      m_views(new StudyViews(m_choice)),
      m_form(new TuningForm(workbench, *m_desk)),
      m_trial(new TrialPanel)
{
    build();
    wire();
    wireTrial();
    showSide(Side::Settings);
    refresh();
    m_desk->list();
}

TunePage::~TunePage()
{
    // A view that goes under the mouse still says that the mouse has left.
    delete m_views;
}

void TunePage::build()
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(buildHead());
    m_progress = new QProgressBar;
    m_progress->setRange(0, 1000);
    m_progress->setTextVisible(false);
    m_progress->setFixedHeight(2);
    column->addWidget(m_progress);
    column->addWidget(new Hairline);
    column->addWidget(buildEmpty(), 1);
    column->addWidget(m_views, 1);
    m_side = buildSide();
    m_side->setParent(this);
    m_side->hide();
}

QWidget* TunePage::buildHead()
{
    auto* head = new QWidget;
    head->setMinimumHeight(52);
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(24, 8, 24, 8);
    row->setSpacing(8);
    m_studies = new QComboBox;
    m_studies->setObjectName("tuneStudies");
    m_studies->setAccessibleName(tr("Study"));
    m_studies->setMinimumWidth(180);
    m_state = new Label({}, Tone::Muted);
    m_state->setObjectName("tuneState");
    m_state->setElided(Qt::ElideRight);
    m_start =
        button(tr("Start study"), "tuneStart", tr("Makes a study of the experiment in front and trains its trials"));
    m_proceed = button(tr("Go on"), "tuneProceed", tr("Goes on with this study where it was"));
    m_pause = button(tr("Pause"), "tunePause", tr("No new trials; those that train come to their end"));
    m_stop = button(tr("Stop"), "tuneStop", tr("Ends the workers now; they keep checkpoints, and Go on takes them up"));
    m_more = new QToolButton;
    m_more->setObjectName("tuneMore");
    m_more->setAutoRaise(true);
    m_more->setIcon(style::icon(QStringLiteral("more")));
    m_more->setAccessibleName(tr("More to do with this study"));
    m_more->setToolTip(tr("Change the study, or compare strategies"));
    m_more->setPopupMode(QToolButton::InstantPopup);
    m_more->setStyleSheet(QStringLiteral("QToolButton::menu-indicator { image: none; }"));
    auto* menu = new QMenu(m_more);
    m_change = menu->addAction(tr("Change study…"), this, &TunePage::changeStudy);
    m_compare = menu->addAction(tr("Compare strategies…"), this, &TunePage::compareStrategies);
    m_more->setMenu(menu);
    row->addWidget(m_studies);
    row->addWidget(m_more);
    row->addWidget(m_state, 1);
    for (QPushButton* each : {m_proceed, m_pause, m_stop, m_start})
        row->addWidget(each);
    return head;
}

QWidget* TunePage::buildEmpty()
{
    m_empty = new QWidget;
    auto* column = new QVBoxLayout(m_empty);
    column->setContentsMargins(24, 24, 24, 24);
    column->setSpacing(12);
    m_emptyText = new Label({}, Tone::Body);
    m_emptyText->setWordWrap(true);
    m_emptyText->setMaximumWidth(560);
    column->addWidget(m_emptyText);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    m_tuneThis = button(tr("Tune this experiment"), "tuneThis",
                        tr("Gives it a part that tunes its learning rate; change it at the right"));
    m_example = button(tr("Open the classic example"), "tuneExample",
                       tr("Fashion-MNIST: learning rate, layers and optimizer, 50 trials, Bayesian"));
    row->addWidget(m_tuneThis);
    row->addWidget(m_example);
    row->addStretch(1);
    column->addLayout(row);
    column->addStretch(1);
    return m_empty;
}

QWidget* TunePage::buildSide()
{
    auto* side = new QWidget;
    auto* column = new QVBoxLayout(side);
    column->setContentsMargins(0, 12, 0, 8);
    column->setSpacing(8);
    auto* tabs = new QHBoxLayout;
    tabs->setSpacing(4);
    m_settingsTab = button(tr("Settings"), "tuneSettings", tr("What is tuned, and how"));
    m_trialTab = button(tr("Trial"), "tuneTrial", tr("The chosen trial"));
    for (QPushButton* each : {m_settingsTab, m_trialTab}) {
        each->setProperty("flat", true);
        each->setCheckable(true);
        tabs->addWidget(each);
    }
    tabs->addStretch(1);
    column->addLayout(tabs);
    m_point = new QLineEdit;
    m_point->setObjectName("tunePoint");
    m_point->setPlaceholderText(tr("Next point: {\"train.optimizer.lr\": 0.01}"));
    m_point->setAccessibleName(tr("Values of a trial that is tried next"));
    m_point->setToolTip(
        tr("A value for every parameter, as JSON; Enter puts it in front of the strategy's own points"));
    column->addWidget(m_form);
    column->addWidget(m_trial);
    column->addWidget(m_point);
    column->addStretch(1);
    return side;
}

void TunePage::wire()
{

    connect(m_desk, &StudyDesk::changed, this, &TunePage::refresh);
    connect(m_desk, &StudyDesk::planChanged, this, &TunePage::refresh);
    connect(m_desk, &StudyDesk::stateChanged, this, &TunePage::takeState);
    connect(m_desk, &StudyDesk::studiesChanged, this, &TunePage::fillStudies);
    connect(&m_bench.document(), &bridge::ExperimentDocument::changed, this, &TunePage::planLater);
    connect(m_start, &QPushButton::clicked, m_desk, &StudyDesk::start);
    connect(m_proceed, &QPushButton::clicked, m_desk, &StudyDesk::proceed);
    connect(m_pause, &QPushButton::clicked, m_desk, &StudyDesk::pause);
    connect(m_stop, &QPushButton::clicked, m_desk, &StudyDesk::stop);
    connect(m_studies, &QComboBox::activated, this,
            [this](int index) { m_desk->open(m_studies->itemData(index).toString()); });
    connect(m_example, &QPushButton::clicked, this, &TunePage::openExample);
    connect(m_tuneThis, &QPushButton::clicked, this, &TunePage::tuneThis);
    connect(m_settingsTab, &QPushButton::clicked, this, [this] { showSide(Side::Settings); });
    connect(m_trialTab, &QPushButton::clicked, this, [this] { showSide(Side::Trial); });
    connect(m_point, &QLineEdit::returnPressed, this, &TunePage::enqueue);
}

void TunePage::wireTrial()
{

    const auto on = [this](auto wanted, void (StudyDesk::*order)(qint64)) {
        connect(m_trial, wanted, this, [this, order] { (m_desk->*order)(m_choice.chosen()); });
    };
    on(&TrialPanel::pauseWanted, &StudyDesk::pauseTrial);
    on(&TrialPanel::resumeWanted, &StudyDesk::resumeTrial);
    on(&TrialPanel::skipWanted, &StudyDesk::skip);
    on(&TrialPanel::reviveWanted, &StudyDesk::revive);
    connect(m_trial, &TrialPanel::openWanted, this, [this] { openTrial(m_choice.chosen()); });
    connect(m_trial, &TrialPanel::tryWanted, this, &TunePage::takeValues);
    connect(m_trial, &TrialPanel::longerWanted, this, &TunePage::trainLonger);
    connect(m_views->side()->studies(), &StudiesView::compareWanted, this, &TunePage::compareStrategies);
    connect(m_views, &StudyViews::opened, this, &TunePage::openTrial);
    connect(m_views, &StudyViews::chosenByHand, this, [this] { showSide(Side::Trial); });
    connect(m_views, &StudyViews::starWanted, m_desk,
            [this](qint64 trial, bool star) { m_desk->note(trial, "star", star); });
    connect(m_views, &StudyViews::noteWanted, m_desk, [this](qint64 trial, const QString& text) {
        m_desk->note(trial, "note", text.isEmpty() ? Value() : Value(text.toStdString()));
    });
    connect(m_views, &StudyViews::tryWanted, m_desk, &StudyDesk::enqueue);
    connect(&m_choice, &TrialChoice::chosenChanged, this, &TunePage::showTrial);
}

void TunePage::showEvent(QShowEvent* event)
{
    Page::showEvent(event);
    m_desk->list();
    if (m_stale)
        planLater();
}

bool TunePage::tunes() const
{
    return m_bench.document().given()["tuning"].isObject();
}

void TunePage::planLater()
{
    m_stale = !isVisible() || !tunes();
    if (!m_stale)
        m_desk->plan();
    refresh();
}

bool TunePage::showSection(const QString& path)
{
    if (path.isEmpty())
        return false;
    const auto found = core::session::findStudy(path.toStdString(), m_bench.runsFolder().toStdString());
    if (found)
        m_desk->open(QString::fromStdString(found->path.string()));
    return bool(found);
}

// --- What is shown

void TunePage::fillStudies()
{
    m_studies->clear();
    for (const core::session::StudyFolder& study : m_desk->studies())
        m_studies->addItem(QString::fromStdString(study.id()), QString::fromStdString(study.path.string()));
    m_studies->setCurrentIndex(m_studies->findData(m_desk->folder()));
    m_views->side()->studies()->setFolders(m_desk->studies());
    refresh();
}

QString TunePage::progressText() const
{
    if (!m_desk->state())
        return m_desk->going() ? tr("begins…") : QString();
    const core::tune::StudyState& study = *m_desk->state();
    QStringList parts{tr("trial %1/%2").arg(style::count(finishedOf(study)), style::count(study.maxJobs))};
    if (const auto others = std::ranges::count_if(study.trials, std::not_fn(isOwn)))
        parts << tr("%1 taken over").arg(style::count(others));
    if (const auto running = study.count(TrialState::Running); running && (m_desk->going() || m_desk->followed()))
        parts << tr("%1 running").arg(style::count(running));
    if (m_desk->stopping())
        parts << tr("stopping…");
    else if (!study.ended.empty())
        parts << tr("ended: %1").arg(QString::fromStdString(study.ended));
    else if (study.paused)
        parts << tr("paused");
    else if (study.spec.strategy.kind == "Manual" && study.count(TrialState::Running) == 0)
        parts << tr("waits for a point: click on a plot");
    else if (const auto left = secondsLeft(study); left && (m_desk->going() || m_desk->followed()))
        parts << tr("%1 left").arg(style::duration(*left));
    if (m_desk->waiting() > 0)
        parts << (m_desk->waiting() == 1 ? tr("1 more study waits")
                                         : tr("%1 more studies wait").arg(style::count(qint64(m_desk->waiting()))));
    if (m_desk->followed())
        parts << tr("trained by another program");
    return parts.join(QStringLiteral(" · "));
}

void TunePage::refresh()
{
    const bool going = m_desk->going(), study = bool(m_desk->state());
    const bool goesOn = study && m_desk->state()->ended.empty();
    m_studies->setVisible(m_studies->count() > 0);
    m_studies->setEnabled(!going);
    m_studies->setCurrentIndex(m_studies->findData(m_desk->folder()));
    m_start->setVisible(!going && tunes());
    m_start->setEnabled(m_desk->planned() && !m_desk->planning());
    const bool primary = !goesOn || m_desk->followed();
    if (m_start->property("primary").toBool() != primary) {
        m_start->setProperty("primary", primary);
        m_start->style()->polish(m_start);
    }
    m_proceed->setVisible(!going && goesOn && !m_desk->followed());
    m_pause->setVisible(going);
    m_pause->setEnabled(study && !m_desk->state()->paused && !m_desk->stopping());
    m_stop->setVisible(going);
    m_stop->setEnabled(!m_desk->stopping());
    m_change->setEnabled(study);
    m_compare->setEnabled(!going && (study || tunes()));
    m_state->setText(progressText());
    m_progress->setVisible(going || m_desk->followed());
    m_progress->setValue(
        study ? int(1000 * finishedOf(*m_desk->state()) / std::max<std::int64_t>(1, m_desk->state()->maxJobs)) : 0);
    m_views->setVisible(study);
    m_empty->setVisible(!study);
    m_tuneThis->setVisible(!tunes());
    m_form->setVisible(m_settingsTab->isChecked() && tunes());
    m_point->setVisible(m_settingsTab->isChecked() && goesOn);
    m_emptyText->setText(
        tunes()
            ? tr("Here will be the trials of a study: each one trains this experiment with other values. Look through "
                 "the settings at the right, then start the study.")
            : tr("Tuning trains an experiment again and again with other values and keeps what is best. This "
                 "experiment does not say yet what to tune."));
    showTrial();
}

void TunePage::takeState()
{
    const auto& study = m_desk->state();
    const bool other = m_shown != m_desk->folder();
    if (other)
        m_choice.choose(TrialChoice::none);
    m_views->setStudy(study);
    // The best one is what a person looks for first, until another is chosen.
    if (other && study) {
        m_shown = m_desk->folder();
        if (const Trial* best = study->history().best()) {
            m_choice.choose(best->number);
            if (!m_desk->going())
                showSide(Side::Trial);
        }
    }
    refresh();
}

void TunePage::showSide(Side side)
{
    m_settingsTab->setChecked(side == Side::Settings);
    m_trialTab->setChecked(side == Side::Trial);
    m_trial->setVisible(side == Side::Trial);
    m_form->setVisible(side == Side::Settings && tunes());
    m_point->setVisible(side == Side::Settings && m_desk->state() && m_desk->state()->ended.empty());
}

void TunePage::showTrial()
{
    m_trial->show(m_desk->state().get(), m_choice.chosen(), m_desk->going());
}

}
