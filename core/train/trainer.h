// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/queue.h"
#include "core/data/loader.h"
#include "core/events/hub.h"
#include "core/store/checkpoint.h"
#include "core/store/recorder.h"
#include "core/train/command.h"
#include "core/train/early_stopping.h"
#include "core/train/evaluator.h"

#include <atomic>

namespace core::train {

/// Commands to a training, with a flag that is cheap to look at every step.
struct Mailbox {
    base::Queue<Command> queue;
    std::atomic<bool> filled = false;

    void post(Command command)
    {
        queue.pushAlways(std::move(command));
        filled.store(true, std::memory_order_release);
    }
};

struct TrainerContext {
    base::Value resolved;
    store::RunFolder* folder = nullptr;
    store::Recorder* recorder = nullptr;
    events::EventHub* hub = nullptr;
    Mailbox* mailbox = nullptr;
    std::string device = "cpu";
    bool startPaused = false;
    bool frames = false; ///< somebody is watching: surfaces and tables several times a second
    std::optional<store::Checkpoint> resumeFrom = {};
    std::vector<events::Edited> edits = {}; ///< made after that checkpoint; they are made again at their steps
};

/// The only training loop. Runs in the calling thread until the run has ended.
///
/// A checkpoint at step S holds the state right after update S − 1 and before the evaluation at S, so going on from it
/// evaluates again what the journal forgets: everything at or after S.
class Trainer {
public:
    explicit Trainer(TrainerContext context) : m_context(std::move(context)) {}
    events::RunFinished run();

private:
    /// Everything that a restart needs besides weights and moments.
    struct Best {
        std::string metric;
        double value = 0;
        std::int64_t epoch = -1, step = -1;
        store::Checkpoint snapshot;
    };

    base::Status prepare();
    base::Status restore();
    void announce();
    base::Status train();
    base::Status obey();
    base::Status take(const Command& command);
    base::Status edit(const std::string& path, const base::Value& value, bool again);
    base::Status oneStep();
    void judge();
    void tick();
    base::Status finish();

    base::Value stateValue() const;
    store::Checkpoint snapshot();
    base::Status write(const store::Checkpoint& checkpoint);
    base::Status writeSteadily(const store::Checkpoint& checkpoint);
    base::Status writeOnce(const store::Checkpoint& checkpoint);
    base::Status waitUntil(const base::Error& trouble, const std::function<std::optional<base::Error>()>& stillThere);
    bool checkpointDue() const;
    void publishSurface(bool force);
    void publishTables(EvaluationResult result);
    void setState(events::RunState state, const std::string& reason = {});
    void note(const std::string& name, double value);
    events::RunFinished summary(events::RunState state, base::Error error = {}) const;

    TrainerContext m_context;
    spec::Experiment m_experiment;
    data::DataModule m_data;
    StepPlan m_plan;
    std::unique_ptr<Learner> m_learner;
    std::unique_ptr<data::DataLoader> m_loader;
    std::unique_ptr<EarlyStopping> m_stopping;
    std::optional<Best> m_best;
    std::vector<std::int64_t> m_trainSample;
    std::vector<std::pair<std::string, double>> m_last;
    std::vector<data::Batch> m_batches;

    std::int64_t m_threads = 1;
    std::int64_t m_step = 0;
    std::int64_t m_stepsAllowed = -1; ///< while paused: how many single steps are still to do
    bool m_paused = false;
    std::optional<events::RunState> m_end;
    double m_trainSeconds = 0, m_runningSince = 0;
    double m_nextTick = 0, m_lastCheckpoint = 0, m_nextSurface = 0, m_nextTables = 0;
    std::int64_t m_lastCheckpointStep = -1, m_surfaceStep = -1, m_bestWritten = -1, m_tablesStep = -1;
    double m_surfaceEpoch = 1;
    std::int64_t m_rateSteps = 0, m_rateRows = 0, m_rows = 0;
    double m_rateSince = 0, m_stepsPerSecond = 0, m_rowsPerSecond = 0;
};

}
