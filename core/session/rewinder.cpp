// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/rewinder.h"

#include "core/base/clock.h"
#include "core/session/inspect.h"
#include "core/session/past.h"
#include "core/train/evaluator.h"
#include "core/train/weights_frame.h"

#include <c10/util/Exception.h>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace core::session {

using base::Error;
using base::ErrorKind;
using base::Status;

namespace {

constexpr std::int64_t surfaceCells = 72;
constexpr double blink = 0.03; ///< seconds
constexpr std::size_t mostRows = 1000, predictionsShown = 24;

}

class Rewinder::Work {
public:
    Work(std::filesystem::path run, Tell tell)
        : m_run(std::move(run)),
          m_tell(std::move(tell)),
          m_thread([this](const std::stop_token& stop) { loop(stop); })
    {
    }

    void seek(std::int64_t step)
    {
        {
            const std::lock_guard lock(m_mutex);
            m_wanted = step;
        }
        m_changed.notify_all();
    }

private:
    void loop(const std::stop_token& stop)
    {
        for (;;) {
            std::int64_t step = 0;
            {
                std::unique_lock lock(m_mutex);
                if (!m_changed.wait(lock, stop, [&] { return m_wanted >= 0; }))
                    return;
                step = std::exchange(m_wanted, -1);
            }
            const auto outdated = [&] {
                const std::lock_guard lock(m_mutex);
                return m_wanted >= 0 || stop.stop_requested();
            };
            try {
                if (Status status = show(step, outdated); !status && status.error().kind != ErrorKind::Interrupted)
                    m_tell(std::move(status).error());
            } catch (const c10::Error& failure) {
                m_engine.reset();
                m_tell(Error{ErrorKind::Run, failure.what_without_backtrace(), m_run.string(), {}});
            } catch (const std::exception& failure) {
                m_engine.reset();
                m_tell(Error{ErrorKind::Run, failure.what(), m_run.string(), {}});
            }
        }
    }

    Status show(std::int64_t step, const std::function<bool()>& outdated)
    {
        CORE_CHECK(open(step));
        const std::int64_t target = std::min(step, m_past->steps());
        CORE_CHECK(approach(target));
        if (const std::int64_t steps = target - m_engine->step(); steps > 0) {
            // What comes within a blink is not shown in between: looking costs more than going there.
            if (m_secondsPerStep <= 0 || double(steps) * m_secondsPerStep > blink)
                m_tell(moment(false));
            const double start = base::steadySeconds();
            CORE_CHECK(
                m_past->advance(*m_engine, target, false, [&](std::int64_t, std::int64_t) { return !outdated(); }));
            m_secondsPerStep = (base::steadySeconds() - start) / double(steps);
        }
        m_tell(moment(true));
        return {};
    }

    // A run that still trains has grown since it was read; a branch has its early steps in its parent.
    Status open(std::int64_t step)
    {
        if (m_past && step <= m_past->steps() && step >= m_past->begins())
            return {};
        CORE_TRY(past, Past::openFor(m_run, step));
        if (!m_past || m_past->record().folder != past.record().folder)
            m_engine.reset();
        m_past = std::make_unique<Past>(std::move(past));
        return {};
    }

    // Goes back to the step from where the engine stands, or from a keyframe behind it, if its learner can forget.
    base::Result<bool> comeBack(std::int64_t step)
    {
        if (!learnsInRounds(m_past->spec()))
            return false;
        if (m_engine && m_past->unedited(step, m_engine->step()) && m_engine->goBack(step))
            return true;
        const auto later = m_past->keyframeAfter(step);
        if (!later)
            return false;
        if (m_engine) {
            CORE_CHECK(m_engine->load(*later));
        } else {
            CORE_TRY(engine, m_past->engineAt(later, "cpu"));
            m_engine = std::move(engine);
        }
        return m_engine->goBack(step);
    }

    // Brings the engine to the nearest keyframe, unless it stands between that and the step already.
    Status approach(std::int64_t step)
    {
        CORE_TRY(there, comeBack(step));
        if (there)
            return {};
        std::int64_t nearest = 0;
        for (const auto& file : store::listCheckpoints(m_past->record().folder / "checkpoints"))
            if (file.step <= step)
                nearest = file.step;
        if (m_engine && m_engine->step() <= step && m_engine->step() >= nearest)
            return {};
        const auto keyframe = m_past->keyframeBefore(step);
        if (m_engine && keyframe) {
            if (m_engine->step() <= step && m_engine->step() >= keyframe->step)
                return {};
            return m_engine->load(*keyframe);
        }
        CORE_TRY(engine, m_past->engineAt(keyframe, "cpu"));
        m_engine = std::move(engine);
        return {};
    }

    Moment moment(bool exact)
    {
        Moment now{m_engine->step(), exact, {}, {}, {}, {}, 0};
        if (m_engine->learner().hasGradients())
            now.weights = train::weightsFrame(*m_engine);
        const std::int64_t epoch = m_engine->timeline().epochOf(now.step);
        now.surface = train::surface(m_engine->learner(), m_engine->data(), surfaceCells);
        if (now.surface) {
            now.surface->step = now.step;
            now.surface->epoch = epoch;
        }
        const auto& validation = m_engine->data().rows(data::SplitName::Validation);
        const data::RowSet rows = validation.some(0, mostRows);
        if (rows.empty())
            return now;
        now.evaluatedRows = std::int64_t(rows.size());
        train::EvaluationResult result =
            train::evaluate(m_engine->learner(), m_engine->data(), rows, {true, predictionsShown});
        if (result.confusion.classes > 0) {
            result.confusion.step = now.step;
            result.confusion.epoch = epoch;
            now.confusion = std::move(result.confusion);
        }
        now.predictions = events::PredictionFrame{now.step, epoch, std::move(result.predictions)};
        return now;
    }

    const std::filesystem::path m_run;
    const Tell m_tell;
    std::unique_ptr<Past> m_past;
    std::unique_ptr<train::Engine> m_engine;
    double m_secondsPerStep = 0; ///< of the last stretch; 0: not known yet

    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::int64_t m_wanted = -1;
    std::jthread m_thread; ///< last: joined before what it uses goes
};

Rewinder::Rewinder(std::filesystem::path run, Tell tell)
    : m_work(std::make_unique<Work>(std::move(run), std::move(tell)))
{
}

Rewinder::~Rewinder() = default;

void Rewinder::seek(std::int64_t step)
{
    m_work->seek(step);
}

}
