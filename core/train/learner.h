// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/events/frames.h"
#include "core/model/network.h"
#include "core/model/weights_file.h"
#include "core/train/loss.h"
#include "core/train/phase_clock.h"
#include "core/train/plan.h"
#include "core/train/schedule.h"
#include "core/train/step_result.h"

#include <functional>

namespace core::train {

namespace ranks {
class World;
}

/// What learns, step by step: all that an Engine knows of a model. Between two steps it may be looked at, saved, loaded
/// and given other parameters.
class Learner {
public:
    /// What `experiment.model` names, on `device` or where it can be.
    static base::Result<std::unique_ptr<Learner>> make(const spec::Experiment& experiment,
                                                       const data::DatasetInfo& info, const StepPlan& plan,
                                                       const std::string& device);
    virtual ~Learner() = default;
    /// From now on a step is shared with other ranks. `world` outlives this.
    virtual base::Status join(ranks::World& world, const spec::DistributedSpec& how);

    /// False: every step learns from all rows that begin() was given, and needs no batches.
    virtual bool takesBatches() const { return true; }
    virtual base::Status begin([[maybe_unused]] const data::Batch& rows) { return {}; }
    /// Step `step`, from one or more batches. `scheduleStep`: what the schedule takes for it.
    virtual StepResult step(std::span<const data::Batch> batches, std::int64_t step, std::int64_t scheduleStep) = 0;
    /// So many whole epochs have been learned from.
    virtual void epochEnds(std::int64_t epochs) { (void)epochs; }
    /// Whether batch norm's statistics must now be estimated anew, from all training rows.
    virtual bool wantsStatistics() const { return false; }
    using Inputs = std::function<at::Tensor(std::int64_t batch)>;
    virtual void estimateStatistics([[maybe_unused]] std::int64_t batches, [[maybe_unused]] const Inputs& input) {}
    const Schedule& schedule() const { return *m_schedule; }
    Schedule& schedule() { return *m_schedule; }
    /// Whether weights() move in place, along gradients.
    virtual bool hasGradients() const { return false; }
    /// Called in each step of such a learner when its gradients are complete and neither clipped nor used.
    void onGradients(std::function<void()> call) { m_onGradients = std::move(call); }
    /// The next step writes down what its parts did.
    void trace(events::StepTrace* into) { m_trace = into; }
    Stopwatch& stopwatch() { return m_stopwatch; }
    /// `input` on any device → output on the learner's device: logits or values, without a graph.
    virtual at::Tensor predict(const at::Tensor& input) = 0;
    /// Told of what each layer was given and what it said.
    using Outputs = model::Watch;
    /// As predict(), with a graph where autograd is on; `outputs` is told what the layers say.
    virtual at::Tensor look(const at::Tensor& input, const Outputs* outputs)
    {
        (void)outputs;
        return predict(input);
    }
    /// The next step tells of its first batch; nullptr: no step does.
    void onOutputs(const Outputs* call) { m_outputs = call; }
    /// Told of a batch that was learned from: its rows, what is true of them, and what the model said (scores or
    /// values).
    using Answers = std::function<void(const at::Tensor& input, const at::Tensor& target, const at::Tensor& output)>;
    /// The next step tells of each of its batches; nullptr: no step does.
    void onAnswers(const Answers* call) { m_answers = call; }
    /// What else than weights there is to see of the step behind: `feature_importance/gain/f0`, `trees/Depth`.
    virtual std::vector<tensor::NamedTensor> signals() const { return {}; }

    virtual const Loss& loss() const = 0;
    bool classifies() const { return loss().classifies(); }
    virtual at::Device device() const = 0;

    /// All that the next step depends on besides the settings: `model/<name>` and `optimizer/<name>`, live.
    virtual std::vector<tensor::NamedTensor> state() const = 0;
    /// What predictions depend on, live.
    virtual std::vector<tensor::NamedTensor> weights() const = 0;
    /// Takes over what state() gave, of this run or of another of the same model.
    virtual base::Status load(const std::vector<base::Blob>& blobs, const std::string& where,
                              bool optimizerToo = true) = 0;
    /// Begins with weights from elsewhere, whose names must be those of weights(). → what a person should know of it.
    virtual base::Result<std::vector<std::string>> initialize(const model::Weights& weights,
                                                              const std::string& where) = 0;
    /// The next step is of this epoch, counted from 0. → which layers learn from here on that were frozen so far.
    virtual std::string reach([[maybe_unused]] std::int64_t epoch) { return {}; }
    /// Begins to hold on to what the weights know now of an old task. `old`: its rows, nullptr if they are gone;
    /// `from`: the weights that came from it, empty if all did.
    virtual base::Status remember(const data::DataModule* old, const std::vector<base::Blob>& from);
    /// Whether state() of another run has what remember() makes of this one.
    virtual bool remembers([[maybe_unused]] const std::vector<base::Blob>& blobs) const { return true; }
    /// Goes back by so many steps as if they had never been; false if only training again leads there.
    virtual bool forget([[maybe_unused]] std::int64_t steps) { return false; }
    /// Takes over live parameters; after an error nothing has changed.
    virtual base::Status reconfigure(const spec::Experiment& experiment, const StepPlan& plan) = 0;

    virtual std::int64_t parameterCount() const = 0;
    /// What else than torch its bits depend on, such as `XGBoost 1.7.4`; empty if nothing.
    virtual std::string library() const { return {}; }
    /// Digest of weights().
    std::string digest() const { return tensor::digestOf(weights()); }
    /// One for each of digestNames(), 32 bits, cheap enough to be noted at every step.
    virtual std::vector<std::uint32_t> digests() const = 0;
    virtual std::vector<std::string> digestNames() const = 0;

protected:
    /// Takes the place of the schedule so far; what that has observed is carried over to one of its kind.
    void follow(std::unique_ptr<Schedule> schedule)
    {
        if (m_schedule)
            schedule->load(m_schedule->state());
        m_schedule = std::move(schedule);
    }

    Stopwatch m_stopwatch;
    std::unique_ptr<Schedule> m_schedule;
    std::function<void()> m_onGradients;
    const Outputs* m_outputs = nullptr;
    const Answers* m_answers = nullptr;
    events::StepTrace* m_trace = nullptr; ///< nullptr but for a step that somebody looks at
};

/// The loss that the experiment asks for, or the task's own.
base::Result<std::unique_ptr<Loss>> makeLoss(const spec::Experiment& experiment, const data::DatasetInfo& info);
/// What a network for these data and this loss is built for.
model::NetworkContext contextOf(const data::DatasetInfo& info, const Loss& loss, std::uint64_t seed = 0);
/// The rate that the schedule starts from.
double baseRate(const spec::Experiment& experiment);
/// Where that is set: `train.optimizer.lr`, `model.eta`.
std::string ratePath(const spec::Experiment& experiment);

/// The version of torch, and the library that the learner uses besides.
std::string librariesOf(const Learner& learner);

/// Rows whose largest score is the target's: a class id, or the largest of shares of classes. Of pictures whose pixels
/// have classes: their number times the share of pixels that are right.
double countCorrect(const at::Tensor& scores, const at::Tensor& target);
/// The same as a scalar where the scores are, without waiting for them.
at::Tensor correctIn(const at::Tensor& scores, const at::Tensor& target);

}
