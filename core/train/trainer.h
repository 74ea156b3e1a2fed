// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/queue.h"
#include "core/events/hub.h"
#include "core/store/recorder.h"
#include "core/train/checkpoint_writer.h"
#include "core/train/command.h"
#include "core/train/data_signals.h"
#include "core/train/digest_log.h"
#include "core/train/engine.h"
#include "core/train/step_profiler.h"
#include "core/train/tensor_watch.h"

#include <array>
#include <atomic>
#include <deque>
#include <optional>

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
    std::deque<events::Edited> edits = {}; ///< that lie ahead; they are made at their steps
    std::string parent = {};               ///< run id, for branches
    std::int64_t parentStep = -1;
    std::int64_t until = -1; ///< stops after so many updates; −1: at its end
    /// What still has something to tell before the run's end is told.
    std::function<void(events::RunState)> beforeEnd = {};
    /// Gathers the ranks that train together, of which this is the first; empty: nobody else takes part.
    std::function<base::Result<std::shared_ptr<ranks::World>>()> meet = {};
    /// Where a rank is lost, another trainer goes on from the last keyframe: nobody is told that this one ends.
    bool othersGoOn = false;
    /// Of ranks that this run has outlived, the last one last. What cannot be begun then has been interrupted.
    std::vector<base::Error> losses = {};
};

/// The only training loop: drives an Engine, obeys commands, publishes, keeps checkpoints. Runs in the calling thread
/// until the run has ended.
///
/// A checkpoint at step S holds the state right after update S − 1 and before the evaluation at S, so going on from it
/// evaluates again what the journal forgets: everything at or after S.
class Trainer {
public:
    explicit Trainer(TrainerContext context) : m_context(std::move(context)) {}
    events::RunFinished run();
    /// What another trainer is to go on after, if this one was broken off like that.
    const std::optional<base::Error>& loss() const { return m_loss; }
    bool paused() const { return m_paused; }

private:
    base::Status prepare();
    base::Status restore();
    base::Status train();
    void askDoctor();
    base::Status obey();
    base::Status listen();
    base::Status take(const Command& command);
    void pauseOrGoOn(bool pause);
    base::Status edit(const std::string& path, const base::Value& value, bool again);
    base::Status oneStep();
    void judge();
    /// Streamed rows that were of no use, when there are more of them.
    void tellLeftOut();
    base::Status finish();
    void keepDespiteLoss();
    void keepFromDiffering();
    void tellLosses();
    void dismissRanks();

    // What is kept (trainer_keyframes.cpp).
    store::Checkpoint snapshot();
    void keep(store::Checkpoint checkpoint, bool durable);
    base::Status keepSafely(store::Checkpoint checkpoint);
    base::Status keepAtOnce(store::Checkpoint checkpoint);
    base::Status keepWhatIsDue();
    double usualCost(double cost);
    base::Status waitUntil(const base::Error& trouble, const std::function<std::optional<base::Error>()>& stillThere);

    // What is told (trainer_events.cpp).
    void announce();
    void tick();
    void publishEvaluation(const Judgement& judgement);
    std::uint16_t publishValues(const std::vector<double>& values, std::uint16_t group);
    void publishOld(const std::vector<std::pair<std::string, double>>& figures);
    void publishFigures(const std::vector<std::pair<std::string, double>>& figures, std::uint16_t group);
    void publishSurface(bool force);
    void publishTables(EvaluationResult result);
    void publishWeights(bool evaluated, bool force = false);
    void setState(events::RunState state, const std::string& reason = {});
    void note(const std::string& name, double value);
    events::RunFinished summary(events::RunState state, base::Error error = {}) const;
    double trainSeconds() const;

    TrainerContext m_context;
    std::unique_ptr<Engine> m_engine;
    std::unique_ptr<CheckpointWriter> m_writer;
    std::shared_ptr<ranks::World> m_world;
    DigestLog m_digests;
    TensorWatch m_watch;
    StepProfiler m_profiler;
    std::vector<std::pair<std::string, double>> m_last;
    std::vector<std::string> m_notes; ///< what a person should know of how the run begins

    std::int64_t m_stepsAllowed = -1; ///< while paused: how many single steps are still to do
    bool m_paused = false;
    bool m_momentum = false; ///< the schedule changes it, so it is recorded
    bool m_singly = false;   ///< the next step is one that somebody asked for by itself
    std::optional<events::RunState> m_end;
    std::optional<base::Error> m_loss;
    std::string m_reason; ///< of a stop
    double m_trainSeconds = 0, m_runningSince = 0;
    double m_nextTick = 0, m_nextSurface = 0, m_nextTables = 0, m_nextWeights = 0;
    double m_lastCheckpoint = 0, m_nextKeyframe = 0;
    std::array<double, 5> m_costs{}; ///< of the last keyframes, in seconds
    std::size_t m_costCount = 0;
    std::int64_t m_syncedStep = -1, m_bestWritten = -1, m_bestSynced = -1; ///< steps whose checkpoints are kept
    std::int64_t m_surfaceStep = -1, m_tablesStep = -1, m_weightsStep = -1;
    double m_surfaceEpoch = 1, m_weightsEpoch = 0;
    std::int64_t m_leftOutTold = 0;
    bool m_tellsClasses = false;  ///< one by one
    std::uint16_t m_oldGroup = 0; ///< the first with figures of an old task
    std::uint16_t m_dataGroup = 0;
    DataFigures m_dataFigures; ///< what the doctor says, where a rule asks
    std::int64_t m_rateSteps = 0, m_rateRows = 0, m_rows = 0;
    double m_rateSince = 0, m_stepsPerSecond = 0, m_rowsPerSecond = 0;
};

}
