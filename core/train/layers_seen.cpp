// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/layers_seen.h"

#include <algorithm>

namespace core::train {

// Layers' names are known where rows go through them.
std::vector<LayerSeen> layersOf(Engine& engine)
{
    std::vector<LayerSeen> seen;
    const data::RowSet& rows = engine.data().rows(data::SplitName::Train);
    const std::vector<std::int64_t> first = rows.some(0, 2);
    if (first.empty() || !engine.learner().hasGradients())
        return seen;
    if (engine.data().streamed())
        engine.data().expect(rows, first.size());
    const at::NoGradGuard noGraph;
    const Learner::Outputs told = [&](const model::LayerPass& layer) {
        const std::string name = calledLayer(layer.name);
        if (std::ranges::find(seen, name, &LayerSeen::name) == seen.end())
            seen.push_back({name, layer.type, layer.output.is_floating_point(), layer.input.is_floating_point()});
    };
    engine.learner().look(engine.data().gather(first).input, &told);
    return seen;
}

std::string calledLayer(const std::string& name)
{
    return name.empty() ? "output" : name;
}

std::vector<std::string> toldLayers(const std::vector<LayerSeen>& layers)
{
    std::vector<std::string> told;
    for (const LayerSeen& layer : layers)
        told.push_back(layer.name + ' ' + layer.type);
    return told;
}

}
