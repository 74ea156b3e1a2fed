// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/ranks/gradient_sync.h"

#include "core/train/ranks/watched_hook.h"

#include <torch/csrc/distributed/c10d/reducer.hpp>

#include <algorithm>

namespace core::train::ranks {

struct GradientSync::Parts {
    std::unique_ptr<c10d::Reducer> reducer;
};

GradientSync::GradientSync(World& world, const std::vector<tensor::NamedTensor>& parameters, double bucketMb)
    : m_parts(std::make_unique<Parts>())
{
    std::vector<at::Tensor> learning;
    std::unordered_map<std::size_t, std::string> names;
    for (const tensor::NamedTensor& parameter : parameters)
        if (parameter.tensor.requires_grad()) {
            names[learning.size()] = parameter.name;
            learning.push_back(parameter.tensor);
        }
    if (learning.empty())
        return;
    // As Python's DistributedDataParallel: the first bucket is small, so that the first message leaves early; the last
    // layers' gradients are there first.
    const auto most = std::int64_t(bucketMb * (1 << 20));
    const auto first = std::min<std::int64_t>(c10d::kDefaultFirstBucketBytes, most);
    auto [buckets, sizes] = c10d::compute_bucket_assignment_by_size(learning, {std::size_t(first), std::size_t(most)});
    std::ranges::reverse(buckets);
    // What the C++ zero_grad does to gradients does not go with views of buckets.
    constexpr bool findsUnused = false, gradientsAreViews = false;
    world.microscope().buckets = std::int64_t(buckets.size());
    m_parts->reducer = std::make_unique<c10d::Reducer>(
        learning, std::move(buckets), world.parts().group, std::vector<bool>(learning.size(), false), most, findsUnused,
        gradientsAreViews, std::move(names), first, false, false, std::vector<std::int64_t>{});
    m_parts->reducer->register_comm_hook(watched(averaging(world), world));
}

GradientSync::~GradientSync()
{
    if (!m_parts->reducer)
        return;
    try {
        m_parts->reducer->remove_autograd_hooks();
        m_parts->reducer.reset();
    } catch (const std::exception&) {
        // A pass that was broken off has nothing left to finish.
    }
}

void GradientSync::forwardBegins()
{
    if (m_parts->reducer && m_parts->reducer->should_rebuild_buckets())
        m_parts->reducer->rebuild_buckets();
}

void GradientSync::backwardBegins(const at::Tensor& loss)
{
    if (m_parts->reducer)
        m_parts->reducer->prepare_for_backward({loss});
}

}
