// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/estimator_learner.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

namespace core::train {

using base::Error;
using base::ErrorKind;

namespace {

at::Tensor asRows(const at::Tensor& input)
{
    return input.to(at::kCPU).reshape({input.size(0), -1});
}

constexpr std::int64_t rowsOfSum =
    1024; ///< that are added up by themselves, so that the number of threads moves no bit

struct Sums {
    double loss = 0, squares = 0; ///< of the gradient by the outputs
    double weight = 0;
};

// −log softmax(output)[class], and its gradient softmax(output) − [class].
Sums crossEntropy(const float* output, std::int64_t classes, std::int64_t truth)
{
    const float most = *std::max_element(output, output + classes);
    double sum = 0;
    for (std::int64_t c = 0; c < classes; ++c)
        sum += std::exp(double(output[c] - most));
    Sums sums{std::log(sum) - double(output[truth] - most)};
    for (std::int64_t c = 0; c < classes; ++c) {
        const double gradient = std::exp(double(output[c] - most)) / sum - (c == truth ? 1 : 0);
        sums.squares += gradient * gradient;
    }
    return sums;
}

Sums squaredError(float output, float truth)
{
    const double distance = double(output) - truth;
    return {distance * distance, 4 * distance * distance};
}

// The mean loss and the norm of its gradient: what Loss::compute() and autograd give, in one pass. `weights` of the
// rows may be undefined.
Sums lossOf(const at::Tensor& output, const at::Tensor& target, const at::Tensor& weights, bool classifies)
{
    const std::int64_t rows = output.size(0), width = output.size(1);
    const at::Tensor scores = output.contiguous();
    const float* values = scores.const_data_ptr<float>();
    std::vector<Sums> parts(std::size_t((rows + rowsOfSum - 1) / rowsOfSum));
    at::parallel_for(0, std::int64_t(parts.size()), 1, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t part = first; part < last; ++part)
            for (std::int64_t row = part * rowsOfSum; row < std::min(rows, (part + 1) * rowsOfSum); ++row) {
                const Sums one =
                    classifies ? crossEntropy(values + row * width, width, target.const_data_ptr<std::int64_t>()[row])
                               : squaredError(values[row], target.const_data_ptr<float>()[row]);
                const double weight = weights.defined() ? weights.const_data_ptr<float>()[row] : 1;
                parts[std::size_t(part)].loss += weight * one.loss;
                parts[std::size_t(part)].squares += weight * weight * one.squares;
                parts[std::size_t(part)].weight += weight;
            }
    });
    Sums all;
    for (const Sums& part : parts) {
        all.loss += part.loss;
        all.squares += part.squares;
        all.weight += part.weight;
    }
    return {all.loss / all.weight, all.squares, all.weight};
}

// What the estimator makes small; of the settings of a loss it knows how much each class counts.
base::Pick lossOf(const spec::Experiment& experiment, bool classifies)
{
    base::Pick pick{classifies ? "cross_entropy" : "mse", base::Object{}};
    const auto& given = experiment.train.loss;
    if (given && classifies && given->kind == pick.kind && !given->params["class_weights"].isNull())
        pick.params.object().set("class_weights", given->params["class_weights"]);
    return pick;
}

base::Result<std::unique_ptr<Schedule>> scheduleOf(const spec::Experiment& experiment, double rate,
                                                   const StepPlan& plan)
{
    return makeSchedule(experiment.train, {rate, plan.totalSteps, plan.stepsPerEpoch});
}

}

base::Result<std::unique_ptr<Learner>> EstimatorLearner::make(const spec::Experiment& experiment,
                                                              const data::DatasetInfo& info, const StepPlan& plan)
{
    const bool classifies = info.classifies();
    if (info.forecasts() && info.horizon > 1)
        return Error{ErrorKind::Spec,
                     experiment.model.kind + " foretells one step, not " + std::to_string(info.horizon) + " at once",
                     "/data/window/horizon", "Set it to 1, or choose a network"};
    std::unique_ptr<EstimatorLearner> learner(new EstimatorLearner);
    CORE_TRY(estimator, model::allEstimators().make(experiment.model, {info.inputShape, info.outputs(), classifies,
                                                                       std::uint64_t(experiment.train.seed)}));
    learner->m_estimator = std::move(estimator);
    if (experiment.data.missing == "keep" && !learner->m_estimator->takesMissing())
        return Error{ErrorKind::Spec, experiment.model.kind + " cannot learn from rows with missing values",
                     "/data/missing", "Set it to drop, mean, median or most_frequent"};
    // The objective is the estimator's own; these are the losses that it makes small.
    const base::Pick pick = lossOf(experiment, classifies);
    CORE_TRY(loss, allLosses().make(pick));
    CORE_CHECK(loss->begin(info.trainCounts));
    learner->m_features = info.features;
    for (std::string& name : learner->m_features)
        std::ranges::replace(name, '/', '_');
    learner->m_loss = std::move(loss);
    learner->m_lossPick = pick;
    CORE_TRY(schedule, scheduleOf(experiment, learner->m_estimator->rate(), plan));
    learner->follow(std::move(schedule));
    return std::unique_ptr<Learner>(std::move(learner));
}

base::Status EstimatorLearner::begin(const data::Batch& rows)
{
    m_target = rows.target.contiguous();
    m_weights = classifies() ? weightsOf(m_target) : at::Tensor();
    return m_estimator->begin(asRows(rows.input), rows.target, m_weights);
}

// How much the loss says that each row counts; undefined where all count alike.
at::Tensor EstimatorLearner::weightsOf(const at::Tensor& target) const
{
    const std::int64_t* label = target.const_data_ptr<std::int64_t>();
    std::map<std::int64_t, float> known;
    at::Tensor weights = tensor::empty({target.size(0)});
    for (std::int64_t row = 0; row < target.size(0); ++row) {
        const auto [weight, added] = known.try_emplace(label[row], 1.f);
        if (added)
            weight->second = float(m_loss->weightOf(target.narrow(0, row, 1)));
        weights.mutable_data_ptr<float>()[row] = weight->second;
    }
    const bool alike = std::ranges::all_of(known, [](const auto& each) { return each.second == 1; });
    return alike ? at::Tensor() : weights;
}

StepResult EstimatorLearner::step(std::span<const data::Batch>, std::int64_t step, std::int64_t scheduleStep)
{
    StepResult result;
    result.rows = m_target.size(0);
    const at::Tensor output = m_estimator->outputs();
    const Sums sums = lossOf(output, m_target, m_weights, classifies());
    result.loss = sums.loss;
    result.gradNorm = std::sqrt(sums.squares) / sums.weight;
    if (classifies())
        result.accuracy = double(countCorrect(output, m_target)) / double(result.rows);
    result.lr = m_schedule->lr(scheduleStep);
    if (m_answers)
        (*m_answers)({}, m_target, output);
    m_stopwatch.lap(Phase::Forward);
    // A round is one piece: gradients, trees, and what they add to the outputs.
    m_estimator->round(step, result.lr);
    m_stopwatch.lap(Phase::Optimizer);
    return result;
}

at::Tensor EstimatorLearner::predict(const at::Tensor& input)
{
    at::NoGradGuard noGraph;
    return m_estimator->predict(asRows(input));
}

std::vector<tensor::NamedTensor> EstimatorLearner::state() const
{
    std::vector<tensor::NamedTensor> all = m_estimator->state();
    for (tensor::NamedTensor& named : all)
        named.name.insert(0, "model/");
    return all;
}

base::Status EstimatorLearner::load(const std::vector<base::Blob>& blobs, const std::string& where, bool)
{
    std::vector<base::Blob> own;
    for (const base::Blob& blob : blobs)
        if (blob.name.starts_with("model/")) {
            own.push_back(blob);
            own.back().name.erase(0, 6);
        }
    return m_estimator->load(own, where);
}

base::Result<std::vector<std::string>> EstimatorLearner::initialize(const model::Weights& weights,
                                                                    const std::string& where)
{
    CORE_CHECK(m_estimator->load(weights.tensors, where));
    return std::vector<std::string>{};
}

base::Status EstimatorLearner::reconfigure(const spec::Experiment& experiment, const StepPlan& plan)
{
    CORE_TRY(next, model::allEstimators().make(experiment.model, {}));
    CORE_TRY(schedule, scheduleOf(experiment, next->rate(), plan));
    if (!(lossOf(experiment, classifies()) == m_lossPick))
        return Error{ErrorKind::Spec, "how much classes count cannot change while trees are grown",
                     "/train/loss/class_weights", "Train a new run"};
    if (!m_estimator->edit(experiment.model.params))
        return Error{ErrorKind::Spec, "the model cannot take this change while it runs", "/model", {}};
    follow(std::move(schedule));
    return {};
}

std::vector<tensor::NamedTensor> EstimatorLearner::signals() const
{
    std::vector<tensor::NamedTensor> signals = m_estimator->signals();
    for (tensor::NamedTensor& signal : signals) {
        const std::size_t at = signal.name.rfind("/f") + 2;
        std::size_t place = m_features.size();
        if (signal.name.starts_with("feature_importance/"))
            std::from_chars(signal.name.data() + at, signal.name.data() + signal.name.size(), place);
        if (place < m_features.size())
            signal.name.replace(at - 1, signal.name.npos, m_features[place]);
    }
    return signals;
}

std::vector<std::string> EstimatorLearner::digestNames() const
{
    std::vector<std::string> names;
    for (const tensor::NamedTensor& named : m_estimator->state())
        names.push_back(named.name);
    return names;
}

}
