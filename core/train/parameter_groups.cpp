// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/parameter_groups.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

namespace core::train {

namespace {

bool numbered(std::string_view part)
{
    const std::size_t digits = part.size() - std::min(part.size(), part.find_last_not_of("0123456789") + 1);
    return digits > 0 && (digits == part.size() || part[part.size() - digits - 1] == '_');
}

// `layer1.0` of `layer1.0.conv1.weight`, `fc` of `fc.weight`.
std::string moduleOf(const std::string& name)
{
    for (std::size_t begin = 0; begin < name.size();) {
        const std::size_t end = std::min(name.find('.', begin), name.size());
        if (end < name.size() && numbered(std::string_view(name).substr(begin, end - begin)))
            return name.substr(0, end);
        begin = end + 1;
    }
    const std::size_t dot = name.rfind('.');
    return dot == name.npos ? std::string() : name.substr(0, dot);
}

}

std::vector<std::int64_t> layersOf(const std::vector<tensor::NamedTensor>& parameters)
{
    std::map<std::string, bool> isNorm;
    for (const auto& [name, tensor] : parameters) {
        const auto [module, fresh] = isNorm.try_emplace(moduleOf(name), true);
        module->second = module->second && tensor.dim() <= 1;
    }
    std::map<std::string, std::int64_t> places;
    std::vector<std::int64_t> layers;
    std::int64_t last = -1;
    for (const auto& [name, tensor] : parameters) {
        const std::string module = moduleOf(name);
        auto place = places.find(module);
        if (place == places.end()) {
            last += !isNorm[module] || last < 0;
            place = places.emplace(module, last).first;
        }
        layers.push_back(place->second);
    }
    return layers;
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
