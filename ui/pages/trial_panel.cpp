// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/trial_panel.h"

#include "core/base/clock.h"
#include "core/tune/feasible.h"
#include "core/tune/pareto.h"
#include "ui/models/study_plots.h"
#include "ui/models/trials_table.h"
#include "ui/pages/panel_head.h"
#include "ui/style/theme.h"

#include <QHBoxLayout>
#include <QPushButton>

#include <algorithm>

namespace ui::pages {

using core::tune::StudyState;
using core::tune::Trial;
using core::tune::TrialState;
using style::Label;
using style::Tone;

namespace {

QString sourceText(const StudyState& study, const Trial& trial)
{
    if (trial.source == "strategy")
        return QString::fromStdString(study.spec.strategy.kind);
    return QString::fromStdString(trial.source).replace('_', ' ');
}

/// How good it is among all: the best, or with several objectives one that none is better than in all of them.
QString rankOf(const StudyState& study, const Trial& trial)
{
    const auto history = study.history();
    const QString many = QString::number(study.trials.size());
    if (study.spec.objective.size() == 1)
        return history.best() == &trial ? TrialPanel::tr(" · best of %1").arg(many) : QString();
    if (trial.state != TrialState::Completed || !core::tune::isFeasible(trial))
        return {};
    const auto losses = [&](const Trial& each) {
        core::tune::Losses all;
        for (std::size_t k = 0; k < study.spec.objective.size(); ++k)
            all.push_back(history.loss(each, k));
        return all;
    };
    const core::tune::Losses own = losses(trial);
    const bool front = std::ranges::none_of(study.trials, [&](const Trial& other) {
        return other.state == TrialState::Completed && core::tune::isFeasible(other) &&
               core::tune::dominates(losses(other), own);
    });
    return front ? TrialPanel::tr(" · on the Pareto front of %1").arg(many) : QString();
}

/// Its sentence, and against what it was judged.
QString verdictOf(const StudyState& study, const Trial& trial)
{
    QString text = models::reasonText(trial);
    if (!trial.stop || trial.stop->others.empty())
        return text;
    QStringList others;
    for (const std::int64_t other : trial.stop->others)
        others << QString::number(other);
    const std::string& metric = study.spec.objective.front().metric;
    return TrialPanel::tr("%1\n%2 at epoch %3 against %4, which comes from trials %5 (dashed in the learning curves).")
        .arg(text, models::objectiveText(metric, trial.stop->value), style::count(trial.stop->step),
             models::objectiveText(metric, trial.stop->limit), others.join(QStringLiteral(", ")));
}

}

TrialPanel::TrialPanel(QWidget* parent)
    : QWidget(parent),
      m_title(new Label({}, Tone::Heading)),
      m_state(new Label({}, Tone::Muted)),
      m_value(new Label({}, Tone::Title)),
      m_metric(new Label({}, Tone::Muted)),
      m_verdict(new Label({}, Tone::Body)),
      m_column(new QVBoxLayout(this))
{
    m_column->setContentsMargins(0, 0, 0, 8);
    m_column->setSpacing(6);
    addPanelHead(*m_column, *m_title, *m_state);
    m_column->addSpacing(8);
    m_column->addWidget(m_value);
    m_column->addWidget(m_metric);
    m_verdict->setWordWrap(true);
    m_verdict->setObjectName("trialVerdict");
    m_column->addStretch(1);
    m_column->addWidget(m_verdict);
    m_column->addStretch(100);
    const auto button = [&](const QString& text, const char* name, const QString& tip, auto wanted) {
        auto* made = new QPushButton(text);
        made->setObjectName(name);
        made->setToolTip(tip);
        connect(made, &QPushButton::clicked, this, wanted);
        m_column->addWidget(made);
        return made;
    };
    m_pause =
        button(tr("Pause trial"), "trialPause", tr("It keeps its place and goes on later"), &TrialPanel::pauseWanted);
    m_resume = button(tr("Go on with trial"), "trialResume", {}, &TrialPanel::resumeWanted);
    m_skip = button(tr("Skip trial"), "trialSkip", tr("It is not trained any more"), &TrialPanel::skipWanted);
    m_revive = button(tr("Revive trial"), "trialRevive", tr("Trains it on from where it was stopped, to its end"),
                      &TrialPanel::reviveWanted);
    m_try = button(tr("Take its values over"), "trialTry", tr("The experiment in front gets this trial's values"),
                   &TrialPanel::tryWanted);
    m_longer = button(tr("Train it longer"), "trialLonger",
                      tr("Goes on from its end with twice the epochs, as a run beside it"), &TrialPanel::longerWanted);
    m_open = button(tr("Open its run"), "trialOpen", tr("Shows it on the Train page"), &TrialPanel::openWanted);
    show(nullptr, -1, false);
}

QString TrialPanel::verdict() const
{
    return m_verdict->text();
}

void TrialPanel::addFact(const QString& name, const QString& value)
{
    auto* line = new QWidget;
    line->setMinimumHeight(24);
    auto* row = new QHBoxLayout(line);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(new Label(name, Tone::Muted));
    auto* shown = new Label(value, Tone::Strong);
    shown->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    shown->setElided(Qt::ElideRight);
    row->addWidget(shown, 1);
    m_factRows->addWidget(line);
}

void TrialPanel::fillFacts(const StudyState& study, const Trial& trial)
{
    // The first objective stands above, large.
    for (std::size_t k = 1; k < std::min(trial.values.size(), study.spec.objective.size()); ++k) {
        const std::string& metric = study.spec.objective[k].metric;
        addFact(models::metricTitle(metric).toLower(), models::objectiveText(metric, trial.values[k]));
    }
    if (trial.values.size() > 1)
        m_factRows->addWidget(new Hairline);
    for (const auto& [path, value] : trial.parameters)
        addFact(models::shortName(study.space, path), models::valueText(value));
    m_factRows->addWidget(new Hairline);
    if (trial.started > 0)
        addFact(tr("time"),
                style::duration((trial.ended > 0 ? trial.ended : core::base::wallSeconds()) - trial.started));
    if (const auto step = trial.lastStep())
        addFact(tr("epochs"), style::count(*step));
    addFact(tr("proposed by"), sourceText(study, trial));
}

void TrialPanel::show(const StudyState* study, qint64 number, bool going)
{
    const Trial* trial =
        study && number >= 0 && number < qint64(study->trials.size()) ? &study->trials[std::size_t(number)] : nullptr;
    delete m_facts;
    m_facts = new QWidget;
    m_factRows = new QVBoxLayout(m_facts);
    m_factRows->setContentsMargins(0, 8, 0, 8);
    m_factRows->setSpacing(0);
    m_column->insertWidget(5, m_facts);
    const TrialState state = trial ? trial->state : TrialState::Completed;
    m_open->setVisible(trial && !trial->run.empty());
    m_try->setVisible(trial);
    m_longer->setVisible(trial && !trial->run.empty() && state == TrialState::Completed && !going);
    m_pause->setVisible(trial && going && state == TrialState::Running);
    m_resume->setVisible(trial && state == TrialState::Paused);
    m_skip->setVisible(trial && ((going && state == TrialState::Running) || state == TrialState::Waiting));
    m_revive->setVisible(trial && (state == TrialState::Stopped || state == TrialState::Failed));
    for (QWidget* each : {static_cast<QWidget*>(m_value), static_cast<QWidget*>(m_metric), m_facts})
        each->setVisible(trial);
    if (!trial) {
        m_title->setText(tr("Trial"));
        m_state->setText(tr("none chosen"));
        m_verdict->setText(tr("Choose a trial in the table or in a plot."));
        return;
    }
    const std::string& metric = study->spec.objective.front().metric;
    m_title->setText(tr("Trial %1").arg(trial->number));
    m_state->setText(models::stateText(*trial) + rankOf(*study, *trial));
    const auto value = models::valueOf(*trial);
    m_value->setText(value ? models::objectiveText(metric, *value) : QStringLiteral("–"));
    m_metric->setText(models::metricTitle(metric).toLower());
    m_verdict->setText(verdictOf(*study, *trial));
    fillFacts(*study, *trial);
}

}
