// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network.h"
#include "core/model/plain_layers.h"

namespace core::model {

/// A layer with its tensors.
struct Block {
    PlainLayer layer;
    std::uint64_t place = 0;                 ///< its stream inside a step's draw
    std::vector<at::Tensor> parameters = {}; ///< weight, bias
    std::vector<at::Tensor> buffers = {};    ///< running_mean, running_var, num_batches_tracked
    std::string name = {};                   ///< empty if it stands alone
    std::string type = {};                   ///< as torch.nn calls it
    bool hidden = false;                     ///< it only stands where dropout may come
};

/// What a block keeps of a forward pass for the backward one.
struct Kept {
    at::Tensor input, output;
    at::Tensor first, second, third; ///< as the layer needs: a mask, indices, the batch's mean and 1 / σ
    std::int64_t kernel = 0;         ///< which of ATen's batch norms was chosen
    bool training = false;
    AcrossRanks* ranks = nullptr; ///< over whose rows a batch norm was taken
    Shape pooled = {};            ///< of a pool that took the ReLU before it along: of what that one was given
    bool passed = false;          ///< that ReLU, which has nothing left to do
};

/// `input` → output; fills `kept` unless it is null. Expects that autograd does not watch. An `input` that nobody else
/// holds may be overwritten with the output.
at::Tensor forward(const Block& block, at::Tensor input, const Mode& mode, Kept* kept);

/// Both at once, with the same numbers, where that is possible: a ReLU and the MaxPool2d behind it read their picture
/// once instead of four times. What is kept is null for both or for none. Undefined: they go one after the other.
at::Tensor forwardTogether(const Block& first, const Block& second, const at::Tensor& input, Kept* keptOfFirst,
                           Kept* keptOfSecond);

/// The gradient of a block's output → those of its parameters into `gradients` (nullptr: they are frozen), and of its
/// input (undefined unless `wanted`).
at::Tensor backward(const Block& block, const at::Tensor& gradient, const Kept& kept, bool wanted,
                    at::Tensor* gradients);

}
