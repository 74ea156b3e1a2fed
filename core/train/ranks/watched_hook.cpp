// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/ranks/watched_hook.h"

namespace core::train::ranks {

namespace {

class Averaging final : public c10d::CppCommHookInterface<World::Parts*> {
public:
    using CppCommHookInterface::CppCommHookInterface;

    c10::intrusive_ptr<c10::ivalue::Future> runHook(c10d::GradBucket& bucket) override
    {
        bucket.getBufferRef().mul_(1.0 / double(state_->group->getSize()));
        std::vector<at::Tensor> tensors{bucket.getBufferRef()};
        const auto work = state_->group->allreduce(tensors);
        // Gloo copies back on a stream that its future knows nothing of: only wait() puts what follows behind that.
        if (tensors[0].is_cuda() && !state_->nccl)
            work->wait();
        else if (tensors[0].is_cuda())
            state_->unfinished.push_back(work);
        return work->getFuture();
    }
};

// As PyTorch's fp16_compress_hook; c10d's own is not to be had from outside its library.
class Halving final : public c10d::CppCommHookInterface<c10::intrusive_ptr<c10d::ProcessGroup>> {
public:
    using CppCommHookInterface::CppCommHookInterface;

    c10::intrusive_ptr<c10::ivalue::Future> runHook(c10d::GradBucket& bucket) override
    {
        // Divided first, so that sums stay in range.
        std::vector<at::Tensor> tensors{bucket.getBufferRef().to(at::kHalf).div_(double(state_->getSize()))};
        const auto future = state_->allreduce(tensors)->getFuture();
        return future->then(
            [whole = bucket.getBufferRef(), half = tensors[0]](c10::ivalue::Future&) {
                whole.copy_(half);
                return c10::IValue(std::vector<at::Tensor>{whole});
            },
            future->elementType());
    }
};

class WatchedHook final : public c10d::CommHookInterface {
public:
    WatchedHook(std::unique_ptr<c10d::CommHookInterface> inner, Microscope& scope)
        : m_inner(std::move(inner)),
          m_scope(scope)
    {
    }

    c10::intrusive_ptr<c10::ivalue::Future> runHook(c10d::GradBucket& bucket) override
    {
        if (!m_scope.looks())
            return m_inner->runHook(bucket);
        const double norm = at::linalg_vector_norm(bucket.getBuffer(), 2, {}, false, at::kDouble).item<double>();
        const std::size_t place = bucket.getIndex();
        m_scope.bucketReady(place, norm * norm);
        const auto future = m_inner->runHook(bucket);
        // Of then() the result is not there before this has run.
        return future->then(
            [&scope = m_scope, place](c10::ivalue::Future& done) {
                scope.bucketDone(place);
                return done.value();
            },
            future->elementType());
    }

    at::Tensor parseHookResult(const c10::IValue& result) override { return m_inner->parseHookResult(result); }

private:
    std::unique_ptr<c10d::CommHookInterface> m_inner;
    Microscope& m_scope;
};

}

std::unique_ptr<c10d::CommHookInterface> averaging(World& world)
{
    return std::make_unique<Averaging>(&world.parts());
}

std::unique_ptr<c10d::CommHookInterface> averagingHalves(const c10::intrusive_ptr<c10d::ProcessGroup>& group)
{
    return std::make_unique<Halving>(group);
}

std::unique_ptr<c10d::CommHookInterface> watched(std::unique_ptr<c10d::CommHookInterface> inner, World& world)
{
    return std::make_unique<WatchedHook>(std::move(inner), world.microscope());
}

}
