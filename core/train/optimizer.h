// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/tensor/tensor.h"

namespace core::train {

/// Moves parameters along their gradients. One plug-in of `core/train/optim`, with PyTorch's parameter names,
/// defaults and steps. The plug-in's Spec has a field `lr`; the rate of each step comes from the schedule.
class Optimizer {
public:
    explicit Optimizer(std::vector<tensor::NamedTensor> parameters) : m_parameters(std::move(parameters)) {}
    virtual ~Optimizer() = default;

    /// One update with rate `lr` from the parameters' `.grad()`; a parameter without a gradient stays.
    virtual void step(double lr) = 0;
    /// Everything that the next step depends on besides parameters and gradients, named `<state>/<parameter>`
    /// (`exp_avg/0.weight`); the tensors are the live ones, complete before the first step.
    virtual std::vector<tensor::NamedTensor> state() = 0;
    /// Takes over a state saved under the same names; an error names what is missing or misshapen.
    base::Status load(const std::vector<base::Blob>& saved);
    /// Takes over changed parameters between two steps; false if `key` is not one that may change.
    virtual bool edit(const base::Value& params) = 0;

protected:
    std::vector<tensor::NamedTensor> m_parameters;
};

using Optimizers = base::Registry<Optimizer, const std::vector<tensor::NamedTensor>&>;
const Optimizers& optimizers();

}
