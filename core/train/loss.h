// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/tensor/tensor.h"

namespace core::train {

/// What training makes small. One plug-in of `core/train/losses`; PyTorch's names and defaults, mean over the batch.
class Loss {
public:
    virtual ~Loss() = default;
    /// `output` [n, outputs]; `target` [n] int64 or float32, or [n, outputs] float32 → a scalar with a graph.
    virtual at::Tensor compute(const at::Tensor& output, const at::Tensor& target) const = 0;
    /// One value an item, without a graph: [n].
    virtual at::Tensor perItem(const at::Tensor& output, const at::Tensor& target) const = 0;
    virtual bool classifies() const = 0;
    /// Told before it is used; by this losses weigh classes.
    virtual base::Status begin(const std::vector<std::int64_t>& trainingRowsOfClasses)
    {
        (void)trainingRowsOfClasses;
        return {};
    }
    /// What the mean of these items divides by: their number, unless they weigh differently.
    virtual double weightOf(const at::Tensor& target) const { return double(target.size(0)); }
};

using Losses = base::Registry<Loss>;
const Losses& allLosses();

}
