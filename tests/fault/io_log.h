// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace fault {

/// What the shim writes down of each call that succeeded: this head, `path` bytes, `target` bytes and, for a write, the
/// bytes written. Paths are relative to the watched folder.
enum class Call : std::uint32_t { Open, Write, Truncate, Sync, SyncFolder, Rename, Remove, MakeFolder, Link };

struct CallHead {
    Call call{};
    std::uint32_t path = 0, target = 0;
    std::uint32_t truncates = 0; ///< an Open with O_TRUNC
    std::uint64_t inode = 0;     ///< of the file that was opened, written, cut or synced
    std::uint64_t place = 0;     ///< of a write; the new size of a truncation
    std::uint64_t size = 0;      ///< bytes behind the paths
};

}
