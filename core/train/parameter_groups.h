// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/spec/experiment.h"
#include "core/train/optimizer.h"

namespace core::train {

/// Which layer each parameter belongs to, counted from the input: model::blocksOf().
std::vector<std::int64_t> layersOf(const std::vector<tensor::NamedTensor>& parameters);

/// The rules that `train.decay_norms_and_biases` and `train.layer_decay` make, as timm's param_groups_weight_decay and
/// param_groups_layer_decay: no decay where a parameter has one dimension or is called bias; rate layer_decay^(layers
/// above).
std::vector<ParameterRule> rulesFor(const std::vector<tensor::NamedTensor>& parameters, const spec::TrainSpec& train);

}
