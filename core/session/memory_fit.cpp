// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/memory_fit.h"

#include "core/spec/experiment.h"
#include "core/tensor/memory.h"
#include "core/train/ranks/pipeline.h"

#include <algorithm>
#include <numeric>

namespace core::session {

using base::Value;

namespace {

std::string wholeMegabytes(std::uint64_t bytes)
{
    return std::to_string((bytes + (std::uint64_t(1) << 20) - 1) >> 20) + " MB";
}

}

std::string MemoryFit::text() const
{
    const std::string there = wholeMegabytes(available), all = std::to_string(ranks) + " ranks";
    if (fits())
        return ranks > 1 ? "fits: " + all + " take about " + wholeMegabytes(together) + " of " + there + " together"
                         : "fits: about " + wholeMegabytes(bytes) + " of " + there;
    if (stages == 1)
        return "does not fit: " + all + " take about " + wholeMegabytes(together) + " of " + there +
               " together; at most " + std::to_string(mostRanks()) + " would, or more with a smaller batch_size" +
               (stageBytes.empty() ? ", or as stages of a pipeline" : "");
    if (stageBytes.empty())
        return "does not fit: about " + wholeMegabytes(bytes) + " of " + there;
    const std::uint64_t largest = *std::ranges::max_element(stageBytes);
    if (stages == 0)
        return "does not fit: about " + wholeMegabytes(bytes) + " of " + there + ", and " + wholeMegabytes(largest) +
               " with as many stages as it has layers; try a smaller batch_size";
    return "does not fit one rank: about " + wholeMegabytes(bytes) + " of " + there + "; a pipeline of " +
           std::to_string(stages) + " stages takes at most " + wholeMegabytes(largest) + " on each";
}

base::Result<MemoryFit> memoryFit(const Value& resolved, std::uint64_t available)
{
    const spec::Experiment experiment = spec::read(resolved);
    CORE_TRY(preview, previewModel(resolved));
    MemoryFit fit{.bytes = preview.bytes,
                  .available = available > 0 ? available : tensor::freeMemory(at::Device(at::kCPU))};
    if (!preview.estimator) {
        fit.weights = 4 * std::uint64_t(preview.parameters);
        fit.learned = 3 * fit.weights;
        fit.activations = fit.bytes - fit.weights - fit.learned;
    }
    const auto layers = std::int64_t(preview.layers.size());
    const std::int64_t rows = std::max<std::int64_t>(1, experiment.train.batchSize.toInt(32)),
                       parts = experiment.distributed.microBatches, each = (rows + parts - 1) / parts;
    // Bytes of a stage that are its own, without and for each micro-batch that it has under way.
    std::vector<double> fixed, moving;
    for (const model::LayerInfo& layer : preview.layers) {
        double cells = 1;
        for (const std::int64_t side : layer.outputShape)
            cells *= double(std::max<std::int64_t>(side, 0));
        fixed.push_back(12.0 * double(layer.parameters));
        moving.push_back(8 * cells * double(each));
    }
    const auto divide = [&](std::int64_t stages) {
        const std::int64_t ahead = experiment.distributed.schedule == "gpipe" ? parts : std::min(parts, stages);
        std::vector<double> costs;
        for (std::size_t i = 0; i < fixed.size(); ++i)
            costs.push_back(fixed[i] + double(ahead) * moving[i]);
        fit.blocks = train::ranks::divideBlocks(costs, stages);
        fit.stageBytes.clear();
        std::size_t layer = 0;
        for (const std::int64_t count : fit.blocks) {
            double bytes = 0;
            for (std::int64_t i = 0; i < count; ++i)
                bytes += costs[layer++];
            fit.stageBytes.push_back(fit.weights + std::uint64_t(bytes));
        }
    };
    fit.ranks = preview.estimator ? 1 : experiment.distributed.members();
    fit.together = std::uint64_t(fit.ranks) * fit.bytes;
    if (fit.bytes <= fit.available) {
        if (experiment.distributed.strategy == "pipeline" && fit.ranks > 1 && fit.ranks <= layers) {
            divide(fit.ranks);
            fit.together = std::reduce(fit.stageBytes.begin(), fit.stageBytes.end(), std::uint64_t(0));
        }
        return fit;
    }
    fit.stages = 0;
    if (preview.estimator)
        return fit;
    for (std::int64_t stages = 2; stages <= layers && fit.stages == 0; ++stages) {
        divide(stages);
        if (*std::ranges::max_element(fit.stageBytes) <= fit.available)
            fit.stages = stages;
    }
    return fit;
}

}
