// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/engine.h"

#include "core/tensor/device.h"
#include "core/train/class_curves.h"
#include "core/train/data_facts.h"
#include "core/train/network_size.h"
#include "core/train/ranks/follower.h"
#include "core/train/ranks/gpus.h"
#include "core/train/threads.h"

#include <ATen/Context.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace core::train {

using base::Error;
using base::ErrorKind;
using base::Object;
using base::Status;
using base::Value;

namespace {

std::vector<std::string> namesOfEvaluation(const MetricSet& metrics, bool validation)
{
    std::vector<std::string> names;
    for (const std::string split : {"validation", "train_eval"}) {
        if (split == "validation" && !validation)
            continue;
        names.push_back(split + "/loss");
        for (const std::string& metric : metrics.names())
            names.push_back(split + "/" + metric);
    }
    return names;
}

bool hasValidation(const data::DataModule& data)
{
    return !data.rows(data::SplitName::Validation).empty();
}

std::int64_t trainRows(const data::DataModule& data)
{
    return data.epochItems();
}

spec::EarlyStoppingSpec watchedOf(const spec::Experiment& experiment, const data::DataModule& data)
{
    spec::EarlyStoppingSpec watched = experiment.train.earlyStopping.value_or(spec::EarlyStoppingSpec{});
    if (!experiment.train.earlyStopping && !hasValidation(data))
        watched.metric = "train_eval/loss";
    return watched;
}

// Transforms that make other training rows.
std::vector<base::Pick> rowMakers(const spec::Experiment& experiment)
{
    std::vector<base::Pick> makers;
    for (const base::Pick& pick : experiment.augment)
        if (const auto transform = data::allTransforms().make(pick);
            transform && (*transform)->works() == data::Works::Rows)
            makers.push_back(pick);
    return makers;
}

data::Batch wholeEpoch(const data::DataModule& data)
{
    std::vector<std::int64_t> rows;
    for (std::int64_t place = 0; place < data.epochItems(); ++place)
        rows.push_back(data.epochItem(place) % data.size());
    return data.gather(rows);
}

// The ranks of a machine share its cores.
std::int64_t threadsOfRank(const ranks::World& world)
{
    return std::max<std::int64_t>(1, std::int64_t(std::thread::hardware_concurrency()) / world.place().localSize);
}

Value partOf(const spec::Experiment& experiment, const char* part)
{
    return spec::experimentFields().write(experiment)[part];
}

// The settings that decide which rows there are; who makes the batches is none of them.
Value rowsOf(const spec::Experiment& experiment)
{
    Value data = partOf(experiment, "data");
    data.object().erase("num_workers");
    data.object().erase("prefetch_factor");
    return base::Array{std::move(data), partOf(experiment, "split")};
}

// Whether the weights or the rows before the first update are others.
bool beginsOtherwise(const spec::Experiment& was, const spec::Experiment& is)
{
    const auto differs = [&](const char* part) { return partOf(was, part) != partOf(is, part); };
    return differs("model") || rowsOf(was) != rowsOf(is) || was.train.seed != is.train.seed ||
           was.train.incremental.has_value() != is.train.incremental.has_value();
}

}

base::Result<std::unique_ptr<Engine>> Engine::make(const Value& resolved, const std::string& device,
                                                   const store::Checkpoint* from, std::int64_t threads,
                                                   std::shared_ptr<ranks::World> world)
{
    std::unique_ptr<Engine> engine(new Engine);
    // The others open their data while this one does.
    if (world && world->rank() == 0)
        world->tell(ranks::training(resolved, device, from, threads));
    std::string own = device;
    if (world) {
        CORE_TRY(taken, ranks::deviceOfRank(world->place(), device, spec::read(resolved).distributed));
        // Another machine may have fewer.
        CORE_TRY(there, tensor::resolveDevice(taken));
        own = there;
    }
    engine->m_world = std::move(world);
    CORE_CHECK(engine->open(resolved, from ? networkOf(*from) : spec::read(resolved).model, own, from, threads));
    return engine;
}

base::Result<std::unique_ptr<Engine>> Engine::branch(const Value& resolved, const std::string& device,
                                                     std::int64_t threads) const
{
    const spec::Experiment next = spec::read(resolved);
    if (m_step == 0 && beginsOtherwise(m_experiment, next)) {
        CORE_TRY(anew, make(resolved, device, nullptr, threads));
        CORE_CHECK(anew->initialize());
        return std::move(anew);
    }
    base::Pick network = next.model;
    if (const Value* dropout = m_network.params.object().find("dropout"))
        network.params.object().set("dropout", *dropout);
    std::unique_ptr<Engine> engine(new Engine);
    CORE_CHECK(engine->open(resolved, network, device, nullptr, threads));
    CORE_CHECK(engine->graft(snapshot()));
    if (best())
        engine->setBest(*m_best);
    return engine;
}

base::Pick Engine::networkOf(const store::Checkpoint& checkpoint)
{
    Value spec = checkpoint.state["spec"];
    if (const Value& network = checkpoint.state["network"]; network.isObject())
        (void)spec.setAt("model", network);
    return spec::read(spec).model;
}

Status Engine::open(const Value& resolved, const base::Pick& network, const std::string& device,
                    const store::Checkpoint* from, std::int64_t threads)
{
    m_network = network;
    m_experiment = spec::read(from ? from->state["spec"] : resolved);
    at::globalContext().setDeterministicAlgorithms(m_experiment.train.deterministic, false);
    // On by default with determinism and 6 % of a CNN's step; nothing here reads memory that it has not written.
    at::globalContext().setDeterministicFillUninitializedMemory(false);
    CORE_TRY(data, data::DataModule::open(m_experiment));
    m_data = std::move(data);
    CORE_TRY(timeline, Timeline::make(spec::wholeTrain(m_experiment), trainRows(m_data)));
    m_timeline = std::move(timeline);
    spec::Experiment built = m_experiment;
    built.model = m_network;
    const bool elsewhere = !at::Device(device).is_cpu();
    const std::int64_t sharing = m_world && m_experiment.distributed.strategy == "ddp" ? m_world->size() : 1,
                       rowsOfPass = m_timeline.plan().batchSize / sharing;
    CORE_CHECK(fitsMemory(built, m_data.info(), elsewhere ? NetworkUse::Held : NetworkUse::Learns, 0, rowsOfPass));
    CORE_CHECK(ranksFit(built, elsewhere));
    const std::int64_t wanted = m_experiment.train.threads.toInt(0);
    if (threads > 0)
        m_threads = threads;
    else if (from)
        m_threads = from->state["threads"].toInt(1);
    else if (wanted > 0)
        m_threads = wanted;
    else if (m_world)
        m_threads = threadsOfRank(*m_world);
    else {
        CORE_TRY(cost, measureSteps(built, m_data.info(), m_timeline.plan(), device));
        m_threads = cost.threads;
    }
    useThreads(m_threads);
    // Of ranks that do not share a seed each begins elsewhere.
    if (m_world && !m_experiment.distributed.sameSeed)
        built.train.seed += m_world->rank();
    CORE_TRY(learner, Learner::make(built, m_data.info(), m_timeline.plan(), device));
    m_learner = std::move(learner);
    CORE_CHECK(giveRows(m_data));
    CORE_CHECK(m_learner->reconfigure(m_experiment, m_timeline.plan()));
    CORE_TRY(loader, makeLoader(m_experiment, m_data, m_timeline.plan()));
    m_loader = std::move(loader);
    m_trainSample = trainSample(m_data, std::uint64_t(m_experiment.train.seed));
    CORE_TRY(metrics, MetricSet::of(m_experiment.train, m_learner->loss(), m_data.info()));
    m_metrics = std::move(metrics);
    CORE_TRY(old, OldTask::make(m_experiment, m_data, m_metrics));
    m_old = std::move(old);
    CORE_CHECK(checkMetric(m_experiment, m_data));
    m_stopping = std::make_unique<EarlyStopping>(watchedOf(m_experiment, m_data));
    CORE_CHECK(from ? load(*from) : Status{});
    return joinWorld();
}

// Hands the training rows to a learner that keeps them.
Status Engine::giveRows(const data::DataModule& data)
{
    if (m_learner->takesBatches())
        return {};
    if (data.streamed())
        return Error{ErrorKind::Spec, m_experiment.model.kind + " learns from all rows at once, and they are streamed",
                     "/data/mode", "Set data.mode to file, or choose a network"};
    return m_learner->begin(wholeEpoch(data));
}

base::Result<std::unique_ptr<data::DataLoader>>
Engine::makeLoader(const spec::Experiment& experiment, const data::DataModule& data, const StepPlan& plan) const
{
    data::LoaderOptions options{plan.batchSize, experiment.train.shuffle, experiment.train.dropLast,
                                std::uint64_t(experiment.train.seed), experiment.augment};
    options.weighted = experiment.data.sampler == "weighted" && m_learner->classifies();
    // Making a batch of pictures takes long enough to be worth a thread of its own.
    const std::int64_t usual = data.info().image() || data.decodes() ? 1 : 0;
    options.workers = m_learner->takesBatches() ? experiment.data.numWorkers.value_or(usual) : 0;
    options.prefetchFactor = experiment.data.prefetchFactor;
    // Every stage of a pipeline has the rows of all.
    if (m_world && experiment.distributed.strategy != "pipeline") {
        options.rank = experiment.distributed.shardData ? m_world->rank() : 0;
        options.ranks = m_world->size();
        options.even = experiment.distributed.evenShards;
    }
    return data::DataLoader::make(data, data::SplitName::Train, std::move(options));
}

std::vector<std::string> Engine::evaluationNames() const
{
    return namesOfEvaluation(m_metrics, hasValidation(m_data));
}

std::vector<std::string> Engine::classNames() const
{
    const std::vector<std::string>& classes = m_data.info().classes;
    if (!m_learner->classifies() || classes.size() > mostClassCurves || !hasValidation(m_data))
        return {};
    std::vector<std::string> names = classCurveNames(classes);
    for (std::string& name : names)
        name.insert(0, "validation/per_class/");
    return names;
}

Status Engine::checkMetric(const spec::Experiment& experiment, const data::DataModule& data) const
{
    const std::string metric = watchedOf(experiment, data).metric;
    const auto names = namesOfEvaluation(m_metrics, hasValidation(data));
    if (std::find(names.begin(), names.end(), metric) == names.end())
        return Error{ErrorKind::Spec, "no metric \"" + metric + "\" is evaluated here", "/train/early_stopping/metric",
                     "Did you mean \"" + spec::nearest(metric, names) + "\"?"};
    CORE_TRY(schedule, makeSchedule(experiment.train, {}));
    if (const std::string followed = schedule->watched();
        !followed.empty() && std::find(names.begin(), names.end(), followed) == names.end())
        return Error{ErrorKind::Spec, "no metric \"" + followed + "\" is evaluated here", "/train/schedule/metric",
                     "Did you mean \"" + spec::nearest(followed, names) + "\"?"};
    return {};
}

StepResult Engine::advance(events::StepTrace* trace)
{
    if (m_leads)
        m_world->tell({});
    if (m_world)
        m_world->at(m_step);
    m_batches.clear();
    if (m_learner->takesBatches())
        for (const data::BatchRange& range : m_timeline.batchesOf(m_step))
            m_batches.push_back(m_old ? m_old->mixed(m_loader->get(range), m_step, m_batches.size())
                                      : m_loader->get(range));
    m_learner->stopwatch().lap(Phase::DataWait);
    m_learner->trace(trace);
    m_thawedNow = m_learner->reach(m_timeline.epochOf(m_step));
    const StepResult result = takeStep();
    if (trace) {
        trace->step = m_step;
        trace->rows = result.rows;
        trace->loss = result.loss;
        trace->accuracy = result.accuracy;
        trace->gradNorm = result.gradNorm;
        trace->lr = result.lr;
        m_learner->trace(nullptr);
    }
    ++m_step;
    if (m_timeline.epochEndsAt(m_step))
        epochEnds();
    return result;
}

bool Engine::judgeDue() const
{
    return m_step > 0 && (m_timeline.epochEndsAt(m_step) || m_step == m_timeline.totalSteps());
}

Judgement Engine::judge(const EvaluationRequest& tables)
{
    Judgement judgement;
    const auto add = [&](const std::string& split, const EvaluationResult& result) {
        judgement.values.emplace_back(split + "/loss", result.loss);
        for (const auto& [name, value] : result.metrics)
            judgement.values.emplace_back(split + "/" + name, value);
    };
    if (hasValidation(m_data)) {
        judgement.validation = evaluated("validation", tables);
        add("validation", judgement.validation);
    }
    add("train_eval", evaluated("train_eval"));
    judgement.old = oldFigures();
    // A run that ends within an epoch counts it.
    const std::int64_t epochs = m_timeline.epochOf(m_step) + !m_timeline.epochEndsAt(m_step);
    const std::string& watched = m_stopping->spec().metric;
    // A run that was stopped right here has counted this evaluation already.
    const bool counted = m_judged == m_step;
    for (const auto& [name, value] : judgement.values) {
        if (name != watched || counted)
            continue;
        if (m_stopping->improves(value)) {
            // A keyframe says what held before its evaluation, the best one too.
            Value before = state(false);
            // Whoever goes on from here finds this best again; the one before may never have been written.
            before.object().erase("best");
            m_bestIsWhole = false;
            m_best = Best{watched, value, epochs, m_step, {m_step, std::move(before), tensors()}};
            judgement.improved = true;
        }
        m_stopping->update(value, epochs - 1);
    }
    m_judged = m_step;
    if (m_leads)
        m_world->tell(ranks::observing(judgement.values));
    observe(judgement.values);
    return judgement;
}

void Engine::judgeIfFollowed()
{
    if (judgeDue() && !m_learner->schedule().watched().empty())
        judge();
}

base::Result<Value> Engine::edit(const std::string& path, const Value& value)
{
    Value changed = spec::experimentFields().write(m_experiment);
    const Value* before = changed.at(path);
    const Value was = before ? *before : Value{};
    CORE_CHECK(changed.setAt(path, value));
    CORE_CHECK(become(spec::read(changed)));
    if (m_leads)
        m_world->tell(ranks::editing(path, value));
    return was;
}

Status Engine::become(const spec::Experiment& next)
{
    (void)best(); // with the settings that gave it
    const bool newRows = rowsOf(next) != rowsOf(m_experiment) || rowMakers(next) != rowMakers(m_experiment);
    data::DataModule data = m_data;
    if (newRows) {
        CORE_TRY(opened, data::DataModule::open(next));
        if (opened.info().inputShape != m_data.info().inputShape || opened.info().outputs() != m_data.info().outputs())
            return Error{ErrorKind::Spec, "the changed data do not fit the network: other features or classes", "/data",
                         "Train this data as an experiment of its own"};
        data = std::move(opened);
    }
    CORE_CHECK(checkMetric(next, data));
    Timeline timeline = m_timeline;
    CORE_CHECK(timeline.change(m_step, spec::wholeTrain(next), trainRows(data), newRows));
    CORE_TRY(loader, makeLoader(next, data, timeline.plan()));
    CORE_CHECK(m_learner->reconfigure(next, timeline.plan()));
    if (newRows)
        CORE_CHECK(giveRows(data));
    m_waited += m_loader->waitedSeconds();
    m_loader = std::move(loader);
    m_timeline = std::move(timeline);
    m_data = std::move(data);
    if (newRows) {
        m_trainSample = trainSample(m_data, std::uint64_t(next.train.seed));
        m_dataFacts = {};
    }
    if (newRows && m_old) {
        const Value start = m_old->state();
        CORE_TRY(old, OldTask::make(next, m_data, m_metrics));
        m_old = std::move(old);
        m_old->load(start);
    }
    m_experiment = next;
    m_written = m_networkWritten = {};
    m_stopping->edit(watchedOf(m_experiment, m_data));
    return {};
}

const Value& Engine::dataFacts() const
{
    if (m_dataFacts.isNull())
        m_dataFacts = train::dataFacts(m_data);
    return m_dataFacts;
}

const Value& Engine::networkValue() const
{
    if (m_networkWritten.isNull()) {
        spec::Experiment made = m_experiment;
        made.model = m_network;
        m_networkWritten = partOf(made, "model");
    }
    return m_networkWritten;
}

std::optional<Best> Engine::bestIn(const store::Checkpoint& checkpoint)
{
    const Value& best = checkpoint.state["best"];
    if (!best.isObject())
        return {};
    return Best{best["metric"].text(), best["value"].toReal(), best["epoch"].toInt(), best["step"].toInt(), {}};
}

Status Engine::load(const store::Checkpoint& checkpoint)
{
    if (m_leads)
        m_world->tell(ranks::loading(checkpoint));
    CORE_CHECK(m_learner->load(checkpoint.tensors, "checkpoint of step " + std::to_string(checkpoint.step)));
    const spec::Experiment then = spec::read(checkpoint.state["spec"]);
    m_step = checkpoint.step;
    if (!(spec::experimentFields().write(then) == spec::experimentFields().write(m_experiment)))
        CORE_CHECK(become(then));
    CORE_TRY(timeline, Timeline::make(spec::wholeTrain(m_experiment), trainRows(m_data)));
    m_timeline = std::move(timeline);
    m_timeline.load(checkpoint.state["timeline"], spec::wholeTrain(m_experiment));
    CORE_CHECK(m_learner->reconfigure(m_experiment, m_timeline.plan()));
    // As it was for the update before; what thaws now is told by the next one.
    m_learner->reach(m_timeline.epochOf(std::max<std::int64_t>(m_step - 1, 0)));
    m_learner->schedule().load(checkpoint.state["schedule"]);
    m_stopping->load(checkpoint.state["early_stopping"]);
    if (m_old)
        m_old->load(checkpoint.state["old_task"]);
    m_judged = checkpoint.state["judged"].toInt(-1);
    m_best.reset();
    return {};
}

Status Engine::graft(const store::Checkpoint& checkpoint)
{
    const spec::Experiment then = spec::read(checkpoint.state["spec"]);
    const bool sameOptimizer = then.train.optimizer.kind == m_experiment.train.optimizer.kind;
    const std::string where = "step " + std::to_string(checkpoint.step) + " of the parent";
    CORE_CHECK(m_learner->load(checkpoint.tensors, where, sameOptimizer));
    const bool newRows = rowsOf(then) != rowsOf(m_experiment);
    m_step = checkpoint.step;
    m_timeline.load(checkpoint.state["timeline"], spec::wholeTrain(then));
    CORE_CHECK(m_timeline.change(m_step, spec::wholeTrain(m_experiment), trainRows(m_data), newRows));
    CORE_CHECK(m_learner->reconfigure(m_experiment, m_timeline.plan()));
    // As it was for the update before; what thaws now is told by the next one.
    m_learner->reach(m_timeline.epochOf(std::max<std::int64_t>(m_step - 1, 0)));
    m_learner->schedule().load(checkpoint.state["schedule"]);
    m_stopping->load(checkpoint.state["early_stopping"]);
    m_judged = checkpoint.state["judged"].toInt(-1);
    // What the parent did not keep, the branch begins to.
    if (m_old && !m_old->load(checkpoint.state["old_task"]))
        m_old->begin(*m_learner);
    return m_learner->remembers(checkpoint.tensors) ? Status{} : m_learner->remember(m_data.old().get(), {});
}

}
