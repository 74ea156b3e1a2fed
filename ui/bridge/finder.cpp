// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/finder.h"

#include "ui/bridge/rate_plan.h"
#include "ui/bridge/time_travel.h"
#include "ui/bridge/workbench.h"

#include <algorithm>

namespace ui::bridge {

using core::base::ErrorKind;
using core::base::Result;
using core::session::BatchSearch;
using core::session::RangeTest;
using core::session::TryOn;

Finder::Finder(Workbench& bench) : QObject(&bench), m_bench(bench), m_worker(std::make_unique<Worker>(*this)) {}

Finder::~Finder()
{
    cancel();
}

void Finder::cancel()
{
    if (m_stop)
        m_stop->store(true);
}

core::session::Going Finder::going(const std::shared_ptr<std::atomic<bool>>& stop)
{
    return [this, stop](std::int64_t done, std::int64_t all) {
        const double share = all > 0 ? double(done) / double(all) : 0;
        QMetaObject::invokeMethod(
            this,
            [this, stop, share] {
                if (m_stop == stop) {
                    m_progress = share;
                    Q_EMIT changed();
                }
            },
            Qt::QueuedConnection);
        return !stop->load();
    };
}

template <class Found>
void Finder::take(Result<Found> found, std::optional<Found>& into)
{
    m_stop.reset();
    if (found)
        into = std::move(*found);
    else if (found.error().kind != ErrorKind::Interrupted)
        m_problem = QString::fromStdString(core::base::describe(found.error()));
    Q_EMIT changed();
}

template <class Found>
core::session::Done<Found> Finder::telling(std::optional<Found> Finder::*into)
{
    return [this, into, stop = m_stop](Result<Found> found) {
        auto told = std::make_shared<Result<Found>>(std::move(found));
        QMetaObject::invokeMethod(
            this,
            [this, into, stop, told] {
                if (m_stop == stop)
                    take(std::move(*told), this->*into);
            },
            Qt::QueuedConnection);
    };
}

void Finder::start(Kind kind)
{
    cancel();
    m_kind = kind;
    m_problem.clear();
    m_progress = 0;
    m_rates.reset();
    m_batches.reset();
    m_stop = std::make_shared<std::atomic<bool>>(false);
    m_bench.rates().ask(); // what is found is put on its curve
    Q_EMIT started();
    const auto watch = going(m_stop);
    const auto away = m_bench.travel().step();
    const models::RunModel* run = m_bench.front();
    if (m_bench.training() && !away) {
        m_from = tr("The weights of %1 right now").arg(run->id());
        if (kind == Kind::Rate)
            m_bench.borrow([&](core::session::Session& session) {
                return core::session::rangeTest(session, {}, watch, telling(&Finder::m_rates));
            });
        else
            m_bench.borrow([&](core::session::Session& session) {
                return core::session::searchBatchSize(session, {}, watch, telling(&Finder::m_batches));
            });
        Q_EMIT changed();
        return;
    }
    TryOn from;
    from.device = m_bench.device().toStdString();
    if (away && run) {
        from.run = run->folder().toStdString();
        from.step = *away;
        m_from = tr("The weights of %1 at step %2").arg(run->id(), QString::number(*away));
    } else {
        from.resolved = m_bench.document().resolved();
        m_from = tr("New weights, as this experiment begins with");
    }
    m_worker->run([from, kind, watch, rates = telling(&Finder::m_rates),
                   batches = telling(&Finder::m_batches)]() -> Worker::Answer {
        if (kind == Kind::Rate)
            rates(core::session::rangeTest(from, {}, watch));
        else
            batches(core::session::searchBatchSize(from, {}, watch));
        return {};
    });
    Q_EMIT changed();
}

void Finder::useRate(double lr)
{
    RatePlan& plan = m_bench.rates();
    const plots::Route route = plan.route();
    const double next = route.points.empty() ? 0 : route.valueAt(route.begins);
    // What has not begun is meant as the optimizer's own rate: a warm-up leads up to it.
    const double factor = next > 0 && route.begins > 0 ? plan.rates().base / next : 1;
    const QString path = QString::fromStdString(plan.rates().basePath);
    m_bench.edit(path.isEmpty() ? QStringLiteral("train.optimizer.lr") : path,
                 QString::number(lr * factor, 'g', 3).toDouble());
}

void Finder::useBatchSize(std::int64_t size)
{
    m_bench.edit(QStringLiteral("train.batch_size"), size);
}

}
