// SPDX-License-Identifier: GPL-3.0-or-later
// A network whose blocks are divided among ranks.
#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/base/thrown.h"
#include "core/train/gradients.h"
#include "core/train/network_learner.h"
#include "core/train/ranks/world.h"
#include "core/train/shared_work.h"
#include "core/train/step_tracer.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace core::train {

using base::Array;
using base::Error;
using base::ErrorKind;
using base::Object;
using base::Status;

std::vector<data::Batch> microBatches(std::span<const data::Batch> batches, std::int64_t parts)
{
    std::vector<data::Batch> all;
    for (const data::Batch& batch : batches) {
        const std::int64_t rows = batch.input.size(0), each = (rows + parts - 1) / parts;
        for (std::int64_t first = 0; first < rows; first += each) {
            const std::int64_t count = std::min(each, rows - first);
            all.push_back({batch.input.narrow(0, first, count), batch.target.narrow(0, first, count)});
        }
    }
    return all;
}

Status NetworkLearner::checkPipeline() const
{
    const model::Divisible* network = model::divisible(*m_network);
    if (!network)
        return Error{ErrorKind::Spec, "this network cannot be cut into stages: it is not blocks one behind the other",
                     "/distributed/strategy", "Use ddp, or leave model.lora out"};
    if (m_spec.gradientCheckpointing > 1)
        return Error{ErrorKind::Spec, "gradient checkpointing does not go with a pipeline",
                     "/train/gradient_checkpointing", "Set it to 0: a pipeline takes a batch in parts"};
    if (m_how.shardOptimizer || m_how.compression != "none")
        return Error{ErrorKind::Spec, "stages of a pipeline have no gradients in common",
                     m_how.shardOptimizer ? "/distributed/shard_optimizer" : "/distributed/compression",
                     m_how.shardOptimizer ? "Set it to false: each stage keeps its own optimizer state anyway"
                                          : "Set it to none"};
    if (!m_how.sameSeed)
        return Error{ErrorKind::Spec, "stages of a pipeline begin with the weights of one network",
                     "/distributed/same_seed", "Set it to true: that mistake is one of ddp"};
    const std::int64_t blocks = std::int64_t(network->blocks().size()), stages = m_world->size();
    if (blocks < stages)
        return Error{ErrorKind::Spec,
                     "the network has " + std::to_string(blocks) + " blocks, too few for " + std::to_string(stages) +
                         " stages",
                     "/distributed/world_size", "Use at most " + std::to_string(blocks)};
    if (m_how.stages.empty())
        return {};
    if (std::int64_t(m_how.stages.size()) != stages)
        return Error{ErrorKind::Spec,
                     std::to_string(m_how.stages.size()) + " stages are listed for " + std::to_string(stages) +
                         " ranks",
                     "/distributed/stages", "List one number for each rank, or none"};
    if (const std::int64_t all = std::reduce(m_how.stages.begin(), m_how.stages.end()); all != blocks)
        return Error{ErrorKind::Spec,
                     "the stages have " + std::to_string(all) + " blocks together, but the network has " +
                         std::to_string(blocks),
                     "/distributed/stages", "The numbers must add up to " + std::to_string(blocks)};
    return {};
}

// As rank 0 measures them, so that all ranks divide alike.
std::vector<double> NetworkLearner::measuredBlocks() const
{
    const std::size_t blocks = model::divisible(*m_network)->blocks().size();
    const at::Tensor seconds = tensor::zeros({std::int64_t(blocks)}, at::kDouble);
    double* numbers = seconds.mutable_data_ptr<double>();
    if (m_world->rank() == 0) {
        constexpr std::int64_t most = 256;
        const std::int64_t batch = std::min(m_spec.batchSize.toInt(most), most * m_how.microBatches);
        std::vector<std::int64_t> shape{std::max<std::int64_t>(2, batch / m_how.microBatches)};
        shape.insert(shape.end(), m_info.inputShape.begin(), m_info.inputShape.end());
        const at::Tensor input =
            tensor::zeros(shape, m_info.tokens.empty() ? at::kFloat : at::kLong).fill_(1).to(m_device);
        const std::vector<double> measured = ranks::measureBlocks(*m_network, input, modeOf(true));
        std::copy(measured.begin(), measured.end(), numbers);
    }
    m_world->share(seconds);
    return {numbers, numbers + blocks};
}

Status NetworkLearner::makePipeline(std::vector<std::int64_t> counts)
{
    if (counts.empty() && m_world->size() == 1)
        counts = {std::int64_t(model::divisible(*m_network)->blocks().size())};
    if (counts.empty())
        counts = ranks::divideBlocks(m_shares->seconds, m_world->size());
    m_shares->pipeline = std::make_unique<ranks::Pipeline>(*m_world, *m_network, std::move(counts), m_how.schedule);
    return {};
}

// Whoever looks at layers sees a pass of all of them on rank 0, which leaves no trace.
void NetworkLearner::lookAside(const data::Batch& batch, const model::Mode& mode) const
{
    const at::NoGradGuard noGraph;
    bringWeights();
    model::Mode pass = mode;
    pass.again = true;
    m_network->forward(batch.input.to(m_device), pass);
}

// As computeGradients(), each stage its own part of it.
void NetworkLearner::computePipelined(std::span<const data::Batch> batches, const model::Mode& mode, StepTracer& tracer,
                                      StepResult& result, std::int64_t step)
{
    SharedWork& shares = *m_shares;
    ranks::Pipeline& pipeline = *shares.pipeline;
    for (const auto& parameter : m_network->parameters())
        const_cast<at::Tensor&>(parameter.tensor).mutable_grad().reset();
    const at::Tensor wants = tensor::zeros({1}, at::kLong);
    *wants.mutable_data_ptr<std::int64_t>() =
        (m_onGradients || tracer || m_average ? wantsTensors : 0) | (m_answers ? wantsAnswers : 0);
    std::vector<ranks::Pipeline::Part> parts;
    for (std::size_t i = 0; i < batches.size(); ++i) {
        model::Mode pass = mode;
        pass.watch = nullptr;
        if (i > 0)
            pass.draw = mode.draw.within(i);
        const double share = double(batches[i].input.size(0)) / double(result.rows);
        parts.push_back({batches[i].input.to(m_device), pass,
                         (batches.size() == 1 ? 1 : share) * (m_scaler ? m_scaler->scale() : 1)});
    }
    shares.loss = shares.correct = 0;
    std::vector<at::Tensor> outputs(batches.size());
    m_world->share(wants);
    shares.wants = *wants.const_data_ptr<std::int64_t>();
    shares.step = step;
    shares.parts = parts.size();
    if (mode.watch)
        lookAside(batches.front(), mode);
    tracer.forwardBegins();
    shares.since = base::steadySeconds();
    pipeline.pass(parts, shares.since, [&](std::size_t part, const at::Tensor& said) {
        const at::ScalarType type = said.scalar_type();
        const at::Tensor output = type == at::kBFloat16 || type == at::kHalf ? said.to(at::kFloat) : said;
        const at::Tensor target = batches[part].target.to(m_device);
        const at::Tensor loss = m_loss->compute(output, target);
        shares.loss += loss.item<double>() * (double(output.size(0)) / double(result.rows));
        if (classifies())
            shares.correct += countCorrect(m_loss->predictionOf(output), target);
        if (shares.wants & wantsAnswers)
            outputs[part] = output.detach();
        return loss;
    });
    tracer.forwardEnds();
    tracer.backwardEnds();
    if (shares.wants & wantsAnswers) {
        for (std::size_t i = 0; i < outputs.size() && pipeline.last() && !pipeline.first(); ++i)
            pipeline.mail().send(outputs[i], 0, ranks::outputTag);
        for (std::size_t i = 0; i < outputs.size() && pipeline.first(); ++i) {
            if (!pipeline.last())
                outputs[i] =
                    pipeline.mail().receive(m_world->size() - 1, ranks::outputTag, batches[i].input.size(0), m_device);
            if (m_answers)
                (*m_answers)(parts[i].input, batches[i].target.to(m_device), outputs[i]);
        }
        pipeline.mail().settle();
    }
    m_network->gradientsDone();
    m_stopwatch.lap(Phase::Other);
}

// One sum over all ranks for everything that each knows a part of.
double NetworkLearner::endPass(StepResult& result)
{
    SharedWork& shares = *m_shares;
    const ranks::Pipeline& pipeline = *shares.pipeline;
    const Parameters& parameters = m_network->parameters();
    const std::size_t times = 4 * shares.parts, stages = std::size_t(m_world->size());
    const at::Tensor all = tensor::zeros({std::int64_t(2 + parameters.size() + times * stages)}, at::kDouble);
    double* numbers = all.mutable_data_ptr<double>();
    numbers[0] = shares.loss;
    numbers[1] = shares.correct;
    double* squares = numbers + 2;
    for (std::size_t i = 0; i < parameters.size(); ++i)
        if (shares.owners[i] == m_world->rank() && parameters[i].tensor.grad().defined())
            squares[i] = squareOf(parameters[i].tensor.grad());
    double* own = squares + parameters.size() + times * std::size_t(m_world->rank());
    for (const ranks::Pipeline::Timed& timed : pipeline.timed()) {
        *own++ = timed.begin;
        *own++ = timed.end;
    }
    m_world->sum(all);
    result.loss = numbers[0];
    result.accuracy = numbers[1] / double(result.rows);
    shares.times.assign(squares + parameters.size(), numbers + all.numel());
    if (shares.wants & wantsTensors)
        bringTensors(true);
    double sum = 0;
    for (std::size_t i = 0; i < parameters.size(); ++i)
        sum += squares[i];
    return std::sqrt(sum);
}

base::Value NetworkLearner::pipelineTold() const
{
    if (!m_shares || !m_shares->pipeline || m_shares->step < 0)
        return {};
    const SharedWork& shares = *m_shares;
    const std::vector<std::int64_t>& counts = shares.pipeline->counts();
    const std::int64_t stages = std::int64_t(counts.size()), parts = std::int64_t(shares.parts);
    Array blocks, memory, work;
    std::size_t block = 0;
    const std::vector<model::BlockPlace> places = model::divisible(*m_network)->blocks();
    double seconds = 0, busy = 0;
    const double* time = shares.times.data();
    for (std::int64_t stage = 0; stage < stages; ++stage) {
        for (std::int64_t i = 0; i < counts[std::size_t(stage)]; ++i, ++block)
            blocks.push_back(Object{{"name", places[block].name},
                                    {"type", places[block].type},
                                    {"stage", stage},
                                    {"seconds", shares.seconds.empty() ? base::Value{} : shares.seconds[block]}});
        std::int64_t parameters = 0;
        for (std::size_t i = 0; i < shares.owners.size(); ++i)
            parameters += shares.owners[i] == stage ? m_network->parameters()[i].tensor.numel() : 0;
        memory.push_back(Object{{"stage", stage}, {"parameters", parameters}});
        for (const ranks::StageWork& each : ranks::workOfStage(m_how.schedule, stage, stages, parts)) {
            const double begin = *time++, end = *time++;
            seconds = std::max(seconds, end);
            busy += end - begin;
            work.push_back(Object{
                {"stage", stage}, {"part", each.part}, {"backward", each.backward}, {"begin", begin}, {"end", end}});
        }
    }
    return Object{{"schedule", m_how.schedule},
                  {"micro_batches", parts},
                  {"stages", stages},
                  {"blocks", std::move(blocks)},
                  {"memory", std::move(memory)},
                  {"step", shares.step},
                  {"seconds", seconds},
                  {"idle_share", seconds > 0 ? 1 - busy / (double(stages) * seconds) : 0},
                  {"ideal_idle_share", double(stages - 1) / double(parts + stages - 1)},
                  {"work", std::move(work)}};
}

Status NetworkLearner::tellPipeline(const std::filesystem::path& run, bool atOnce) const
{
    if (!m_shares || (!atOnce && base::steadySeconds() < m_shares->toldAt + 1))
        return {};
    const base::Value told = pipelineTold();
    if (told.isNull())
        return {};
    m_shares->toldAt = base::steadySeconds();
    return base::writeFileAtomically(run / "pipeline.json", base::writeJson(told) + "\n");
}

Status tellPipeline(const Learner& learner, const std::filesystem::path& run, bool atOnce)
{
    const auto* network = dynamic_cast<const NetworkLearner*>(&learner);
    return network ? network->tellPipeline(run, atOnce) : Status{};
}

}
