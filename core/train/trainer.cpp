// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/trainer.h"

#include "core/base/clock.h"
#include "core/train/threads.h"

#include <ATen/Context.h>
#include <c10/util/Exception.h>
#include <torch/version.h>

#include <cmath>

namespace core::train {

using base::Error;
using base::ErrorKind;
using base::Object;
using base::Status;
using base::Value;
using events::RunState;

namespace {

constexpr double tickSeconds = 0.1;
constexpr std::int64_t surfaceCells = 72;
constexpr std::uint16_t stepGroup = 0, evaluationGroup = 1;
constexpr EvaluationRequest tables{true, 24};

// Torch's exceptions end here: each becomes the reason of a failed run.
template <class Work>
Status guarded(const Work& work, std::int64_t batchSize)
{
    try {
        return work();
    } catch (const c10::OutOfMemoryError& failure) {
        return Error{ErrorKind::Resource, "the device is out of memory", "batch_size " + std::to_string(batchSize),
                     "Try a batch_size of " + std::to_string(std::max<std::int64_t>(1, batchSize / 2)) +
                         " with accumulate 2"};
    } catch (const std::bad_alloc&) {
        return Error{ErrorKind::Resource, "not enough memory", "batch_size " + std::to_string(batchSize),
                     "Try a batch_size of " + std::to_string(std::max<std::int64_t>(1, batchSize / 2)) +
                         ", or fewer rows"};
    } catch (const c10::Error& failure) {
        return Error{ErrorKind::Run, failure.what_without_backtrace(), "training", {}};
    } catch (const std::exception& failure) {
        return Error{ErrorKind::Run, failure.what(), "training", {}};
    }
}

std::vector<std::string> stepNames(bool classification)
{
    std::vector<std::string> names{"train/loss", "train/lr", "train/grad_norm"};
    if (classification)
        names.push_back("train/accuracy");
    return names;
}

std::vector<std::string> evaluationNames(bool classification, bool validation)
{
    std::vector<std::string> names;
    for (const std::string split : {"validation", "train_eval"}) {
        if (split == "validation" && !validation)
            continue;
        names.push_back(split + "/loss");
        for (const std::string& metric : metricNames(classification))
            names.push_back(split + "/" + metric);
    }
    return names;
}

}

events::RunFinished Trainer::run()
{
    Status status = guarded([&] { return prepare(); }, 0);
    if (status)
        status = guarded([&] { return train(); }, m_plan.batchSize);
    const bool interrupted = !status && status.error().kind == ErrorKind::Interrupted;
    // Stopped while it waited for the disk: what was kept before is there to go on from.
    const bool stopped = !status && status.error().kind == ErrorKind::Resource &&
                         (m_end == RunState::Interrupted || m_end == RunState::Stopped);
    events::RunFinished result = status || interrupted
                                     ? summary(m_end.value_or(RunState::Completed))
                                     : summary(stopped ? *m_end : RunState::Failed, std::move(status).error());
    setState(result.state, result.error.message);
    m_context.hub->publish(result);
    return result;
}

Status Trainer::prepare()
{
    setState(RunState::Preparing);
    m_experiment = spec::read(m_context.resumeFrom ? m_context.resumeFrom->state["spec"] : m_context.resolved);
    at::globalContext().setDeterministicAlgorithms(m_experiment.train.deterministic, false);
    // On by default with determinism and 6 % of a CNN's step; nothing here reads memory that it has not written.
    at::globalContext().setDeterministicFillUninitializedMemory(false);
    CORE_TRY(data, data::DataModule::open(m_experiment));
    m_data = std::move(data);
    const auto rows = std::int64_t(m_data.rows(data::SplitName::Train).size());
    CORE_TRY(plan, planSteps(m_experiment.train, rows));
    m_plan = plan;
    if (m_context.resumeFrom) {
        m_threads = m_context.resumeFrom->state["threads"].toInt(1);
    } else {
        const std::int64_t wanted = m_experiment.train.threads.toInt(0);
        if (wanted > 0)
            m_threads = wanted;
        else {
            CORE_TRY(cost, measureSteps(m_experiment, m_data.info(), m_plan, m_context.device));
            m_threads = cost.threads;
        }
    }
    useThreads(m_threads);
    CORE_TRY(learner, Learner::make(m_experiment, m_data.info(), m_plan, m_context.device));
    m_learner = std::move(learner);
    data::LoaderOptions options{m_plan.batchSize, m_experiment.train.shuffle, m_experiment.train.dropLast,
                                std::uint64_t(m_experiment.train.seed), m_experiment.augment};
    // Making a batch of pictures takes long enough to be worth a thread of its own.
    options.prefetch = m_data.info().image();
    CORE_TRY(loader, data::DataLoader::make(m_data, data::SplitName::Train, options));
    m_loader = std::move(loader);
    m_trainSample = trainSample(m_data, std::uint64_t(m_experiment.train.seed));
    spec::EarlyStoppingSpec watched = m_experiment.train.earlyStopping.value_or(spec::EarlyStoppingSpec{});
    if (!m_experiment.train.earlyStopping && m_data.rows(data::SplitName::Validation).empty())
        watched.metric = "train_eval/loss";
    const auto names = evaluationNames(m_learner->classifies(), !m_data.rows(data::SplitName::Validation).empty());
    if (std::find(names.begin(), names.end(), watched.metric) == names.end())
        return Error{ErrorKind::Spec, "no metric \"" + watched.metric + "\" is evaluated here",
                     "/train/early_stopping/metric", "Did you mean \"" + spec::nearest(watched.metric, names) + "\"?"};
    m_stopping = std::make_unique<EarlyStopping>(watched);
    if (m_context.resumeFrom)
        return restore();
    const std::string& from = spec::modelFields().read(m_experiment.model.params).initializeFrom;
    if (!from.empty()) {
        CORE_TRY(file, store::readSafetensors(from));
        for (base::Blob& blob : file.tensors)
            if (!blob.name.starts_with("model/") && !blob.name.starts_with("optimizer/"))
                blob.name = "model/" + blob.name;
        CORE_CHECK(m_learner->load(file.tensors, from, false));
    }
    return {};
}

Status Trainer::restore()
{
    const store::Checkpoint& checkpoint = *m_context.resumeFrom;
    CORE_CHECK(m_learner->load(checkpoint.tensors, "checkpoint of step " + std::to_string(checkpoint.step)));
    m_step = m_lastCheckpointStep = checkpoint.step;
    m_trainSeconds = checkpoint.state["train_seconds"].toReal();
    m_stopping->load(checkpoint.state["early_stopping"]);
    const Value& best = checkpoint.state["best"];
    if (best.isObject()) {
        m_best = Best{best["metric"].text(), best["value"].toReal(), best["epoch"].toInt(), best["step"].toInt(), {}};
        auto kept = store::newestWhole(m_context.folder->checkpoints(), m_best->step);
        if (kept && kept->step == m_best->step) {
            m_best->snapshot = std::move(*kept);
            m_bestWritten = m_best->step;
        } else if (!checkpoint.state["is_best"].toBool()) { // else its evaluation makes it the best again
            return Error{ErrorKind::Run,
                         "the checkpoint of the best step " + std::to_string(m_best->step) + " is missing or damaged",
                         m_context.folder->checkpoints().string(), "Start the run anew"};
        }
    }
    m_context.recorder->rewindTo(m_step);
    m_context.resumeFrom.reset();
    return {};
}

void Trainer::announce()
{
    events::RunOpened opened;
    opened.id = m_context.folder->id();
    opened.folder = m_context.folder->path().string();
    opened.spec = m_context.resolved;
    const bool validation = !m_data.rows(data::SplitName::Validation).empty();
    opened.groups = {stepNames(m_learner->classifies()), evaluationNames(m_learner->classifies(), validation)};
    opened.firstStep = m_step;
    opened.stepsPerEpoch = m_plan.stepsPerEpoch;
    opened.totalSteps = m_plan.totalSteps;
    opened.trainRows = std::int64_t(m_data.rows(data::SplitName::Train).size());
    opened.validationRows = std::int64_t(m_data.rows(data::SplitName::Validation).size());
    opened.testRows = std::int64_t(m_data.rows(data::SplitName::Test).size());
    opened.threads = m_threads;
    opened.device = m_context.device;
    opened.torch = TORCH_VERSION;
    opened.classes = m_data.info().classes;
    opened.parameters = m_learner->parameterCount();
    m_context.hub->publish(opened);
}

Status Trainer::train()
{
    announce();
    m_paused = m_context.startPaused;
    m_lastCheckpoint = m_rateSince = m_runningSince = base::steadySeconds();
    setState(m_paused ? RunState::Paused : RunState::Running);
    if (m_plan.epochEndsAt(m_step) || (m_step > 0 && m_step == m_plan.totalSteps))
        judge();
    publishSurface(true);
    while (!m_end && m_step < m_plan.totalSteps) {
        CORE_CHECK(obey());
        if (m_end)
            break;
        CORE_CHECK(oneStep());
        if (checkpointDue())
            CORE_CHECK(writeSteadily(snapshot()));
        if (m_plan.epochEndsAt(m_step) || m_step == m_plan.totalSteps)
            judge();
        if (base::steadySeconds() >= m_nextTick)
            tick();
        if (auto trouble = m_context.recorder->trouble())
            CORE_CHECK(waitUntil(*trouble, [&] { return m_context.recorder->trouble(); }));
    }
    return finish();
}

// Looks into the mailbox; while paused, waits there.
Status Trainer::obey()
{
    while (!m_context.edits.empty() && m_context.edits.front().step <= m_step) {
        const events::Edited again = m_context.edits.front();
        m_context.edits.erase(m_context.edits.begin());
        CORE_CHECK(edit(again.path, again.after, true));
    }
    if (!m_paused && !m_context.mailbox->filled.load(std::memory_order_acquire))
        return {};
    m_context.mailbox->filled.store(false, std::memory_order_release);
    for (Command& command : m_context.mailbox->queue.drain())
        CORE_CHECK(take(command));
    if (m_paused && m_stepsAllowed > 0) {
        --m_stepsAllowed;
        return {};
    }
    while (m_paused && !m_end)
        if (auto command = m_context.mailbox->queue.pop(std::chrono::milliseconds(50))) {
            CORE_CHECK(take(*command));
            if (m_stepsAllowed > 0) {
                --m_stepsAllowed;
                return {};
            }
        }
    return {};
}

Status Trainer::take(const Command& command)
{
    if (const Edit* change = std::get_if<Edit>(&command))
        return edit(change->path, change->value, false);
    if (const Stop* stop = std::get_if<Stop>(&command)) {
        m_end = stop->interrupted ? RunState::Interrupted : RunState::Stopped;
        return {};
    }
    if (std::holds_alternative<SingleStep>(command)) {
        m_stepsAllowed = 1;
        if (!m_paused)
            m_stepsAllowed = 0;
    }
    const bool pause = !std::holds_alternative<Continue>(command);
    if (pause != m_paused) {
        const double now = base::steadySeconds();
        if (pause)
            m_trainSeconds += now - m_runningSince;
        m_runningSince = m_rateSince = now;
        m_rateSteps = m_rateRows = 0;
        m_paused = pause;
        tick();
        setState(pause ? RunState::Paused : RunState::Running);
    }
    return {};
}

Status Trainer::edit(const std::string& path, const Value& value, bool again)
{
    Value changed = spec::experimentFields().write(m_experiment);
    const Value* before = changed.at(path);
    events::Edited edited{m_step, path, before ? *before : Value{}, value};
    CORE_CHECK(changed.setAt(path, value));
    const spec::Experiment experiment = spec::read(changed);
    if (Status status = m_learner->reconfigure(experiment); !status) {
        m_context.hub->publish(events::Notice{m_step, status.error()});
        return again ? std::move(status) : Status{};
    }
    m_experiment = experiment;
    if (m_experiment.train.earlyStopping)
        m_stopping->edit(*m_experiment.train.earlyStopping);
    m_context.hub->publish(edited);
    return {};
}

Status Trainer::oneStep()
{
    const std::int64_t epoch = m_plan.epochOf(m_step);
    const std::int64_t first = (m_step % m_plan.stepsPerEpoch) * m_plan.accumulate;
    const std::int64_t last = std::min(first + m_plan.accumulate, m_plan.batchesPerEpoch);
    m_batches.clear();
    for (std::int64_t batch = first; batch < last; ++batch)
        m_batches.push_back(m_loader->get(epoch, batch));
    const StepResult result = m_learner->step(m_batches, m_step);
    events::ScalarRow row{m_step,
                          base::wallSeconds(),
                          stepGroup,
                          std::uint16_t(m_learner->classifies() ? 4 : 3),
                          {result.loss, result.lr, result.gradNorm, result.accuracy}};
    m_context.hub->publish(row);
    note("train/loss", result.loss);
    note("train/lr", result.lr);
    note("train/grad_norm", result.gradNorm);
    if (m_learner->classifies())
        note("train/accuracy", result.accuracy);
    if (!std::isfinite(result.loss) || !std::isfinite(result.gradNorm))
        return Error{ErrorKind::Run,
                     std::string(std::isfinite(result.loss) ? "the gradient" : "the loss") + " became " +
                         (std::isnan(result.loss) || std::isnan(result.gradNorm) ? "NaN" : "infinite"),
                     "step " + std::to_string(m_step) + ", epoch " + std::to_string(epoch + 1),
                     "Try a tenth of the learning rate, a warm-up, or clip_grad_norm 1"};
    ++m_step;
    m_rows += result.rows;
    return {};
}

// Evaluates at the end of an epoch, keeps the best, and decides about stopping early.
void Trainer::judge()
{
    const std::int64_t epochs = (m_step + m_plan.stepsPerEpoch - 1) / m_plan.stepsPerEpoch;
    const auto& validation = m_data.rows(data::SplitName::Validation);
    events::ScalarRow row{m_step, 0, evaluationGroup};
    std::vector<std::pair<std::string, double>> values;
    const auto add = [&](const std::string& split, const EvaluationResult& result) {
        values.emplace_back(split + "/loss", result.loss);
        for (const auto& [name, value] : result.metrics)
            values.emplace_back(split + "/" + name, value);
    };
    if (!validation.empty()) {
        // Tables cost a pass over the scores and room in the file: a few times a second for whoever watches.
        const bool watched = m_context.frames && base::steadySeconds() >= m_nextTables;
        EvaluationResult result = evaluate(*m_learner, m_data, validation, watched ? tables : EvaluationRequest{});
        add("validation", result);
        if (watched)
            publishTables(std::move(result));
    }
    add("train_eval", evaluate(*m_learner, m_data, m_trainSample));
    row.time = base::wallSeconds();
    for (const auto& [name, value] : values) {
        if (row.count < row.values.size())
            row.values[row.count++] = value;
        note(name, value);
    }
    m_context.hub->publish(row);
    const std::string& watched = m_stopping->spec().metric;
    // A keyframe says what held before its evaluation, the best one too.
    Value before = stateValue();
    before.object().set("is_best", true);
    for (const auto& [name, value] : values)
        if (name == watched && m_stopping->update(value, epochs - 1)) {
            m_best = Best{watched, value, epochs, m_step, snapshot()};
            m_best->snapshot.state = before;
            m_context.hub->publish(events::BestChanged{watched, value, m_step, epochs});
        }
    if (m_experiment.train.earlyStopping) {
        m_context.hub->publish(
            events::PatienceChanged{m_step, epochs, m_stopping->waited(), m_stopping->spec().patience});
        if (m_stopping->shouldStop() && m_step < m_plan.totalSteps)
            m_end = RunState::EarlyStopped;
    }
    publishSurface(false);
}

void Trainer::publishTables(EvaluationResult result)
{
    const std::int64_t epochs = (m_step + m_plan.stepsPerEpoch - 1) / m_plan.stepsPerEpoch;
    m_nextTables = base::steadySeconds() + std::max(0.1, m_trainSeconds / 100);
    m_tablesStep = m_step;
    result.confusion.step = m_step;
    result.confusion.epoch = epochs;
    if (result.confusion.classes > 0)
        m_context.hub->publish(std::move(result.confusion));
    m_context.hub->publish(events::PredictionFrame{m_step, epochs, std::move(result.predictions)});
}

// A few times a second: progress, surfaces.
void Trainer::tick()
{
    const double now = base::steadySeconds();
    m_nextTick = now + tickSeconds;
    if (now - m_rateSince > 0.5) {
        const double steps = double(m_step - m_rateSteps) / (now - m_rateSince),
                     rows = double(m_rows - m_rateRows) / (now - m_rateSince);
        const bool fresh = m_rateSteps > 0;
        m_stepsPerSecond = fresh && m_stepsPerSecond > 0 ? 0.7 * m_stepsPerSecond + 0.3 * steps : steps;
        m_rowsPerSecond = rows;
        m_rateSince = now;
        m_rateSteps = m_step;
        m_rateRows = m_rows;
    }
    events::Progress progress{m_step, m_plan.epochOf(m_step), m_trainSeconds + (m_paused ? 0 : now - m_runningSince),
                              m_rowsPerSecond};
    if (m_stepsPerSecond > 0)
        progress.secondsLeft = double(m_plan.totalSteps - m_step) / m_stepsPerSecond;
    if (progress.trainSeconds > 0)
        progress.dataWait = std::min(1.0, m_loader->waitedSeconds() / progress.trainSeconds);
    m_context.hub->publish(progress);
    publishSurface(false);
}

// Early epochs one by one, then ever wider apart, so that a run keeps some hundred surfaces however long it is.
void Trainer::publishSurface(bool force)
{
    const double now = base::steadySeconds();
    const double epoch = double(m_step) / double(m_plan.stepsPerEpoch);
    const bool due = epoch >= m_surfaceEpoch || (m_context.frames && now >= m_nextSurface);
    if (m_step == m_surfaceStep || !(force || due))
        return;
    auto frame = surface(*m_learner, m_data, surfaceCells);
    if (!frame)
        return;
    m_surfaceStep = m_step;
    m_surfaceEpoch = std::max(epoch + 1, epoch * 1.3);
    m_nextSurface = now + std::max(0.1, m_trainSeconds / 100);
    frame->step = m_step;
    frame->epoch = m_plan.epochOf(m_step);
    m_context.hub->publish(std::move(*frame));
}

Status Trainer::finish()
{
    const bool ended = !m_end || *m_end == RunState::EarlyStopped;
    if (!m_paused)
        m_trainSeconds += base::steadySeconds() - m_runningSince;
    tick();
    if (!ended)
        return m_lastCheckpointStep == m_step ? Status{} : writeSteadily(snapshot());
    publishSurface(true);
    const auto& validation = m_data.rows(data::SplitName::Validation);
    if (m_tablesStep != m_step && !validation.empty())
        publishTables(evaluate(*m_learner, m_data, validation, tables));
    const auto& stopping = m_experiment.train.earlyStopping;
    if (stopping && stopping->restoreBest && m_best && m_best->step != m_step)
        CORE_CHECK(m_learner->load(m_best->snapshot.tensors, "best step " + std::to_string(m_best->step), false));
    store::Checkpoint last = snapshot();
    last.state.object().set("ended", true);
    return writeSteadily(last);
}

void Trainer::setState(RunState state, const std::string& reason)
{
    m_context.hub->publish(events::StateChanged{state, m_step, reason});
}

void Trainer::note(const std::string& name, double value)
{
    for (auto& [known, last] : m_last)
        if (known == name) {
            last = value;
            return;
        }
    m_last.emplace_back(name, value);
}

events::RunFinished Trainer::summary(RunState state, Error error) const
{
    events::RunFinished result;
    result.state = state;
    result.steps = m_step;
    result.epochs = m_plan.epochOf(m_step);
    result.trainSeconds = m_trainSeconds;
    result.metrics = m_last;
    if (m_best) {
        result.bestMetric = m_best->metric;
        result.bestValue = m_best->value;
        result.bestEpoch = m_best->epoch;
        result.bestStep = m_best->step;
    }
    if (m_learner)
        result.digest = m_learner->digest();
    result.error = std::move(error);
    return result;
}

}
