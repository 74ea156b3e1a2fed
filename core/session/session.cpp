// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/session.h"

#include "core/base/json.h"
#include "core/events/codec.h"
#include "core/session/inspect.h"
#include "core/spec/experiment.h"
#include "core/store/journal.h"
#include "core/store/run_record.h"
#include "core/tensor/device.h"
#include "core/train/trainer.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace core::session {

using base::Error;
using base::ErrorKind;
using base::Status;
using base::Value;

class Session::Work {
public:
    Work(store::RunFolder folder, Value resolved, Options options, std::string device)
        : m_folder(std::move(folder)),
          m_resolved(std::move(resolved)),
          m_options(std::move(options)),
          m_device(std::move(device))
    {
    }

    ~Work()
    {
        if (m_thread.joinable() && !finished())
            m_mailbox.post(train::Stop{true});
    }

    Status open()
    {
        CORE_TRY(recorder, store::Recorder::open(m_folder));
        m_recorder = std::move(recorder);
        m_recording = m_hub.subscribe(*m_recorder);
        return {};
    }

    void start()
    {
        m_thread = std::jthread([this] { run(); });
    }

    Status post(Command command)
    {
        if (const auto* edit = std::get_if<train::Edit>(&command))
            CORE_CHECK(checkEdit(*edit));
        m_mailbox.post(std::move(command));
        return {};
    }

    std::optional<events::RunFinished> finished() const
    {
        std::lock_guard lock(m_mutex);
        return m_finished;
    }

    const events::RunFinished& wait()
    {
        std::unique_lock lock(m_mutex);
        m_ended.wait(lock, [&] { return m_finished.has_value(); });
        return *m_finished;
    }

    store::RunFolder m_folder;
    Value m_resolved;
    Options m_options;
    std::string m_device;
    std::optional<store::Checkpoint> m_resumeFrom;
    std::vector<events::Edited> m_edits;
    std::optional<events::RunFinished> m_unrecordedEnd; ///< trained to its end by a process that died right then
    events::EventHub m_hub;
    std::unique_ptr<store::Recorder> m_recorder;

private:
    events::EventHub::Subscription m_recording;
    train::Mailbox m_mailbox;
    mutable std::mutex m_mutex;
    std::condition_variable m_ended;
    std::optional<events::RunFinished> m_finished;
    std::jthread m_thread; ///< last: joined before anything it uses goes

    events::RunFinished recordEnd()
    {
        m_hub.publish(events::StateChanged{m_unrecordedEnd->state, m_unrecordedEnd->steps, {}});
        m_hub.publish(*m_unrecordedEnd);
        return *m_unrecordedEnd;
    }

    events::RunFinished train()
    {
        train::TrainerContext context{m_resolved,
                                      &m_folder,
                                      m_recorder.get(),
                                      &m_hub,
                                      &m_mailbox,
                                      m_device,
                                      m_options.startPaused,
                                      m_options.frames,
                                      std::move(m_resumeFrom),
                                      std::move(m_edits)};
        return train::Trainer(std::move(context)).run();
    }

    void run()
    {
        events::RunFinished result = m_unrecordedEnd ? recordEnd() : train();
        const bool open = result.state == events::RunState::Stopped || result.state == events::RunState::Interrupted;
        // A run that can be resumed keeps its journal; any other gets its compressed file.
        Status written = open ? m_recorder->sync() : m_recorder->finish();
        if (!written && result.error.message.empty())
            result.error = written.error();
        m_recording.reset();
        m_recorder.reset();
        {
            std::lock_guard lock(m_mutex);
            m_finished = std::move(result);
        }
        m_ended.notify_all();
    }

    Status checkEdit(const train::Edit& edit) const
    {
        const base::Field* field = spec::fieldAt(spec::experimentFields().schema(), m_resolved, edit.path, catalog());
        if (!field || !field->live)
            return Error{ErrorKind::Spec, field ? "cannot change while the run is going" : "there is no such parameter",
                         spec::jsonPath(edit.path), "Parameters that can are marked live"};
        Value changed = m_resolved;
        CORE_CHECK(changed.setAt(edit.path, edit.value));
        const spec::Checked checked = spec::resolve(changed, {catalog()});
        return checked.problems.empty() ? Status{} : Status(checked.problems.front());
    }
};

Session::Session(std::unique_ptr<Work> work) : m_work(std::move(work)) {}
Session::~Session() = default;
events::EventHub& Session::events()
{
    return m_work->m_hub;
}
std::string Session::id() const
{
    return m_work->m_folder.id();
}
const std::filesystem::path& Session::folder() const
{
    return m_work->m_folder.path();
}
const base::Value& Session::spec() const
{
    return m_work->m_resolved;
}
void Session::start()
{
    m_work->start();
}
Status Session::post(Command command)
{
    return m_work->post(std::move(command));
}
const events::RunFinished& Session::wait()
{
    return m_work->wait();
}
std::optional<events::RunFinished> Session::finished() const
{
    return m_work->finished();
}

namespace {

std::string runName(const Value& resolved)
{
    const std::string& name = resolved["name"].text();
    if (!name.empty())
        return name;
    const Value& source = resolved["data"]["source"];
    const std::string path = source["path"].text();
    const std::string data = path.empty() ? source["kind"].text() : std::filesystem::path(path).stem().string();
    return data + "-" + resolved["model"]["kind"].text();
}

}

base::Result<std::unique_ptr<Session>> Session::create(const Value& resolved, const Options& options)
{
    CORE_TRY(device, tensor::resolveDevice(options.device));
    CORE_TRY(folder, store::RunFolder::create(options.runs, runName(resolved), resolved));
    auto work = std::make_unique<Work>(std::move(folder), resolved, options, device);
    CORE_CHECK(work->open());
    return std::unique_ptr<Session>(new Session(std::move(work)));
}

base::Result<std::unique_ptr<Session>> Session::resume(const std::filesystem::path& run, const Options& options)
{
    CORE_TRY(device, tensor::resolveDevice(options.device));
    CORE_TRY(folder, store::RunFolder::open(run));
    CORE_TRY(resolved, base::readJson(run / "spec.json"));
    const spec::Checked checked = spec::resolve(resolved, {catalog()});
    if (!checked.problems.empty()) {
        Error error = checked.problems.front();
        error.where = (run / "spec.json").string() + " " + error.where;
        return error;
    }
    CORE_TRY(record, store::readRun(run));
    auto work = std::make_unique<Work>(std::move(folder), checked.value, options, device);
    // Without a checkpoint the run begins again; the journal forgets what there was.
    if (auto checkpoint = store::newestWhole(work->m_folder.checkpoints())) {
        if (const Value& ended = checkpoint->state["ended"]; !ended.isNull()) {
            const auto end = events::fromValue(ended);
            const auto* finished = end ? std::get_if<events::RunFinished>(&*end) : nullptr;
            const bool recorded = record.finished && !store::hasJournal(work->m_folder.journal());
            if (recorded || !finished)
                return Error{ErrorKind::Usage, "this run has ended at step " + std::to_string(checkpoint->step),
                             run.string(), "Train the experiment again, with more epochs if it should go on longer"};
            work->m_unrecordedEnd = *finished;
        }
        work->m_resumeFrom = std::move(*checkpoint);
    }
    const std::int64_t from = work->m_resumeFrom ? work->m_resumeFrom->step : 0;
    for (const events::Event& event : record.events)
        if (const auto* edited = std::get_if<events::Edited>(&event); edited && edited->step >= from)
            work->m_edits.push_back(*edited);
    CORE_CHECK(work->open());
    if (!work->m_resumeFrom)
        work->m_recorder->rewindTo(0);
    return std::unique_ptr<Session>(new Session(std::move(work)));
}

std::optional<std::filesystem::path> findInterrupted(const Value& resolved, const std::filesystem::path& runs)
{
    for (const store::RunSummary& run : store::listRuns(runs)) {
        if (run.state != events::RunState::Interrupted && run.state != events::RunState::Stopped)
            continue;
        const auto spec = base::readJson(run.folder / "spec.json");
        if (spec && *spec == resolved)
            return run.folder;
    }
    return {};
}

}
