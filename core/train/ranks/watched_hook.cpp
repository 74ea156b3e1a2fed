// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/ranks/watched_hook.h"

#include <map>

namespace core::train::ranks {

c10::intrusive_ptr<c10::ivalue::Future> there(const at::Tensor& values)
{
    // Of a device it wants to know which; the processor is not one of these.
    std::vector<c10::Device> devices;
    if (!values.is_cpu())
        devices.push_back(values.device());
    auto done = c10::make_intrusive<c10::ivalue::Future>(c10::TensorType::get(), std::move(devices));
    done->markCompleted(c10::IValue(values));
    return done;
}

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
        if (state_->goesDirect(tensors[0]))
            state_->unfinished.emplace_back(work, tensors[0]);
        else if (!tensors[0].is_cpu())
            work->wait();
        return work->getFuture();
    }
};

// The same through memory, or of one rank alone: what a rank adds is posted as soon as it is there, and the sum is made
// where the Reducer asks for it, behind the backward pass.
class InMemory final : public c10d::CommHookInterface {
public:
    explicit InMemory(World::Parts& parts) : m_parts(parts) {}

    c10::intrusive_ptr<c10::ivalue::Future> runHook(c10d::GradBucket& bucket) override
    {
        const at::Tensor& values = bucket.getBufferRef();
        if (m_parts.memory) {
            values.mul_(1.0 / double(m_parts.place.size));
            m_posted[values.const_data_ptr()] = m_parts.memory->postSum(values);
        }
        return there(values);
    }
    at::Tensor parseHookResult(const c10::IValue& result) override
    {
        at::Tensor values = result.toTensor();
        if (m_parts.memory)
            m_parts.memory->finish(m_posted.at(values.const_data_ptr()));
        return values;
    }

private:
    World::Parts& m_parts;
    std::map<const void*, SharedMemory::Operation> m_posted;
};

// As PyTorch's fp16_compress_hook; c10d's own is not to be had from outside its library.
class Halving final : public c10d::CppCommHookInterface<World::Parts*> {
public:
    using CppCommHookInterface::CppCommHookInterface;

    c10::intrusive_ptr<c10::ivalue::Future> runHook(c10d::GradBucket& bucket) override
    {
        // Divided first, so that sums stay in range.
        std::vector<at::Tensor> tensors{bucket.getBufferRef().to(at::kHalf).div_(double(state_->group->getSize()))};
        const auto work = state_->group->allreduce(tensors);
        if (state_->goesDirect(tensors[0])) {
            state_->unfinished.emplace_back(work, tensors[0]);
        } else if (!tensors[0].is_cpu()) {
            // As above.
            work->wait();
            bucket.getBufferRef().copy_(tensors[0]);
            return there(bucket.getBuffer());
        }
        const auto future = work->getFuture();
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
        : m_late(dynamic_cast<InMemory*>(inner.get())),
          m_inner(std::move(inner)),
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
        if (m_late) {
            m_places[bucket.getBuffer().const_data_ptr()] = place;
            return future;
        }
        // Of then() the result is not there before this has run.
        return future->then(
            [&scope = m_scope, place](c10::ivalue::Future& done) {
                scope.bucketDone(place);
                return done.value();
            },
            future->elementType());
    }

    at::Tensor parseHookResult(const c10::IValue& result) override
    {
        at::Tensor values = m_inner->parseHookResult(result);
        if (m_late && m_scope.looks())
            if (const auto place = m_places.find(values.const_data_ptr()); place != m_places.end())
                m_scope.bucketDone(place->second);
        return values;
    }

private:
    bool m_late; ///< a sum is there when the Reducer has asked for it
    std::unique_ptr<c10d::CommHookInterface> m_inner;
    Microscope& m_scope;
    std::map<const void*, std::size_t> m_places;
};

}

std::unique_ptr<c10d::CommHookInterface> averaging(World& world, bool processors)
{
    if ((world.parts().memory || world.size() == 1) && processors && !world.parts().direct)
        return std::make_unique<InMemory>(world.parts());
    return std::make_unique<Averaging>(&world.parts());
}

std::unique_ptr<c10d::CommHookInterface> averagingHalves(World& world)
{
    return std::make_unique<Halving>(&world.parts());
}

std::unique_ptr<c10d::CommHookInterface> watched(std::unique_ptr<c10d::CommHookInterface> inner, World& world)
{
    return std::make_unique<WatchedHook>(std::move(inner), world.microscope());
}

}
