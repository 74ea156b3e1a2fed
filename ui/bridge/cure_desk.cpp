// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/cure_desk.h"

#include "core/store/run_record.h"
#include "ui/bridge/session_bridge.h"
#include "ui/bridge/workbench.h"

namespace ui::bridge {

using core::base::Error;
using core::base::ErrorKind;
using core::base::Result;
using core::session::Cure;
using core::session::CureProgress;

CureDesk::CureDesk(Workbench& bench, QObject* parent) : QObject(parent), m_bench(bench) {}

CureDesk::~CureDesk()
{
    ++m_number;
    cancel();
}

std::vector<const models::RunModel*> CureDesk::futures() const
{
    std::vector<const models::RunModel*> all;
    for (const Future& future : m_futures)
        if (future.model->step() > 0)
            all.push_back(future.model.get());
    return all;
}

void CureDesk::begin(const QString& run, Fix fix, qint64 step)
{
    if (m_going)
        return;
    m_run = run;
    m_fix = std::move(fix);
    m_symptom = step;
    start(step, 1);
}

void CureDesk::repeat(int seeds)
{
    if (!m_going && m_fix)
        start(m_symptom, seeds);
}

void CureDesk::clear()
{
    m_problem.clear();
    m_verdict.reset();
    m_progress.reset();
    m_branches.clear();
    m_futures.clear();
}

void CureDesk::start(qint64 step, int seeds)
{
    m_thread = {};
    clear();
    m_going = true;
    m_control = std::make_shared<core::session::SweepControl>();
    for (int i = 0; i < seeds; ++i) {
        Future future{std::make_unique<models::RunModel>(), nullptr};
        future.bridge = std::make_shared<SessionBridge>(*future.model);
        connect(future.bridge.get(), &SessionBridge::delivered, this, &CureDesk::advanced);
        m_futures.push_back(std::move(future));
    }
    const std::filesystem::path run = m_run.toStdString();
    const core::session::Options options{m_bench.runsFolder().toStdString(), m_bench.device().toStdString()};
    std::vector<std::shared_ptr<SessionBridge>> bridges;
    for (const Future& future : m_futures)
        bridges.push_back(future.bridge);
    m_thread = std::jthread([this, run, step, seeds, changes = m_fix->changes, options, bridges, control = m_control,
                             number = ++m_number] {
        const auto post = [this](auto what) { QMetaObject::invokeMethod(this, std::move(what), Qt::QueuedConnection); };
        const std::int64_t from = core::session::keyframeBefore(run, step);
        post([this, number, from] {
            if (number == m_number)
                m_from = from;
        });
        core::events::EventHub::Subscription watching;
        core::session::CureWatch watch;
        watch.told = [&](const CureProgress& progress) {
            post([this, number, progress] {
                if (number != m_number)
                    return;
                m_progress = progress;
                Q_EMIT changed();
            });
        };
        watch.began = [&](std::int64_t branch, core::session::Session& session) {
            watching = session.events().subscribe(*bridges[std::size_t(branch)]);
            auto record = std::make_shared<Result<core::store::RunRecord>>(core::store::readRun(session.folder()));
            post([this, number, branch, record, folder = session.folder()] {
                if (number != m_number)
                    return;
                m_branches.push_back(QString::fromStdString(folder.string()));
                if (*record)
                    m_futures[std::size_t(branch)].model->load(**record);
                m_futures[std::size_t(branch)].bridge->start();
                Q_EMIT m_bench.runsChanged();
            });
        };
        watch.ended = [&] { watching.reset(); };
        auto cure = std::make_shared<Result<Cure>>(
            core::session::tryFix({run, from, changes, seeds, {}}, options, *control, watch));
        post([this, number, cure] { take(number, std::move(*cure)); });
    });
    Q_EMIT changed();
}

void CureDesk::take(quint64 number, Result<Cure> cure)
{
    if (number != m_number)
        return;
    m_going = false;
    for (const Future& future : m_futures)
        future.bridge->deliver();
    if (cure)
        m_verdict = std::move(cure->verdict);
    else if (cure.error().kind != ErrorKind::Interrupted)
        m_problem = QString::fromStdString(core::base::describe(cure.error()));
    Q_EMIT m_bench.runsChanged();
    Q_EMIT changed();
}

void CureDesk::cancel()
{
    if (!m_control)
        return;
    m_control->stopped = true;
    Q_EMIT changed();
}

void CureDesk::discard(bool remove)
{
    if (m_going)
        return;
    QString problem;
    if (remove)
        for (const QString& folder : m_branches)
            if (const auto removed = core::store::removeRun(folder.toStdString()); !removed)
                problem = QString::fromStdString(core::base::describe(removed.error()));
    clear();
    m_fix.reset();
    m_problem = problem;
    Q_EMIT m_bench.runsChanged();
    Q_EMIT changed();
}

}
