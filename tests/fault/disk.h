// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/rng.h"
#include "tests/fault/io_log.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace fault {

/// One call of the log.
struct Logged {
    CallHead head;
    std::string path, target, bytes;
};
std::vector<Logged> readLog(const std::filesystem::path& file);

/// How much of what had not been synced a power cut leaves.
enum class Cut {
    Nothing, ///< no power cut: all that was written, as after a kill
    All,     ///< nothing but what was synced
    Torn,    ///< the last write ends at some sector of 512 bytes
    Names,   ///< one rename, creation or removal that no sync of its folder followed is undone
    Pages,   ///< any pages of 4 KiB, any names
};

/// A folder as a disk sees it: what was written, and what of it a sync has made sure of. Follows POSIX, not one file
/// system: syncing a file says nothing about its name.
class Disk {
public:
    void apply(const Logged& call);

    /// Content of files by path, folders with an empty path behind a '/': what a cut leaves.
    using Tree = std::map<std::string, std::string>;
    Tree after(Cut cut, const core::base::Draw& draw) const;
    /// Names that could be lost now, or files with bytes that could.
    bool hasPending() const;
    /// True if all bytes are synced of every file that may have this name after a cut.
    bool isSynced(const std::string& path) const;

private:
    struct Change {
        bool truncates = false;
        std::uint64_t place = 0; ///< the new size of a truncation
        std::string bytes;
    };
    struct NameChange {
        std::string gone, come; ///< either may be empty
        std::size_t node = 0;   ///< of `come`
    };
    struct Node {
        bool folder = false;
        std::string synced;
        std::vector<Change> changes;
        std::map<std::string, std::size_t> names, syncedNames;
        std::vector<NameChange> nameChanges;
    };
    std::vector<Node> m_nodes{{.folder = true}};
    std::map<std::uint64_t, std::size_t> m_byInode;
    std::size_t m_lastWritten = 0;

    std::size_t find(const std::string& path) const;
    void rename(const std::string& gone, const std::string& come, std::size_t node);
    std::string content(const Node& node, Cut cut, bool last, const core::base::Draw& draw) const;
    void plant(Tree& tree, std::size_t node, const std::string& path, Cut cut, const core::base::Draw& draw,
               std::size_t dropped) const;
    static void make(std::string& content, const Change& change);
};

/// Writes the tree into `folder`, which is emptied before.
void plant(const Disk::Tree& tree, const std::filesystem::path& folder);
/// What stands in a folder.
Disk::Tree treeOf(const std::filesystem::path& folder);

}
