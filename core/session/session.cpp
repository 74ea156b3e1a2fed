// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/session.h"

#include "core/base/json.h"
#include "core/events/codec.h"
#include "core/session/inspect.h"
#include "core/session/past.h"
#include "core/spec/experiment.h"
#include "core/store/finalize.h"
#include "core/store/run_record.h"
#include "core/tensor/device.h"
#include "core/train/trainer.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
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
          m_device(std::move(device)),
          m_current(m_resolved)
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
        if (const auto* edit = std::get_if<train::Edit>(&command)) {
            CORE_TRY(changed, checkEdit(*edit));
            m_current = std::move(changed);
        }
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
    Value m_current; ///< with the edits that were posted
    std::string m_parent;
    std::int64_t m_parentStep = -1;
    std::optional<store::Checkpoint> m_resumeFrom;
    std::deque<events::Edited> m_edits; ///< that lie ahead
    events::EventHub m_hub;

private:
    std::unique_ptr<store::Recorder> m_recorder;
    events::EventHub::Subscription m_recording;
    train::Mailbox m_mailbox;
    mutable std::mutex m_mutex;
    std::condition_variable m_ended;
    std::optional<events::RunFinished> m_finished;
    std::jthread m_thread; ///< last: joined before anything it uses goes

    void run()
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
                                      std::move(m_edits),
                                      m_parent,
                                      m_parentStep};
        events::RunFinished result = train::Trainer(std::move(context)).run();
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

    // The settings with the edit, if it may be made.
    base::Result<Value> checkEdit(const train::Edit& edit) const
    {
        const base::Field* field = spec::fieldAt(spec::experimentFields().schema(), m_current, edit.path, catalog());
        if (!field || !field->live)
            return Error{ErrorKind::Spec, field ? "cannot change while the run is going" : "there is no such parameter",
                         spec::jsonPath(edit.path), "Parameters that can are marked live"};
        Value changed = m_current;
        CORE_CHECK(changed.setAt(edit.path, edit.value));
        spec::Checked checked = spec::resolve(changed, {catalog()});
        if (!checked.problems.empty())
            return checked.problems.front();
        return std::move(checked.value);
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

// A branch is called as its parent is, unless the changes give it a name.
std::string branchName(const store::RunRecord& parent, const Value& resolved)
{
    if (resolved["name"].text() != parent.spec["name"].text())
        return runName(resolved);
    return parent.id.substr(0, parent.id.find_last_not_of("0123456789-") + 1);
}

// Whether one of the paths lies in the other.
bool touches(const std::string& change, const std::string& edit)
{
    const auto within = [](const std::string& outer, const std::string& inner) {
        return inner == outer || inner.starts_with(outer + ".");
    };
    return within(change, edit) || within(edit, change);
}

base::Result<Value> changed(Value settings, const std::vector<std::pair<std::string, Value>>& changes)
{
    for (const auto& [path, value] : changes)
        CORE_CHECK(settings.setAt(path, value));
    spec::Checked checked = spec::resolve(settings, {catalog()});
    if (!checked.problems.empty())
        return checked.problems.front();
    return std::move(checked.value);
}

// What the branch's own engine would keep where the parent's stands.
base::Result<store::Checkpoint> beginBranch(const train::Engine& parent, const Value& resolved,
                                            const std::string& device)
{
    const std::int64_t threads = resolved["train"]["threads"].toInt(0);
    CORE_TRY(engine, train::Engine::make(resolved, device, nullptr, threads > 0 ? threads : parent.threads()));
    CORE_CHECK(engine->graft(parent.snapshot()));
    if (parent.best())
        engine->setBest(*parent.best());
    return engine->snapshot();
}

// What a run had recorded before update `step`, as the past of a branch.
store::RunRecord pastOf(const store::RunRecord& parent, std::int64_t step)
{
    store::RunRecord past;
    past.opened = parent.opened.value_or(events::RunOpened{});
    past.opened->firstStep = 0;
    past.events.push_back(*past.opened);
    past.eventTimes.push_back(parent.created);
    for (std::size_t i = 0; i < parent.events.size(); ++i) {
        events::Event event = parent.events[i];
        if (events::stepOf(event) >= step || std::holds_alternative<events::RunOpened>(event) ||
            std::holds_alternative<events::StateChanged>(event) || std::holds_alternative<events::Progress>(event) ||
            std::holds_alternative<events::CheckpointWritten>(event) ||
            std::holds_alternative<events::RunFinished>(event) || std::holds_alternative<events::Notice>(event))
            continue;
        if (auto* digests = std::get_if<events::WeightDigests>(&event)) {
            const std::int64_t kept = (step - digests->step + digests->every - 1) / digests->every;
            digests->values.resize(std::size_t(std::min(kept, digests->count()) * digests->tensors));
        }
        past.events.push_back(std::move(event));
        past.eventTimes.push_back(parent.eventTimes[i]);
    }
    for (const auto& [name, series] : parent.scalars) {
        store::Series cut;
        for (std::size_t i = 0; i < series.steps.size(); ++i)
            if (series.steps[i] < step) {
                cut.steps.push_back(series.steps[i]);
                cut.values.push_back(series.values[i]);
                cut.times.push_back(series.times[i]);
            }
        past.scalars.emplace(name, std::move(cut));
    }
    return past;
}

// The edits that a run still has before it: those that its checkpoint says, and those that were made since.
std::deque<events::Edited> editsAhead(const store::RunRecord& record, const std::optional<store::Checkpoint>& from)
{
    const std::int64_t step = from ? from->step : 0;
    std::deque<events::Edited> ahead;
    for (const events::Event& event : record.events)
        if (const auto* edited = std::get_if<events::Edited>(&event); edited && edited->step >= step)
            ahead.push_back(*edited);
    if (from)
        for (const Value& item : from->state["edits_ahead"].array()) {
            const auto event = events::fromValue(item);
            const auto* edit = event ? std::get_if<events::Edited>(&*event) : nullptr;
            const auto same = [&](const events::Edited& made) {
                return made.step == edit->step && made.path == edit->path && made.after == edit->after;
            };
            if (edit && std::ranges::none_of(ahead, same))
                ahead.push_back(*edit);
        }
    std::ranges::stable_sort(ahead, {}, &events::Edited::step);
    return ahead;
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
    if (record.opened) {
        work->m_parent = record.opened->parent;
        work->m_parentStep = record.opened->parentStep;
    }
    // A keyframe may have come to the disk before the journal did: what it stands on must be recorded.
    const auto loss = record.scalars.find("train/loss");
    const bool any = loss != record.scalars.end() && !loss->second.steps.empty();
    const std::int64_t recorded = any ? loss->second.steps.back() + 1 : 0;
    // Without a checkpoint the run begins again; the journal forgets what there was.
    if (auto checkpoint = store::newestWhole(work->m_folder.checkpoints(), recorded)) {
        if (checkpoint->state["ended"].toBool())
            return Error{ErrorKind::Usage, "this run has ended at step " + std::to_string(checkpoint->step),
                         run.string(), "Branch from its last step with more epochs if it should go on longer"};
        work->m_current = checkpoint->state["spec"];
        work->m_resumeFrom = std::move(*checkpoint);
    } else if (work->m_parentStep >= 0) {
        return Error{ErrorKind::Data, "the checkpoint that this branch began with is missing or damaged", run.string(),
                     "Branch again from " + work->m_parent};
    }
    work->m_edits = editsAhead(record, work->m_resumeFrom);
    CORE_CHECK(work->open());
    return std::unique_ptr<Session>(new Session(std::move(work)));
}

base::Result<std::unique_ptr<Session>> Session::branch(const std::filesystem::path& parent, std::int64_t step,
                                                       const std::vector<std::pair<std::string, Value>>& changes,
                                                       const Options& options, const Going& going)
{
    CORE_TRY(device, tensor::resolveDevice(options.device));
    CORE_TRY(past, Past::openFor(parent, step));
    CORE_TRY(engine, past.at(step, device, going));
    CORE_TRY(resolved, changed(spec::experimentFields().write(engine->experiment()), changes));
    CORE_TRY(begun, beginBranch(*engine, resolved, device));
    store::Checkpoint& first = begun;
    std::deque<events::Edited> ahead;
    base::Array listed;
    for (const events::Edited& edit : past.editsFrom(step))
        if (std::ranges::none_of(changes, [&](const auto& change) { return touches(change.first, edit.path); })) {
            ahead.push_back(edit);
            listed.push_back(events::toValue(edit));
        }
    if (!listed.empty())
        first.state.object().set("edits_ahead", std::move(listed));

    CORE_TRY(folder, store::RunFolder::create(options.runs, branchName(past.record(), resolved), resolved));
    store::RunRecord record = pastOf(past.record(), step);
    record.opened->parent = past.record().id;
    record.opened->parentStep = step;
    record.opened->id = folder.id();
    record.opened->folder = folder.path().string();
    record.opened->spec = resolved;
    record.events.front() = *record.opened;
    CORE_CHECK(store::writeJournal(folder.path(), record));
    if (engine->best() && engine->best()->step != step)
        CORE_CHECK(store::writeCheckpoint(folder.checkpoints(), engine->best()->snapshot));
    CORE_CHECK(store::writeCheckpoint(folder.checkpoints(), first));
    auto work = std::make_unique<Work>(std::move(folder), resolved, options, device);
    work->m_parent = past.record().id;
    work->m_parentStep = step;
    work->m_resumeFrom = std::move(first);
    work->m_edits = std::move(ahead);
    CORE_CHECK(work->open());
    return std::unique_ptr<Session>(new Session(std::move(work)));
}

std::optional<std::filesystem::path> findInterrupted(const Value& resolved, const std::filesystem::path& runs)
{
    for (const store::RunSummary& run : store::listRuns(runs)) {
        if (run.state != events::RunState::Interrupted && run.state != events::RunState::Stopped)
            continue;
        if (!run.parent.empty())
            continue;
        const auto spec = base::readJson(run.folder / "spec.json");
        if (spec && *spec == resolved)
            return run.folder;
    }
    return {};
}

}
