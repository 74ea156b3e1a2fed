// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/session.h"
#include "ui/bridge/replay.h"
#include "ui/bridge/session_bridge.h"
#include "ui/bridge/workbench.h"
#include "ui/bridge/worker.h"

#include <deque>
#include <utility>

namespace ui::bridge {

/// The going run and what runs beside it. `subscription` stands after `bridge`, so that it ends first.
class Workbench::Work {
public:
    explicit Work(Workbench& bench) : bench(bench), worker(bench) {}

    Workbench& bench;

    std::shared_ptr<core::session::Session> session;
    std::unique_ptr<SessionBridge> bridge;
    core::events::EventHub::Subscription subscription;
    models::RunModel* live = nullptr;
    std::deque<Turn> turn;
    std::unique_ptr<Replay> replay;
    models::RunModel* replaySource = nullptr;
    quint64 opening = 0; ///< of several openings the last one counts
    Worker worker;

    void post(core::session::Command command)
    {
        if (auto status = session->post(std::move(command)); !status)
            Q_EMIT bench.trouble(status.error());
    }

    /// Lets go of a run that has ended. Its thread may still be closing files, so the waiting is the worker's.
    void retire(std::function<void(const core::store::RunRecord&)> reload)
    {
        subscription.reset();
        if (bridge) {
            bridge->deliver();
            bridge.release()->deleteLater();
        }
        live = nullptr;
        if (!session)
            return;
        worker.run([session = std::exchange(session, nullptr), reload = std::move(reload)]() mutable -> Worker::Answer {
            const auto folder = session->folder();
            session->wait();
            session.reset();
            if (!reload)
                return {};
            if (auto record = core::store::readRun(folder))
                return [reload, record = std::move(*record)] { reload(record); };
            return {};
        });
    }
};

}
