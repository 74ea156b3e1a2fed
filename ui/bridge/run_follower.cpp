// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/run_follower.h"

#include "core/base/clock.h"
#include "core/store/run_folder.h"
#include "core/store/run_record.h"
#include "ui/bridge/workbench.h"

#include <QPointer>

namespace ui::bridge {

namespace {

constexpr int followMs = 1000;
constexpr double mostOfTheTime = 0.2; ///< that reading may take

// Each writer leaves its name in that file when it begins.
std::filesystem::file_time_type beginningOf(const QString& folder)
{
    std::error_code none;
    return std::filesystem::last_write_time(std::filesystem::path(folder.toStdString()) / "run.lock", none);
}

struct Seen {
    bool writing = false, unread = false;
    double seconds = 0; ///< that reading it took
    std::optional<core::store::RunRecord> record;
};

}

RunFollower::RunFollower(Workbench& bench) : QObject(&bench), m_bench(bench)
{
    m_timer.setInterval(followMs);
    connect(&m_timer, &QTimer::timeout, this, &RunFollower::look);
    connect(&bench, &Workbench::frontChanged, this, [this] {
        const models::RunModel* run = m_bench.front();
        // Its writer may have gone on between its loading and the first look, and have ended since.
        m_writing = run && !run->finished();
        if (run)
            m_began = beginningOf(run->folder());
    });
    m_timer.start();
}

void RunFollower::look()
{
    models::RunModel* run = m_bench.front();
    if (!run || m_bench.training() || m_bench.replaying() || run->live() || run->folder().isEmpty() ||
        run->finished() || m_reader.busy() || core::base::steadySeconds() < m_lookAgain)
        return;
    // One that began and ended between two looks has written too.
    const auto began = beginningOf(run->folder());
    const bool unread = m_writing || began != m_began;
    m_began = began;
    m_reader.ask(
        [folder = std::filesystem::path(run->folder().toStdString()), unread] {
            const double began = core::base::steadySeconds();
            Seen seen{core::store::isBeingWritten(folder), unread, 0, {}};
            // Once more when its writer has ended.
            if (seen.writing || seen.unread)
                if (auto record = core::store::readRun(folder))
                    seen.record = std::move(*record);
            seen.seconds = core::base::steadySeconds() - began;
            return seen;
        },
        [this, run = QPointer<models::RunModel>(run)](Seen seen) {
            if (!run || run != m_bench.front())
                return;
            // What could not be read just now, while a file took another's place, is asked for again.
            m_writing = seen.writing || (seen.unread && !seen.record);
            m_lookAgain = core::base::steadySeconds() + seen.seconds / mostOfTheTime;
            if (!seen.record)
                return;
            const auto shown = run->shownStep();
            run->load(*seen.record);
            if (shown)
                run->showStep(shown);
        });
}

}
