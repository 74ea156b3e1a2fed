// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/frames.h"
#include "core/tensor/tensor.h"

#include <functional>
#include <vector>

namespace core::train {

/// Writes down what forward, backward and update of one step did. Without a trace to write into it costs nothing.
class StepTracer {
public:
    StepTracer(events::StepTrace* into, const std::vector<tensor::NamedTensor>& parameters);

    void forwardBegins();
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
};

}
