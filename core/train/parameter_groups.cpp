// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/parameter_groups.h"

#include "core/model/freezing.h"

#include <algorithm>
#include <cmath>

namespace core::train {

std::vector<std::int64_t> layersOf(const std::vector<tensor::NamedTensor>& parameters)
{
    std::vector<model::ParameterInfo> described;
    for (const tensor::NamedTensor& named : parameters)
        described.push_back({named.name, named.tensor.sizes().vec()});
    return model::blocksOf(described);
}

std::vector<ParameterRule> rulesFor(const std::vector<tensor::NamedTensor>& parameters, const spec::TrainSpec& train)
{
    const std::vector<std::int64_t> layers = layersOf(parameters);
    const std::int64_t top = layers.empty() ? 0 : *std::ranges::max_element(layers);
    std::vector<ParameterRule> rules;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const auto& [name, tensor] = parameters[i];
        const bool aside = tensor.dim() <= 1 || name.ends_with("bias");
        rules.push_back({std::pow(train.layerDecay, double(top - layers[i])), train.decayNormsAndBiases || !aside});
    }
    return rules;
}

}
