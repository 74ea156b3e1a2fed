// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/learner.h"

#include <ATen/ops/clamp.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/sign.h>

#include <cmath>

namespace core::train {

using base::Error;
using base::ErrorKind;

namespace {

// Weights, but no biases and no norm layers: those have one dimension.
bool penalized(const tensor::NamedTensor& parameter)
{
    return parameter.tensor.dim() > 1;
}

// Eight partial sums: the compiler may not reorder one sum of floats, and one chain would wait for each addition.
double sumOfSquares(const float* values, std::int64_t count)
{
    double sums[8] = {};
    std::int64_t i = 0;
    for (; i + 8 <= count; i += 8)
        for (int k = 0; k < 8; ++k)
            sums[k] += double(values[i + k]) * values[i + k];
    for (; i < count; ++i)
        sums[0] += double(values[i]) * values[i];
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

// Rows whose largest output is the target's; a raw loop, since at this size the call of an operator costs more.
std::int64_t countCorrect(const at::Tensor& output, const at::Tensor& target)
{
    if (!output.is_cpu() || !output.is_contiguous() || output.scalar_type() != at::kFloat)
        return output.detach().argmax(1).eq(target).sum().item<std::int64_t>();
    const std::int64_t rows = output.size(0), classes = output.size(1);
    const float* scores = output.const_data_ptr<float>();
    const std::int64_t* truth = target.const_data_ptr<std::int64_t>();
    std::int64_t correct = 0;
    for (std::int64_t row = 0; row < rows; ++row, scores += classes) {
        std::int64_t best = 0;
        for (std::int64_t c = 1; c < classes; ++c)
            if (scores[c] > scores[best])
                best = c;
        correct += best == truth[row];
    }
    return correct;
}

at::Tensor moved(const at::Tensor& tensor, at::Device device)
{
    if (tensor.device() == device)
        return tensor;
    // Pinned memory lets the copy run beside the computation that is still going.
    return device.is_cuda() ? tensor.pin_memory().to(device, tensor.scalar_type(), true)
                            : tensor.to(device, tensor.scalar_type());
}

base::Result<std::unique_ptr<Loss>> makeLoss(const spec::Experiment& experiment, bool classification)
{
    const base::Pick pick =
        experiment.train.loss.value_or(base::Pick{classification ? "cross_entropy" : "mse", base::Object{}});
    CORE_TRY(loss, allLosses().make(pick));
    if (loss->classifies() != classification)
        return Error{ErrorKind::Spec,
                     "\"" + pick.kind + "\" does not fit " + (classification ? "classification" : "regression"),
                     "/train/loss", classification ? "Use cross_entropy" : "Use mse"};
    return std::move(loss);
}

}

double baseRate(const spec::TrainSpec& train)
{
    return train.optimizer.params["lr"].toReal(1e-3);
}

base::Result<std::unique_ptr<Learner>> Learner::make(const spec::Experiment& experiment, const data::DatasetInfo& info,
                                                     const StepPlan& plan, const std::string& device)
{
    CORE_TRY(architecture, model::allArchitectures().make(experiment.model));
    CORE_TRY(network, architecture->build({info.inputShape, info.outputs(), std::uint64_t(experiment.train.seed)}));
    CORE_TRY(loss, makeLoss(experiment, info.task != "regression"));
    std::unique_ptr<Learner> learner(new Learner(at::Device(device)));
    learner->m_network = std::move(network);
    learner->m_loss = std::move(loss);
    learner->m_spec = experiment.train;
    learner->m_network->moveTo(learner->m_device);
    CORE_TRY(optimizer, allOptimizers().make(experiment.train.optimizer, learner->m_network->parameters()));
    learner->m_optimizer = std::move(optimizer);
    CORE_TRY(schedule, makeSchedule(experiment.train.schedule,
                                    {baseRate(experiment.train), plan.totalSteps, plan.stepsPerEpoch}));
    learner->m_schedule = std::move(schedule);
    return learner;
}

StepResult Learner::step(std::span<const data::Batch> batches, std::int64_t step, std::int64_t scheduleStep)
{
    StepResult result;
    for (const data::Batch& batch : batches)
        result.rows += batch.input.size(0);
    const model::Mode mode{true, base::Draw(std::uint64_t(m_spec.seed), "dropout", std::uint64_t(step))};
    for (const auto& parameter : m_network->parameters())
        const_cast<at::Tensor&>(parameter.tensor).mutable_grad().reset();
    std::int64_t part = 0;
    double correct = 0;
    for (const data::Batch& batch : batches) {
        const at::Tensor input = moved(batch.input, m_device), target = moved(batch.target, m_device);
        model::Mode partMode = mode;
        if (part > 0)
            partMode.draw = mode.draw.within(std::uint64_t(part));
        const at::Tensor output = m_network->forward(input, partMode);
        at::Tensor loss = m_loss->compute(output, target);
        const double share = double(batch.input.size(0)) / double(result.rows);
        if (batches.size() == 1)
            loss.backward();
        else
            loss.mul(share).backward();
        result.loss += loss.item<double>() * share;
        if (classifies())
            correct += double(countCorrect(output, target));
        ++part;
    }
    at::NoGradGuard noGraph;
    result.accuracy = correct / double(result.rows);
    addPenalties();
    result.gradNorm = gradientNorm();
    if (m_onGradients)
        m_onGradients();
    clip(result.gradNorm);
    result.lr = m_schedule->lr(scheduleStep);
    m_optimizer->step(result.lr);
    return result;
}

void Learner::addPenalties()
{
    if (m_spec.l1 == 0 && m_spec.l2 == 0)
        return;
    for (const auto& parameter : m_network->parameters()) {
        if (!penalized(parameter) || !parameter.tensor.grad().defined())
            continue;
        at::Tensor gradient = parameter.tensor.grad();
        if (m_spec.l2 != 0)
            gradient.add_(parameter.tensor, m_spec.l2);
        if (m_spec.l1 != 0)
            gradient.add_(at::sign(parameter.tensor), m_spec.l1);
    }
}

double Learner::gradientNorm() const
{
    double sum = 0;
    for (const auto& parameter : m_network->parameters()) {
        const at::Tensor& gradient = parameter.tensor.grad();
        if (!gradient.defined())
            continue;
        if (gradient.is_cpu() && gradient.scalar_type() == at::kFloat && gradient.is_contiguous())
            sum += sumOfSquares(gradient.const_data_ptr<float>(), gradient.numel());
        else {
            const double norm = at::linalg_vector_norm(gradient, 2).item<double>();
            sum += norm * norm;
        }
    }
    return std::sqrt(sum);
}

// PyTorch's clip_grad_norm_: the factor has 1e-6 in its divisor and never lengthens.
void Learner::clip(double norm)
{
    const double factor = m_spec.clipGradNorm ? *m_spec.clipGradNorm / (norm + 1e-6) : 1;
    if (factor >= 1 && !m_spec.clipGradValue)
        return;
    for (const auto& parameter : m_network->parameters()) {
        at::Tensor gradient = parameter.tensor.grad();
        if (!gradient.defined())
            continue;
        if (factor < 1)
            gradient.mul_(factor);
        if (m_spec.clipGradValue)
            gradient.clamp_(-*m_spec.clipGradValue, *m_spec.clipGradValue);
    }
}

at::Tensor Learner::predict(const at::Tensor& input)
{
    at::NoGradGuard noGraph;
    return m_network->forward(moved(input, m_device), {});
}

std::vector<tensor::NamedTensor> Learner::state() const
{
    std::vector<tensor::NamedTensor> all;
    for (const auto& [name, tensor] : model::stateOf(*m_network))
        all.push_back({"model/" + name, tensor});
    for (const auto& [name, tensor] : m_optimizer->state())
        all.push_back({"optimizer/" + name, tensor});
    return all;
}

base::Status Learner::load(const std::vector<base::Blob>& blobs, const std::string& where, bool optimizerToo)
{
    std::vector<base::Blob> weights, moments;
    for (const base::Blob& blob : blobs) {
        base::Blob copy = blob;
        if (blob.name.starts_with("model/")) {
            copy.name = blob.name.substr(6);
            weights.push_back(std::move(copy));
        } else if (blob.name.starts_with("optimizer/")) {
            copy.name = blob.name.substr(10);
            moments.push_back(std::move(copy));
        }
    }
    CORE_CHECK(model::loadWeights(*m_network, weights, where));
    return optimizerToo ? m_optimizer->load(moments) : base::Status{};
}

std::int64_t Learner::parameterCount() const
{
    std::int64_t count = 0;
    for (const auto& parameter : m_network->parameters())
        count += parameter.tensor.numel();
    return count;
}

std::string Learner::digest() const
{
    return tensor::digestOf(model::stateOf(*m_network));
}

base::Status Learner::reconfigure(const spec::Experiment& experiment, const StepPlan& plan)
{
    CORE_TRY(schedule, makeSchedule(experiment.train.schedule,
                                    {baseRate(experiment.train), plan.totalSteps, plan.stepsPerEpoch}));
    CORE_TRY(loss, makeLoss(experiment, classifies()));
    if (!m_optimizer->edit(experiment.train.optimizer.params))
        return Error{ErrorKind::Spec, "the optimizer cannot take this change while it runs", "/train/optimizer", {}};
    m_network->setDropout(experiment.model.params["dropout"].toReal(0));
    m_schedule = std::move(schedule);
    m_loss = std::move(loss);
    m_spec = experiment.train;
    return {};
}

}
