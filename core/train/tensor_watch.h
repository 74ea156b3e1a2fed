// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/hub.h"
#include "core/tensor/statistics.h"
#include "core/train/engine.h"

#include <map>

namespace core::train {

/// Takes the statistics that an experiment's `capture` asks for: of the weights before an update, of its gradients
/// before they are clipped, of the layers' outputs, of what the update changed; and how they are spread. It only looks,
/// so the training's bits are the same whatever is captured.
class TensorWatch {
public:
    /// Takes over what the experiment captures; at the start, and again when it was edited. `watched`: somebody also
    /// sees now and then how the tensors are spread that are captured without histograms.
    void follow(Engine& engine, events::EventHub& hub, bool watched = false);
    /// Right before an update.
    void before(std::int64_t step)
    {
        m_plan = nullptr;
        if (!m_captures.empty())
            begin(step);
    }
    /// Right after it.
    void after(events::EventHub& hub)
    {
        if (m_plan)
            end(hub);
        m_plan = nullptr;
    }

private:
    enum Kind { Weight, Gradient, Update, Activation, Kinds };
    struct Source {
        at::Tensor weight; ///< live; of an activation none
        Kind kind = Weight;
        std::string name;
    };
    /// Tensors of which the same statistics are taken at the same steps.
    struct Set {
        events::TensorsNamed names;
        std::vector<tensor::TakeStatistic> statistics;
        std::vector<double> values;
        bool named = false;
    };
    struct Place {
        std::size_t source = 0, set = 0, row = 0;
        std::int64_t bins = 0;  ///< of the histogram that is kept; 0: none is
        at::Tensor before = {}; ///< of an update: the weight, then the difference
        std::size_t spread = 0;
    };
    /// What is taken at steps at which the same captures are due; kind by kind.
    struct Plan {
        std::vector<Place> places;
        std::size_t begins[Kinds + 1] = {};
        std::vector<Set> sets;
        bool keeps = false; ///< histograms
    };

    void findSources(Engine& engine);
    void findActivations(Engine& engine);
    void begin(std::int64_t step);
    void prepareSpreads();
    events::TensorHistograms& spreads() { return std::get<events::TensorHistograms>(m_spread); }
    void take(Kind kind);
    void takeOutput(const std::string& layer, const at::Tensor& output);
    void note(std::size_t from);
    void copyWeights();
    void subtract();
    Plan makePlan() const;
    std::vector<std::string> statisticsOf(std::size_t source) const;
    std::int64_t binsOf(std::size_t source) const;
    void end(events::EventHub& hub);
    void publish(events::EventHub& hub);

    Learner* m_learner = nullptr;
    std::vector<spec::CaptureSpec> m_captures;
    std::vector<Source> m_sources;
    std::vector<std::vector<bool>> m_selected; ///< by capture, by source
    std::vector<bool> m_due;                   ///< by capture
    std::map<std::vector<bool>, Plan> m_plans;
    Plan* m_plan = nullptr; ///< of the step that goes on
    std::vector<at::Tensor> m_taken;
    Learner::Outputs m_onOutput;
    std::map<std::string, std::size_t, std::less<>> m_outputPlaces; ///< of the plan
    bool m_watched = false, m_spreading = false;
    double m_nextSpread = 0;
    events::Event m_spread = events::TensorHistograms{}; ///< filled again and again, so that nothing is copied to it
    std::int64_t m_step = 0, m_sets = 0;
};

}
