// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/tensor/tensor.h"

#include <functional>

namespace core::train {

/// What there is to remember before the first step on a new task.
struct Memory {
    /// Of each parameter, so many of its first rows come from the old task: all of them, or none of a new output's.
    std::vector<std::int64_t> oldRows;
    std::int64_t rows = 0; ///< of the old task that may be learned from
    /// −log p of one of them, with a graph, from the weights of the moment in evaluation mode. `own`: of what the
    /// model itself says there, drawn from its distribution, instead of the row's target.
    std::function<at::Tensor(std::int64_t row, bool own)> surprise = {};
};

/// What is done against forgetting an old task. One plug-in of `core/train/remedies`.
class Remedy {
public:
    virtual ~Remedy() = default;
    /// Whether it cannot do without rows of the old task.
    virtual bool needsOldRows() const { return false; }
    /// Of the rows of each batch, so many are old ones; and of how many different ones at most (0: all there are).
    virtual double oldShare() const { return 0; }
    virtual std::int64_t oldRowsKept() const { return 0; }
    /// Keeps what it needs of the weights as they are now.
    virtual base::Status remember(const std::vector<tensor::NamedTensor>& parameters, const Memory& memory)
    {
        (void)parameters, (void)memory;
        return {};
    }
    /// Adds the penalty's slope to the parameters' gradients and gives the penalty. A parameter without a gradient, as
    /// a frozen one, is left alone.
    virtual double penalize(const std::vector<tensor::NamedTensor>& parameters) const
    {
        (void)parameters;
        return 0;
    }
    /// Everything that penalize() depends on, live; complete, with zeros, before remember().
    virtual std::vector<tensor::NamedTensor> state() const { return {}; }
};

using Remedies = base::Registry<Remedy, const std::vector<tensor::NamedTensor>&>;
const Remedies& allRemedies();

/// Weights that a remedy holds the parameters near to, with the old task's share of each.
class Anchor {
public:
    explicit Anchor(const std::vector<tensor::NamedTensor>& parameters);
    void set(const std::vector<tensor::NamedTensor>& parameters, const std::vector<std::int64_t>& oldRows);
    std::vector<tensor::NamedTensor> state() const;

    /// The old task's rows of a tensor in the form of parameter i, and the rest; undefined if there are none.
    at::Tensor oldPart(std::size_t i, const at::Tensor& whole) const;
    at::Tensor newPart(std::size_t i, const at::Tensor& whole) const;
    const at::Tensor& weights(std::size_t i) const { return m_weights[i].tensor; }
    std::size_t size() const { return m_weights.size(); }

private:
    std::vector<tensor::NamedTensor> m_weights; ///< `anchor/<parameter>`
    at::Tensor m_oldRows;                       ///< int64, on the CPU
};

}
