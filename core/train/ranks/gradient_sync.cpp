// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/ranks/gradient_sync.h"

#include "core/train/ranks/power_sgd.h"
#include "core/train/ranks/watched_hook.h"

#include <torch/csrc/distributed/c10d/reducer.hpp>

#include <algorithm>

namespace core::train::ranks {

struct GradientSync::Parts {
    std::unique_ptr<c10d::Reducer> reducer;
};

namespace {

// Waits for its messages where it is called: in the backward pass, bucket by bucket in the same order on all ranks.
class ThinMatrices final : public c10d::CommHookInterface {
public:
    ThinMatrices(World& world, std::shared_ptr<PowerSgd> thin, std::unordered_map<c10::TensorImpl*, std::size_t> places)
        : m_world(world),
          m_thin(std::move(thin)),
          m_places(std::move(places))
    {
    }

    c10::intrusive_ptr<c10::ivalue::Future> runHook(c10d::GradBucket& bucket) override
    {
        std::vector<std::size_t> places;
        for (const at::Tensor& parameter : bucket.getParameters())
            places.push_back(m_places.at(parameter.unsafeGetTensorImpl()));
        m_thin->average(bucket.getGradients(), places, m_world.size(),
                        [&](const at::Tensor& all) { m_world.sum(all); });
        return there(bucket.getBuffer());
    }
    at::Tensor parseHookResult(const c10::IValue& result) override { return result.toTensor(); }

private:
    World& m_world;
    std::shared_ptr<PowerSgd> m_thin;
    std::unordered_map<c10::TensorImpl*, std::size_t> m_places; ///< of parameters
};

}

GradientSync::GradientSync(World& world, const std::vector<tensor::NamedTensor>& parameters, double bucketMb,
                           const std::string& compression, std::shared_ptr<PowerSgd> thin)
    : m_parts(std::make_unique<Parts>())
{
    std::vector<at::Tensor> learning;
    std::unordered_map<std::size_t, std::string> names;
    std::unordered_map<c10::TensorImpl*, std::size_t> places;
    for (std::size_t i = 0; i < parameters.size(); ++i)
        if (parameters[i].tensor.requires_grad()) {
            names[learning.size()] = parameters[i].name;
            places[parameters[i].tensor.unsafeGetTensorImpl()] = i;
            learning.push_back(parameters[i].tensor);
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
    std::unique_ptr<c10d::CommHookInterface> hook;
    if (thin)
        hook = std::make_unique<ThinMatrices>(world, std::move(thin), std::move(places));
    else if (compression == "fp16")
        hook = averagingHalves(world);
    else
        hook = averaging(world, std::ranges::all_of(learning, SharedMemory::sums));
    m_parts->reducer->register_comm_hook(watched(std::move(hook), world));
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
