// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/inspect.h"

namespace core::session {

/// What training a network takes of memory, in one process or as stages of a pipeline, estimated from its shapes.
struct MemoryFit {
    std::uint64_t bytes = 0;               ///< of one process: ModelPreview::bytes
    std::uint64_t weights = 0;             ///< of these; 0 of what is no network
    std::uint64_t learned = 0;             ///< gradients, and at most two moments
    std::uint64_t activations = 0;         ///< of a batch, forward and backward
    std::uint64_t available = 0;           ///< on this machine
    std::int64_t ranks = 1;                ///< of it, that train at once
    std::uint64_t together = 0;            ///< what all of them take
    std::int64_t stages = 1;               ///< the fewest with which the largest stage fits; 0: none do
    std::vector<std::uint64_t> stageBytes; ///< of each of them; of as many as there can be, if none fit
    std::vector<std::int64_t> blocks;      ///< layers of each of them

    bool fits() const { return stages == 1 && together <= available; }
    /// How many of the ranks would fit at once; 0 of what does not fit alone.
    std::int64_t mostRanks() const { return together > 0 ? std::int64_t(available / (together / ranks)) : 0; }
    std::string text() const; ///< one sentence: fits, or how many ranks or stages do
};

/// `available`: bytes that all ranks of the experiment have together, or one that needs stages on other machines; 0:
/// those that are free here. A stage keeps
/// all weights, but gradients, two moments and activations only of its own layers, the latter of as many micro-batches
/// as its schedule has under way. Stages are divided so that the largest is as small as can be.
base::Result<MemoryFit> memoryFit(const base::Value& resolved, std::uint64_t available = 0);

}
