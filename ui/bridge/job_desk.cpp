// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/job_desk.h"

#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/jobs/ledger.h"
#include "core/jobs/turns.h"
#include "core/spec/job.h"
#include "ui/bridge/workbench.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QProcess>

#include <algorithm>
#include <csignal>

namespace ui::bridge {

using core::base::Error;
using core::base::ErrorKind;
using core::base::Result;
using core::base::Status;
using core::jobs::Job;
using core::jobs::JobQueue;
using core::jobs::JobState;

namespace {

constexpr int lookMs = 500;
constexpr qint64 logBytes = 256 * 1024;
constexpr double startSeconds = 15; ///< that a worker may take to begin

std::optional<double> costOf(const Job& job, const core::jobs::PriceTable& table, double now)
{
    const auto spec = core::spec::readJob(job.experiment["job"]);
    if (!spec || spec->instance.empty())
        return {};
    const auto row = table.forTraining(spec->instance);
    return row ? core::jobs::ledgerOf(job, *row, spec->instanceCount, spec->spot, now).cost : std::optional<double>();
}

bool waits(const JobDesk::Row& row)
{
    return !row.worked && !isFinal(row.job.state());
}

// Those that wait stand in the order of their turns under those that are worked on; what has ended comes last.
bool comesBefore(const JobDesk::Row& a, const JobDesk::Row& b)
{
    const auto rank = [](const JobDesk::Row& row) { return isFinal(row.job.state()) ? 2 : waits(row) ? 1 : 0; };
    if (rank(a) != rank(b))
        return rank(a) < rank(b);
    if (rank(a) == 2)
        return a.job.changes.back().time > b.job.changes.back().time;
    return a.job.priority != b.job.priority ? a.job.priority > b.job.priority : a.job.submitted() < b.job.submitted();
}

std::vector<JobDesk::Row> readRows(const std::string& runs, const JobDesk::Rows& before)
{
    const double now = core::base::wallSeconds();
    const auto table = core::jobs::priceTable();
    std::vector<JobDesk::Row> rows;
    for (Job& job : JobQueue(runs).list()) {
        if (job.changes.empty())
            continue;
        const auto known = std::ranges::find(*before, job.id, [](const JobDesk::Row& row) { return row.job.id; });
        // What has ended changes no more.
        if (known != before->end() && isFinal(job.state()) && known->job.changes == job.changes &&
            known->job.run == job.run) {
            rows.push_back(*known);
            continue;
        }
        JobDesk::Row row;
        row.worked = !isFinal(job.state()) && core::jobs::isWorkedOn(job.folder);
        row.progress = core::session::progressOf(job, now);
        if (table) {
            row.cost = costOf(job, *table, now);
            row.currency = QString::fromStdString(table->currency);
        }
        row.job = std::move(job);
        rows.push_back(std::move(row));
    }
    std::ranges::stable_sort(rows, comesBefore);
    return rows;
}

JobDesk::Details readDetails(const std::string& runs, const QString& id)
{
    JobDesk::Details details{id};
    const auto job = JobQueue(runs).find(id.toStdString());
    if (!job)
        return details;
    if (auto facts = core::session::describeJob(*job))
        details.facts = std::move(*facts);
    details.changes = job->changes.size();
    if (job->state() == JobState::Completed && !job->run.empty() && !job->isScript())
        if (auto advice = core::session::adviseForRun(job->run))
            details.advice = std::move(*advice);
    QFile log(QString::fromStdString(core::jobs::logFile(job->folder).string()));
    if (!log.open(QIODevice::ReadOnly))
        return details;
    details.cut = log.size() > logBytes;
    if (details.cut) {
        log.seek(log.size() - logBytes);
        log.readLine();
    }
    details.log = QString::fromUtf8(log.readAll());
    return details;
}

std::size_t changesIn(const std::vector<JobDesk::Row>& rows)
{
    std::size_t count = rows.size();
    for (const JobDesk::Row& row : rows)
        count += row.job.changes.size();
    return count;
}

}

JobDesk::JobDesk(Workbench& bench, QObject* parent)
    : QObject(parent),
      m_bench(bench),
      m_program(std::filesystem::path(QCoreApplication::applicationDirPath().toStdString()) / "descent-cli"),
      m_orders(*this)
{
    m_timer.setInterval(lookMs);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        if (m_watched || m_wanted || anyWorked())
            look();
    });
    m_timer.start();
}

void JobDesk::setWatched(bool watched)
{
    m_watched = watched;
    if (watched)
        look();
}

void JobDesk::look()
{
    m_again = m_lister.busy();
    if (!m_again)
        m_lister.ask([runs = m_bench.runsFolder().toStdString(), before = m_rows] { return readRows(runs, before); },
                     [this](std::vector<Row> rows) { take(std::move(rows)); });
}

void JobDesk::take(std::vector<Row> rows)
{
    if (m_placing > 0 || std::exchange(m_stale, false)) {
        m_again = false;
        if (m_placing == 0)
            look();
        return;
    }
    const auto ended = [](const std::vector<Row>& all) {
        return std::ranges::count_if(all, [](const Row& row) { return isFinal(row.job.state()); });
    };
    const bool more = ended(rows) != ended(*m_rows);
    m_rows = std::make_shared<const std::vector<Row>>(std::move(rows));
    m_read = true;
    if (row(m_expected))
        m_expected.clear();
    if (const QString early = std::exchange(m_early, {}); row(early))
        m_chosen = early;
    if (!row(m_chosen) && (m_chosen.isEmpty() || m_chosen != m_expected))
        m_chosen = m_rows->empty() ? QString() : QString::fromStdString(m_rows->front().job.id);
    if (more)
        Q_EMIT m_bench.runsChanged();
    Q_EMIT changed();
    askDetails();
    if (std::exchange(m_again, false))
        look();
    else
        goOn();
}

const JobDesk::Row* JobDesk::row(const QString& id) const
{
    const auto found = std::ranges::find(*m_rows, id.toStdString(), [](const Row& row) { return row.job.id; });
    return found == m_rows->end() ? nullptr : &*found;
}

void JobDesk::choose(const QString& id)
{
    if (!m_read)
        m_early = id;
    if (!m_read || m_chosen == id)
        return;
    m_chosen = id;
    Q_EMIT changed();
    askDetails();
}

void JobDesk::askDetails()
{
    const Row* now = row(m_chosen);
    if (!now || m_reader.busy())
        return;
    // What has ended is read once.
    if (m_details.id == m_chosen && isFinal(now->job.state()) && m_details.changes == now->job.changes.size() &&
        m_details.facts["run"].text() == now->job.run)
        return;
    m_reader.ask([runs = m_bench.runsFolder().toStdString(), id = m_chosen] { return readDetails(runs, id); },
                 [this](Details details) {
                     m_details = std::move(details);
                     Q_EMIT detailsChanged();
                     if (m_details.id != m_chosen)
                         askDetails();
                 });
}

// --- Who works

bool JobDesk::working() const
{
    if (m_worker <= 0)
        return false;
    // Of a process that has ended nothing but its number may be left.
    QFile words(QStringLiteral("/proc/%1/cmdline").arg(m_worker));
    return words.open(QIODevice::ReadOnly) && words.readAll().contains("job");
}

bool JobDesk::anyWorked() const
{
    return std::ranges::any_of(*m_rows, &Row::worked);
}

bool JobDesk::anyWaits() const
{
    return std::ranges::any_of(*m_rows, waits);
}

void JobDesk::start()
{
    m_wanted = true;
    m_before = 0;
    m_started = 0;
    goOn();
}

void JobDesk::hold()
{
    m_wanted = false;
    if (working())
        ::kill(pid_t(m_worker), SIGTERM);
    Q_EMIT changed();
}

// A worker ends when nothing waits; what came just then needs another one. While another process works on a job its end
// is waited for.
void JobDesk::goOn()
{
    if (!m_wanted || working() || anyWorked() || !anyWaits())
        return;
    const double now = core::base::steadySeconds();
    if (m_started > 0 && changesIn(*m_rows) == m_before) {
        if (now - m_started < startSeconds)
            return;
        m_wanted = false;
        const auto said =
            core::base::readFile(std::filesystem::path(m_bench.runsFolder().toStdString()) / "job-queue.log", 1 << 20);
        Q_EMIT m_bench.trouble(
            Error{ErrorKind::Run, "the queue's worker ended without doing anything",
                  said ? said->substr(said->size() - std::min<std::size_t>(said->size(), 400)) : std::string(),
                  "Press Work on the queue again"});
        Q_EMIT changed();
        return;
    }
    QProcess worker;
    worker.setProgram(QString::fromStdString(m_program.string()));
    worker.setArguments({QStringLiteral("job"), QStringLiteral("run"), QStringLiteral("--runs"), m_bench.runsFolder(),
                         QStringLiteral("--device"), m_bench.device()});
    worker.setStandardInputFile(QProcess::nullDevice());
    worker.setStandardOutputFile(QProcess::nullDevice());
    worker.setStandardErrorFile(m_bench.runsFolder() + QStringLiteral("/job-queue.log"));
    if (!worker.startDetached(&m_worker)) {
        m_worker = 0;
        m_wanted = false;
        Q_EMIT m_bench.trouble(Error{ErrorKind::Resource, "could not be started: " + worker.errorString().toStdString(),
                                     m_program.string(), "Is descent-cli beside this program?"});
    }
    m_started = now;
    m_before = changesIn(*m_rows);
    Q_EMIT changed();
}

// --- Orders

void JobDesk::order(std::function<Status()> what, std::function<void()> then)
{
    m_orders.run([this, what = std::move(what), then = std::move(then)]() -> Worker::Answer {
        Status done = what();
        return [this, then, done = std::move(done)] {
            if (!done)
                Q_EMIT m_bench.trouble(done.error());
            if (then)
                then();
            look();
        };
    });
}

void JobDesk::submit(const core::base::Value& part)
{
    core::base::Value given = m_bench.document().given();
    if (!given.isObject())
        given = core::base::Object{};
    given.object().set("job", part);
    const QString file = m_bench.document().file();
    std::error_code failed;
    const std::filesystem::path folder = file.isEmpty()
                                             ? std::filesystem::current_path(failed)
                                             : std::filesystem::path(QFileInfo(file).absolutePath().toStdString());
    m_orders.run([this, subject = core::session::JobSubject{std::move(given), folder},
                  runs = m_bench.runsFolder().toStdString()]() -> Worker::Answer {
        const auto submitted = [&]() -> Result<Job> {
            CORE_TRY(experiment, core::session::jobExperiment(subject));
            return core::session::submitJob(experiment, {}, runs);
        }();
        return [this, submitted] {
            if (!submitted) {
                Q_EMIT m_bench.trouble(submitted.error());
                return;
            }
            m_chosen = m_expected = QString::fromStdString(submitted->id);
            m_wanted = true;
            m_started = 0;
            look();
        };
    });
}

std::optional<Job> JobDesk::jobOf(const QString& id) const
{
    const Row* found = row(id);
    return found ? std::optional(found->job) : std::nullopt;
}

void JobDesk::stopJob(const QString& id)
{
    if (const auto job = jobOf(id))
        order([queue = JobQueue(m_bench.runsFolder().toStdString()), job = *job] {
            return queue.wish(job, core::jobs::Wish::Stop);
        });
}

void JobDesk::interrupt(const QString& id)
{
    if (const auto job = jobOf(id))
        order([queue = JobQueue(m_bench.runsFolder().toStdString()), job = *job] {
            return queue.wish(job, core::jobs::Wish::Interrupt);
        });
}

void JobDesk::requeue(const QString& id)
{
    const auto job = jobOf(id);
    if (!job)
        return;
    m_wanted = true;
    m_started = 0;
    order([job = *job, runs = m_bench.runsFolder().toStdString()]() -> Status {
        CORE_TRY(again, core::session::requeueJob(job, runs));
        (void)again;
        return {};
    });
}

void JobDesk::move(const QString& id, int by)
{
    int at = 0;
    for (const Row& each : *m_rows)
        if (each.job.id == id.toStdString())
            return place(id, at + by);
        else
            at += waits(each);
}

void JobDesk::place(const QString& id, int place)
{
    std::vector<Row> rows = *m_rows;
    const auto first = std::ranges::find_if(rows, waits), end = std::find_if_not(first, rows.end(), waits);
    const auto mine = std::find_if(first, end, [&](const Row& row) { return row.job.id == id.toStdString(); });
    if (mine == end || place < 0 || place >= end - first)
        return;
    const auto there = first + place;
    mine < there ? std::rotate(mine, mine + 1, there + 1) : std::rotate(there, mine, mine + 1);
    std::vector<core::jobs::Turn> wanted;
    for (auto row = first; row != end; ++row)
        wanted.push_back({row->job.priority, row->job.submitted()});
    const std::vector<std::int64_t> priorities = core::jobs::prioritiesFor(wanted, std::size_t(place));
    std::vector<std::pair<Job, std::int64_t>> changes;
    for (std::size_t i = 0; i < priorities.size(); ++i)
        if (Job& job = first[std::ptrdiff_t(i)].job; job.priority != priorities[i]) {
            changes.emplace_back(job, priorities[i]);
            job.priority = priorities[i];
        }
    if (changes.empty())
        return;
    // Shown at once; what the journals then say is read again.
    m_rows = std::make_shared<const std::vector<Row>>(std::move(rows));
    ++m_placing;
    Q_EMIT changed();
    order(
        [queue = JobQueue(m_bench.runsFolder().toStdString()), changes = std::move(changes)]() -> Status {
            for (const auto& [job, priority] : changes)
                CORE_CHECK(queue.setPriority(job, priority));
            return {};
        },
        [this] {
            --m_placing;
            m_stale = m_lister.busy();
        });
}

}
