// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/workbench.h"

#include "ui/bridge/finder.h"
#include "ui/bridge/looker.h"
#include "ui/bridge/rate_plan.h"
#include "ui/bridge/run_follower.h"
#include "ui/bridge/time_travel.h"
#include "ui/bridge/workbench_work.h"

#include <QPointer>

#include <algorithm>

namespace ui::bridge {

using core::base::Error;
using core::base::ErrorKind;
using core::base::Value;
using core::events::RunState;
using core::session::Session;
using models::RunModel;

Workbench::Workbench(QString runsFolder, QObject* parent)
    : QObject(parent),
      m_runsFolder(std::move(runsFolder)),
      m_work(std::make_unique<Work>(*this)),
      m_travel(new TimeTravel(*this)),
      m_rates(new RatePlan(*this)),
      m_finder(new Finder(*this)),
      m_looker(new Looker(*this))
{
    new RunFollower(*this); // a child
}

Workbench::~Workbench() = default;

void Workbench::setDevice(const QString& device)
{
    if (m_device != device) {
        m_device = device;
        Q_EMIT deviceChanged();
    }
}

bool Workbench::training() const
{
    return m_work->live && !m_work->live->finished();
}

bool Workbench::paused() const
{
    if (m_work->replay)
        return !m_work->replay->playing();
    return training() && m_work->live->state() == RunState::Paused;
}

void Workbench::launch(const Value& resolved, bool startPaused, bool keepFront)
{
    replay(0);
    ended();
    auto session = Session::create(resolved, {m_runsFolder.toStdString(), m_device.toStdString(), startPaused, true});
    if (!session) {
        m_work->turn.clear();
        Q_EMIT trouble(session.error());
        return;
    }
    m_work->session = std::move(*session);
    auto* model = new RunModel(this);
    core::events::RunOpened announced;
    announced.id = m_work->session->id();
    announced.folder = m_work->session->folder().string();
    announced.spec = m_work->session->spec();
    model->take({}, {announced});
    ++m_work->opening;
    putInFront(model, keepFront);
    attach(model);
}

/// From here on the model follows the session's run.
void Workbench::attach(RunModel* model)
{
    m_work->live = model;
    m_work->bridge = std::make_unique<SessionBridge>(*model);
    connect(m_work->bridge.get(), &SessionBridge::delivered, this, [this, model] {
        if (model == m_front)
            Q_EMIT advanced();
    });
    connect(model, &RunModel::stateChanged, this, [this, model] {
        Q_EMIT stateChanged();
        if (model == m_work->live && model->finished())
            QMetaObject::invokeMethod(this, &Workbench::ended, Qt::QueuedConnection);
    });
    m_work->subscription = m_work->session->events().subscribe(*m_work->bridge);
    m_work->session->start();
    m_work->bridge->start();
    Q_EMIT stateChanged();
    Q_EMIT runsChanged();
}

void Workbench::ended()
{
    RunModel* model = m_work->live;
    if (!model || !model->finished())
        return;
    std::function<void(const core::store::RunRecord&)> reload;
    if (m_work->bridge->dropped() > 0)
        reload = [model = QPointer(model)](const core::store::RunRecord& record) {
            if (model)
                model->load(record);
        };
    const bool whole = model->state() == RunState::Completed || model->state() == RunState::EarlyStopped;
    m_work->retire(std::move(reload));
    if (model == m_front)
        Q_EMIT advanced();
    Q_EMIT stateChanged();
    Q_EMIT runsChanged();
    if (whole || model->state() == RunState::Failed)
        nextInTurn();
    else
        m_work->turn.clear();
}

void Workbench::pause()
{
    if (m_work->replay)
        m_work->replay->pause();
    else if (training())
        m_work->post(core::session::Pause{});
    Q_EMIT stateChanged();
}

void Workbench::proceed()
{
    if (m_work->replay)
        m_work->replay->play();
    else if (training())
        m_work->post(core::session::Continue{});
    Q_EMIT stateChanged();
}

void Workbench::singleStep()
{
    if (m_work->replay)
        m_work->replay->moveTo(m_work->replay->position() + 1);
    else if (training())
        m_work->post(core::session::SingleStep{});
    else
        train(true);
}

void Workbench::stop()
{
    if (m_work->replay)
        return replay(0);
    m_work->turn.clear();
    if (training())
        m_work->post(core::session::Stop{});
}

void Workbench::edit(const QString& dottedPath, Value value)
{
    m_document.set(dottedPath, value);
    // What is changed in the past is meant for a branch.
    if (training() && !m_travel->away())
        m_work->post(core::session::Edit{dottedPath.toStdString(), std::move(value)});
}

void Workbench::borrow(const std::function<core::base::Status(Session&)>& use)
{
    if (!m_work->session)
        return;
    if (auto status = use(*m_work->session); !status)
        Q_EMIT trouble(status.error());
}

void Workbench::waitForEnd()
{
    if (!m_work->session)
        return;
    m_work->session->wait();
    if (m_work->bridge)
        m_work->bridge->deliver();
}

void Workbench::resumeRun(const QString& folder)
{
    if (training()) {
        Q_EMIT trouble({ErrorKind::Usage, "A run is training", {}, "Stop it first, then resume this one"});
        return;
    }
    replay(0);
    // If it has only just ended, the worker waits for its files first.
    ended();
    const core::session::Options options{m_runsFolder.toStdString(), m_device.toStdString(), false, true};
    m_work->worker.run([this, path = folder.toStdString(), options, opening = ++m_work->opening]() -> Worker::Answer {
        auto record = core::store::readRun(path);
        if (!record)
            return [this, error = record.error()] { Q_EMIT trouble(error); };
        auto resumed = Session::resume(path, options);
        if (!resumed)
            return [this, error = resumed.error()] { Q_EMIT trouble(error); };
        return [this, record = std::move(*record), session = std::shared_ptr<Session>(std::move(*resumed)), opening] {
            if (!training() && opening == m_work->opening)
                takeUp(session, record, false);
        };
    });
}

void Workbench::takeUp(std::shared_ptr<Session> session, const core::store::RunRecord& record, bool keepFront)
{
    ended();
    m_work->session = std::move(session);
    m_document.open(record.spec);
    auto* model = new RunModel(this);
    model->load(record);
    putInFront(model, keepFront);
    attach(model);
}

void Workbench::branch(const QString& folder, qint64 step, std::vector<std::pair<std::string, Value>> changes,
                       core::session::Going going, std::function<void(const std::optional<Error>&)> done)
{
    replay(0);
    ended();
    const core::session::Options options{m_runsFolder.toStdString(), m_device.toStdString(), false, true};
    m_work->worker.run([this, path = folder.toStdString(), step, changes = std::move(changes), options,
                        going = std::move(going), done = std::move(done),
                        opening = ++m_work->opening]() -> Worker::Answer {
        auto branched = Session::branch(path, step, changes, options, going);
        if (!branched)
            return [done, error = branched.error()] { done(error); };
        auto record = core::store::readRun((*branched)->folder());
        if (!record)
            return [done, error = record.error()] { done(error); };
        return [this, done, record = std::move(*record), session = std::shared_ptr<Session>(std::move(*branched)),
                opening] {
            done({});
            if (training() || opening != m_work->opening)
                return;
            if (m_front)
                m_front->showStep({});
            takeUp(session, record, true);
        };
    });
}

void Workbench::openRun(const QString& folder, bool document)
{
    replay(0);
    m_work->worker.run([this, path = folder.toStdString(), document, opening = ++m_work->opening]() -> Worker::Answer {
        auto record = core::store::readRun(path);
        if (!record)
            return [this, error = record.error()] { Q_EMIT trouble(error); };
        return [this, record = std::move(*record), document, opening] {
            if (opening != m_work->opening)
                return;
            if (document)
                m_document.open(record.spec);
            showRecord(record);
        };
    });
}

void Workbench::showRecord(const core::store::RunRecord& record, bool keepFront)
{
    replay(0);
    const QString folder = QString::fromStdString(record.folder.string());
    if (m_front && m_front == m_work->live && m_front->folder() == folder)
        return;
    auto* model = new RunModel(this);
    model->load(record);
    putInFront(model, keepFront);
}

void Workbench::overlayRun(const QString& folder, bool shown)
{
    const auto there = std::ranges::find(m_overlays, folder, &RunModel::folder);
    if (!shown && there != m_overlays.end()) {
        RunModel* model = *there;
        m_overlays.erase(there);
        recolor();
        Q_EMIT overlaysChanged();
        forget(model);
    }
    if (!shown || there != m_overlays.end() || (m_front && m_front->folder() == folder))
        return;
    m_work->worker.run([this, path = folder.toStdString()]() -> Worker::Answer {
        auto record = core::store::readRun(path);
        if (!record)
            return [this, error = record.error()] { Q_EMIT trouble(error); };
        return [this, record = std::move(*record)] {
            auto* model = new RunModel(this);
            model->load(record);
            addOverlay(model);
        };
    });
}

void Workbench::clearOverlays()
{
    const auto gone = std::exchange(m_overlays, {});
    if (!gone.empty())
        Q_EMIT overlaysChanged();
    for (RunModel* model : gone)
        forget(model);
}

bool Workbench::replaying() const
{
    return bool(m_work->replay);
}

void Workbench::replay(double speed)
{
    if (m_work->replay && speed > 0)
        return m_work->replay->setSpeed(speed);
    if (m_work->replay) {
        m_work->replay.reset();
        RunModel* shown = std::exchange(m_front, std::exchange(m_work->replaySource, nullptr));
        Q_EMIT frontChanged();
        Q_EMIT stateChanged();
        forget(shown);
        return;
    }
    if (speed <= 0 || !m_front || m_front == m_work->live || m_front->live())
        return;
    m_work->replaySource = m_front;
    m_front = new RunModel(this);
    m_work->replay = std::make_unique<Replay>(*m_work->replaySource, *m_front);
    m_work->replay->setSpeed(speed);
    connect(m_work->replay.get(), &Replay::moved, this, &Workbench::advanced);
    const auto end = [this, ended = m_work->replay.get()] {
        if (ended == m_work->replay.get())
            replay(0);
    };
    connect(m_work->replay.get(), &Replay::ended, this, end, Qt::QueuedConnection);
    m_work->replay->play();
    Q_EMIT frontChanged();
    Q_EMIT stateChanged();
}

void Workbench::putInFront(RunModel* model, bool keepFront)
{
    RunModel* before = std::exchange(m_front, model);
    if (before && (keepFront || before == m_work->live))
        m_overlays.insert(m_overlays.begin(), before);
    recolor();
    Q_EMIT frontChanged();
    Q_EMIT overlaysChanged();
    if (before && std::ranges::find(m_overlays, before) == m_overlays.end())
        forget(before);
}

void Workbench::addOverlay(RunModel* model)
{
    m_overlays.push_back(model);
    recolor();
    Q_EMIT overlaysChanged();
}

/// Colour is the run's place: the one in front wears the accent, those behind it the colours that follow.
void Workbench::recolor()
{
    if (m_front)
        m_front->color = 0;
    for (std::size_t i = 0; i < m_overlays.size(); ++i)
        m_overlays[i]->color = int(i) + 1;
}

/// Plots have let go of the model by now; a run that trains keeps it until its end.
void Workbench::forget(RunModel* model)
{
    if (model && model != m_work->live)
        model->deleteLater();
}

}
