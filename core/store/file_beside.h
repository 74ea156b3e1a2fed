// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace core::store {

/// The error of a write with how much room it needs: `…; 12 KB are waiting to be written`, and the advice to make it.
base::Error withNeed(base::Error error, std::uint64_t bytes);

/// A file that becomes visible under its name when it is whole, and not at all otherwise. For what is too large to be
/// held in memory as one text.
class FileBeside {
public:
    static base::Result<FileBeside> create(const std::filesystem::path& file);
    FileBeside(FileBeside&& other) noexcept;
    FileBeside& operator=(FileBeside&&) = delete;
    ~FileBeside(); ///< removes what was not committed

    base::Status write(std::string_view bytes);
    /// Out of this process, under the other name.
    base::Status flush() { return drain(); }
    /// On the disk, under the other name.
    base::Status sync();
    /// Flushed and renamed: whole or absent unless the power goes.
    base::Status show();
    /// Synced, renamed, folder synced.
    base::Status commit();
    /// Where the bytes are until then.
    const std::filesystem::path& beside() const { return m_beside; }

private:
    FileBeside() = default;
    base::Status drain();

    std::filesystem::path m_path;
    std::filesystem::path m_beside;
    std::string m_buffer;
    int m_file = -1;
    bool m_synced = false;
};

}
