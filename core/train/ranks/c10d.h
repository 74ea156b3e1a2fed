// SPDX-License-Identifier: GPL-3.0-or-later
// c10d and what a world is made of; for the sources of core/train/ranks alone.
#pragma once

#define USE_DISTRIBUTED
#define USE_C10D_GLOO

#include "core/train/ranks/world.h"

#include <torch/csrc/distributed/c10d/HashStore.hpp>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

namespace core::train::ranks {

struct World::Parts {
    Place place;
    std::chrono::milliseconds timeout{10'000};
    c10::intrusive_ptr<c10d::Store> store;
    c10::intrusive_ptr<c10d::ProcessGroup> group;
    std::vector<Member> members;
    bool lost = false, left = false;
    std::int64_t step = 0;
    Microscope scope;
    bool nccl = false;                                      ///< tensors of CUDA devices go by NCCL
    std::vector<c10::intrusive_ptr<c10d::Work>> unfinished; ///< of gradients, by NCCL

    /// Returns when a collective is done; throws where it fails, or takes longer than the timeout.
    void finish(c10d::Work& work, bool onDevice) const;
};

}
