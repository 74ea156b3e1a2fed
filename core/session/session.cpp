// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/session.h"

#include "core/base/json.h"
#include "core/events/codec.h"
#include "core/session/session_work.h"
#include "core/store/journal.h"
#include "core/store/run_record.h"
#include "core/tensor/cuda_devices.h"
#include "core/train/ranks/gpus.h"

#include <algorithm>

namespace core::session {

using base::Error;
using base::ErrorKind;
using base::Status;
using base::Value;

base::Result<Value> Session::Work::checkEdit(const train::Edit& edit) const
{
    const base::Field* field = spec::fieldAt(spec::experimentFields().schema(), m_current, edit.path, catalog());
    if (!field || !field->live)
        return base::Error{base::ErrorKind::Spec,
                           field ? "cannot change while the run is going" : "there is no such parameter",
                           spec::jsonPath(edit.path), "Parameters that can are marked live"};
    base::Value changed = m_current;
    CORE_CHECK(changed.setAt(edit.path, edit.value));
    spec::Checked checked = spec::resolve(changed, {catalog()});
    if (!checked.problems.empty())
        return checked.problems.front();
    return std::move(checked.value);
}

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
bool Session::waitFor(std::chrono::milliseconds time)
{
    return m_work->waitFor(time);
}
std::optional<events::RunFinished> Session::finished() const
{
    return m_work->finished();
}

std::vector<events::Finding> Session::findings() const
{
    return m_work->findings();
}

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

namespace {

// Where it trains: a device, or one for each of several ranks.
base::Result<std::string> deviceFor(const Value& resolved, const Options& options)
{
    const spec::DistributedSpec how = spec::read(resolved).distributed;
    const std::int64_t ranks = how.strategy == "none" ? 1 : how.worldSize;
    CORE_TRY(device, tensor::resolveDevices(options.device, ranks));
    // Of processes whoever starts them has seen to it.
    if (how.strategy != "none" && !options.meet)
        CORE_CHECK(train::ranks::deviceOfRank({.size = ranks, .localSize = ranks, .starter = "threads"}, device, how));
    return device;
}

// Whether nothing that was recorded before `step` is missing, the evaluation there included.
bool recordedUpTo(const store::RunRecord& record, std::int64_t step)
{
    if (!record.opened)
        return false;
    for (std::size_t group = 0; group < record.opened->groups.size(); ++group)
        for (const std::string& name : record.opened->groups[group]) {
            const auto series = record.scalars.find(name);
            const bool any = series != record.scalars.end() && !series->second.steps.empty();
            if (!any || series->second.steps.back() < (group == 0 ? step - 1 : step))
                return false;
        }
    return true;
}

}

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

std::int64_t stepsRecorded(const store::RunRecord& record)
{
    std::int64_t reached = 0;
    for (const auto& [name, series] : record.scalars)
        if (name.starts_with("train/") && !series.steps.empty())
            reached = std::max(reached, series.steps.back() + 1);
    return reached;
}

base::Result<std::unique_ptr<Session>> Session::create(const Value& resolved, const Options& options)
{
    CORE_TRY(device, deviceFor(resolved, options));
    CORE_TRY(folder, store::RunFolder::create(options.runs, runName(resolved), resolved));
    auto work = std::make_unique<Work>(std::move(folder), resolved, options, device);
    CORE_CHECK(work->open());
    return std::unique_ptr<Session>(new Session(std::move(work)));
}

base::Result<std::unique_ptr<Session>> Session::resume(const std::filesystem::path& run, const Options& options)
{
    CORE_TRY(folder, store::RunFolder::open(run));
    CORE_TRY(resolved, base::readJson(run / "spec.json"));
    const spec::Checked checked = spec::resolve(resolved, {catalog()});
    if (!checked.problems.empty()) {
        Error error = checked.problems.front();
        error.where = (run / "spec.json").string() + " " + error.where;
        return error;
    }
    CORE_TRY(device, deviceFor(checked.value, options));
    CORE_TRY(record, store::readRun(run));
    auto work = std::make_unique<Work>(std::move(folder), checked.value, options, device);
    if (record.opened) {
        work->m_parent = record.opened->parent;
        work->m_parentStep = record.opened->parentStep;
    }
    if (const auto last = store::newestWhole(work->m_folder.checkpoints()); last && !last->state["ended"].isNull()) {
        if (record.finished && !store::hasJournal(work->m_folder.journal()))
            return Error{ErrorKind::Usage, "this run has ended at step " + std::to_string(last->step), run.string(),
                         "Branch from its last step with more epochs if it should go on longer"};
        const auto end = events::fromValue(last->state["ended"]);
        const auto* finished = end ? std::get_if<events::RunFinished>(&*end) : nullptr;
        if (finished && recordedUpTo(record, last->step))
            work->m_unrecordedEnd = *finished;
    }
    // A checkpoint may be newer than what is left of the journal: its rows would be missing for ever.
    // Without a checkpoint the run begins again; the journal forgets what there was.
    auto checkpoint = store::newestToResume(work->m_folder.checkpoints(), stepsRecorded(record));
    if (checkpoint && checkpoint->step >= work->m_parentStep) {
        work->m_current = checkpoint->state["spec"];
        work->m_resumeFrom = std::move(*checkpoint);
    } else if (work->m_parentStep >= 0) {
        return Error{ErrorKind::Data, "the checkpoint that this branch began with is missing or damaged", run.string(),
                     "Branch again from " + work->m_parent};
    }
    work->m_edits = editsAhead(record, work->m_resumeFrom);
    const std::int64_t from = work->m_unrecordedEnd ? std::numeric_limits<std::int64_t>::max()
                              : work->m_resumeFrom  ? work->m_resumeFrom->step
                                                    : 0;
    work->m_rulesPast = {std::make_shared<store::RunRecord>(std::move(record)), from};
    CORE_CHECK(work->open());
    if (work->m_unrecordedEnd)
        return std::unique_ptr<Session>(new Session(std::move(work)));
    if (!work->m_resumeFrom)
        work->beginAgain();
    CORE_CHECK(store::forgetCheckpointsAfter(work->m_folder.checkpoints(),
                                             work->m_resumeFrom ? work->m_resumeFrom->step : -1));
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
