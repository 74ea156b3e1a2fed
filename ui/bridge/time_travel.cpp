// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/time_travel.h"

#include "core/session/session.h"
#include "core/spec/experiment.h"
#include "ui/bridge/workbench.h"

#include <QPointer>

#include <algorithm>
#include <limits>

namespace ui::bridge {

using core::base::Error;
using core::base::ErrorKind;
using core::base::Value;
using models::RunModel;

TimeTravel::TimeTravel(Workbench& bench) : QObject(&bench), m_bench(bench)
{
    connect(&bench, &Workbench::frontChanged, this, [this] {
        if (m_run != m_bench.front())
            forget();
        Q_EMIT moved();
    });
    connect(
        &bench, &Workbench::stateChanged, this,
        [this] {
            if (m_wanted && !m_bench.training())
                begin();
        },
        Qt::QueuedConnection);
}

TimeTravel::~TimeTravel() = default;

std::optional<qint64> TimeTravel::step() const
{
    return m_bench.front() ? m_bench.front()->shownStep() : std::nullopt;
}

void TimeTravel::forget()
{
    m_rewinder.reset();
    m_run = nullptr;
    m_settings = {};
}

void TimeTravel::goTo(qint64 step)
{
    RunModel* run = m_bench.front();
    if (!run || run->folder().isEmpty() || m_bench.replaying())
        return;
    step = std::clamp<qint64>(step, 0, run->step());
    if (step == run->step())
        return goLive();
    if (m_run != run || !m_rewinder) {
        forget();
        m_run = run;
        m_rewinder = std::make_unique<core::session::Rewinder>(
            run->folder().toStdString(),
            [this, shown = QPointer(run)](core::base::Result<core::session::Moment> moment) {
                QMetaObject::invokeMethod(
                    this,
                    [this, shown, moment = std::move(moment)]() mutable {
                        if (!moment)
                            Q_EMIT m_bench.trouble(moment.error());
                        else if (shown && shown->shownStep() && moment->step <= *shown->shownStep())
                            shown->setMoment(std::move(*moment));
                    },
                    Qt::QueuedConnection);
            });
    }
    run->showStep(step);
    showSettings(step);
    m_rewinder->seek(step);
    Q_EMIT moved();
}

void TimeTravel::goLive()
{
    RunModel* run = m_bench.front();
    if (!run || !run->shownStep())
        return;
    run->showStep({});
    showSettings(std::numeric_limits<qint64>::max());
    m_settings = {};
    Q_EMIT moved();
}

// The forms say what held at the shown step, as long as nobody has changed anything for a branch.
void TimeTravel::showSettings(qint64 step)
{
    ExperimentDocument& document = m_bench.document();
    const bool touched = !m_settings.isNull() && !(document.resolved() == m_settings);
    if (touched)
        return;
    std::vector<std::pair<QString, Value>> changes;
    for (const auto& change : core::spec::difference(document.resolved(), m_run->settingsAt(step)))
        changes.emplace_back(QString::fromStdString(change.path), change.after);
    if (!changes.empty())
        document.setAll(changes, tr("Settings of an earlier step"));
    m_settings = document.resolved();
}

std::vector<std::pair<std::string, Value>> TimeTravel::changes() const
{
    std::vector<std::pair<std::string, Value>> changes;
    const RunModel* run = m_bench.front();
    if (!run || !run->shownStep())
        return changes;
    for (core::spec::Difference& change :
         core::spec::wholeDifference(run->settingsAt(*run->shownStep()), m_bench.document().resolved()))
        changes.emplace_back(std::move(change.path), std::move(change.after));
    return changes;
}

void TimeTravel::branch()
{
    if (!away() || m_progress)
        return;
    if (!m_bench.document().problems().empty()) {
        Q_EMIT m_bench.trouble(m_bench.document().problems().front());
        return;
    }
    m_wanted = true;
    m_progress = 0;
    Q_EMIT progressChanged();
    if (m_bench.training())
        m_bench.stop();
    else
        begin();
}

void TimeTravel::begin()
{
    m_wanted = false;
    RunModel* run = m_bench.front();
    if (!run || !run->shownStep()) {
        m_progress.reset();
        Q_EMIT progressChanged();
        return;
    }
    m_cancelled = std::make_shared<std::atomic<bool>>(false);
    const auto tell = [this, cancelled = m_cancelled](std::int64_t done, std::int64_t all) {
        QMetaObject::invokeMethod(
            this,
            [this, done, all, cancelled] {
                if (m_progress && cancelled == m_cancelled) {
                    m_progress = all > 0 ? double(done) / double(all) : 1;
                    Q_EMIT progressChanged();
                }
            },
            Qt::QueuedConnection);
        return !cancelled->load();
    };
    m_bench.branch(run->folder(), *run->shownStep(), changes(), tell, [this](const std::optional<Error>& error) {
        m_progress.reset();
        Q_EMIT progressChanged();
        if (error && error->kind != ErrorKind::Interrupted)
            Q_EMIT m_bench.trouble(*error);
    });
}

void TimeTravel::cancel()
{
    m_wanted = false;
    if (m_cancelled)
        m_cancelled->store(true);
}

}
