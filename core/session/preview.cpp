// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/loader.h"
#include "core/model/adapters.h"
#include "core/model/estimator.h"
#include "core/model/freezing.h"
#include "core/model/network.h"
#include "core/model/shape.h"
#include "core/session/inspect.h"
#include "core/tensor/device.h"
#include "core/train/learner.h"
#include "core/train/network_size.h"
#include "core/train/schedule.h"
#include "core/train/threads.h"

#include <algorithm>
#include <cmath>

namespace core::session {

using base::Error;
using base::Value;

namespace {

constexpr std::int64_t mostRates = 20'000'000;

spec::Experiment typed(const Value& resolved)
{
    return spec::read(resolved);
}

// Shapes, classes and rows without opening more of the data than its source must.
base::Result<data::DatasetInfo> infoOf(const spec::Experiment& experiment)
{
    CORE_TRY(module, data::DataModule::open(experiment, false));
    return module.info();
}

}

base::Result<SchedulePreview> previewSchedule(const Value& resolved)
{
    CORE_TRY(module, data::DataModule::open(typed(resolved), false));
    return previewSchedule(resolved, module.epochItems());
}

base::Result<SchedulePreview> previewSchedule(const Value& resolved, std::int64_t trainRows)
{
    const spec::Experiment experiment = typed(resolved);
    CORE_TRY(plan, train::planSteps(spec::wholeTrain(experiment), trainRows));
    CORE_TRY(schedule,
             train::makeSchedule(experiment.train, {train::baseRate(experiment), plan.totalSteps, plan.stepsPerEpoch}));
    if (plan.totalSteps > mostRates)
        return Error{base::ErrorKind::Resource,
                     std::to_string(plan.totalSteps) + " steps are more than a list of their rates can hold",
                     experiment.train.steps ? "/train/steps" : "/train/epochs",
                     "Up to " + std::to_string(mostRates) + " are shown"};
    SchedulePreview preview{trainRows, plan.stepsPerEpoch,          plan.totalSteps,
                            {},        train::baseRate(experiment), train::ratePath(experiment)};
    preview.lr.reserve(std::size_t(plan.totalSteps));
    for (std::int64_t step = 0; step < plan.totalSteps; ++step)
        preview.lr.push_back(schedule->lr(step));
    return preview;
}

namespace {

base::Result<ModelPreview> previewEstimator(const spec::Experiment& experiment, const data::DatasetInfo& info,
                                            const train::StepPlan& plan)
{
    CORE_TRY(estimator,
             model::allEstimators().make(experiment.model, {info.inputShape, info.outputs(), info.classifies(),
                                                            std::uint64_t(experiment.train.seed)}));
    ModelPreview preview{info.inputShape, estimator->describe(plan.totalSteps), {}};
    preview.estimator = true;
    preview.rounds = plan.totalSteps;
    std::uint64_t cells = 1;
    for (const std::int64_t side : info.inputShape)
        cells *= std::uint64_t(std::max<std::int64_t>(side, 0));
    // The training rows as numbers, once more in the library's own form, and what is said of them.
    preview.bytes = std::uint64_t(info.rows) * (cells * (4 + 8 + 2) + 8 * std::uint64_t(info.outputs()));
    return preview;
}

}

namespace {

// Which layers learn, and how many parameters.
base::Status previewFreezing(const spec::Experiment& experiment, ModelPreview& preview)
{
    std::vector<model::ParameterInfo> parameters;
    for (const model::LayerInfo& layer : preview.layers)
        parameters.insert(parameters.end(), layer.tensors.begin(), layer.tensors.end());
    preview.learning.assign(preview.layers.size(), Learning::Whole);
    if (parameters.empty() || std::ranges::any_of(preview.layers, [](const auto& l) { return !l.problem.empty(); }))
        return {};
    const spec::ModelSpec own = spec::modelFields().read(experiment.model.params);
    CORE_TRY(freezing, model::Freezing::make(parameters, own, experiment.train.unfreeze));
    const std::vector<double> rates = freezing.rates(freezing.thawedAt(0));
    preview.head = model::headOf(parameters);
    std::size_t next = 0;
    for (std::size_t i = 0; i < preview.layers.size(); ++i) {
        std::size_t frozen = 0;
        for (const model::ParameterInfo& parameter : preview.layers[i].tensors) {
            const double rate = rates[next++];
            frozen += rate == 0;
            preview.trainable += rate > 0 ? model::elementsOf(parameter.shape) : 0;
        }
        if (frozen > 0)
            preview.learning[i] = frozen == preview.layers[i].tensors.size() ? Learning::Frozen : Learning::Partly;
    }
    if (own.lora)
        for (const std::string& name : model::adaptedWeights(parameters, *own.lora))
            preview.adapters += model::adapterParameters(
                std::ranges::find(parameters, name, &model::ParameterInfo::name)->shape, own.lora->rank);
    preview.trainable += preview.adapters;
    return {};
}

}

base::Result<ModelPreview> previewModel(const Value& resolved)
{
    CORE_TRY(info, infoOf(typed(resolved)));
    return previewModel(resolved, info);
}

base::Result<ModelPreview> previewModel(const Value& resolved, const data::DatasetInfo& info)
{
    const spec::Experiment experiment = typed(resolved);
    CORE_TRY(plan, train::planSteps(experiment.train, std::max<std::int64_t>(info.rows, 1)));
    if (model::isEstimator(experiment.model.kind))
        return previewEstimator(experiment, info, plan);
    CORE_TRY(architecture, model::allArchitectures().make(experiment.model));
    CORE_TRY(loss, train::makeLoss(experiment, info));
    ModelPreview preview{info.inputShape, architecture->describe(train::contextOf(info, *loss)), {}};
    std::uint64_t activations = 0;
    for (const model::LayerInfo& layer : preview.layers) {
        preview.parameters += layer.parameters;
        std::uint64_t cells = 1;
        for (const std::int64_t side : layer.outputShape)
            cells *= std::uint64_t(std::max<std::int64_t>(side, 0));
        activations += cells;
    }
    // Of a network in parts, one input of each and the layers of one; see train.gradient_checkpointing.
    if (const auto parts = std::uint64_t(experiment.train.gradientCheckpointing); parts > 1)
        activations =
            std::min(activations,
                     activations / parts + parts * (activations / std::max<std::uint64_t>(1, preview.layers.size())));
    CORE_CHECK(previewFreezing(experiment, preview));
    // Weights, gradients and at most two moments; activations are kept once forward and once backward.
    preview.bytes = 4 * (std::uint64_t(preview.parameters) * 4 + 2 * activations * std::uint64_t(plan.batchSize));
    return preview;
}

namespace {

std::vector<std::uint8_t> pixelsOf(const at::Tensor& image)
{
    at::Tensor channelsLast = image.dim() == 3 ? image.permute({1, 2, 0}) : image;
    if (channelsLast.scalar_type() != at::kByte)
        channelsLast = channelsLast.mul(255).clamp(0, 255).to(at::kByte);
    channelsLast = channelsLast.contiguous();
    const std::uint8_t* bytes = channelsLast.const_data_ptr<std::uint8_t>();
    return {bytes, bytes + channelsLast.numel()};
}

SampleRow sampleOf(const data::DataModule& module, std::int64_t row)
{
    SampleRow sample;
    sample.row = row;
    sample.target = module.target(row);
    const at::Tensor raw = module.raw(row);
    if (module.info().image()) {
        sample.channels = module.info().inputShape[0];
        sample.height = module.info().inputShape[1];
        sample.width = module.info().inputShape[2];
        sample.pixels = pixelsOf(raw);
    } else {
        const at::Tensor cells = raw.to(at::kFloat).contiguous();
        sample.cells.assign(cells.const_data_ptr<float>(), cells.const_data_ptr<float>() + cells.numel());
    }
    return sample;
}

}

base::Result<RowsPreview> previewRows(const Value& resolved, const std::vector<std::int64_t>& rows)
{
    // Rows of a stream are told by their number among all, of which the page has only a sample.
    spec::Experiment experiment = typed(resolved);
    const bool streamed = experiment.data.mode == "pipe";
    if (streamed)
        experiment.augment.clear();
    CORE_TRY(module, data::DataModule::open(experiment, streamed));
    RowsPreview preview{module.info(), {}};
    for (const std::int64_t row : rows)
        if (row >= 0 && row < module.size())
            preview.samples.push_back(sampleOf(module, row));
    return preview;
}

base::Result<std::vector<Point>> previewPoints(const Value& resolved)
{
    CORE_TRY(module, data::DataModule::open(typed(resolved), false));
    if (module.info().inputShape != std::vector<std::int64_t>{2})
        return Error{base::ErrorKind::Data, "the data has not two features", "/data/features",
                     "Choose two features to see the surface over them"};
    std::vector<Point> points;
    for (std::size_t s = 0; s < 3; ++s)
        for (const std::int64_t row : module.rows(data::SplitName(s))) {
            const at::Tensor cells = module.raw(row).to(at::kFloat).contiguous();
            points.push_back({cells.const_data_ptr<float>()[0], cells.const_data_ptr<float>()[1],
                              std::int32_t(module.target(row)), data::SplitName(s)});
        }
    return points;
}

base::Result<Estimate> estimate(const Value& resolved, const std::string& deviceName)
{
    const spec::Experiment experiment = typed(resolved);
    CORE_TRY(device, tensor::resolveDevice(deviceName));
    CORE_TRY(module, data::DataModule::open(experiment, false));
    CORE_TRY(plan, train::planSteps(spec::wholeTrain(experiment), module.epochItems()));
    CORE_CHECK(train::fitsMemory(experiment, module.info(),
                                 at::Device(device).is_cpu() ? train::NetworkUse::Learns : train::NetworkUse::Held));
    CORE_TRY(cost, train::measureSteps(experiment, module.info(), plan, device, experiment.train.threads.toInt(0)));
    CORE_TRY(model, previewModel(resolved, module.info()));
    return Estimate{cost.secondsPerStep, cost.secondsPerStep * double(plan.totalSteps), model.bytes, cost.threads};
}

}
