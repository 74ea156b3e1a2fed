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
};

/// `input` → output; fills `kept` unless it is null. Expects that autograd does not watch.
at::Tensor forward(const Block& block, const at::Tensor& input, const Mode& mode, Kept* kept);

/// The gradient of a block's output → those of its parameters into `gradients` (nullptr: they are frozen), and of its
/// input (undefined unless `wanted`).
at::Tensor backward(const Block& block, const at::Tensor& gradient, const Kept& kept, bool wanted,
                    at::Tensor* gradients);

}
