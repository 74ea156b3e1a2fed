// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/trainer.h"

#include "core/base/clock.h"
#include "core/base/thrown.h"
#include "core/events/codec.h"
#include "core/train/ranks/world.h"

#include <c10/util/Exception.h>

#include <cmath>

namespace core::train {

using base::Error;
using base::ErrorKind;
using base::Object;
using base::Status;
using base::Value;
using events::RunState;

namespace {

constexpr std::uint16_t stepGroup = 0;
constexpr EvaluationRequest tables{true, 24};

// `batchSize` 0: before there was a batch.
Error outOfMemory(const std::string& what, std::int64_t batchSize)
{
    if (batchSize == 0)
        return {ErrorKind::Resource, what, "preparing",
                "Try a smaller network or batch_size, or fewer rows; another program may hold the memory"};
    const std::string half = std::to_string(std::max<std::int64_t>(1, batchSize / 2));
    return {ErrorKind::Resource, what, "batch_size " + std::to_string(batchSize),
            "Try a batch_size of " + half + " with accumulate 2, or a smaller network"};
}

// Torch's exceptions end here: each becomes the reason of a failed run.
template <class Work>
Status guarded(const Work& work, std::int64_t batchSize)
{
    try {
        return work();
    } catch (const c10::OutOfMemoryError& failure) {
        return outOfMemory("the device is out of memory", batchSize);
    } catch (const std::bad_alloc&) {
        return outOfMemory("not enough memory", batchSize);
    } catch (const base::Thrown& failure) {
        return failure.error();
    } catch (const c10::Error& failure) {
        // What torch's own allocator says on the CPU has no type of its own.
        if (std::string(failure.what_without_backtrace()).find("can't allocate memory") != std::string::npos)
            return outOfMemory("not enough memory", batchSize);
        return Error{ErrorKind::Run, failure.what_without_backtrace(), "training", {}};
    } catch (const std::exception& failure) {
        return Error{ErrorKind::Run, failure.what(), "training", {}};
    }
}

}

events::RunFinished Trainer::run()
{
    Status status = guarded([&] { return prepare(); }, 0);
    if (status)
        status = guarded([&] { return train(); }, m_engine->timeline().plan().batchSize);
    const bool interrupted = !status && status.error().kind == ErrorKind::Interrupted;
    // What broke off has trained until now.
    if (!status && !interrupted && m_runningSince > 0) {
        m_trainSeconds = trainSeconds();
        m_runningSince = base::steadySeconds();
    }
    const bool lost = !status && m_world && m_world->lost();
    if (lost && m_context.othersGoOn && !m_end)
        m_loss = status.error();
    else if (lost && m_engine)
        keepDespiteLoss();
    m_writer.reset();
    m_digests.flush(*m_context.hub);
    m_context.hub->settle();
    if (m_loss)
        return summary(RunState::Interrupted, *m_loss);
    const bool unmended = !status && !m_engine && !m_context.losses.empty();
    if (unmended) {
        Error loss = m_context.losses.back();
        loss.advice = base::describe(status.error());
        status = std::move(loss);
    }
    const bool open = (lost && m_engine) || unmended;
    events::RunFinished result = status || interrupted ? summary(m_end.value_or(RunState::Completed))
                                 : open                ? summary(RunState::Interrupted, std::move(status).error())
                                                       : summary(RunState::Failed, std::move(status).error());
    dismissRanks();
    if (m_context.beforeEnd)
        m_context.beforeEnd(result.state);
    setState(result.state, result.error.message.empty() ? m_reason : result.error.message);
    m_context.hub->publish(result);
    return result;
}

Status Trainer::prepare()
{
    setState(RunState::Preparing);
    m_profiler.follow(spec::read(m_context.resolved).profiler);
    m_writer = std::make_unique<CheckpointWriter>(*m_context.folder, *m_context.recorder, *m_context.hub);
    const store::Checkpoint* from = m_context.resumeFrom ? &*m_context.resumeFrom : nullptr;
    if (m_context.meet) {
        CORE_TRY(world, m_context.meet());
        m_world = std::move(world);
        CORE_CHECK(m_world->meet());
    }
    CORE_TRY(engine, Engine::make(m_context.resolved, m_context.device, from, 0, m_world));
    m_engine = std::move(engine);
    if (from)
        return restore();
    CORE_TRY(notes, m_engine->initialize());
    m_notes = std::move(notes);
    return {};
}

Status Trainer::restore()
{
    const store::Checkpoint& checkpoint = *m_context.resumeFrom;
    m_syncedStep = checkpoint.step;
    m_trainSeconds = checkpoint.state["train_seconds"].toReal();
    if (auto best = Engine::bestIn(checkpoint)) {
        auto kept = store::newestWhole(m_context.folder->checkpoints(), best->step);
        if (kept && kept->step == best->step) {
            best->snapshot = std::move(*kept);
            m_bestWritten = m_bestSynced = best->step;
        } else if (!checkpoint.state["is_best"].toBool()) { // else its evaluation makes it the best again
            return Error{ErrorKind::Run,
                         "the checkpoint of the best step " + std::to_string(best->step) + " is missing or damaged",
                         m_context.folder->checkpoints().string(), "Start the run anew"};
        }
        m_engine->setBest(std::move(*best));
    }
    m_context.recorder->rewindTo(checkpoint.step);
    m_watch.past().take(m_context.resumeFrom->tensors);
    m_context.resumeFrom.reset();
    return {};
}

// What the doctor says of the rows is a signal of the first step, for rules that read it.
void Trainer::askDoctor()
{
    if (m_engine->step() > 0 || !wantsDoctor(m_engine->experiment().rules))
        return;
    if (auto figures = dataFigures(m_engine->experiment()))
        m_dataFigures = std::move(*figures);
    else
        m_context.hub->publish(events::Notice{0, figures.error()});
}

Status Trainer::train()
{
    askDoctor();
    announce();
    if (m_engine->step() == 0)
        for (const data::Problem& problem : m_engine->data().problems())
            if (problem.kind == "fewer_than_folds")
                m_context.hub->publish(events::Notice{0, {ErrorKind::Data, problem.message, {}, problem.remedy}});
    tellLosses();
    for (const std::string& note : m_notes)
        m_context.hub->publish(events::Notice{0, {ErrorKind::Data, note, "/model/initialize_from", {}}});
    m_watch.keepIn(m_context.folder->path());
    m_watch.follow(*m_engine, *m_context.hub, m_context.frames);
    m_profiler.follow(m_engine->experiment().profiler);
    m_paused = m_context.startPaused;
    m_lastCheckpoint = m_nextKeyframe = m_rateSince = m_runningSince = base::steadySeconds();
    setState(m_paused ? RunState::Paused : RunState::Running);
    m_digests.look(*m_engine);
    if (m_engine->step() == 0)
        CORE_CHECK(keepWhatIsDue());
    // What was known of an old task before anything new was learned.
    if (m_engine->step() == 0)
        publishOld(m_engine->oldFigures());
    publishFigures(m_dataFigures, m_dataGroup);
    if (m_engine->judgeDue())
        judge();
    publishSurface(true);
    publishWeights(m_engine->step() == 0);
    m_profiler.watch(*m_engine);
    while (!m_end && m_engine->step() < m_engine->timeline().totalSteps()) {
        CORE_CHECK(obey());
        if (m_end || m_engine->step() >= m_engine->timeline().totalSteps())
            break;
        // Whoever goes step by step sees every step.
        if (m_singly)
            m_nextTick = m_nextSurface = m_nextWeights = 0;
        CORE_CHECK(oneStep());
        CORE_CHECK(keepWhatIsDue());
        m_profiler.lap(Phase::Keyframe);
        if (m_engine->judgeDue()) {
            judge();
            m_profiler.lap(Phase::Validation);
        }
        if (base::steadySeconds() >= m_nextTick) {
            tick();
            m_profiler.lap(Phase::Recording);
        }
        m_profiler.stepEnds(m_engine->step() - 1, *m_context.hub);
        if (auto trouble = m_context.recorder->trouble())
            CORE_CHECK(waitUntil(*trouble, [&] { return m_context.recorder->trouble(); }));
    }
    return finish();
}

// Makes the edits that lie ahead and looks into the mailbox; while paused, waits there.
Status Trainer::obey()
{
    if (m_context.until >= 0 && m_engine->step() >= m_context.until) {
        m_end = RunState::Stopped;
        return {};
    }
    while (!m_context.edits.empty() && m_context.edits.front().step <= m_engine->step()) {
        const events::Edited again = m_context.edits.front();
        m_context.edits.pop_front();
        CORE_CHECK(edit(again.path, again.after, true));
    }
    if (!m_paused && !m_context.mailbox->filled.load(std::memory_order_acquire))
        return {};
    Status done = listen();
    m_profiler.skip();
    return done;
}

Status Trainer::listen()
{
    m_context.mailbox->filled.store(false, std::memory_order_release);
    for (Command& command : m_context.mailbox->queue.drain())
        CORE_CHECK(take(command));
    if (m_paused && m_stepsAllowed > 0) {
        --m_stepsAllowed;
        m_singly = true;
        return {};
    }
    while (m_paused && !m_end)
        if (auto command = m_context.mailbox->queue.pop(std::chrono::milliseconds(50))) {
            CORE_CHECK(take(*command));
            if (m_stepsAllowed > 0) {
                --m_stepsAllowed;
                m_singly = true;
                return {};
            }
        }
    return {};
}

Status Trainer::take(const Command& command)
{
    m_context.hub->settle();
    if (const Edit* change = std::get_if<Edit>(&command))
        return edit(change->path, change->value, false);
    if (const Beside* beside = std::get_if<Beside>(&command)) {
        // It takes no training time.
        const double began = base::steadySeconds();
        beside->work(*m_engine);
        if (!m_paused) {
            m_runningSince += base::steadySeconds() - began;
            m_rateSince += base::steadySeconds() - began;
        }
        return {};
    }
    if (const Stop* stop = std::get_if<Stop>(&command)) {
        m_end = stop->interrupted ? RunState::Interrupted : RunState::Stopped;
        m_reason = stop->reason;
        return {};
    }
    if (std::holds_alternative<SingleStep>(command))
        m_stepsAllowed = m_paused ? 1 : 0;
    pauseOrGoOn(!std::holds_alternative<Continue>(command));
    return {};
}

void Trainer::pauseOrGoOn(bool pause)
{
    if (pause == m_paused)
        return;
    const double now = base::steadySeconds();
    if (pause)
        m_trainSeconds += now - m_runningSince;
    m_runningSince = m_rateSince = now;
    m_rateSteps = m_rateRows = 0;
    m_paused = pause;
    tick();
    setState(pause ? RunState::Paused : RunState::Running);
}

Status Trainer::edit(const std::string& path, const Value& value, bool again)
{
    const StepPlan before = m_engine->timeline().plan();
    auto was = m_engine->edit(path, value);
    if (!was) {
        m_context.hub->publish(events::Notice{m_engine->step(), was.error()});
        return again ? Status(was.error()) : Status{};
    }
    m_context.hub->publish(events::Edited{m_engine->step(), path, std::move(*was), value});
    if (path.starts_with("profiler"))
        m_profiler.follow(m_engine->experiment().profiler);
    if (path.starts_with("capture") || path.starts_with("rules") || path.starts_with("model.freeze"))
        m_watch.follow(*m_engine, *m_context.hub, m_context.frames);
    const StepPlan& plan = m_engine->timeline().plan();
    if (plan.stepsPerEpoch != before.stepsPerEpoch || plan.totalSteps != before.totalSteps)
        m_context.hub->publish(events::PlanChanged{m_engine->step(), m_engine->timeline().epochsAt(m_engine->step()),
                                                   plan.stepsPerEpoch, m_engine->timeline().totalSteps()});
    return {};
}

Status Trainer::oneStep()
{
    const std::int64_t step = m_engine->step();
    const bool watched = std::exchange(m_singly, false) && m_context.frames;
    events::StepTrace trace;
    m_profiler.stepBegins(step);
    m_watch.before(step);
    m_profiler.lap(Phase::Recording);
    if (m_world)
        ranks::askRanks(*m_world, step, m_context.frames);
    const StepResult result = m_engine->advance(watched ? &trace : nullptr);
    m_watch.after();
    if (!m_engine->thawed().empty()) {
        m_context.hub->publish(events::Thawed{step, m_engine->thawed()});
        m_watch.follow(*m_engine, *m_context.hub, m_context.frames);
    }
    const bool classifies = m_engine->learner().classifies();
    events::ScalarRow row{step, base::wallSeconds(), stepGroup, 3, {result.loss, result.lr, result.gradNorm}};
    if (classifies)
        row.values[row.count++] = result.accuracy;
    if (m_momentum)
        row.values[row.count++] = result.momentum.value_or(std::nan(""));
    // Before the step's own row, with which rules look at it.
    if (m_world)
        ranks::tellRanks(*m_world, *m_context.hub, step);
    m_context.hub->publish(row);
    if (watched)
        m_context.hub->publish(std::move(trace));
    note("train/loss", result.loss);
    note("train/lr", result.lr);
    note("train/grad_norm", result.gradNorm);
    if (classifies)
        note("train/accuracy", result.accuracy);
    if (!std::isfinite(result.loss) || (!std::isfinite(result.gradNorm) && !result.leftOut))
        return Error{ErrorKind::Run,
                     std::string(std::isfinite(result.loss) ? "the gradient" : "the loss") + " became " +
                         (std::isnan(result.loss) || std::isnan(result.gradNorm) ? "NaN" : "infinite"),
                     "step " + std::to_string(step) + ", epoch " +
                         std::to_string(m_engine->timeline().epochOf(step) + 1),
                     "Try a tenth of the learning rate, a warm-up, or clip_grad_norm 1"};
    m_digests.look(*m_engine);
    m_rows += result.rows;
    m_profiler.lap(Phase::Recording);
    return {};
}

// Evaluates at the end of an epoch, tells of the best, and decides about stopping early.
void Trainer::judge()
{
    const std::int64_t step = m_engine->step();
    // Tables cost a pass over the scores and room in the file: a few times a second for whoever watches.
    const bool watched = m_context.frames && base::steadySeconds() >= m_nextTables;
    m_watch.atEvaluation(*m_engine);
    Judgement judgement = m_engine->judge(watched ? tables : EvaluationRequest{});
    publishEvaluation(judgement);
    if (watched && judgement.values.front().first == "validation/loss")
        publishTables(std::move(judgement.validation));
    const EarlyStopping& stopping = m_engine->stopping();
    if (judgement.improved) {
        const Best& best = *m_engine->bestFound();
        m_context.hub->publish(events::BestChanged{best.metric, best.value, best.step, best.epoch});
    }
    if (m_engine->experiment().train.earlyStopping) {
        const std::int64_t epochs = m_engine->timeline().epochOf(step) + !m_engine->timeline().epochEndsAt(step);
        m_context.hub->publish(events::PatienceChanged{step, epochs, stopping.waited(), stopping.spec().patience});
        if (stopping.shouldStop() && step < m_engine->timeline().totalSteps())
            m_end = RunState::EarlyStopped;
    }
    tellLeftOut();
    publishSurface(false);
    publishWeights(true);
}

void Trainer::tellLeftOut()
{
    for (const data::Problem& problem : m_engine->data().streamProblems()) {
        if (problem.count == m_leftOutTold)
            continue;
        m_leftOutTold = problem.count;
        m_context.hub->publish(events::Notice{
            m_engine->step(), {base::ErrorKind::Data, problem.message, m_engine->data().info().name, problem.remedy}});
    }
}

Status Trainer::finish()
{
    const bool ended = !m_end || *m_end == RunState::EarlyStopped;
    m_profiler.finish(m_engine->step(), *m_context.hub);
    const double now = base::steadySeconds();
    m_trainSeconds += m_paused ? 0 : now - m_runningSince;
    m_runningSince = now;
    tick();
    if (!ended)
        return m_syncedStep == m_engine->step() ? m_writer->wait() : keepAtOnce(snapshot());
    publishSurface(true);
    publishWeights(true, true);
    const auto& validation = m_engine->data().rows(data::SplitName::Validation);
    if (m_tablesStep != m_engine->step() && !validation.empty())
        publishTables(m_engine->evaluated("validation", tables));
    const auto& stopping = m_engine->experiment().train.earlyStopping;
    const bool restores =
        stopping && stopping->restoreBest && m_engine->best() && m_engine->best()->step != m_engine->step();
    if (restores)
        CORE_CHECK(m_engine->restoreBest());
    store::Checkpoint last = snapshot();
    // The whole end, for a process that dies before it has recorded it.
    last.state.object().set("ended", events::toValue(summary(m_end.value_or(RunState::Completed))));
    // Such weights are those of another step: nothing goes on from them.
    last.state.object().set("restored", restores);
    return keepSafely(std::move(last));
}

}
