// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/frames.h"
#include "core/model/network.h"
#include "core/train/phase_clock.h"

#include <functional>
#include <vector>

namespace core::train {

/// Writes down what forward, backward and update of one step did. Without a trace to write into it costs nothing.
class StepTracer {
public:
    /// `stopwatch`: is told how long they took.
    StepTracer(events::StepTrace* into, const std::vector<tensor::NamedTensor>& parameters,
               const Stopwatch& stopwatch = {});

    /// Whom the network tells of its outputs: `wanted`, and whoever times the layers. Not with checkpoints: to tell of
    /// outputs a network keeps them all.
    const model::Watch* watch(const model::Watch* wanted, bool checkpoints);
    void forwardBegins();
    /// On the device, as a batch that the layers are timed with.
    void inputIsThere(const at::Tensor& input);
    void forwardEnds();
    void backwardEnds();
    /// Gradients as the optimizer will see them: with penalties, clipped.
    void updateBegins();
    void updateEnds();
    explicit operator bool() const { return m_into != nullptr; }

private:
    double lap();

    events::StepTrace* m_into;
    const std::vector<tensor::NamedTensor>& m_parameters;
    std::vector<at::Tensor> m_before;
    double m_since = 0;
    Stopwatch m_stopwatch;
};

}
