// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/learner.h"

#include "core/train/estimator_learner.h"
#include "core/train/network_learner.h"

#include <torch/version.h>

namespace core::train {

using base::Error;
using base::ErrorKind;

base::Result<std::unique_ptr<Learner>> Learner::make(const spec::Experiment& experiment, const data::DatasetInfo& info,
                                                     const StepPlan& plan, const std::string& device)
{
    if (info.task == "detection")
        return Error{ErrorKind::Spec, "no network here learns boxes yet", "/data/task",
                     "The data can be looked at, divided and augmented; train on another task"};
    if ((info.segments() || info.reconstructs()) && model::isEstimator(experiment.model.kind))
        return Error{ErrorKind::Spec,
                     experiment.model.kind + " tells one thing of a row, and " + info.task + " asks for many",
                     "/model/kind", info.segments() ? "Use unet" : "Use autoencoder, or another network"};
    if (info.embeds() && model::isEstimator(experiment.model.kind))
        return Error{ErrorKind::Spec, experiment.model.kind + " makes no vectors of rows", "/model/kind",
                     "Use a network, or set data.task to classification"};
    if (!info.tokens.empty() && model::isEstimator(experiment.model.kind))
        return Error{ErrorKind::Spec, experiment.model.kind + " does not read tokens in their order", "/data/tokens",
                     "Leave data.tokens out, so that words are counted, or choose transformer, rnn or cnn1d"};
    if (model::isEstimator(experiment.model.kind))
        return EstimatorLearner::make(experiment, info, plan);
    return NetworkLearner::make(experiment, info, plan, device);
}

base::Status Learner::remember(const data::DataModule*, const std::vector<base::Blob>&)
{
    return Error{ErrorKind::Spec, "only networks learn a new task on top of an old one", "/train/incremental",
                 "Leave it out, or choose a network"};
}

base::Status Learner::join(ranks::World&, const spec::DistributedSpec&)
{
    return Error{ErrorKind::Spec, "only networks train on several ranks", "/distributed/strategy", "Set it to none"};
}

namespace {

std::string lossesFor(const data::DatasetInfo& info)
{
    std::string fitting;
    for (const base::Entry& entry : allLosses().family().entries)
        if (const auto loss = allLosses().make({entry.kind, base::Object{}}); loss && (*loss)->misfit(info).empty())
            fitting += (fitting.empty() ? "" : ", ") + entry.kind;
    return fitting;
}

std::string mixerIn(const std::vector<base::Pick>& augment)
{
    for (const base::Pick& pick : augment)
        if (const auto transform = data::allTransforms().make(pick);
            transform && (*transform)->works() == data::Works::Batch)
            return pick.kind;
    return {};
}

}

model::NetworkContext contextOf(const data::DatasetInfo& info, const Loss& loss, std::uint64_t seed)
{
    return {.inputShape = info.inputShape,
            .outputs = loss.outputs(info),
            .seed = seed,
            .vocabulary = std::int64_t(info.tokens.size()),
            .padding = info.tokens.empty() ? -1 : 0,
            .pixels = info.segments()};
}

base::Result<std::unique_ptr<Loss>> makeLoss(const spec::Experiment& experiment, const data::DatasetInfo& info)
{
    const bool classes = info.classifies() || info.task == "segmentation";
    const base::Pick pick = experiment.train.loss.value_or(base::Pick{info.embeds() ? "triplet"
                                                                      : classes     ? "cross_entropy"
                                                                                    : "mse",
                                                                      base::Object{}});
    CORE_TRY(loss, allLosses().make(pick));
    if (const std::string misfit = loss->misfit(info); !misfit.empty())
        return Error{ErrorKind::Spec, "\"" + pick.kind + "\" " + misfit, "/train/loss",
                     "Those that fit " + info.task + ": " + lossesFor(info)};
    if (const std::string mixer = mixerIn(experiment.augment); classes && !mixer.empty() && !loss->takesShares())
        return Error{ErrorKind::Spec, "\"" + pick.kind + "\" takes one class a row, and " + mixer + " mixes them",
                     "/train/loss", "Use cross_entropy, or leave " + mixer + " out"};
    CORE_CHECK(loss->begin(info.trainCounts));
    return std::move(loss);
}

double baseRate(const spec::Experiment& experiment)
{
    const double ranks = experiment.distributed.scaleLr ? double(experiment.distributed.ranks()) : 1;
    if (model::isEstimator(experiment.model.kind))
        if (const auto estimator = model::allEstimators().make(experiment.model, {}))
            return (*estimator)->rate();
    return experiment.train.optimizer.params["lr"].toReal(1e-3) * ranks;
}

std::string ratePath(const spec::Experiment& experiment)
{
    if (model::isEstimator(experiment.model.kind))
        if (const auto estimator = model::allEstimators().make(experiment.model, {}))
            return "model." + (*estimator)->rateKey();
    return "train.optimizer.lr";
}

std::string librariesOf(const Learner& learner)
{
    const std::string more = learner.library();
    return TORCH_VERSION + (more.empty() ? more : ", " + more);
}

// A raw loop, since at this size the call of an operator costs more.
namespace {

// Shares of classes count as the class with the largest one.
at::Tensor classIds(const at::Tensor& target)
{
    return target.dim() > 1 ? target.argmax(1) : target;
}

}

at::Tensor correctIn(const at::Tensor& scores, const at::Tensor& target)
{
    if (scores.dim() == 4) {
        const at::Tensor counts = target.ge(0);
        const at::Tensor right = scores.detach().argmax(1).eq(target).logical_and_(counts).sum();
        return right.to(at::kDouble).div(counts.sum().clamp_min(1)).mul(double(scores.size(0)));
    }
    return scores.detach().argmax(1).eq(classIds(target)).sum();
}

double countCorrect(const at::Tensor& output, const at::Tensor& given)
{
    if (!output.is_cpu() || !output.is_contiguous() || output.scalar_type() != at::kFloat || output.dim() > 2)
        return correctIn(output, given).item<double>();
    const at::Tensor target = classIds(given);
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

}
