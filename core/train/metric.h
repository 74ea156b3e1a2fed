// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/tensor/tensor.h"

namespace core::train {

/// A figure over any number of batches. One plug-in of `core/train/metrics`.
class Metric {
public:
    virtual ~Metric() = default;
    /// `output` [n, outputs], `target` [n], or [n, outputs] numbers; on any device, without a graph.
    virtual void add(const at::Tensor& output, const at::Tensor& target) = 0;
    virtual double value() const = 0;
    virtual void reset() = 0;
    virtual bool higherIsBetter() const = 0;
    virtual bool classifies() const = 0; ///< for classification; else for regression
};

using Metrics = base::Registry<Metric>;
const Metrics& allMetrics();

/// All elements in row-major order, from any device.
std::vector<double> numbersOf(const at::Tensor& values);

}
