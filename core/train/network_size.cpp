// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/network_size.h"

#include "core/model/estimator.h"
#include "core/model/freezing.h"
#include "core/model/network.h"
#include "core/model/shape.h"
#include "core/tensor/memory.h"
#include "core/train/learner.h"
#include "core/train/optimizer.h"

#include <algorithm>
#include <cstdio>

namespace core::train {

namespace network_size {

constexpr double bytesEach = sizeof(float);

// Tried on a small matrix: some keep less than a copy, which is not counted.
double copiesOf(const base::Pick& optimizer)
{
    constexpr std::int64_t side = 64;
    const tensor::NamedTensor matrix{"weight", tensor::zeros({side, side})};
    const auto made = allOptimizers().make(optimizer, std::vector{matrix});
    if (!made)
        return 0;
    double copies = 0;
    for (const tensor::NamedTensor& kept : (*made)->state())
        copies += kept.tensor.numel() == side * side ? 1 : 0;
    return copies;
}

std::string textOf(double bytes)
{
    char text[64];
    if (bytes < 10e9)
        std::snprintf(text, sizeof text, "%.0f MB", bytes / 1e6);
    else
        std::snprintf(text, sizeof text, "%.0f GB", bytes / 1e9);
    return text;
}

std::string listed(const std::vector<std::string>& parts)
{
    std::string text;
    for (std::size_t i = 0; i < parts.size(); ++i)
        text += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
    return text;
}

// Of what learns: that of a rank by itself, or that of all of them together.
std::string partsOf(const NetworkBytes& least, const spec::Experiment& experiment, bool divided)
{
    const bool pipeline = experiment.distributed.strategy == "pipeline",
               moments = divided == (pipeline || experiment.distributed.shardOptimizer);
    std::vector<std::string> parts;
    if (!divided)
        parts.push_back("weights");
    if (least.learning > 0 && divided == pipeline)
        parts.push_back("gradients");
    if (least.learning > 0 && least.copies > 0 && moments)
        parts.push_back("what " + experiment.train.optimizer.kind + " remembers");
    if (least.activations > 0 && divided == pipeline)
        parts.push_back("activations of a batch");
    return listed(parts);
}

std::string smallerBatch(double rows)
{
    return rows < 1 ? std::string() : "a batch_size of at most " + std::to_string(std::int64_t(rows));
}

// Numbers that are kept of each row at the least until the backward pass: the input of every layer whose weights learn.
// Most networks keep more, such as what is inside of their blocks.
double cellsKept(const std::vector<model::LayerInfo>& layers, const std::vector<double>& rates,
                 const model::Shape& input)
{
    double cells = 0, before = double(model::elementsOf(input));
    std::size_t parameter = 0;
    for (const model::LayerInfo& layer : layers) {
        const auto behind = double(model::elementsOf(layer.outputShape));
        bool learns = false;
        for (std::size_t i = 0; i < layer.tensors.size(); ++i)
            learns = rates[parameter++] > 0 || learns;
        if (learns && layer.type == "Linear" && layer.tensors.front().dims() == 2) {
            // It may stand behind a mean over many steps.
            const std::vector<std::int64_t>& matrix = layer.tensors.front().shape;
            cells += behind / double(matrix[0]) * double(matrix[1]);
        } else if (learns && layer.type != "Embedding") { // whose rows are looked up
            cells += before;
        }
        before = behind;
    }
    return cells;
}

// 40 000 800 402 as `40.0 billion`.
std::string countOf(double number)
{
    char text[64];
    if (number < 1e9)
        std::snprintf(text, sizeof text, "%.1f million", number / 1e6);
    else
        std::snprintf(text, sizeof text, "%.1f billion", number / 1e9);
    return text;
}

}

NetworkBytes leastBytes(const spec::Experiment& experiment, const data::DatasetInfo& info, NetworkUse use,
                        std::int64_t rows)
{
    NetworkBytes least;
    if (model::isEstimator(experiment.model.kind))
        return least;
    const auto architecture = model::allArchitectures().make(experiment.model);
    const auto loss = makeLoss(experiment, info);
    if (!architecture || !loss)
        return least;
    const std::vector<model::LayerInfo> layers = (*architecture)->describe(contextOf(info, **loss));
    std::vector<model::ParameterInfo> parameters;
    const model::LayerInfo* largest = nullptr;
    for (const model::LayerInfo& layer : layers) {
        if (!layer.problem.empty())
            return {};
        parameters.insert(parameters.end(), layer.tensors.begin(), layer.tensors.end());
        least.parameters += double(layer.parameters);
        if (!largest || layer.parameters > largest->parameters)
            largest = &layer;
    }
    if (largest)
        for (const std::string* part : {&largest->name, &largest->type, &largest->text})
            if (!part->empty())
                least.largest += (least.largest.empty() ? "" : ", ") + *part;
    least.all = network_size::bytesEach * least.parameters;
    // The weights below adapters are frozen.
    const spec::ModelSpec own = spec::modelFields().read(experiment.model.params);
    if (use == NetworkUse::Held || own.lora)
        return least;
    const auto freezing = model::Freezing::make(parameters, own, experiment.train.unfreeze);
    if (!freezing)
        return least;
    const std::vector<double> rates = freezing->rates(freezing->thawedAt(0));
    for (std::size_t i = 0; i < parameters.size(); ++i)
        least.learning += rates[i] > 0 ? double(model::elementsOf(parameters[i].shape)) : 0;
    least.copies = network_size::copiesOf(experiment.train.optimizer);
    const spec::DistributedSpec& how = experiment.distributed;
    const bool pipeline = how.strategy == "pipeline";
    // A later stage of 1f1b has one micro-batch under way.
    if (pipeline && how.schedule != "gpipe")
        rows = (rows + how.microBatches - 1) / how.microBatches;
    if (rows > 0 && experiment.train.gradientCheckpointing <= 1)
        least.activations = network_size::cellsKept(layers, rates, info.inputShape) * double(rows) *
                            (experiment.train.precision == "32-true" ? network_size::bytesEach : 2);
    const double gradients = network_size::bytesEach * least.learning, moments = gradients * least.copies;
    (pipeline ? least.divided : least.all) += gradients + least.activations;
    (pipeline || how.shardOptimizer ? least.divided : least.all) += moments;
    return least;
}

base::Status fitsMemory(const spec::Experiment& experiment, const data::DatasetInfo& info, NetworkUse use,
                        std::uint64_t available, std::int64_t rows)
{
    const NetworkBytes least = leastBytes(experiment, info, use, rows);
    if (least.all < network_size::bytesEach * 1e6)
        return {};
    if (available == 0)
        if (const std::uint64_t free = tensor::freeMemory(at::Device(at::kCPU)); free > 0)
            available = free + tensor::freeSwap();
    if (available == 0 || least.all <= double(available))
        return {};
    const std::string with = ": " + network_size::partsOf(least, experiment, false) + ". Free are " +
                             network_size::textOf(double(available));
    const double ofRows = experiment.distributed.strategy == "pipeline" ? 0 : least.activations,
                 left = double(available) - (least.all - ofRows);
    if (left >= 0) {
        const std::string fewer = network_size::smallerBatch(left / ofRows * double(rows));
        return base::Error{base::ErrorKind::Resource,
                           "a step does not fit into memory: a batch of " + std::to_string(rows) +
                               " rows takes at least " + network_size::textOf(least.all) + with,
                           "/train/batch_size",
                           fewer.empty() ? "Make its layers smaller; the largest is " + least.largest
                                         : "Take " + fewer + ", with accumulate for as many rows a step"};
    }
    return base::Error{base::ErrorKind::Resource,
                       "the network does not fit into memory: its " + network_size::countOf(least.parameters) +
                           " parameters take at least " + network_size::textOf(least.all) + with,
                       "/model",
                       "Make its layers smaller; the largest is " + least.largest +
                           (least.copies > 1 ? ". An optimizer such as sgd remembers less" : "")};
}

base::Status ranksFitMemory(const spec::Experiment& experiment, const data::DatasetInfo& info, const RanksHere& ranks,
                            std::uint64_t available)
{
    const bool stages = experiment.distributed.strategy == "pipeline";
    const std::int64_t world = ranks.ofAll > 0 ? ranks.ofAll : ranks.count,
                       rows = stages ? ranks.rows : ranks.rows / world;
    const NetworkBytes least = leastBytes(experiment, info, NetworkUse::Learns, rows);
    // Of stages elsewhere one does not know which layers they have.
    const double divided = ranks.count == world ? least.divided : 0,
                 together = double(ranks.count) * least.all + divided;
    if (ranks.count < 2 || together < network_size::bytesEach * 1e6)
        return {};
    if (available == 0)
        if (const std::uint64_t free =
                ranks.oneProcess ? tensor::freeMemory(at::Device(at::kCPU)) : tensor::freeMemoryOfAll();
            free > 0)
            available = free + tensor::freeSwap();
    // Of a network that is too large for one rank another sentence tells.
    if (available == 0 || together <= double(available) || least.all > double(available))
        return {};
    const auto most = std::int64_t(std::max(0.0, double(available) - divided) / least.all);
    std::string there = ": each takes at least " + network_size::textOf(least.all) + ": " +
                        network_size::partsOf(least, experiment, false);
    if (const std::string also = network_size::partsOf(least, experiment, true); divided > 0 && !also.empty())
        there += "; all of them " + network_size::textOf(divided) + ": " + also;
    const bool rowsCount = least.activations > 0 && (!stages || divided > 0);
    const double left = (double(available) - together) / (stages ? 1 : double(ranks.count)) + least.activations;
    const std::string fewer =
        rowsCount ? network_size::smallerBatch(left / least.activations * double(rows)) : std::string();
    return base::Error{
        base::ErrorKind::Resource,
        std::to_string(ranks.count) + " ranks do not fit into this machine's memory together" + there +
            "; together that is " + network_size::textOf(together) + ". Free are " +
            network_size::textOf(double(available)),
        "/distributed/world_size",
        (most < 1
             ? std::string("Take more machines")
             : "Take at most " + std::to_string(most) + (most == 1 ? " rank" : " ranks") + " here, or more machines") +
            (fewer.empty() ? "" : ", or " + fewer) +
            (stages ? "" : "; stages of a pipeline keep gradients and moments of their own layers only") +
            ". Or make the network's layers smaller; the largest is " + least.largest};
}

double workOfRow(const spec::Experiment& experiment, const data::DatasetInfo& info)
{
    if (model::isEstimator(experiment.model.kind))
        return 0;
    const auto architecture = model::allArchitectures().make(experiment.model);
    const auto loss = makeLoss(experiment, info);
    if (!architecture || !loss)
        return 0;
    // To write a number and to read it costs as much as so many multiplications inside of a product of matrices.
    constexpr double ofCell = 50;
    double work = ofCell * double(model::elementsOf(info.inputShape));
    for (const model::LayerInfo& layer : (*architecture)->describe(contextOf(info, **loss))) {
        const auto cells = double(model::elementsOf(layer.outputShape));
        work += ofCell * cells;
        // A matrix or a kernel has its outputs first, and is used at every place of them.
        for (const model::ParameterInfo& tensor : layer.tensors)
            if (tensor.dims() > 1 && layer.type != "Embedding")
                work += double(model::elementsOf(tensor.shape)) *
                        std::max(1.0, cells / double(std::max<std::int64_t>(1, tensor.shape.front())));
    }
    return work;
}

}
