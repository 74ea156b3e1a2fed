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
    if (info.locates())
        return Error{ErrorKind::Spec,
                     info.task == "detection" ? "no network here learns boxes yet" : "no network here learns masks yet",
                     "/data/task", "The data can be looked at, divided and augmented; train on another task"};
    if (model::isEstimator(experiment.model.kind))
        return EstimatorLearner::make(experiment, info, plan);
    return NetworkLearner::make(experiment, info, plan, device);
}

base::Result<std::unique_ptr<Loss>> makeLoss(const spec::Experiment& experiment, const data::DatasetInfo& info)
{
    const bool classification = info.classifies();
    const base::Pick pick =
        experiment.train.loss.value_or(base::Pick{classification ? "cross_entropy" : "mse", base::Object{}});
    CORE_TRY(loss, allLosses().make(pick));
    if (loss->classifies() != classification)
        return Error{ErrorKind::Spec,
                     "\"" + pick.kind + "\" does not fit " + (classification ? "classification" : "regression"),
                     "/train/loss", classification ? "Use cross_entropy" : "Use mse"};
    CORE_CHECK(loss->begin(info.trainCounts));
    return std::move(loss);
}

double baseRate(const spec::Experiment& experiment)
{
    if (model::isEstimator(experiment.model.kind))
        if (const auto estimator = model::allEstimators().make(experiment.model, {}))
            return (*estimator)->rate();
    return experiment.train.optimizer.params["lr"].toReal(1e-3);
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
std::int64_t countCorrect(const at::Tensor& output, const at::Tensor& given)
{
    // Shares of classes count as the class with the largest one.
    const at::Tensor target = given.dim() > 1 ? given.argmax(1) : given;
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

}
