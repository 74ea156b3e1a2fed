// SPDX-License-Identifier: GPL-3.0-or-later
// c10d and what a world is made of; for the sources of core/train/ranks alone.
#pragma once

#define USE_DISTRIBUTED
#define USE_C10D_GLOO

#include "core/train/ranks/shared_memory.h"
#include "core/train/ranks/world.h"

#include <functional>
#include <mutex>
#include <optional>

#include <torch/csrc/distributed/c10d/HashStore.hpp>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

namespace core::train::ranks {

/// Makes a backend for the ranks that meet in `store`.
using MakeBackend = std::function<c10::intrusive_ptr<c10d::Backend>(const c10::intrusive_ptr<c10d::Store>& store,
                                                                    int rank, int size, std::chrono::milliseconds)>;

/// How tensors of devices go from rank to rank without a way through the machine's own memory: by NCCL.
struct Direct {
    c10::DeviceType device = c10::kCUDA;
    MakeBackend make;
    c10::intrusive_ptr<c10d::Backend> sums = {};
    /// From a stage of a pipeline to the next, and back. One connection for both would wait for itself: a send that
    /// goes before its receive there blocks what is behind it, on both sides.
    c10::intrusive_ptr<c10d::Backend> up = {}, down = {};
};

struct World::Parts {
    Place place;
    std::chrono::milliseconds timeout{10'000};
    double startS = World::usualStartS;
    std::int64_t late = -1;                ///< the rank that had not come when this one gave up
    c10::intrusive_ptr<c10d::Store> root;  ///< of all generations of this world
    c10::intrusive_ptr<c10d::Store> store; ///< of this one, whose keys begin with its token
    c10::intrusive_ptr<c10d::ProcessGroup> group;
    std::unique_ptr<SharedMemory> memory; ///< where all ranks are threads or processes of one machine
    std::vector<Member> members;
    std::vector<std::string> endpoints; ///< where the ranks listen for each other, as `address:port`
    std::function<bool(std::int64_t)> gone;
    std::string firstToken;
    std::int64_t generation = 0;
    bool lost = false, left = false, differ = false;
    std::int64_t step = 0;
    Microscope scope;
    bool ended = false; ///< rank 0 has said that this is the end
    std::optional<Direct> direct;
    std::vector<std::pair<c10::intrusive_ptr<c10d::Work>, at::Tensor>> unfinished; ///< of gradients, that go directly

    bool goesDirect(const at::Tensor& values) const
    {
        return direct && direct->sums && direct->device == values.device().type();
    }
    /// Returns when a collective over `values` is done; throws where it fails, or takes longer than the timeout.
    void finish(c10d::Work& work, const at::Tensor& values) const;

    void cut();  ///< whoever waits for this rank notices at once
    void part(); ///< nothing is sent or received any more
    void useToken(const std::string& token);
    bool isGone(std::int64_t rank) const;
    base::Error lostError(std::int64_t rank, const char* advice) const;
};

std::vector<std::uint8_t> bytesOf(const std::string& text);
std::string textOf(const std::vector<std::uint8_t>& bytes);
std::string keyOf(const char* what, std::int64_t rank);
std::string hostName();
/// Whether there is such a process on this machine, other than as a zombie.
bool processGoes(std::int64_t process);

/// Gloo's device, and the endpoint at which it listens.
std::pair<std::shared_ptr<::gloo::transport::Device>, std::string> listeningDevice(const Place& place);
/// Ends this process's connections from and to these endpoints, for which c10d has no call: whoever waits there
/// notices at once.
void cutConnections(const std::vector<std::string>& endpoints);
/// Held while this process begins to listen.
std::mutex& listening();

}
