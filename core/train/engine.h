// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/loader.h"
#include "core/events/event.h"
#include "core/train/early_stopping.h"
#include "core/train/judgement.h"
#include "core/train/old_task.h"

namespace core::train {

/// The deterministic part of a training. What it does at step s is a function of the spec, the edits before s, the
/// number of threads and the state before s, and of nothing else: the Trainer drives it live, a replay drives it again.
/// For one thread.
class Engine {
public:
    /// Opens the data, makes network and optimizer, as `resolved` says or as the checkpoint does, if one is given.
    /// `threads` 0: the checkpoint's, else the spec's, else measured. `world`: the ranks that train together; rank 0
    /// has the others do what is done here. Without it, one process trains on the rows of all ranks.
    static base::Result<std::unique_ptr<Engine>> make(const base::Value& resolved, const std::string& device,
                                                      const store::Checkpoint* from = nullptr, std::int64_t threads = 0,
                                                      std::shared_ptr<ranks::World> world = {});
    /// The engine of a branch that grows from where this one stands: its layers bear the names that they bear here,
    /// whatever dropout does. At step 0, where a run is nothing but its settings, a branch that begins otherwise
    /// (another network, other rows, another seed) begins anew.
    base::Result<std::unique_ptr<Engine>> branch(const base::Value& resolved, const std::string& device,
                                                 std::int64_t threads) const;
    /// The network that a checkpoint's run was made with; its spec may have been edited since.
    static base::Pick networkOf(const store::Checkpoint& checkpoint);

    /// Takes the weights that `model.initialize_from` names, if it names any. → what a person should know of it.
    base::Result<std::vector<std::string>> initialize();
    /// The layers that began to learn with the update that advance() made last; empty for most.
    const std::string& thawed() const { return m_thawedNow; }
    /// Update step(), by which step() grows by one; `trace`: what its parts did, for somebody who looks at them.
    StepResult advance(events::StepTrace* trace = nullptr);
    /// advance() tells this clock of its phases; nullptr: none.
    void time(PhaseClock* clock) { m_learner->stopwatch().clock = clock; }
    /// The next update is timed layer by layer.
    void timeLayers(LayerTimer* layers) { m_learner->stopwatch().layers = layers; }
    /// Whether the state at step() is evaluated before the next update.
    bool judgeDue() const;
    /// Goes back to an earlier step without training, if the learner can and the settings were the same since then;
    /// what was best then is not known.
    bool goBack(std::int64_t step);
    /// Evaluates, keeps the best, uses up patience.
    Judgement judge(const EvaluationRequest& tables = {});
    /// Loss and metrics of a split at step(), `validation` or `train_eval`. Where ranks train together they share its
    /// batches, if all of them give the same bits.
    EvaluationResult evaluated(const std::string& split, EvaluationRequest request = {});
    /// What a rank other than the first does of it.
    void passFor(const std::string& split);
    /// For whoever trains again without evaluating: does so where the rates to come depend on it.
    void judgeIfFollowed();
    /// Sets a parameter before update step(); after an error nothing has changed. Which value it had.
    base::Result<base::Value> edit(const std::string& path, const base::Value& value);

    /// A checkpoint at step S holds the state right after update S − 1 and before the evaluation at S.
    store::Checkpoint snapshot() const;
    /// Goes to the state of a checkpoint of the same network, later or earlier. What was best then is loaded by
    /// setBest().
    base::Status load(const store::Checkpoint& checkpoint);
    /// Begins a branch: goes on from a checkpoint of a run under the settings that this
    /// engine was made with. What the optimizer remembers is taken over if it is of the same kind.
    base::Status graft(const store::Checkpoint& checkpoint);
    void setBest(Best best);
    /// Of another rank: what the first found at step() decides the rates to come.
    void observe(const std::vector<std::pair<std::string, double>>& values);
    /// What a checkpoint says of the best before it; without the state that gave it.
    static std::optional<Best> bestIn(const store::Checkpoint& checkpoint);
    /// The weights of the best step, for the end of a run.
    base::Status restoreBest();

    /// What the learner says of its weights at step(), 32 bits each, in the order of tensorNames().
    std::vector<std::uint32_t> tensorDigests() const { return m_learner->digests(); }
    std::vector<std::string> tensorNames() const { return m_learner->digestNames(); }

    std::int64_t step() const { return m_step; }
    std::int64_t threads() const { return m_threads; }
    bool shared() const { return m_world != nullptr; } ///< ranks train together here
    const Timeline& timeline() const { return m_timeline; }
    const spec::Experiment& experiment() const { return m_experiment; }
    const data::DataModule& data() const { return m_data; }
    Learner& learner() { return *m_learner; }
    const Learner& learner() const { return *m_learner; }
    const std::optional<Best>& best() const;
    /// For its figures and weights alone: its state may lack the settings, which take long beside a small network.
    const std::optional<Best>& bestFound() const { return m_best; }
    const EarlyStopping& stopping() const { return *m_stopping; }
    double waitedForData() const { return m_waited + m_loader->waitedSeconds(); }
    std::vector<std::string> evaluationNames() const; ///< of Judgement::values, in order
    /// Of the old task's figures, which oldFigures() tells; empty if there is none.
    std::vector<std::string> oldNames() const { return m_old ? m_old->names() : std::vector<std::string>{}; }
    std::vector<std::pair<std::string, double>> oldFigures();
    /// `validation/per_class/recall/` and a class's name, …: what classCurveValues() gives of a Judgement. Empty where
    /// there are no classes, or too many to be told one by one.
    std::vector<std::string> classNames() const;

private:
    Engine() = default;
    base::Status open(const base::Value& resolved, const base::Pick& network, const std::string& device,
                      const store::Checkpoint* from, std::int64_t threads);
    /// Takes over whatever of `next` differs.
    base::Status become(const spec::Experiment& next);
    base::Status giveRows(const data::DataModule& data);
    /// The weights that an incremental training begins with; empty if it does not say.
    std::string firstWeights() const;
    /// From now on the old task may be forgotten, and a remedy holds on to it.
    base::Status remember(const std::vector<base::Blob>& from);
    void epochEnds();
    base::Status ranksFit(const spec::Experiment& built, bool elsewhere) const;
    base::Status joinWorld();
    const data::RowSet& evaluatedRows(const std::string& split) const;
    bool sharesEvaluation(const data::RowSet& rows) const;
    void compareRanks();
    StepResult takeStep();
    base::Result<std::unique_ptr<data::DataLoader>>
    makeLoader(const spec::Experiment& experiment, const data::DataModule& data, const StepPlan& plan) const;
    base::Value state(bool settings = true) const;
    void addSettings(base::Object& state) const;
    const base::Value& dataFacts() const;
    const base::Value& networkValue() const;
    std::vector<base::Blob> tensors() const;
    base::Status checkMetric(const spec::Experiment& experiment, const data::DataModule& data) const;

    std::shared_ptr<ranks::World> m_world; ///< nullptr: nobody else takes part; the learner uses it to its end
    base::Pick m_network;                  ///< the network is made of this, whatever is edited later
    spec::Experiment m_experiment;
    data::DataModule m_data;
    Timeline m_timeline;
    std::unique_ptr<Learner> m_learner;
    std::unique_ptr<OldTask> m_old;
    std::unique_ptr<data::DataLoader> m_loader;
    std::unique_ptr<EarlyStopping> m_stopping;
    mutable std::optional<Best> m_best;
    mutable bool m_bestIsWhole = true; ///< its state has the settings
    MetricSet m_metrics;               ///< fixed when the run is opened: their names are told then
    data::RowSet m_trainSample;
    std::vector<data::Batch> m_batches;
    bool m_leads = false; ///< the others do what is done here
    bool m_alike = false; ///< they give the same bits
    std::int64_t m_threads = 1;
    std::int64_t m_judged = -1; ///< the step whose evaluation early stopping has counted last
    std::int64_t m_step = 0;
    double m_waited = 0;                                          ///< for loaders that are gone
    mutable base::Value m_dataFacts, m_written, m_networkWritten; ///< made when they are asked for
    std::string m_thawedNow;
};

}
