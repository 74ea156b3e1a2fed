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

namespace {

bool needsProcessors(const spec::DistributedSpec& how)
{
    return how.strategy == "pipeline" || how.shardOptimizer || how.compression != "none";
}

}

base::Result<std::string> devicesOfRanks(const std::string& wanted, std::int64_t localRanks,
                                         const spec::DistributedSpec& how)
{
    return tensor::resolveDevices(wanted == "auto" && needsProcessors(how) ? "cpu" : wanted, localRanks);
}

base::Result<std::string> deviceOfRank(const Place& place, const std::string& devices, const spec::DistributedSpec& how)
{
    const std::vector<std::int64_t> numbers = tensor::cudaNumbers(devices);
    if (numbers.empty()) {
        if (how.backend == "nccl")
            return Error{ErrorKind::Spec, "nccl sends between NVIDIA GPUs, and the ranks train on " + devices,
                         "/distributed/backend", "Use gloo, or name the GPUs: --device cuda:0,1"};
        return devices;
    }
    if (needsProcessors(how))
        return Error{ErrorKind::Spec, "pipelines, shares of an optimizer and compression are not there for GPUs yet",
                     "/distributed", "Use strategy ddp without them, or --device cpu"};
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

base::Status useNccl(World& world)
{
    using Make = void (*)(const c10::intrusive_ptr<c10d::Store>&, int, int, long, c10::intrusive_ptr<c10d::Backend>&);
    const auto make = reinterpret_cast<Make>(tensor::cudaPart("descentMakeNccl"));
    if (!make)
        return Error{ErrorKind::Resource, "NCCL is not there: the program's CUDA part (libdescent_cuda.so) is missing",
                     "/distributed/backend", "Use gloo, or set up again with app/run --cuda"};
    World::Parts& own = world.parts();
    try {
        const auto store = c10::make_intrusive<c10d::PrefixStore>("nccl", own.store);
        c10::intrusive_ptr<c10d::Backend> nccl;
        make(store, int(world.rank()), int(world.size()), long(own.timeout.count()), nccl);
        own.group->setBackend(at::kCUDA, c10d::ProcessGroup::BackendType::NCCL, nccl);
        own.nccl = true;
    } catch (const std::exception& failure) {
        return world.blame(failure.what());
    }
    return {};
}

// Gloo's wait() returns when all is done. NCCL's only puts what follows behind it, and would wait for ever, without a
// word, for a rank that is gone.
void World::Parts::finish(c10d::Work& work, bool onDevice) const
{
    if (nccl && onDevice) {
        const double until = base::steadySeconds() + std::chrono::duration<double>(timeout).count();
        while (!work.isCompleted()) {
            if (base::steadySeconds() > until) {
                work.abort();
                throw std::runtime_error("NCCL timed out");
            }
            std::this_thread::yield();
        }
    }
    work.wait();
}

void finishGradients(World& world)
{
    World::Parts& own = world.parts();
    try {
        for (const auto& work : own.unfinished)
            own.finish(*work, true);
        own.unfinished.clear();
    } catch (const std::exception& failure) {
        throw base::Thrown(world.blame(failure.what()));
    }
}

void dropGradients(World& world)
{
    for (const auto& work : std::exchange(world.parts().unfinished, {}))
        work->abort();
}

}
