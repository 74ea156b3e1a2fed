// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/study_desk.h"

#include "core/base/clock.h"
#include "core/session/tuning_orders.h"
#include "core/tune/sampler.h"
#include "ui/bridge/workbench.h"

#include <QCoreApplication>
#include <QFileInfo>

namespace ui::bridge {

using core::base::Error;
using core::base::ErrorKind;
using core::base::Result;
using core::base::Status;
using core::session::StudyFolder;
using core::session::StudyPlan;
using core::session::StudySubject;
using core::session::Tuner;
using core::tune::Study;

namespace {

constexpr int pollMs = 1000;
constexpr int quietPolls = 5;
constexpr double tellSeconds = 0.1;

bool waitsForPoint(const core::tune::StudyState& study)
{
    const auto sampler = core::tune::allSamplers().make(study.spec.strategy);
    return study.ended.empty() && sampler && (*sampler)->waitsForPeople();
}

Result<StudyFolder> folderAt(const QString& folder)
{
    return core::session::findStudy(folder.toStdString(), {});
}

}

StudyDesk::StudyDesk(Workbench& bench, QObject* parent)
    : QObject(parent),
      m_bench(bench),
      m_program(std::filesystem::path(QCoreApplication::applicationDirPath().toStdString()) / "descent-cli"),
      m_writer(*this)
{
    m_poll.setInterval(pollMs);
    connect(&m_poll, &QTimer::timeout, this, &StudyDesk::poll);
    m_poll.start();
}

StudyDesk::~StudyDesk()
{
    ++m_number;
    if (m_control)
        m_control->stopped = true;
}

void StudyDesk::tell(const Error& error)
{
    Q_EMIT m_bench.trouble(error);
}

StudySubject StudyDesk::subject() const
{
    const QString file = m_bench.document().file();
    const QString folder = file.isEmpty() ? QString() : QFileInfo(file).absolutePath();
    std::error_code failed;
    return {m_bench.document().given(),
            folder.isEmpty() ? std::filesystem::current_path(failed) : std::filesystem::path(folder.toStdString())};
}

void StudyDesk::plan()
{
    m_planner.ask(
        [subject = subject(), device = m_bench.device().toStdString()] {
            return core::session::planStudy(subject, core::session::PlanDepth::Measure, device);
        },
        [this](Result<StudyPlan> plan) {
            m_plan.reset();
            m_planProblem.reset();
            if (plan)
                m_plan = std::move(*plan);
            else
                m_planProblem = plan.error();
            Q_EMIT planChanged();
        });
    Q_EMIT planChanged();
}

// --- Which study stands in front

void StudyDesk::list()
{
    m_lister.ask([runs = m_bench.runsFolder().toStdString()] { return core::session::listStudies(runs); },
                 [this](std::vector<StudyFolder> studies) {
                     m_studies = std::move(studies);
                     Q_EMIT studiesChanged();
                     if (m_folder.isEmpty() && !m_going && !m_studies.empty())
                         open(QString::fromStdString(m_studies.front().path.string()));
                 });
}

void StudyDesk::open(const QString& folder)
{
    if (m_going || folder == m_folder)
        return;
    m_folder = folder;
    m_state.reset();
    m_followed = false;
    m_quiet = 0;
    Q_EMIT changed();
    Q_EMIT stateChanged();
    poll();
}

void StudyDesk::poll()
{
    if (m_going || m_folder.isEmpty() || m_reader.busy())
        return;
    m_reader.ask([folder = StudyFolder{m_folder.toStdString()}] { return core::session::readStudy(folder); },
                 [this, folder = m_folder](Result<core::tune::StudyRead> read) {
                     if (folder != m_folder || m_going)
                         return;
                     if (!read) {
                         tell(read.error());
                         m_folder.clear();
                         Q_EMIT changed();
                         return;
                     }
                     const bool moved = !m_state || m_state->order != read->state.order;
                     const bool first = !m_state;
                     m_quiet = moved ? 0 : m_quiet + 1;
                     if (moved)
                         m_state = std::make_shared<const core::tune::StudyState>(std::move(read->state));
                     const bool followed =
                         m_state->ended.empty() && (moved ? !first : m_followed && m_quiet < quietPolls);
                     if (followed != std::exchange(m_followed, followed) || first)
                         Q_EMIT changed();
                     if (moved)
                         Q_EMIT stateChanged();
                 });
}

// --- Training

void StudyDesk::start()
{
    make(subject());
}

void StudyDesk::make(StudySubject subject)
{
    run([subject = std::move(subject), runs = m_bench.runsFolder().toStdString(),
         device = m_bench.device().toStdString()]() -> Result<StudyFolder> {
        CORE_TRY(plan, core::session::planStudy(subject, core::session::PlanDepth::Measure, device));
        return core::session::createStudy(subject, plan.spec, runs, plan.share());
    });
}

void StudyDesk::startInTurn(std::vector<StudySubject> subjects)
{
    if (m_going || subjects.empty()) {
        if (m_going)
            tell({ErrorKind::Usage, "A study is training", {}, "Stop it first, or wait for its end"});
        return;
    }
    m_turns.assign(std::make_move_iterator(subjects.begin()), std::make_move_iterator(subjects.end()));
    StudySubject first = std::move(m_turns.front());
    m_turns.pop_front();
    make(std::move(first));
}

Result<StudySubject> StudyDesk::frontSubject() const
{
    return m_folder.isEmpty() ? Result<StudySubject>(subject())
                              : core::session::readSubject(StudyFolder{m_folder.toStdString()});
}

void StudyDesk::proceed()
{
    if (m_folder.isEmpty() || m_going)
        return;
    std::vector<Order> before;
    if (m_state && m_state->paused)
        before.push_back([](Study& study) { return study.resume(); });
    run([folder = m_folder] { return folderAt(folder); }, std::move(before));
}

void StudyDesk::revive(qint64 trial)
{
    const Order revived = [trial](Study& study) { return study.revive(trial); };
    if (m_going) {
        change(revived);
        return;
    }
    if (!m_folder.isEmpty())
        run([folder = m_folder] { return folderAt(folder); },
            {revived, [trial](Study& study) { return study.start(trial); }}, trial);
}

void StudyDesk::run(Make make, std::vector<Order> before, std::optional<qint64> only)
{
    if (m_going) {
        tell({ErrorKind::Usage, "A study is training", {}, "Stop it first, or wait for its end"});
        return;
    }
    m_going = true;
    m_followed = false;
    m_control = std::make_shared<Control>();
    const Tuner::Options options{m_bench.runsFolder().toStdString(), m_program, m_bench.device().toStdString(), only};
    m_thread = std::jthread([this, make = std::move(make), before = std::move(before), options, control = m_control,
                             number = ++m_number] {
        const auto post = [this](auto what) { QMetaObject::invokeMethod(this, std::move(what), Qt::QueuedConnection); };
        const auto conduct = [&]() -> Status {
            CORE_TRY(folder, make());
            for (const Order& order : before) {
                CORE_TRY(study, Study::open(folder.journal()));
                CORE_CHECK(order(study));
            }
            CORE_TRY(tuner, Tuner::open(folder, options));
            post([this, number, folder] { began(number, folder); });
            const auto share = [&](const core::tune::StudyState& state) {
                post(
                    [this, number, now = std::make_shared<const core::tune::StudyState>(state)] { take(number, now); });
            };
            share(tuner->state());
            {
                const std::lock_guard lock(control->mutex);
                control->tuner = tuner.get();
            }
            double told = 0;
            std::int64_t seen = -1;
            core::session::StudyOrders orders(folder);
            Status status = tuner->run([&](const core::tune::StudyState& state) {
                orders.take(*tuner);
                const double now = core::base::steadySeconds();
                if (state.order != seen && now - told >= tellSeconds) {
                    told = now;
                    seen = state.order;
                    share(state);
                }
                return !control->stopped;
            });
            {
                const std::lock_guard lock(control->mutex);
                control->tuner = nullptr;
            }
            share(tuner->state());
            return status;
        };
        Status status = conduct();
        post([this, number, status = std::move(status)] { end(number, status); });
    });
    Q_EMIT changed();
}

void StudyDesk::began(quint64 number, const StudyFolder& folder)
{
    if (number != m_number)
        return;
    m_folder = QString::fromStdString(folder.path.string());
    m_state.reset();
    list();
    Q_EMIT changed();
}

void StudyDesk::take(quint64 number, State state)
{
    if (number != m_number)
        return;
    m_state = std::move(state);
    Q_EMIT stateChanged();
}

void StudyDesk::end(quint64 number, const Status& status)
{
    if (number != m_number)
        return;
    m_going = false;
    m_quiet = quietPolls;
    if (!status)
        tell(status.error());
    Q_EMIT m_bench.runsChanged();
    const bool whole = status && m_state && !m_state->ended.empty();
    if (!whole)
        m_turns.clear();
    if (m_turns.empty()) {
        Q_EMIT changed();
        return;
    }
    StudySubject next = std::move(m_turns.front());
    m_turns.pop_front();
    make(std::move(next));
}

void StudyDesk::stop()
{
    if (m_going)
        m_control->stopped = true;
    m_turns.clear();
    Q_EMIT changed();
}

// --- Orders

void StudyDesk::change(Order order)
{
    const auto done = [this](const Status& status) {
        if (!status)
            QMetaObject::invokeMethod(
                this, [this, error = status.error()] { tell(error); }, Qt::QueuedConnection);
    };
    if (m_control) {
        const std::lock_guard lock(m_control->mutex);
        if (m_control->tuner) {
            m_control->tuner->post(std::move(order), done);
            return;
        }
    }
    if (m_folder.isEmpty())
        return;
    m_writer.run([this, folder = StudyFolder{m_folder.toStdString()}, order = std::move(order)]() -> Worker::Answer {
        auto study = Study::open(folder.journal());
        Status status = study ? order(*study) : Status(study.error());
        State now = study ? std::make_shared<const core::tune::StudyState>(study->state()) : nullptr;
        return [this, folder, now = std::move(now), status = std::move(status)] {
            if (!status)
                tell(status.error());
            // What was written here is no sign of another program.
            if (!now || m_going || m_folder.toStdString() != folder.path.string())
                return;
            m_state = now;
            Q_EMIT changed();
            Q_EMIT stateChanged();
        };
    });
}

void StudyDesk::pause()
{
    change([](Study& study) { return study.pause(); });
}

void StudyDesk::pauseTrial(qint64 trial)
{
    change([trial](Study& study) { return study.pause(trial); });
}

void StudyDesk::resumeTrial(qint64 trial)
{
    const Order resumed = [trial](Study& study) { return study.resume(trial); };
    if (m_going)
        change(resumed);
    else if (!m_folder.isEmpty())
        run([folder = m_folder] { return folderAt(folder); }, {resumed});
}

void StudyDesk::skip(qint64 trial)
{
    change([trial](Study& study) { return study.skip(trial); });
}

void StudyDesk::enqueue(core::base::Object point)
{
    const Order order = [point = std::move(point)](Study& study) -> Status {
        CORE_TRY(number, study.enqueue(point));
        (void)number;
        return {};
    };
    // A study that waits for nothing else goes on with it.
    if (!m_going && m_state && !m_state->paused && waitsForPoint(*m_state))
        run([folder = m_folder] { return folderAt(folder); }, {order});
    else
        change(order);
}

void StudyDesk::note(qint64 trial, const std::string& key, core::base::Value value)
{
    change([trial, key, value = std::move(value)](Study& study) { return study.note(trial, key, value); });
}

void StudyDesk::changeSpec(core::tune::TuningSpec spec)
{
    change([spec = std::move(spec)](Study& study) { return study.change(spec); });
}

}
