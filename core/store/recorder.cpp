// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/recorder.h"

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/thread_name.h"
#include "core/events/codec.h"
#include "core/store/file_beside.h"
#include "core/store/finalize.h"
#include "core/store/journal.h"
#include "core/store/replay.h"
#include "core/store/run_log.h"
#include "core/store/scalar_columns.h"
#include "core/store/tensor_columns.h"
#include "core/store/view_feed.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <thread>

namespace core::store {

using base::Error;
using base::ErrorKind;

namespace {

constexpr std::size_t wakeRows = 65536; // the thread is woken early when so many wait
constexpr double retrySeconds = 1;

bool tellsOfTheEnd(const events::Event& event)
{
    using events::RunState;
    const auto* changed = std::get_if<events::StateChanged>(&event);
    return std::holds_alternative<events::RunFinished>(event) ||
           (changed && changed->state != RunState::Preparing && changed->state != RunState::Running &&
            changed->state != RunState::Paused);
}

std::chrono::duration<double> duration(double seconds)
{
    return std::chrono::duration<double>(std::clamp(seconds, 0.0, 1e6));
}

}

class Recorder::Work {
public:
    Work(const RunFolder& folder, const RecorderOptions& options, Journal journal,
         std::vector<std::vector<std::string>> groups)
        : m_run(folder.path()),
          m_options(options),
          m_journal(std::move(journal)),
          m_columns(std::move(groups)),
          m_feed(folder.path(), options.viewSeconds),
          m_log(folder.path() / "run.log")
    {
        m_thread = std::jthread([this](const std::stop_token& stop) { loop(stop); });
    }

    ~Work()
    {
        m_thread.request_stop();
        m_wake.notify_all();
        m_thread.join();
        if (pump(true) && !m_finished && m_options.liveView)
            leaveView();
    }

    void push(const events::ScalarRow& row)
    {
        bool wake = false;
        {
            const std::lock_guard lock(m_mutex);
            m_rows.push_back(row);
            wake = m_rows.size() == wakeRows;
        }
        if (wake)
            m_wake.notify_one();
    }

    void push(const events::Event& event)
    {
        const double now = base::wallSeconds();
        const std::lock_guard lock(m_mutex);
        if (std::holds_alternative<events::Progress>(event)) {
            if (std::abs(now - m_lastProgress) < 1)
                return;
            m_lastProgress = now;
        }
        if (const auto* weights = std::get_if<events::WeightsFrame>(&event); weights && !weights->kept)
            return;
        if (const auto* spread = std::get_if<events::TensorHistograms>(&event); spread && !spread->kept)
            return;
        m_marks.push_back({m_rows.size(), now, event});
    }

    void rewindTo(std::int64_t step)
    {
        const std::lock_guard lock(m_mutex);
        m_marks.push_back({m_rows.size(), base::wallSeconds(), step});
    }

    base::Status pump(bool sync)
    {
        const std::lock_guard lock(m_working);
        return work(sync);
    }

    std::optional<Error> trouble() const
    {
        const std::lock_guard lock(m_mutex);
        return m_trouble;
    }

    base::Status finish()
    {
        const std::lock_guard lock(m_working);
        if (m_finished)
            return {};
        CORE_CHECK(work(true));
        m_feed.close();
        if (!hasJournal(m_run / "journal"))
            return Error{ErrorKind::Data, "the journal is gone", (m_run / "journal").string(),
                         "Somebody removed it while the run went"};
        std::vector<std::string> texts;
        CORE_TRY(record, recordOfJournal(m_run, Reading::Strict, &texts));
        if (!record.problem.empty())
            return Error{ErrorKind::Data, record.problem, m_run.string(),
                         "Repair the run: all that is whole will be kept"};
        if (base::Status written = replaceView(m_run, record, texts); !written) {
            Error error = std::move(written).error();
            error.advice += ". The run is whole in its journal; descent-cli runs repair writes run.h5 from it";
            return error;
        }
        CORE_CHECK(removeJournal(m_run));
        m_finished = true;
        return {};
    }

private:
    // What happened between two rows: an event, or a rewind to a step.
    struct Mark {
        std::size_t rows = 0; ///< rows that came before
        double time = 0;
        std::variant<events::Event, std::int64_t> what;
    };

    const std::filesystem::path m_run;
    const RecorderOptions m_options;

    mutable std::mutex m_mutex; // held for a copy or a swap
    std::vector<events::ScalarRow> m_rows;
    std::vector<Mark> m_marks;
    std::optional<Error> m_trouble;
    double m_lastProgress = 0;
    std::condition_variable_any m_wake;

    std::mutex m_working; // held while files are written
    std::vector<events::ScalarRow> m_takenRows;
    std::vector<Mark> m_takenMarks;
    Journal m_journal;
    ScalarColumns m_columns;
    TensorColumns m_tensors;
    ViewFeed m_feed;
    RunLog m_log;
    double m_lastSync = 0;
    bool m_finished = false;

    std::jthread m_thread;

    void loop(const std::stop_token& stop)
    {
        base::nameBackgroundThread("recorder");
        while (!stop.stop_requested()) {
            {
                std::unique_lock lock(m_mutex);
                const auto wait =
                    duration(m_trouble ? std::max(retrySeconds, m_options.flushSeconds) : m_options.flushSeconds);
                m_wake.wait_for(lock, stop, wait, [&] { return m_rows.size() >= wakeRows; });
            }
            (void)pump(false);
        }
    }

    base::Status work(bool sync)
    {
        if (m_finished)
            return {};
        take();
        encode();
        const double now = base::steadySeconds();
        base::Status status = m_journal.write();
        if (status && (sync || now - m_lastSync >= m_options.syncSeconds)) {
            status = m_journal.sync();
            m_lastSync = now;
        }
        status = tell(std::move(status));
        m_log.write();
        if (status && m_options.liveView)
            if (const auto problem = m_feed.update())
                append(events::Notice{0, *problem}, base::wallSeconds());
        return status;
    }

    // A run that stops half-way leaves a file that any program opens; the journal stays the truth.
    void leaveView()
    {
        m_feed.close();
        auto record = recordOfJournal(m_run, Reading::Strict);
        if (!record || !record->opened)
            return;
        if (!record->finished)
            record->state = events::RunState::Interrupted;
        (void)replaceView(m_run, *record);
    }

    void take()
    {
        m_takenRows.clear();
        m_takenMarks.clear();
        const std::lock_guard lock(m_mutex);
        m_rows.swap(m_takenRows);
        m_marks.swap(m_takenMarks);
    }

    // A block is only cut where rows before and after it mean different things: what rules find and how tensors are
    // spread comes many times a second, and lies behind the rows that it came with.
    static bool cuts(const events::Event& event)
    {
        return !std::holds_alternative<events::Finding>(event) &&
               !std::holds_alternative<events::RuleStateChanged>(event) &&
               !std::holds_alternative<events::TensorHistograms>(event);
    }

    void encode()
    {
        std::size_t done = 0;
        std::vector<const Mark*> behind;
        const auto appendAll = [&](std::size_t rows) {
            appendRows(done, rows);
            done = rows;
            for (const Mark* mark : std::exchange(behind, {})) {
                append(std::get<events::Event>(mark->what), mark->time);
                m_log.add(std::get<events::Event>(mark->what), mark->time);
            }
        };
        for (const Mark& mark : m_takenMarks) {
            const auto* told = std::get_if<events::Event>(&mark.what);
            if (const auto* stats = told ? std::get_if<events::TensorStats>(told) : nullptr) {
                m_tensors.add(*stats);
                continue;
            }
            if (told && !cuts(*told)) {
                behind.push_back(&mark);
                continue;
            }
            appendAll(mark.rows);
            if (told) {
                append(*told, mark.time);
                m_log.add(*told, mark.time);
            } else {
                m_log.addRewind(std::get<std::int64_t>(mark.what), mark.time);
                m_journal.append(RecordKind::Rewind, rewindPayload(std::get<std::int64_t>(mark.what)), mark.time);
                m_feed.renew();
            }
        }
        appendAll(m_takenRows.size());
    }

    void appendTensors()
    {
        for (TensorBlock& block : m_tensors.take()) {
            m_journal.append(RecordKind::Tensors, pack(block), base::wallSeconds());
            if (m_options.liveView)
                m_feed.add(std::move(block));
        }
    }

    // Statistics first: where a row of a step is, whatever was taken at that step is too.
    void appendRows(std::size_t from, std::size_t to)
    {
        appendTensors();
        for (ScalarBlock& block : m_columns.blocks(m_takenRows.data() + from, to - from)) {
            m_journal.append(RecordKind::Scalars, pack(block), base::wallSeconds());
            if (m_options.liveView)
                m_feed.add(std::move(block));
        }
    }

    void append(const events::Event& event, double time)
    {
        if (const auto* named = std::get_if<events::TensorsNamed>(&event))
            return m_tensors.name(*named);
        if (const auto* opened = std::get_if<events::RunOpened>(&event)) {
            m_columns = ScalarColumns(opened->groups);
            m_feed.renew();
        }
        std::string text = base::writeJson(toValue(event));
        if (text.size() > Journal::maxPayload)
            text = base::writeJson(
                toValue(events::Notice{events::stepOf(event),
                                       {ErrorKind::Internal,
                                        "an event was too large to be recorded: " + std::string(kindOf(event)),
                                        {},
                                        {}}}));
        m_journal.append(RecordKind::Event, text, time);
    }

    base::Status tell(base::Status status)
    {
        std::optional<Error> trouble;
        if (!status) {
            trouble = withNeed(status.error(), m_journal.waiting());
            trouble->advice += ". Nothing is lost; it goes on by itself";
        }
        const std::lock_guard lock(m_mutex);
        m_trouble = trouble;
        return trouble ? base::Status(*trouble) : status;
    }
};

Recorder::Recorder(std::unique_ptr<Work> work) : m_work(std::move(work)) {}
Recorder::~Recorder() = default;

base::Result<std::unique_ptr<Recorder>> Recorder::open(const RunFolder& folder, RecorderOptions options)
{
    const bool known = hasJournal(folder.journal());
    if (!known && std::filesystem::exists(folder.view()))
        CORE_CHECK(journalFromView(folder.path()));
    CORE_TRY(journal, Journal::open(folder.journal()));
    // Rows may come before the run is announced again; they are named as before.
    CORE_TRY(before, recordOfJournal(folder.path(), Reading::Glance));
    const auto groups = before.opened ? before.opened->groups : std::vector<std::vector<std::string>>{};
    return std::unique_ptr<Recorder>(new Recorder(std::make_unique<Work>(folder, options, std::move(journal), groups)));
}

void Recorder::onScalars(const events::ScalarRow& row)
{
    m_work->push(row);
}
void Recorder::onEvent(const events::Event& event)
{
    m_work->push(event);
    // Whoever hears of the end may read the run at once.
    if (tellsOfTheEnd(event))
        (void)flush();
}
void Recorder::rewindTo(std::int64_t step)
{
    m_work->rewindTo(step);
}
base::Status Recorder::flush()
{
    return m_work->pump(false);
}
base::Status Recorder::sync()
{
    return m_work->pump(true);
}
std::optional<base::Error> Recorder::trouble() const
{
    return m_work->trouble();
}
base::Status Recorder::finish()
{
    return m_work->finish();
}

}
