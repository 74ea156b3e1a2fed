// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/initialize.h"

#include "core/model/adapters.h"
#include "core/model/freezing.h"

#include <algorithm>

namespace core::model {

using base::Error;
using base::ErrorKind;

namespace {

const base::Blob* find(const std::vector<base::Blob>& blobs, const std::string& name)
{
    const auto found = std::ranges::find(blobs, name, &base::Blob::name);
    return found == blobs.end() ? nullptr : &*found;
}

// Outputs that the head of `weights` has, where it differs from the network's in nothing else; -1 if it does not fit.
std::int64_t otherOutputs(const Network& network, const std::string& head, const Weights& weights)
{
    std::int64_t outputs = -1;
    for (const tensor::NamedTensor& named : network.parameters()) {
        if (!isIn(head, named.name))
            continue;
        const base::Blob* blob = find(weights.tensors, named.name);
        if (!blob || blob->shape.empty() || blob->shape.size() != std::size_t(named.tensor.dim()) ||
            !std::equal(blob->shape.begin() + 1, blob->shape.end(), named.tensor.sizes().begin() + 1))
            return -1;
        outputs = blob->shape[0];
    }
    return outputs;
}

}

base::Result<std::vector<std::string>> initialize(Network& network, const Weights& weights, const TakeOver& how)
{
    Network& plain = network.plain();
    const std::string head = headOf(describeParameters(plain));
    const bool oneLayer = std::ranges::all_of(plain.parameters(), [&](const auto& p) { return isIn(head, p.name); });
    const std::int64_t before = otherOutputs(plain, head, weights);
    std::int64_t here = 0;
    for (const tensor::NamedTensor& named : plain.parameters())
        if (isIn(head, named.name))
            here = named.tensor.size(0);
    const bool otherClasses = !how.classes.empty() && !weights.classes.empty() && how.classes != weights.classes;
    const bool otherNumber = before >= 0 && before != here;
    const bool fresh = !oneLayer && (how.head == "new" || (how.head == "auto" && (otherNumber || otherClasses)));
    std::vector<base::Blob> wanted = weights.tensors;
    std::vector<std::string> notes;
    if (fresh) {
        // What the head began with stands in for what the file says.
        std::erase_if(wanted, [&](const base::Blob& blob) { return isIn(head, blob.name); });
        for (const tensor::NamedTensor& named : stateOf(plain))
            if (isIn(head, named.name))
                wanted.push_back(tensor::toBlob(named.name, named.tensor));
        const std::string what = how.classes.empty() ? " outputs" : " classes";
        notes.push_back(head + ": new, " +
                        (otherNumber    ? std::to_string(before) + " → " + std::to_string(here) + what
                         : otherClasses ? "for other classes"
                                        : "as model.last_layer asks"));
    }
    for (const tensor::NamedTensor& buffer : plain.buffers())
        if (buffer.name.ends_with("num_batches_tracked") && !find(wanted, buffer.name))
            wanted.push_back(tensor::toBlob(buffer.name, buffer.tensor));
    CORE_CHECK(loadWeights(plain, wanted, how.where));
    network.plainReplaced();
    return notes;
}

}
