// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/past.h"

#include "core/base/clock.h"
#include "core/base/thrown.h"
#include "core/session/inspect.h"
#include "core/spec/experiment.h"
#include "core/train/ranks/follower.h"

#include <algorithm>

namespace core::session {

using base::Error;
using base::ErrorKind;
using base::Status;

namespace {

constexpr double tellEvery = 0.05;

std::filesystem::path checkpointsOf(const store::RunRecord& record)
{
    return record.folder / "checkpoints";
}

// At its end a run may have gone back to the weights of its best step: nothing goes on from those.
bool restored(const store::Checkpoint& checkpoint)
{
    if (const base::Value* told = checkpoint.state.object().find("restored"))
        return told->toBool();
    const base::Value* restores = checkpoint.state["spec"].at("train.early_stopping.restore_best");
    return !checkpoint.state["ended"].isNull() && restores && restores->toBool();
}

std::int64_t stepsOf(const store::RunRecord& record)
{
    if (record.finished)
        return record.finished->steps;
    const auto loss = record.scalars.find("train/loss");
    return loss == record.scalars.end() || loss->second.steps.empty() ? 0 : loss->second.steps.back() + 1;
}

}

base::Result<Past> Past::open(const std::filesystem::path& run)
{
    Past past;
    CORE_TRY(record, store::readRun(run));
    past.m_record = std::move(record);
    const spec::Checked checked = spec::resolve(past.m_record.spec, {catalog()});
    if (!checked.problems.empty()) {
        Error error = checked.problems.front();
        error.where = (run / "spec.json").string() + " " + error.where;
        return error;
    }
    past.m_resolved = checked.value;
    for (const events::Event& event : past.m_record.events)
        if (const auto* edited = std::get_if<events::Edited>(&event))
            past.m_edits.push_back(*edited);
    past.m_steps = stepsOf(past.m_record);
    return past;
}

std::int64_t Past::begins() const
{
    return m_record.opened ? std::max<std::int64_t>(m_record.opened->parentStep, 0) : 0;
}

base::Result<Past> Past::openFor(const std::filesystem::path& run, std::int64_t step)
{
    CORE_TRY(past, open(run));
    while (step < past.begins()) {
        const std::filesystem::path parent = past.m_record.folder.parent_path() / past.m_record.opened->parent;
        auto before = open(parent);
        if (!before)
            return Error{ErrorKind::Data,
                         "step " + std::to_string(step) + " lies before this branch began (at step " +
                             std::to_string(past.begins()) + "), and its parent cannot be read",
                         parent.string(), before.error().message};
        past = std::move(*before);
    }
    return std::move(past);
}

std::vector<events::Edited> Past::editsFrom(std::int64_t step) const
{
    std::vector<events::Edited> edits;
    for (const events::Edited& edit : m_edits)
        if (edit.step >= step)
            edits.push_back(edit);
    return edits;
}

std::optional<store::Checkpoint> Past::keyframeBefore(std::int64_t step, bool best) const
{
    const auto files = store::listCheckpoints(checkpointsOf(m_record));
    for (auto file = files.rbegin(); file != files.rend(); ++file) {
        // What a branch holds of the time before it is only what was best then.
        if (file->step > step || file->step < begins())
            continue;
        auto checkpoint = store::readCheckpoint(file->file);
        if (!checkpoint || restored(*checkpoint))
            continue;
        const auto known = best ? train::Engine::bestIn(*checkpoint) : std::nullopt;
        if (known && !checkpoint->state["is_best"].toBool() &&
            std::ranges::find(files, known->step, &store::CheckpointFile::step) == files.end()) {
            // Training over the best step again makes its state anew.
            step = std::min(known->step, file->step - 1);
            continue;
        }
        return std::move(*checkpoint);
    }
    return {};
}

std::optional<store::Checkpoint> Past::keyframeAfter(std::int64_t step) const
{
    for (const auto& file : store::listCheckpoints(checkpointsOf(m_record))) {
        if (file.step < std::max(step, begins()))
            continue;
        if (!unedited(step, file.step))
            return {};
        if (auto checkpoint = store::readCheckpoint(file.file); checkpoint && !restored(*checkpoint))
            return std::move(*checkpoint);
    }
    return {};
}

bool Past::unedited(std::int64_t step, std::int64_t later) const
{
    return std::ranges::none_of(m_edits,
                                [&](const events::Edited& edit) { return edit.step >= step && edit.step < later; });
}

base::Result<std::shared_ptr<train::ranks::World>> ranksFor(const base::Value& resolved, const std::string& device)
{
    const spec::DistributedSpec how = spec::read(resolved).distributed;
    if (how.members() < 2 || device != "cpu")
        return std::shared_ptr<train::ranks::World>();
    return train::ranks::worldOfThreads(how.members(), how.timeoutS);
}

base::Result<std::unique_ptr<train::Engine>> Past::engineAt(const std::optional<store::Checkpoint>& keyframe,
                                                            const std::string& device, std::int64_t threads) const
{
    return made(keyframe, device, threads, {});
}

base::Result<std::unique_ptr<train::Engine>> Past::ranksAt(const std::optional<store::Checkpoint>& keyframe,
                                                           const std::string& device, std::int64_t threads) const
{
    CORE_TRY(world, ranksFor(m_resolved, device));
    return made(keyframe, device, threads, std::move(world));
}

base::Result<std::unique_ptr<train::Engine>> Past::made(const std::optional<store::Checkpoint>& keyframe,
                                                        const std::string& device, std::int64_t threads,
                                                        std::shared_ptr<train::ranks::World> world) const
{
    if (threads == 0 && m_record.opened)
        threads = m_record.opened->threads;
    if (!keyframe && begins() > 0)
        return Error{ErrorKind::Data, "the checkpoint that this branch began with is missing or damaged",
                     checkpointsOf(m_record).string(), "Branch again from " + m_record.opened->parent};
    try {
        CORE_TRY(engine,
                 train::Engine::make(m_resolved, device, keyframe ? &*keyframe : nullptr, threads, std::move(world)));
        if (!keyframe) {
            CORE_CHECK(engine->initialize());
            return std::move(engine);
        }
        if (auto best = train::Engine::bestIn(*keyframe))
            if (auto kept = store::newestWhole(checkpointsOf(m_record), best->step); kept && kept->step == best->step) {
                best->snapshot = std::move(*kept);
                engine->setBest(std::move(*best));
            }
        return std::move(engine);
    } catch (const base::Thrown& failure) {
        return failure.error();
    }
}

// On GPUs one process takes their place.
bool Past::ofRanks() const
{
    return m_record.opened && m_record.opened->device == "cpu" && spec::read(m_resolved).distributed.members() > 1;
}

// What several ranks did is done again by as many, and taken over where they have come to.
Status Past::advanceRanks(train::Engine& engine, std::int64_t step, bool judging, const Going& going) const
{
    CORE_TRY(ranks, ranksAt(keyframeBefore(step, judging), "cpu", engine.threads()));
    CORE_CHECK(advance(*ranks, step, judging, going));
    try {
        CORE_CHECK(engine.load(ranks->snapshot()));
        if (ranks->best())
            engine.setBest(*ranks->best());
    } catch (const base::Thrown& failure) {
        return failure.error();
    }
    return {};
}

Status Past::advance(train::Engine& engine, std::int64_t step, bool judging, const Going& going,
                     const std::function<void()>& each) const
{
    const std::int64_t from = engine.step();
    if (!engine.shared() && !each && from < step && ofRanks()) {
        const Status done = advanceRanks(engine, step, judging, going);
        // Where there is no memory for all of them one process comes as near as rounding.
        if (done || done.error().kind != ErrorKind::Resource)
            return done;
    }
    double next = 0;
    while (engine.step() < step) {
        try {
            if (judging && engine.judgeDue())
                engine.judge();
            else
                engine.judgeIfFollowed();
            for (const events::Edited& edit : m_edits)
                if (edit.step == engine.step())
                    CORE_CHECK(engine.edit(edit.path, edit.after));
            engine.advance();
        } catch (const base::Thrown& failure) {
            return failure.error();
        }
        if (each)
            each();
        if (const double now = base::steadySeconds(); going && now >= next) {
            next = now + tellEvery;
            if (!going(engine.step() - from, step - from))
                return Error{ErrorKind::Interrupted, "given up", "step " + std::to_string(engine.step()), {}};
        }
    }
    return {};
}

base::Result<std::unique_ptr<train::Engine>> Past::at(std::int64_t step, const std::string& device,
                                                      const Going& going) const
{
    if (step < begins() || step > m_steps)
        return Error{ErrorKind::Usage, "the run has no step " + std::to_string(step), m_record.id,
                     "It has done " + std::to_string(m_steps) + " updates: name a step from 0 to that"};
    CORE_TRY(engine, engineAt(keyframeBefore(step, true), device));
    CORE_CHECK(advance(*engine, step, true, going));
    return std::move(engine);
}

}
