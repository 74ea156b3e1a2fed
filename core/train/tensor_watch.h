// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/watch_notes.h"

#include <map>

namespace core::train {

/// Takes the statistics that an experiment's `capture` and its rules ask for: of the weights before an update, of its
/// gradients before they are clipped, of what layers were given and said, of labels and predictions, of what the update
/// changed; and how they are spread. It only looks, so the training's bits are the same whatever is captured.
///
/// Where the training leaves a core free, the training thread only copies what the step will change and holds the rest;
/// the statistics are taken by the hub's own thread. Else, and on a device, they are taken at once: nobody else could.
class TensorWatch {
public:
    ~TensorWatch() { settle(); }
    /// Where tensors are kept that `raw` asks for. Before follow().
    void keepIn(const std::filesystem::path& run) { m_notes.kept.begin(run); }
    /// Takes over what the experiment captures; at the start, and again when it was edited. `watched`: somebody also
    /// sees now and then how the tensors are spread that are captured without histograms. The hub outlives this.
    void follow(Engine& engine, events::EventHub& hub, bool watched = false);
    /// Right before an update.
    void before(std::int64_t step)
    {
        m_plan = nullptr;
        if (m_stride > 0 && step % m_stride == 0)
            begin(step);
    }
    /// Right after it.
    void after()
    {
        if (m_plan)
            end();
        m_plan = nullptr;
    }
    /// Where the state at the engine's step is evaluated.
    void atEvaluation(Engine& engine);

    /// The values that statistics of the next saves are taken against, for a checkpoint.
    PastSaves& past()
    {
        settle();
        return m_notes.past;
    }
    /// What is kept is safe from now on.
    base::Status sync()
    {
        settle();
        return m_notes.kept.sync();
    }

private:
    using Pass = WatchNotes::Pass;
    struct Planned {
        WatchPlan plan;
        std::vector<std::unique_ptr<WatchJob>> jobs; ///< of steps at which it was used; most are over
    };

    void begin(std::int64_t step);
    bool findDue(std::int64_t step, bool evaluation);
    void use(std::int64_t step, bool evaluation);
    void take(WatchKind kind);
    void takePass(const model::LayerPass& layer);
    void takeAnswer(const at::Tensor& input, const at::Tensor& target, const at::Tensor& output);
    void takeAnswers();
    void takeExtras();
    void hand(std::size_t from, Pass pass, bool held);
    void handPass(std::size_t place, const at::Tensor& tensor, Pass pass);
    at::Tensor copied(std::size_t place, const at::Tensor& tensor);
    void keepWeights();
    void subtract();
    void end();
    void tell();
    void settle();

    Learner* m_learner = nullptr;
    events::EventHub* m_hub = nullptr;
    std::vector<spec::CaptureSpec> m_captures; ///< the experiment's, then what its rules need
    WatchSources m_sources;
    std::vector<std::vector<bool>> m_selected; ///< by capture, by source
    std::vector<bool> m_due;                   ///< by capture
    std::int64_t m_stride = 0;                 ///< of other steps no capture takes anything; 0: of none at all
    std::map<std::pair<bool, std::vector<bool>>, Planned> m_plans;
    WatchPlan* m_plan = nullptr; ///< of the step that goes on
    WatchJob* m_job = nullptr;   ///< likewise
    std::vector<at::Tensor> m_taken;
    /// What the layer before said, which most often is what the next one is given.
    struct LastOutput {
        at::Tensor values;
        std::int64_t version = 0;
    };
    LastOutput m_last;
    Learner::Outputs m_onOutput;
    Learner::Answers m_onAnswer;
    at::Tensor m_firstInput;
    std::vector<at::Tensor> m_targets, m_said; ///< of the step's batches
    WatchNotes m_notes;
    bool m_watched = false, m_spreading = false, m_later = false;
    std::int64_t m_step = 0, m_sets = 0;
};

}
