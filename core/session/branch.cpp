// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/events/codec.h"
#include "core/session/past.h"
#include "core/session/rules.h"
#include "core/session/session_work.h"
#include "core/store/finalize.h"
#include "core/store/raw_tensors.h"
#include "core/tensor/device.h"

#include <algorithm>

namespace core::session {

using base::Value;

namespace {

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
    CORE_TRY(engine, parent.branch(resolved, device, threads > 0 ? threads : parent.threads()));
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
    past.tensors = parent.tensors;
    for (auto& [name, series] : past.tensors)
        series.cut(step);
    return past;
}

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
    // Its rules are its own: they look at its past anew.
    for (std::size_t i = record.events.size(); i-- > 0;)
        if (const auto* edit = std::get_if<events::Edited>(&record.events[i]);
            std::holds_alternative<events::Finding>(record.events[i]) ||
            std::holds_alternative<events::RuleStateChanged>(record.events[i]) || (edit && editsRules(*edit))) {
            record.events.erase(record.events.begin() + std::ptrdiff_t(i));
            record.eventTimes.erase(record.eventTimes.begin() + std::ptrdiff_t(i));
        }
    CORE_CHECK(store::writeJournal(folder.path(), record));
    CORE_CHECK(store::copyRaw(past.record().folder, folder.path(), step));
    if (engine->best() && engine->best()->step != step)
        CORE_CHECK(store::writeCheckpoint(folder.checkpoints(), engine->best()->snapshot));
    CORE_CHECK(store::writeCheckpoint(folder.checkpoints(), first));
    auto work = std::make_unique<Work>(std::move(folder), resolved, options, device);
    work->m_parent = past.record().id;
    work->m_parentStep = step;
    work->m_resumeFrom = std::move(first);
    work->m_edits = std::move(ahead);
    work->m_rulesPast = {std::make_shared<store::RunRecord>(std::move(record)), step};
    CORE_CHECK(work->open());
    return std::unique_ptr<Session>(new Session(std::move(work)));
}

}
