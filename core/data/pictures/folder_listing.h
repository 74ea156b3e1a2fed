// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/data/info.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace core::data {

/// What a file was when it was listed: another size or time afterwards means that somebody wrote it since.
struct FileState {
    std::uint64_t size = 0;
    std::int64_t time = 0;

    bool operator==(const FileState&) const = default;
};
/// Nothing if there is no such file.
std::optional<FileState> stateOf(const std::string& file);

/// A file of a data set that stands in folders.
struct ListedFile {
    std::string path;
    std::int64_t label = -1; ///< class of its folder
    std::int32_t part = 0;   ///< 0 train, 1 validation, 2 test
    FileState state = {};
};

/// Folders of files: `root/<class>/…`, or `root/train/<class>/…` with `val`, `valid`, `validation` or `test` beside.
struct FolderListing {
    std::vector<std::string> classes; ///< names of folders, sorted
    std::vector<ListedFile> files;    ///< sorted by part, class and path
    std::vector<std::string> others;  ///< files of a kind that is known and not read here
    bool divided = false;             ///< the folders say what is for training
};

struct ListingRules {
    std::function<bool(std::string_view)> takes; ///< by a file's name
    std::function<bool(std::string_view)> other; ///< known, but not read here
};
FolderListing listFolders(const std::string& root, const ListingRules& rules);
/// All files below, sorted, or the one file.
std::vector<ListedFile> listFiles(const std::string& path, const ListingRules& rules);
/// Whether a folder has such a file, itself or in folders of classes; looks at no more than it needs.
bool holdsFolders(const std::string& root, const ListingRules& rules);

/// An error of kind Run if a file has changed or gone since it was listed: what goes on would be another data set.
base::Status asListed(const ListedFile& file);

/// So many files, evenly from all classes: every k-th.
void thinOut(std::vector<ListedFile>& files, std::int64_t rows);

/// What became of files while they were read.
class FileTroubles {
public:
    void unreadable(std::int64_t row, std::string what);
    void changed(std::string path);
    /// What is in one list of paths and not in the other was added or removed.
    void compare(std::vector<std::string> before, std::vector<std::string> now);
    /// `unreadable_files` and `changed_while_read`, if there were any.
    void tell(std::vector<Problem>& problems) const;
    std::int64_t unreadableCount() const { return m_unreadable; }

private:
    std::int64_t m_unreadable = 0;
    std::vector<std::int64_t> m_rows;
    std::vector<std::string> m_examples;
    std::vector<std::string> m_changed;
};

}
