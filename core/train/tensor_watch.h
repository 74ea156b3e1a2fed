// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/hub.h"
#include "core/tensor/signal_statistics.h"
#include "core/train/kept_tensors.h"
#include "core/train/watch_plan.h"

#include <map>

namespace core::train {

/// Takes the statistics that an experiment's `capture` and its rules ask for: of the weights before an update, of its
/// gradients before they are clipped, of what layers were given and said, of labels and predictions, of what the update
/// changed; and how they are spread. It only looks, so the training's bits are the same whatever is captured.
class TensorWatch {
public:
    /// Where tensors are kept that `raw` asks for. Before follow().
    void keepIn(const std::filesystem::path& run) { m_kept.begin(run); }
    /// Takes over what the experiment captures; at the start, and again when it was edited. `watched`: somebody also
    /// sees now and then how the tensors are spread that are captured without histograms.
    void follow(Engine& engine, events::EventHub& hub, bool watched = false);
    /// Right before an update.
    void before(std::int64_t step)
    {
        m_plan = nullptr;
        if (m_stride > 0 && step % m_stride == 0)
            begin(step);
    }
    /// Right after it.
    void after(events::EventHub& hub)
    {
        if (m_plan)
            end(hub);
        m_plan = nullptr;
    }
    /// Where the state at the engine's step is evaluated.
    void atEvaluation(Engine& engine, events::EventHub& hub);

    /// The values that statistics of the next saves are taken against, for a checkpoint.
    const PastSaves& past() const { return m_past; }
    PastSaves& past() { return m_past; }
    /// What is kept is safe from now on.
    base::Status sync() { return m_kept.sync(); }

private:
    void begin(std::int64_t step);
    bool findDue(std::int64_t step, bool evaluation);
    WatchPlan& planFor(bool evaluation);
    void prepareSpreads();
    events::TensorHistograms& spreads() { return std::get<events::TensorHistograms>(m_spread); }
    void take(WatchKind kind);
    void takePass(const model::LayerPass& layer);
    void takeAnswer(const at::Tensor& input, const at::Tensor& target, const at::Tensor& output);
    void takeAnswers();
    void takeExtras();
    void note(std::size_t from);
    void noteKnown(std::size_t from);
    void noteSignal(const WatchPlace& place, const tensor::Statistics* known, const at::Tensor& tensor, double* values);
    void copyWeights();
    void subtract();
    void end(events::EventHub& hub);
    void publish(events::EventHub& hub);

    Learner* m_learner = nullptr;
    std::vector<spec::CaptureSpec> m_captures; ///< the experiment's, then what its rules need
    WatchSources m_sources;
    std::vector<std::vector<bool>> m_selected; ///< by capture, by source
    std::vector<bool> m_due;                   ///< by capture
    std::int64_t m_stride = 0;                 ///< of other steps no capture takes anything; 0: of none at all
    std::map<std::pair<bool, std::vector<bool>>, WatchPlan> m_plans;
    WatchPlan* m_plan = nullptr; ///< of the step that goes on
    std::vector<at::Tensor> m_taken;
    std::vector<tensor::Statistics> m_known; ///< of what was taken
    /// What the layer before said, which most often is what the next one is given.
    struct LastOutput {
        at::Tensor values;
        std::int64_t version = 0;
        tensor::Statistics known;
    };
    LastOutput m_last;
    Learner::Outputs m_onOutput;
    Learner::Answers m_onAnswer;
    at::Tensor m_firstInput, m_labels;
    std::vector<at::Tensor> m_targets, m_said; ///< of the step's batches
    PastSaves m_past;
    KeptTensors m_kept;
    bool m_watched = false, m_spreading = false;
    double m_nextSpread = 0;
    events::Event m_spread = events::TensorHistograms{}; ///< filled again and again, so that nothing is copied to it
    std::int64_t m_step = 0, m_sets = 0;
};

}
