// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/network.h"

#include "core/model/shape.h"

#include <algorithm>

namespace core::model {

at::MemoryFormat layoutOf(const at::Tensor& picture, const Mode& mode)
{
    if (mode.layout)
        return *mode.layout;
    const bool last = picture.is_cpu() ? picture.scalar_type() != at::kDouble : mode.compute.has_value();
    return last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
}

namespace {

std::string shapeText(at::IntArrayRef shape)
{
    return shape.empty() ? "one number" : textOf(shape.vec());
}

void note(std::string& list, const std::string& item)
{
    list += (list.empty() ? "" : ", ") + item;
}

}

base::Status loadWeights(Network& network, const std::vector<base::Blob>& blobs, const std::string& where)
{
    std::string missing, misshapen, unknown;
    std::vector<std::pair<at::Tensor, at::Tensor>> copies;
    const std::vector<tensor::NamedTensor> state = stateOf(network);
    for (const auto& [name, live] : state) {
        const auto blob = std::find_if(blobs.begin(), blobs.end(), [&](const base::Blob& b) { return b.name == name; });
        if (blob == blobs.end()) {
            note(missing, name);
            continue;
        }
        CORE_TRY(tensor, tensor::fromBlob(*blob));
        if (tensor.sizes() != live.sizes())
            note(misshapen, name + " (" + shapeText(tensor.sizes()) + " instead of " + shapeText(live.sizes()) + ")");
        copies.emplace_back(live, tensor);
    }
    for (const base::Blob& blob : blobs)
        if (std::none_of(state.begin(), state.end(), [&](const auto& named) { return named.name == blob.name; }))
            note(unknown, blob.name);
    std::string problem;
    for (const auto& [what, names] :
         {std::pair("missing: ", missing), {"another shape: ", misshapen}, {"not in this network: ", unknown}})
        if (!names.empty())
            problem += (problem.empty() ? "" : "; ") + (what + names);
    if (!problem.empty())
        return base::Error{base::ErrorKind::Data, "the weights do not fit the network: " + problem, where,
                           "Use the model that they were saved from"};
    at::NoGradGuard noGraph;
    for (auto& [live, tensor] : copies)
        live.copy_(tensor);
    return {};
}

std::vector<tensor::NamedTensor> stateOf(const Network& network)
{
    std::vector<tensor::NamedTensor> all = network.parameters();
    all.insert(all.end(), network.buffers().begin(), network.buffers().end());
    return all;
}

}
