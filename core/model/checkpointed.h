// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network.h"

namespace core::model {

using Pass = std::function<at::Tensor(const at::Tensor& input, const Mode& mode)>;

/// `pass(input, mode)`, of which only the input is kept: the backward pass goes through it a second time to know what
/// is inside (Chen et al. 2016, arXiv:1604.06174), as torch.utils.checkpoint does. `pass` must give the same bits again
/// and adds gradients to its parameters itself.
at::Tensor checkpointed(Pass pass, const at::Tensor& input, const Mode& mode);

/// Where the parts begin into which `count` layers are cut, evenly; ends with `count`.
std::vector<std::size_t> cuts(std::size_t count, std::int64_t parts);

}
