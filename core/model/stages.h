// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network.h"

namespace core::model {

/// A block of a network that is blocks one behind the other, as pictures of it show them.
struct BlockPlace {
    std::string name, type;
    std::size_t parameters = 0, buffers = 0; ///< how many; they follow those of the block before
};

/// A network that can be cut between its blocks.
class Divisible {
public:
    virtual ~Divisible() = default;
    virtual std::vector<BlockPlace> blocks() const = 0;
    /// The blocks from `first` up to `end` as a network of their own, with the same tensors. Its input is the output of
    /// the blocks before; it computes what the whole one computes there. Lives no longer than the whole one.
    virtual std::unique_ptr<Network> part(std::size_t first, std::size_t end) const = 0;
    /// What layers behind the first look for in the whole network's input: which tokens fill up a row.
    virtual Mode modeBehind([[maybe_unused]] const at::Tensor& input, const Mode& mode) const { return mode; }
};

/// nullptr: it is one piece.
inline const Divisible* divisible(const Network& network)
{
    return dynamic_cast<const Divisible*>(&network);
}

}
