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

std::string partsOf(const NetworkBytes& least, const base::Pick& optimizer)
{
    if (least.all <= bytesEach * least.parameters)
        return ": weights";
    return least.copies > 0 ? ": weights, gradients and what " + optimizer.kind + " remembers"
                            : ": weights and gradients";
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

NetworkBytes leastBytes(const spec::Experiment& experiment, const data::DatasetInfo& info, NetworkUse use)
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
    // Of a pipeline a rank learns some layers only; the weights below adapters are frozen.
    const spec::ModelSpec own = spec::modelFields().read(experiment.model.params);
    if (use == NetworkUse::Held || own.lora || experiment.distributed.strategy == "pipeline")
        return least;
    const auto freezing = model::Freezing::make(parameters, own, experiment.train.unfreeze);
    if (!freezing)
        return least;
    const std::vector<double> rates = freezing->rates(freezing->thawedAt(0));
    double learning = 0;
    for (std::size_t i = 0; i < parameters.size(); ++i)
        learning += rates[i] > 0 ? double(model::elementsOf(parameters[i].shape)) : 0;
    least.copies = experiment.distributed.shardOptimizer ? 0 : network_size::copiesOf(experiment.train.optimizer);
    least.all += network_size::bytesEach * (1 + least.copies) * learning;
    return least;
}

base::Status fitsMemory(const spec::Experiment& experiment, const data::DatasetInfo& info, NetworkUse use,
                        std::uint64_t available)
{
    const NetworkBytes least = leastBytes(experiment, info, use);
    if (least.all < network_size::bytesEach * 1e6)
        return {};
    if (available == 0)
        if (const std::uint64_t free = tensor::freeMemory(at::Device(at::kCPU)); free > 0)
            available = free + tensor::freeSwap();
    if (available == 0 || least.all <= double(available))
        return {};
    const std::string with = network_size::partsOf(least, experiment.train.optimizer);
    return base::Error{base::ErrorKind::Resource,
                       "the network does not fit into memory: its " + network_size::countOf(least.parameters) +
                           " parameters take at least " + network_size::textOf(least.all) + with + ". Free are " +
                           network_size::textOf(double(available)),
                       "/model",
                       "Make its layers smaller; the largest is " + least.largest +
                           (least.copies > 1 ? ". An optimizer such as sgd remembers less" : "")};
}

base::Status ranksFitMemory(const spec::Experiment& experiment, const data::DatasetInfo& info, std::int64_t ranks,
                            bool oneProcess, std::uint64_t available)
{
    const NetworkBytes least = leastBytes(experiment, info, NetworkUse::Learns);
    if (ranks < 2 || least.all < network_size::bytesEach * 1e6)
        return {};
    if (available == 0)
        if (const std::uint64_t free =
                oneProcess ? tensor::freeMemory(at::Device(at::kCPU)) : tensor::freeMemoryOfAll();
            free > 0)
            available = free + tensor::freeSwap();
    // Of a network that is too large for one rank another sentence tells.
    if (available == 0 || double(ranks) * least.all <= double(available) || least.all > double(available))
        return {};
    const auto most = std::int64_t(double(available) / least.all);
    const bool stages = experiment.distributed.strategy == "pipeline";
    return base::Error{
        base::ErrorKind::Resource,
        std::to_string(ranks) +
            " ranks do not fit into this machine's memory together: each takes at "
            "least " +
            network_size::textOf(least.all) + network_size::partsOf(least, experiment.train.optimizer) +
            "; together that is " + network_size::textOf(double(ranks) * least.all) + ". Free are " +
            network_size::textOf(double(available)),
        "/distributed/world_size",
        "Take at most " + std::to_string(most) + (most == 1 ? " rank" : " ranks") + " here, or more machines" +
            (stages ? "" : "; stages of a pipeline keep gradients and moments of their own layers only") +
            ". Or make the network's layers smaller; the largest is " + least.largest};
}

}
