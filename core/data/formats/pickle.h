// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <deque>
#include <string>
#include <variant>
#include <vector>

namespace core::data::pickle {

/// A place in Heap; values may be shared, and hold themselves.
using Ref = std::uint32_t;

struct None {};
struct Mark {};
struct List {
    std::vector<Ref> items;
};
struct Tuple {
    std::vector<Ref> items;
};
struct Dict {
    std::vector<std::pair<Ref, Ref>> items;
};
/// A name that pickle would import; here it stays a name.
struct Global {
    std::string name; ///< `torch.FloatStorage`
};
/// Numbers in a file of the archive.
struct Storage {
    std::string type; ///< `FloatStorage`
    std::string key;
    std::int64_t elements = 0;
};
struct Tensor {
    Storage storage;
    std::int64_t offset = 0; ///< in elements
    std::vector<std::int64_t> sizes, strides;
};
using Node =
    std::variant<None, bool, std::int64_t, double, std::string, List, Tuple, Dict, Global, Storage, Tensor, Mark>;

/// All values of a pickle: they die together, so that nesting costs no stack.
struct Heap {
    std::deque<Node> nodes;
    Ref root = 0;

    const Node& operator[](Ref ref) const { return nodes[ref]; }
};

/// The value that a pickle (protocol 2 to 5) holds, of plain values, tensors and storages of PyTorch. Names that are
/// not among the few which state dicts need are refused; nothing is called. `where`: for errors.
base::Result<Heap> read(std::string_view bytes, const std::string& where);

}
