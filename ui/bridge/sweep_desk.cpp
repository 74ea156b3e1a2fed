// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/sweep_desk.h"

#include "ui/bridge/workbench.h"

namespace ui::bridge {

using core::base::Error;
using core::base::ErrorKind;
using core::base::Result;
using core::session::SweepProgress;
using core::session::SweepSet;

SweepDesk::SweepDesk(Workbench& bench, QObject* parent) : QObject(parent), m_bench(bench) {}

SweepDesk::~SweepDesk()
{
    ++m_number;
    cancel();
}

void SweepDesk::refuse(const Error& error)
{
    m_problem = QString::fromStdString(core::base::describe(error));
    Q_EMIT changed();
}

bool SweepDesk::mayBegin()
{
    if (!m_going && !m_bench.training())
        return true;
    refuse({ErrorKind::Usage,
            m_going ? "Another set of runs is training" : "A run is training",
            {},
            "Times would be wrong beside it. Stop it first, or wait for its end"});
    return false;
}

bool SweepDesk::start(const std::string& kind, core::base::Value settings, core::base::Value resolved)
{
    if (!mayBegin())
        return false;
    m_kind = kind;
    m_set.reset();
    run([runs = std::filesystem::path(m_bench.runsFolder().toStdString()), kind, settings = std::move(settings),
         resolved = std::move(resolved)] { return SweepSet::create(runs, kind, settings, resolved); });
    return true;
}

bool SweepDesk::goOn(const SweepSet& set)
{
    if (!mayBegin())
        return false;
    m_kind = set.kind();
    run([set]() -> Result<SweepSet> { return set; });
    return true;
}

void SweepDesk::run(std::function<Result<SweepSet>()> make)
{
    m_problem.clear();
    m_progress.reset();
    m_going = true;
    m_control = std::make_shared<core::session::SweepControl>();
    const core::session::Options options{m_bench.runsFolder().toStdString(), m_bench.device().toStdString()};
    // What is told is told on the window's thread, and only of the set that was begun last.
    m_thread = std::jthread([this, make = std::move(make), options, control = m_control, number = ++m_number] {
        const auto post = [this](auto what) { QMetaObject::invokeMethod(this, std::move(what), Qt::QueuedConnection); };
        const auto share = [](const SweepSet& set) { return std::make_shared<const SweepSet>(set); };
        auto set = make();
        core::base::Status status;
        if (set) {
            post([this, number, first = share(*set)] { take(number, {}, first); });
            status = trainSet(*set, options, *control, [&](const SweepProgress& progress) {
                post([this, number, progress, now = progress.runEnded ? share(*set) : nullptr] {
                    take(number, progress, now);
                });
            });
            post([this, number, last = share(*set)] { take(number, {}, last); });
        } else {
            status = set.error();
        }
        post([this, number, status] { end(number, status); });
    });
    Q_EMIT changed();
}

void SweepDesk::take(quint64 number, std::optional<SweepProgress> progress, Set set)
{
    if (number != m_number)
        return;
    const bool began = progress && (!m_progress || m_progress->run != progress->run);
    if (progress)
        m_progress = std::move(progress);
    if (set) {
        m_set = std::move(set);
        Q_EMIT setChanged();
    }
    if (began || set)
        Q_EMIT m_bench.runsChanged();
    Q_EMIT changed();
}

void SweepDesk::end(quint64 number, const core::base::Status& status)
{
    if (number != m_number)
        return;
    m_going = false;
    if (!status && status.error().kind != ErrorKind::Interrupted)
        m_problem = QString::fromStdString(core::base::describe(status.error()));
    Q_EMIT m_bench.runsChanged();
    Q_EMIT changed();
    Q_EMIT ended();
}

void SweepDesk::pause()
{
    if (m_going)
        m_control->paused = true;
    Q_EMIT changed();
}

void SweepDesk::proceed()
{
    if (m_going)
        m_control->paused = false;
    Q_EMIT changed();
}

void SweepDesk::cancel()
{
    if (!m_control)
        return;
    m_control->paused = false;
    m_control->stopped = true;
    Q_EMIT changed();
}

}
