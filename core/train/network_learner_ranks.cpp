// SPDX-License-Identifier: GPL-3.0-or-later
// A network that learns on several ranks at once.
#include "core/base/blob.h"
#include "core/base/thrown.h"
#include "core/train/network_learner.h"
#include "core/train/ranks/gpus.h"
#include "core/train/ranks/world.h"
#include "core/train/shared_work.h"
#include "core/train/step_tracer.h"

#include <ATen/ops/slice_scatter.h>
#include <ATen/ops/zeros.h>
#include <c10/util/Exception.h>

namespace core::train {

using base::Error;
using base::ErrorKind;

base::Status NetworkLearner::join(ranks::World& world, const spec::DistributedSpec& how)
{
    if (m_fused)
        return Error{ErrorKind::Spec, "a fused network trains on one rank", "/model/fused", "Set it to false"};
    if (m_spec.incremental)
        return Error{ErrorKind::Spec, "incremental training goes on one rank", "/train/incremental",
                     "Set distributed.strategy to none"};
    CORE_CHECK(ranks::goDirectly(world, how));
    m_world = &world;
    m_how = how;
    // All begin alike, whatever their processors make of the same draws.
    if (how.sameSeed)
        for (const tensor::NamedTensor& named : ownState())
            if (named.tensor.numel() > 0)
                world.share(named.tensor.detach());
    CORE_CHECK(shareWork());
    syncGradients();
    return {};
}

void NetworkLearner::syncGradients()
{
    if (m_shares && m_shares->pipeline)
        m_shares->pipeline->freezingChanged();
    if (!m_world || m_how.strategy == "pipeline")
        return;
    m_sync.reset();
    m_sync = std::make_unique<ranks::GradientSync>(*m_world, m_network->parameters(), m_how.bucketMb, m_how.compression,
                                                   m_shares ? m_shares->thin : nullptr);
}

namespace {

at::Tensor inSingle(const at::Tensor& output)
{
    const at::ScalarType type = output.scalar_type();
    return type == at::kBFloat16 || type == at::kHalf ? output.to(at::kFloat) : output;
}

// The Reducer wonders at gradients that lie in memory as pictures do; they are copied all the same.
class Quiet final : public c10::WarningHandler {
public:
    void process(const c10::Warning& warning) override
    {
        if (warning.msg().find("Grad strides do not match") == std::string::npos)
            c10::WarningHandler::process(warning);
    }
};

double digestOfAll(const std::vector<tensor::NamedTensor>& tensors)
{
    std::vector<std::uint32_t> each;
    for (const tensor::NamedTensor& named : tensors)
        each.push_back(tensor::shortDigestOf(named.tensor));
    return double(std::uint32_t(base::hashOf(each.data(), each.size() * sizeof each[0])));
}

// What the microscope tells of this rank: weights as they were used, and the rows that they were used on.
ranks::RankStep seenHere(const model::Network& network, std::span<const data::Batch> batches, double rows, double loss)
{
    std::vector<tensor::NamedTensor> taken;
    for (const data::Batch& batch : batches)
        taken.push_back({{}, batch.input});
    ranks::RankStep own;
    const auto set = [&](events::RankFigure which, double value) { own.figures[std::size_t(which)] = value; };
    set(events::RankFigure::Rows, rows);
    set(events::RankFigure::Loss, rows > 0 ? loss / rows : std::nan(""));
    set(events::RankFigure::WeightsDigest, digestOfAll(network.parameters()));
    set(events::RankFigure::StatisticsDigest, digestOfAll(network.buffers()));
    set(events::RankFigure::BatchDigest, rows > 0 ? digestOfAll(taken) : std::nan(""));
    return own;
}

// This rank's part of the loss of a batch whose rows are spread over ranks, so that all parts together are the loss,
// and have the gradient, of one process with all the rows.
struct SharedLoss {
    at::Tensor value;     // a scalar with a graph
    double lossRows = 0;  // Σ over ranks of value · lossRows is the whole's loss · its rows
    double slopeRows = 0; // the same of the gradients
};

// Rows of a batch that is spread over ranks: rank r of N has r, r + N, … of them.
struct SharedRows {
    double own = 0;         // that count
    std::int64_t ofAll = 0; // of all ranks
    bool inTurns = true;    // false: every rank has the same ones
};

// Of no rows, with a graph all the same: the Reducer waits for every gradient.
at::Tensor nothingOf(const at::Tensor& output)
{
    return output.sum().mul(0);
}

at::Tensor weighed(const Loss& loss, const at::Tensor& output, const at::Tensor& target, const SharedRows& rows,
                   ranks::World& world, double& share)
{
    const double own = rows.own > 0 ? loss.weightOf(target) : 0;
    const at::Tensor sum = tensor::zeros({1}, at::kDouble).fill_(own);
    world.sum(sum);
    const double all = sum.item<double>();
    share = all > 0 ? own / all : 0;
    return own > 0 ? loss.compute(output, target) : nothingOf(output);
}

// Where this rank's rows stand among those of all.
at::Tensor placed(const at::Tensor& own, const SharedRows& rows, const ranks::World& world)
{
    std::vector<std::int64_t> shape = own.sizes().vec();
    shape[0] = rows.ofAll;
    at::Tensor all = at::zeros(shape, own.options());
    if (rows.own > 0)
        all.slice(0, world.rank(), rows.ofAll, world.size()).copy_(own);
    return all;
}

at::Tensor gathered(const Loss& loss, const at::Tensor& output, const at::Tensor& target, const SharedRows& rows,
                    ranks::World& world)
{
    at::Tensor outputs, targets;
    {
        const at::NoGradGuard noGraph;
        outputs = placed(output.detach(), rows, world);
        targets = placed(target, rows, world);
        world.sum(outputs);
        world.sum(targets);
    }
    return rows.own > 0
               ? loss.compute(at::slice_scatter(outputs, output, 0, world.rank(), rows.ofAll, world.size()), targets)
               : nothingOf(output);
}

// All ranks call it with their outputs and targets, in the same order. Of losses of pairs of rows the outputs of all
// ranks are gathered.
SharedLoss sharedLoss(const Loss& loss, const at::Tensor& output, const at::Tensor& target, const SharedRows& rows,
                      ranks::World& world)
{
    const Joins joins = world.size() > 1 && rows.inTurns ? loss.joins(target) : Joins::ByRows; // the same on all ranks
    if (joins == Joins::ByRows)
        return {loss.compute(output, target), rows.own, rows.own};
    if (joins == Joins::ByWeights) {
        double share = 0;
        const at::Tensor value = weighed(loss, output, target, rows, world, share);
        return {value, share * double(rows.ofAll), share * double(rows.ofAll)};
    }
    // Each rank has the whole's loss, and of its gradient what goes through its own rows.
    return {gathered(loss, output, target, rows, world), rows.own, rows.own > 0 ? double(rows.ofAll) : 0};
}

bool isOfNetwork(const std::string& what)
{
    return what.find("gloo") != what.npos || what.find("onnection") != what.npos;
}

}

// As computeGradients(). The Reducer takes the mean over ranks, so each weighs what it adds by its share of the rows.
void NetworkLearner::computeShared(std::span<const data::Batch> batches, const model::Mode& mode, StepTracer& tracer,
                                   StepResult& result)
{
    for (const auto& parameter : m_network->parameters())
        const_cast<at::Tensor&>(parameter.tensor).mutable_grad().reset();
    const auto rowsOfAll = [&](const data::Batch& batch) {
        return !m_how.shardData  ? batch.input.size(0) * m_world->size()
               : batch.ofAll > 0 ? batch.ofAll
                                 : batch.input.size(0);
    };
    result.rows = 0;
    for (const data::Batch& batch : batches)
        result.rows += rowsOfAll(batch);
    at::Tensor figures = tensor::zeros({3}, at::kDouble);
    double* sums = figures.mutable_data_ptr<double>();
    ranks::Microscope& scope = m_world->microscope();
    sums[2] = scope.asked();
    std::function<void()> reduced;
    Quiet quiet;
    const c10::WarningUtils::WarningHandlerGuard listening(&quiet);
    double ownRows = 0, ownLoss = 0, ownSlope = 0;
    // What thin matrices leave out is another as soon as a bucket has gone.
    if (m_shares && m_shares->thin)
        m_shares->foreignLags = true;
    scope.stepBegins();
    try {
        for (std::size_t i = 0; i < batches.size(); ++i) {
            const data::Batch& batch = batches[i];
            const bool last = i + 1 == batches.size();
            const double rows = batch.counts ? double(batch.input.size(0)) : 0;
            model::Mode pass = mode;
            if (i > 0) {
                pass.draw = mode.draw.within(i);
                pass.watch = nullptr;
            }
            // Each rank has dropout of its own; the first has that of one process.
            if (m_world->rank() > 0)
                pass.draw = pass.draw.within((std::uint64_t(1) << 32) + std::uint64_t(m_world->rank()));
            pass.ranks = m_how.syncBatchnorm && m_world->size() > 1 ? m_world : nullptr;
            m_world->counts = batch.counts;
            tracer.forwardBegins();
            const at::Tensor input = batch.input.to(m_device), target = batch.target.to(m_device);
            tracer.inputIsThere(input);
            if (last)
                m_sync->forwardBegins();
            const at::Tensor output = inSingle(m_network->forward(input, pass));
            const SharedLoss part =
                sharedLoss(*m_loss, output, target, {rows, rowsOfAll(batch), m_how.shardData}, *m_world);
            const at::Tensor& loss = part.value;
            tracer.forwardEnds();
            const double told = rows > 0 ? loss.item<double>() : 0;
            sums[0] += told * part.lossRows;
            if (classifies() && rows > 0)
                sums[1] += countCorrect(m_loss->predictionOf(output), target);
            ownRows += rows;
            ownLoss += told * rows;
            ownSlope += part.slopeRows;
            if (last) {
                reduced = m_world->sumBeside(figures);
                m_sync->backwardBegins(loss);
            }
            const double factor =
                part.slopeRows * double(m_world->size()) / double(result.rows) * (m_scaler ? m_scaler->scale() : 1);
            if (factor == 1)
                loss.backward();
            else
                loss.backward(tensor::zeros({}, loss.scalar_type()).fill_(factor).to(loss.device()));
            tracer.backwardEnds();
            if (m_answers && batch.counts)
                (*m_answers)(input, target, output);
            m_stopwatch.lap(Phase::Other);
        }
        reduced();
        ranks::finishGradients(*m_world);
        ranks::RankStep own;
        if (scope.looks())
            own = seenHere(*m_network, batches, ownRows, ownLoss);
        // Gradients were weighted by this rank's share of the rows, so that their mean is that of all.
        const double weight = ownSlope * double(m_world->size()) / double(result.rows);
        const double loud = weight * (m_scaler ? m_scaler->scale() : 1);
        scope.stepEnds(*m_world, std::move(own), loud > 0 ? 1 / loud : 0, sums[2] > 0);
    } catch (const std::exception& failure) {
        ranks::dropGradients(*m_world);
        if (!m_world->lost() && isOfNetwork(failure.what()))
            throw base::Thrown(m_world->blame(failure.what()));
        throw;
    }
    m_network->gradientsDone();
    result.loss = sums[0] / double(result.rows);
    result.accuracy = sums[1] / double(result.rows);
}

}
