// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/rng.h"
#include "core/tensor/tensor.h"

namespace core::model {

/// How weights begin: `default`, or a function of torch.nn.init with PyTorch's names.
struct Init {
    std::string kind = "default"; ///< one of initNames()
    double scale = 0.01;          ///< of `normal`: σ; of `constant`: the value
};

/// What torchvision's ResNet begins with: kaiming_normal by fan-out for convolutions, PyTorch's own for the rest. No
/// name for experiments.
inline constexpr const char* convolutionsByFanOut = "convolutions_by_fan_out";

/// `default`, `kaiming_uniform`, `kaiming_normal`, `xavier_uniform`, `xavier_normal`, `orthogonal`, `normal`,
/// `constant`, `zeros`.
const std::vector<std::string>& initNames();

/// A weight [outputs, inputs, …window], float32. `default` is kaiming_uniform with a = √5, which torch.nn.Linear and
/// Conv2d begin with. kaiming: He et al. 2015, for relu, by fan-in; xavier: Glorot & Bengio 2010; orthogonal: Saxe et
/// al. 2014, its rows (or columns, if they are fewer) as one matrix.
at::Tensor drawnWeight(const std::vector<std::int64_t>& shape, const Init& init, const base::Draw& draw);
/// A bias uniform in ± 1 / √fanIn, as torch.nn.Linear and Conv2d; 0 where every weight begins alike.
at::Tensor drawnBias(std::int64_t outputs, std::int64_t fanIn, const Init& init, const base::Draw& draw);
/// The numbers that a weight's outputs are summed over.
std::int64_t fanInOf(const std::vector<std::int64_t>& shape);

}
