// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/ranks/gpus.h"

#include "core/base/clock.h"
#include "core/base/thrown.h"
#include "core/tensor/cuda_devices.h"
#include "core/train/ranks/c10d.h"

#include <thread>

namespace core::train::ranks {

using base::Error;
using base::ErrorKind;

base::Result<std::string> deviceOfRank(const Place& place, const std::string& devices, const spec::DistributedSpec& how)
{
    const std::vector<std::int64_t> numbers = tensor::cudaNumbers(devices);
    if (numbers.empty()) {
        if (how.backend == "nccl")
            return Error{ErrorKind::Spec, "nccl sends between NVIDIA GPUs, and the ranks train on " + devices,
                         "/distributed/backend", "Use gloo, or name the GPUs: --device cuda:0,1"};
        return devices;
    }
    if (how.backend == "nccl" && how.onFailure != "stop")
        return Error{ErrorKind::Spec, "after a loss ranks meet again over gloo alone", "/distributed/on_failure",
                     "Set it to stop, or backend to gloo"};
    if (std::int64_t(numbers.size()) < place.localSize) {
        const std::string few = std::to_string(place.localSize) + " ranks of this machine have " +
                                (numbers.size() == 1 ? "1 GPU" : std::to_string(numbers.size()) + " GPUs");
        if (how.backend == "nccl")
            return Error{ErrorKind::Resource, few + ", and NCCL takes one rank on each", "/distributed/backend",
                         "Use gloo, over which ranks share a GPU, or as many ranks as GPUs"};
        // Backward passes of one process on one GPU wait in one line, and so for each other.
        if (place.starter == "threads")
            return Error{ErrorKind::Resource, few + ", and ranks that are threads need one each", "--device",
                         "Take as many ranks as GPUs, or processes: descent-cli launch"};
    }
    return tensor::cudaName({numbers[std::size_t(place.localRank) % numbers.size()]});
}

namespace {

// nullptr where the program's CUDA part is not there.
MakeBackend ncclMaker()
{
    using Make = void (*)(const c10::intrusive_ptr<c10d::Store>&, int, int, long, c10::intrusive_ptr<c10d::Backend>&);
    const auto make = reinterpret_cast<Make>(tensor::cudaPart("descentMakeNccl"));
    if (!make)
        return {};
    return [make](const c10::intrusive_ptr<c10d::Store>& store, int rank, int size, std::chrono::milliseconds timeout) {
        c10::intrusive_ptr<c10d::Backend> made;
        make(store, rank, size, long(timeout.count()), made);
        return made;
    };
}

}

base::Status goDirectly(World& world, const spec::DistributedSpec& how)
{
    World::Parts& own = world.parts();
    if (how.backend == "nccl" && !own.direct) {
        own.direct = Direct{c10::kCUDA, ncclMaker()};
        if (!own.direct->make) {
            own.direct.reset();
            return Error{ErrorKind::Resource,
                         "NCCL is not there: the program's CUDA part (libdescent_cuda.so) is missing",
                         "/distributed/backend", "Use gloo, or set up again with app/run --cuda"};
        }
    }
    if (!own.direct)
        return {};
    try {
        const auto made = [&](const char* name) {
            const auto store = c10::make_intrusive<c10d::PrefixStore>(name, own.store);
            return own.direct->make(store, int(world.rank()), int(world.size()), own.timeout);
        };
        own.direct->sums = made("direct");
        if (how.strategy == "pipeline") {
            own.direct->up = made("direct-up");
            own.direct->down = made("direct-down");
        }
        using Type = c10d::ProcessGroup::BackendType;
        own.group->setBackend(own.direct->device, own.direct->device == c10::kCUDA ? Type::NCCL : Type::CUSTOM,
                              own.direct->sums);
    } catch (const std::exception& failure) {
        return world.blame(failure.what());
    }
    return {};
}

// Gloo's wait() returns when all is done. NCCL's only puts what follows behind it, and would wait for ever, without a
// word, for a rank that is gone.
void World::Parts::finish(c10d::Work& work, const at::Tensor& values) const
{
    if (goesDirect(values)) {
        const double until = base::steadySeconds() + std::chrono::duration<double>(timeout).count();
        while (!work.isCompleted()) {
            if (base::steadySeconds() > until) {
                work.abort();
                throw std::runtime_error("what goes from device to device timed out");
            }
            std::this_thread::yield();
        }
    }
    work.wait();
}

// NCCL wants to be told when nothing more is sent. To end in order takes all ranks; where one is lost, or they part for
// another reason, the others do not wait for it.
void World::Parts::part()
{
    unfinished.clear();
    memory.reset();
    if (direct)
        for (const auto& backend : {direct->sums, direct->up, direct->down})
            if (backend)
                try {
                    if (ended && !lost)
                        backend->shutdown();
                    else
                        backend->abort();
                } catch (const std::exception&) {
                    // Nothing is sent over it any more, either way.
                }
    direct.reset();
    group.reset();
}

void finishGradients(World& world)
{
    World::Parts& own = world.parts();
    try {
        for (const auto& [work, values] : own.unfinished)
            own.finish(*work, values);
        own.unfinished.clear();
    } catch (const std::exception& failure) {
        throw base::Thrown(world.blame(failure.what()));
    }
}

void dropGradients(World& world)
{
    for (const auto& [work, values] : std::exchange(world.parts().unfinished, {}))
        work->abort();
}

}
