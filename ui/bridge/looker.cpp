// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/looker.h"

#include "ui/bridge/time_travel.h"
#include "ui/bridge/workbench.h"

namespace ui::bridge {

using core::base::Error;
using core::base::ErrorKind;
using core::base::Result;
using core::session::Seen;
using core::session::Tsne;

Looker::Looker(Workbench& bench)
    : QObject(&bench),
      m_bench(bench),
      m_past(std::make_shared<core::session::Looker>()),
      m_projecting(std::make_unique<Worker>(*this)),
      m_worker(std::make_unique<Worker>(*this))
{
}

Looker::~Looker()
{
    for (auto& [who, going] : m_going)
        going.stop->store(true);
}

bool Looker::possible() const
{
    const models::RunModel* run = m_bench.front();
    return run && (m_bench.training() || !run->folder().isEmpty());
}

double Looker::progress(const QObject* who) const
{
    const auto found = m_going.find(who);
    return found == m_going.end() ? 0 : found->second.progress;
}

Looker::Stop Looker::begin(const QObject* who)
{
    cancel(who);
    const Stop stop = std::make_shared<std::atomic<bool>>(false);
    m_going[who] = {stop, 0};
    Q_EMIT changed();
    return stop;
}

void Looker::cancel(const QObject* who)
{
    const auto found = m_going.find(who);
    if (found == m_going.end())
        return;
    found->second.stop->store(true);
    m_going.erase(found);
    Q_EMIT changed();
}

bool Looker::end(const QObject* who, const Stop& stop)
{
    const auto found = m_going.find(who);
    if (found == m_going.end() || found->second.stop != stop)
        return false;
    m_going.erase(found);
    Q_EMIT changed();
    return true;
}

core::session::Going Looker::watch(const QObject* who, const Stop& stop)
{
    return [this, who, stop](std::int64_t done, std::int64_t all) {
        const double share = all > 0 ? double(done) / double(all) : 0;
        if (!stop->load())
            QMetaObject::invokeMethod(
                this,
                [this, who, stop, share] {
                    const auto found = m_going.find(who);
                    if (found == m_going.end() || found->second.stop != stop)
                        return;
                    // A bar has a hundred places.
                    const bool news = int(share * 100) != int(found->second.progress * 100);
                    found->second.progress = share;
                    if (news)
                        Q_EMIT changed();
                },
                Qt::QueuedConnection);
        return !stop->load();
    };
}

void Looker::ask(const QObject* who, core::session::Wish wish, Show show)
{
    const models::RunModel* run = m_bench.front();
    const Stop stop = begin(who);
    const auto tell = [this, who, stop, show = std::move(show)](Result<Seen> seen) {
        auto told = std::make_shared<Result<Seen>>(std::move(seen));
        QMetaObject::invokeMethod(
            this,
            [this, who, stop, show, told] {
                if (end(who, stop))
                    show(std::move(*told));
            },
            Qt::QueuedConnection);
    };
    const auto away = m_bench.travel().step();
    if (!possible()) {
        tell(Error{ErrorKind::Usage, "there is no run whose weights are at hand", "run",
                   "Train one, or open one on the Runs page"});
        return;
    }
    if (m_bench.training() && !away) {
        m_bench.borrow([&](core::session::Session& session) {
            return core::session::look(session, wish, watch(who, stop), tell);
        });
        return;
    }
    core::session::TryOn from;
    from.device = m_bench.device().toStdString();
    from.run = run->folder().toStdString();
    from.step = away.value_or(-1);
    m_worker->run(
        [past = m_past, from, wish = std::move(wish), going = watch(who, stop), stop, tell]() -> Worker::Answer {
            if (!stop->load())
                tell(past->look(from, wish, going));
            return {};
        });
}

void Looker::ask(const QObject* who, std::vector<float> vectors, std::int64_t width, core::session::TsneOptions options,
                 ShowTsne show)
{
    const Stop stop = begin(who);
    m_projecting->run([this, who, stop, vectors = std::move(vectors), width, options, going = watch(who, stop),
                       show = std::move(show)]() -> Worker::Answer {
        auto found = std::make_shared<Result<Tsne>>(core::session::tsne(vectors, width, options, going));
        return [this, who, stop, show, found] {
            if (end(who, stop))
                show(std::move(*found));
        };
    });
}

}
