// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/hub.h"
#include "core/tensor/statistics.h"
#include "core/train/engine.h"

#include <map>

namespace core::train {

/// Takes the statistics that an experiment's `capture` asks for: of the weights before an update, of its gradients
/// before they are clipped. It only looks, so the training's bits are the same whatever is captured.
class TensorWatch {
public:
    /// Takes over what the experiment captures; at the start, and again when it was edited.
    void follow(Engine& engine, events::EventHub& hub);
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
            publish(hub);
        m_plan = nullptr;
    }

private:
    /// Tensors of which the same statistics are taken at the same steps.
    struct Set {
        events::TensorsNamed names;
        std::vector<tensor::TakeStatistic> statistics;
        std::vector<double> values;
        bool named = false;
    };
    struct Place {
        at::Tensor weight; ///< live
        bool gradient = false;
        std::size_t set = 0, row = 0;
    };
    /// What is taken at steps at which the same captures are due; the weights' places come before the gradients'.
    struct Plan {
        std::vector<Place> places;
        std::size_t weights = 0;
        std::vector<Set> sets;
    };

    void begin(std::int64_t step);
    void take(std::size_t from, std::size_t to);
    Plan makePlan() const;
    std::vector<std::string> statisticsOf(std::size_t tensor) const;
    void publish(events::EventHub& hub);

    std::vector<spec::CaptureSpec> m_captures;
    std::vector<std::pair<at::Tensor, bool>> m_tensors; ///< weights, and once more for their gradients
    std::vector<std::string> m_names;
    std::vector<std::vector<bool>> m_selected; ///< by capture, by tensor
    std::vector<bool> m_due;                   ///< by capture
    std::map<std::vector<bool>, Plan> m_plans;
    Plan* m_plan = nullptr; ///< of the step that goes on
    std::vector<at::Tensor> m_taken;
    std::int64_t m_step = 0, m_sets = 0;
};

}
