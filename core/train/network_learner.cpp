// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/network_learner.h"

#include "core/model/adapters.h"
#include "core/train/gradients.h"
#include "core/train/parameter_groups.h"
#include "core/train/shared_work.h"
#include "core/train/step_tracer.h"

#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <tuple>

namespace core::train {

using base::Error;
using base::ErrorKind;

namespace {

// Each batch of a step has dropout of its own.
model::Mode partOf(const model::Mode& mode, std::uint64_t part)
{
    model::Mode one = mode;
    if (part > 0) {
        one.draw = mode.draw.within(part);
        one.watch = nullptr;
    }
    return one;
}

// Losses and figures are computed in float32, whatever the network computed in.
at::Tensor whole(const at::Tensor& output)
{
    const at::ScalarType type = output.scalar_type();
    return type == at::kBFloat16 || type == at::kHalf ? output.to(at::kFloat) : output;
}

at::Tensor moved(const at::Tensor& tensor, at::Device device)
{
    if (tensor.device() == device)
        return tensor;
    // Pinned memory lets the copy run beside the computation that is still going.
    return device.is_cuda() ? tensor.pin_memory().to(device, tensor.scalar_type(), true)
                            : tensor.to(device, tensor.scalar_type());
}

// `optimizer/exp_avg/3.weight` in parts that sort as layers stand: what it is of, the layer's number, the rest. What
// begins with no number has its whole name for the rest: it is never renamed.
std::tuple<std::string, std::int64_t, std::string> layerPlace(const std::string& name)
{
    const std::size_t room = name.rfind('/') + 1, dot = name.find('.', room);
    std::int64_t number = -1;
    const char* end = name.data() + std::min(dot, name.size());
    const bool numbered = std::from_chars(name.data() + room, end, number).ec == std::errc{};
    return {name.substr(0, room), number, numbered && dot != name.npos ? name.substr(dot) : name.substr(room)};
}

// Layers have other numbers where dropout came or went; tensors are the same in number, order and shape.
std::vector<base::Blob> renamed(std::vector<base::Blob> blobs, const std::vector<tensor::NamedTensor>& state)
{
    std::vector<std::pair<std::string, std::vector<std::int64_t>>> wanted;
    for (const tensor::NamedTensor& named : state)
        wanted.emplace_back(named.name, named.tensor.sizes().vec());
    std::ranges::sort(wanted, {}, [](const auto& each) { return layerPlace(each.first); });
    std::ranges::sort(blobs, {}, [](const base::Blob& blob) { return layerPlace(blob.name); });
    bool alike = blobs.size() == wanted.size();
    for (std::size_t i = 0; alike && i < blobs.size(); ++i) {
        const auto there = layerPlace(blobs[i].name), here = layerPlace(wanted[i].first);
        alike = blobs[i].shape == wanted[i].second && std::get<0>(there) == std::get<0>(here) &&
                std::get<2>(there) == std::get<2>(here);
    }
    for (std::size_t i = 0; alike && i < blobs.size(); ++i)
        blobs[i].name = wanted[i].first;
    return blobs;
}

}

base::Result<std::unique_ptr<Learner>> NetworkLearner::make(const spec::Experiment& experiment,
                                                            const data::DatasetInfo& info, const StepPlan& plan,
                                                            const std::string& device)
{
    if (experiment.data.missing == "keep")
        return Error{ErrorKind::Spec, "a network cannot learn from rows with missing values", "/data/missing",
                     "Set it to drop, mean, median or most_frequent"};
    CORE_TRY(architecture, model::allArchitectures().make(experiment.model));
    CORE_TRY(loss, makeLoss(experiment, info));
    if (!info.tokens.empty() && !architecture->readsTokens())
        return Error{ErrorKind::Spec, experiment.model.kind + " does not read tokens in their order", "/data/tokens",
                     "Leave data.tokens out, so that words are counted, or choose transformer, rnn or cnn1d"};
    CORE_TRY(network, architecture->build(contextOf(info, *loss, std::uint64_t(experiment.train.seed))));
    const spec::ModelSpec own = spec::modelFields().read(experiment.model.params);
    if (own.lora) {
        CORE_TRY(adapted, model::withAdapters(std::move(network), *own.lora, std::uint64_t(experiment.train.seed)));
        network = std::move(adapted);
    }
    std::unique_ptr<NetworkLearner> learner(new NetworkLearner(at::Device(device)));
    tensor::takeStream(learner->m_device);
    learner->m_head = own.head;
    learner->m_network = std::move(network);
    learner->m_loss = std::move(loss);
    learner->m_spec = experiment.train;
    learner->m_how = experiment.distributed;
    learner->m_pick = experiment.train.optimizer;
    learner->m_info = info;
    learner->m_network->moveTo(learner->m_device);
    learner->layWeights();
    CORE_CHECK(learner->fuse(experiment));
    CORE_TRY(optimizer, allOptimizers().make(experiment.train.optimizer, learner->m_network->parameters()));
    learner->m_optimizer = std::move(optimizer);
    CORE_TRY(freezing,
             model::Freezing::make(model::describeParameters(*learner->m_network), own, experiment.train.unfreeze));
    CORE_CHECK(learner->freeze(freezing, experiment.train, freezing.thawedAt(0)));
    if (experiment.train.incremental) {
        CORE_TRY(remedy, allRemedies().make(experiment.train.incremental->remedy, learner->m_network->parameters()));
        learner->m_remedy = std::move(remedy);
    }
    CORE_TRY(schedule, makeSchedule(experiment.train, {baseRate(experiment), plan.totalSteps, plan.stepsPerEpoch}));
    learner->follow(std::move(schedule));
    if (experiment.train.precision == "16-mixed") {
        if (learner->m_optimizer->looksAgain())
            return Error{ErrorKind::Spec,
                         "this optimizer looks at each step's rows several times, which does not go "
                         "with a scaled loss",
                         "/train/precision", "Use bf16-mixed or 32-true"};
        learner->m_scaler = std::make_unique<LossScaler>();
    }
    if (experiment.train.ema && experiment.train.swa)
        return Error{ErrorKind::Spec, "ema and swa both say what is averaged", "/train/swa", "Set one of them to null"};
    if (experiment.train.ema || experiment.train.swa)
        learner->m_average = std::make_unique<WeightAverage>(*learner->m_network, experiment.train.swa.has_value());
    if (experiment.train.swa)
        learner->m_swaStart = swaStart(*experiment.train.swa, plan.totalSteps, plan.stepsPerEpoch);
    learner->m_weights = model::stateOf(*learner->m_network);
    if (learner->m_device.is_cuda()) {
        learner->m_keys = std::make_unique<model::DeviceKeys>(learner->m_device);
        learner->m_deviceScale = tensor::zeros({}).to(learner->m_device);
        learner->m_deviceStep = std::make_unique<DeviceStep>(learner->m_device, learner->m_network->parameters());
        learner->m_deviceSplit = std::make_unique<DeviceSplit>(learner->m_device);
    }
    return std::unique_ptr<Learner>(std::move(learner));
}

StepResult NetworkLearner::step(std::span<const data::Batch> batches, std::int64_t step, std::int64_t scheduleStep)
{
    StepResult result;
    for (const data::Batch& batch : batches)
        result.rows += batch.input.size(0);
    std::vector<data::Batch> parts;
    if (m_how.strategy == "pipeline")
        batches = parts = microBatches(batches, m_how.microBatches);
    model::Mode mode = modeOf(true);
    mode.draw = base::Draw(std::uint64_t(m_spec.seed), "dropout", std::uint64_t(step));
    StepTracer tracer(m_trace, m_network->parameters(), m_stopwatch);
    mode.watch = tracer.watch(m_outputs, mode.checkpoints > 1);
    m_deviceNorm.reset();
    BuffersBack buffers(*m_network, m_world != nullptr);
    if (m_shares && m_shares->pipeline)
        computePipelined(batches, mode, tracer, result, step);
    else if (m_world)
        computeShared(batches, mode, tracer, result);
    else if (m_deviceStep && batches.size() == 1 && !mode.watch && !m_answers && !tracer)
        computeOnDevice(batches.front(), mode, result);
    else if (m_fused)
        computeFused(batches, mode, tracer, result);
    else
        computeGradients(batches, mode, tracer, result);
    mode.watch = nullptr;
    m_answers = nullptr;
    at::NoGradGuard noGraph;
    if (m_scaler)
        scale(m_network->parameters(), 1 / m_scaler->scale());
    const double penalty = penalize();
    if (m_shares && m_shares->pipeline)
        result.gradNorm = endPass(result);
    else
        result.gradNorm = m_deviceNorm && !penalizes() ? *m_deviceNorm : normOfGradients(m_network->parameters());
    buffers.keep();
    m_stopwatch.lap(Phase::Optimizer);
    if (m_onGradients)
        m_onGradients();
    m_stopwatch.lap(Phase::Recording);
    clip(m_network->parameters(), result.gradNorm, m_spec.clipGradNorm, m_spec.clipGradValue);
    result.lr = m_schedule->lr(scheduleStep);
    result.momentum = m_schedule->momentum(scheduleStep);
    m_optimizer->setMomentum(result.momentum);
    tracer.updateBegins();
    result.leftOut = m_scaler && !std::isfinite(result.gradNorm);
    if (m_scaler)
        m_scaler->update(!result.leftOut);
    if (result.leftOut) {
        // Too large for float16: nothing is learned from this step, and the next one has a smaller scale.
    } else if (m_optimizer->looksAgain()) {
        bool first = true;
        m_torn = true;
        m_optimizer->step(result.lr, [&] {
            return std::exchange(first, false) ? result.loss + penalty : lookAgain(batches, mode, result.rows);
        });
        m_torn = false;
    } else {
        m_optimizer->step(result.lr);
    }
    if (m_spec.maxNorm)
        constrain(m_network->parameters(), *m_spec.maxNorm);
    if (m_shares)
        takeUpdates();
    m_network->parametersMoved();
    tracer.updateEnds();
    average(step + 1);
    m_stopwatch.lap(Phase::Optimizer);
    if (tracer)
        m_trace->lossAfter = m_world ? std::nan("") : lossOf(batches, mode, result.rows);
    return result;
}

// Forward and backward through every batch; adds to the loss and the accuracy of `result`, whose rows are counted.
void NetworkLearner::computeGradients(std::span<const data::Batch> batches, const model::Mode& mode, StepTracer& tracer,
                                      StepResult& result)
{
    for (const auto& parameter : m_network->parameters())
        const_cast<at::Tensor&>(parameter.tensor).mutable_grad().reset();
    std::uint64_t part = 0;
    double correct = 0;
    for (const data::Batch& batch : batches) {
        tracer.forwardBegins();
        const at::Tensor input = moved(batch.input, m_device), target = moved(batch.target, m_device);
        tracer.inputIsThere(input);
        const at::Tensor output = whole(m_network->forward(input, partOf(mode, part++)));
        at::Tensor loss = m_loss->compute(output, target);
        const double share = double(batch.input.size(0)) / double(result.rows);
        tracer.forwardEnds();
        const double factor = (batches.size() == 1 ? 1 : share) * (m_scaler ? m_scaler->scale() : 1);
        if (factor == 1)
            loss.backward();
        else
            // Instead of a product, which would be one more node of the graph.
            loss.backward(tensor::zeros({}, loss.scalar_type()).fill_(factor).to(loss.device()));
        tracer.backwardEnds();
        result.loss += loss.item<double>() * share;
        if (m_answers)
            (*m_answers)(input, target, output);
        if (classifies())
            correct += countCorrect(m_loss->predictionOf(output), target);
        m_stopwatch.lap(Phase::Other);
    }
    m_network->gradientsDone();
    result.accuracy = correct / double(result.rows);
}

// The same of one batch on a CUDA device: nothing waits for the device before all of it is under way.
void NetworkLearner::computeOnDevice(const data::Batch& batch, const model::Mode& mode, StepResult& result)
{
    const auto work = [&](const at::Tensor& input, const at::Tensor& target, bool recorded) {
        model::Mode pass = mode;
        if (recorded) {
            m_keys->begin();
            pass.keys = m_keys.get();
        }
        m_deviceSplit->mark(recorded);
        const at::Tensor output = whole(m_network->forward(input, pass));
        const at::Tensor loss = m_loss->compute(output, target);
        m_deviceSplit->mark(recorded);
        loss.backward(m_scaler ? m_deviceScale.to(loss.scalar_type()) : at::Tensor());
        m_network->gradientsDone();
        m_deviceSplit->mark(recorded);
        const at::NoGradGuard noGraph;
        std::vector<at::Tensor> figures{loss.detach().to(at::kDouble)};
        const at::Tensor norm = normOnDevice(m_network->parameters());
        figures.push_back(norm.defined() ? norm : at::zeros_like(figures.front()));
        if (classifies())
            figures.push_back(correctIn(m_loss->predictionOf(output), target).to(at::kDouble));
        return at::stack(figures);
    };
    if (m_scaler)
        m_deviceScale.fill_(m_scaler->scale());
    m_deviceSplit->begin(m_stopwatch.clock, m_deviceStep->recorded());
    const std::vector<double> figures =
        m_deviceStep->run(batch, work, !m_optimizer->looksAgain(), [&] { m_keys->fill(mode.draw); });
    m_deviceSplit->end(m_stopwatch.clock, m_deviceStep->recorded());
    result.loss = figures[0];
    if (!m_scaler) // else of gradients that are still scaled
        m_deviceNorm = figures[1];
    if (classifies())
        result.accuracy = figures[2] / double(result.rows);
}

// The same rows under other weights, dropout as before: what an optimizer wants that looks several times a step.
double NetworkLearner::lookAgain(std::span<const data::Batch> batches, const model::Mode& mode, std::int64_t rows)
{
    StepResult result;
    result.rows = rows;
    StepTracer untraced(nullptr, m_network->parameters());
    m_network->parametersMoved();
    {
        const at::AutoGradMode graph(true);
        if (m_world)
            computeShared(batches, mode, untraced, result);
        else if (m_fused)
            computeFused(batches, mode, untraced, result);
        else
            computeGradients(batches, mode, untraced, result);
    }
    const double penalty = penalize();
    if (m_spec.clipGradNorm || m_spec.clipGradValue)
        clip(m_network->parameters(), normOfGradients(m_network->parameters()), m_spec.clipGradNorm,
             m_spec.clipGradValue);
    return result.loss + penalty;
}

// The same rows once more, dropout as before; what a forward pass leaves in buffers is put back.
double NetworkLearner::lossOf(std::span<const data::Batch> batches, const model::Mode& mode, std::int64_t rows)
{
    std::vector<at::Tensor> kept;
    for (const tensor::NamedTensor& weight : m_weights)
        kept.push_back(weight.tensor.requires_grad() ? at::Tensor() : weight.tensor.clone());
    double sum = 0;
    std::uint64_t part = 0;
    for (const data::Batch& batch : batches) {
        const at::Tensor output = whole(m_network->forward(moved(batch.input, m_device), partOf(mode, part++)));
        sum += m_loss->compute(output, moved(batch.target, m_device)).item<double>() * double(batch.input.size(0));
    }
    for (std::size_t i = 0; i < kept.size(); ++i)
        if (kept[i].defined())
            const_cast<at::Tensor&>(m_weights[i].tensor).copy_(kept[i]);
    return sum / double(rows);
}

at::Tensor NetworkLearner::predict(const at::Tensor& input)
{
    at::NoGradGuard noGraph;
    bringWeights();
    const WeightAverage::Borrowed averaged(m_average.get());
    if (m_fused)
        return m_fused->predict(input);
    return whole(m_network->forward(moved(input, m_device), modeOf(false)));
}

at::Tensor NetworkLearner::look(const at::Tensor& input, const Outputs* outputs)
{
    bringWeights();
    const WeightAverage::Borrowed averaged(m_average.get());
    model::Mode mode = modeOf(false);
    mode.watch = outputs;
    return whole(m_network->forward(moved(input, m_device), mode));
}

model::Mode NetworkLearner::modeOf(bool training) const
{
    model::Mode mode{training};
    if (m_spec.precision != "32-true")
        mode.compute = m_spec.precision == "bf16-mixed" ? at::kBFloat16 : at::kHalf;
    if (m_spec.memoryFormat != "auto")
        mode.layout =
            m_spec.memoryFormat == "channels_last" ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
    mode.checkpoints = m_spec.gradientCheckpointing;
    return mode;
}

// A GPU's convolutions in channels_last want their filters so too, else they turn them round in every step.
void NetworkLearner::layWeights()
{
    const model::Mode mode = modeOf(true);
    for (const tensor::NamedTensor& parameter : m_network->parameters())
        if (m_device.is_cuda() && parameter.tensor.dim() == 4)
            parameter.tensor.set_data(parameter.tensor.detach().contiguous(layoutOf(parameter.tensor, mode)));
}

base::Status NetworkLearner::load(const std::vector<base::Blob>& blobs, const std::string& where, bool optimizerToo)
{
    std::vector<base::Blob> wanted = blobs;
    std::vector<tensor::NamedTensor> here = ownState();
    const auto leaveOut = [&](const char* part) {
        std::erase_if(wanted, [&](const base::Blob& blob) { return blob.name.starts_with(part); });
        std::erase_if(here, [&](const tensor::NamedTensor& named) { return named.name.starts_with(part); });
    };
    // A branch may begin to average, or leave off.
    const bool averaged =
        m_average && std::ranges::any_of(blobs, [](const base::Blob& b) { return b.name.starts_with("average/"); });
    if (!averaged)
        leaveOut("average/");
    // So may it begin to remember an old task, or leave off.
    if (!optimizerToo || memory().empty() || !remembers(blobs))
        leaveOut("remedy/");
    if (!optimizerToo)
        leaveOut("optimizer/");
    leaveOut("captured/");
    loadCompression(wanted);
    leaveOut("compression/");
    std::vector<base::Blob> weights, moments, averages;
    for (base::Blob& blob : renamed(std::move(wanted), here)) {
        if (blob.name.starts_with("remedy/")) {
            CORE_CHECK(loadMemory(blob));
            continue;
        }
        if (blob.name.starts_with("average/")) {
            averages.push_back(std::move(blob));
            continue;
        }
        const bool weight = blob.name.starts_with("model/");
        blob.name.erase(0, blob.name.find('/') + 1);
        (weight ? weights : moments).push_back(std::move(blob));
    }
    const auto scale = std::ranges::find(moments, "loss_scale", &base::Blob::name);
    if (scale != moments.end()) {
        if (m_scaler)
            CORE_CHECK(m_scaler->load(*scale));
        moments.erase(scale);
    }
    CORE_CHECK(model::loadWeights(*m_network, weights, where));
    if (averaged)
        CORE_CHECK(m_average->load(averages));
    else if (m_average)
        m_average->reset();
    m_torn = false;
    if (m_shares) {
        m_shares->weightsLag = false;
        m_shares->foreignLags = m_shares->foreignLags || optimizerToo;
    }
    return optimizerToo ? m_optimizer->load(moments) : base::Status{};
}

std::int64_t NetworkLearner::parameterCount() const
{
    std::int64_t count = 0;
    for (const auto& parameter : m_network->parameters())
        count += parameter.tensor.numel();
    return count;
}

std::vector<std::uint32_t> NetworkLearner::digests() const
{
    std::vector<std::uint32_t> digests;
    digests.reserve(m_weights.size());
    bringWeights();
    for (const tensor::NamedTensor& weight : m_weights)
        digests.push_back(tensor::shortDigestOf(weight.tensor));
    return digests;
}

std::vector<std::string> NetworkLearner::digestNames() const
{
    std::vector<std::string> names;
    for (const tensor::NamedTensor& weight : m_weights)
        names.push_back(weight.name);
    return names;
}

base::Status NetworkLearner::reconfigure(const spec::Experiment& experiment, const StepPlan& plan)
{
    const spec::TrainSpec& train = experiment.train;
    if (train.ema.has_value() != m_spec.ema.has_value() || train.swa.has_value() != m_spec.swa.has_value())
        return Error{ErrorKind::Spec, "averaging cannot begin or leave off while a run trains",
                     train.ema.has_value() != m_spec.ema.has_value() ? "/train/ema" : "/train/swa",
                     "Branch from here with the change"};
    CORE_TRY(schedule, makeSchedule(train, {baseRate(experiment), plan.totalSteps, plan.stepsPerEpoch}));
    CORE_TRY(loss, makeLoss(experiment, m_info));
    if (loss->outputs(m_info) != m_loss->outputs(m_info) || loss->says() != m_loss->says())
        return Error{ErrorKind::Spec, "this loss needs another last layer than the network has", "/train/loss",
                     "Train it as an experiment of its own"};
    // Adapters are there or not, whatever is edited; what is frozen may change.
    spec::ModelSpec own = spec::modelFields().read(experiment.model.params);
    if (&m_network->plain() == m_network.get())
        own.lora.reset();
    else if (!own.lora)
        own.lora = spec::LoraSpec{};
    CORE_TRY(freezing, model::Freezing::make(model::describeParameters(*m_network), own, train.unfreeze));
    if (m_fused)
        if (const auto why = batched::whyNotFused(experiment, "cpu"))
            return *why;
    const model::Freezing before = m_freezing;
    const std::int64_t thawedBefore = m_thawed;
    CORE_CHECK(freeze(freezing, train, freezing.thawedAt(m_epoch)));
    if (!m_optimizer->edit(train.optimizer.params)) {
        (void)freeze(before, m_spec, thawedBefore);
        return Error{ErrorKind::Spec, "the optimizer cannot take this change while it runs", "/train/optimizer", {}};
    }
    m_network->setDropout(experiment.model.params["dropout"].toReal(0));
    if (m_shares && m_shares->pipeline)
        m_shares->pipeline->setDropout(experiment.model.params["dropout"].toReal(0));
    follow(std::move(schedule));
    m_loss = std::move(loss);
    m_spec = train;
    if (m_fused) {
        m_fused->follow();
        m_fused->follow(train, classifies());
    }
    if (m_deviceStep)
        m_deviceStep->forget();
    if (train.swa)
        m_swaStart = swaStart(*train.swa, plan.totalSteps, plan.stepsPerEpoch);
    return {};
}

}
