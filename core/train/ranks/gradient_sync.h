// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/tensor.h"

#include <memory>

namespace core::train::ranks {

class PowerSgd;
class World;

/// Averages gradients over all ranks while the backward pass goes on: c10d's Reducer (Li et al. 2020), which Python's
/// DistributedDataParallel stands on.
class GradientSync {
public:
    /// Of those parameters that learn; `bucketMb`: the size of a message. `compression`: `none`, or `fp16`, which sends
    /// numbers of half the size (c10d's own hook). `thin`: sends thin matrices instead, one part for each of
    /// `parameters`; nullptr: does not.
    GradientSync(World& world, const std::vector<tensor::NamedTensor>& parameters, double bucketMb,
                 const std::string& compression = "none", std::shared_ptr<PowerSgd> thin = {});
    ~GradientSync();

    /// Before the forward pass whose gradients are the last of a step. Those before it only add up (no_sync).
    void forwardBegins();
    /// Before its backward pass, behind which the gradients are the mean over all ranks.
    void backwardBegins(const at::Tensor& loss);

private:
    struct Parts;
    std::unique_ptr<Parts> m_parts;
};

}
