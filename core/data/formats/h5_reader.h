// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/confined_child.h"
#include "core/data/formats/array.h"

#include <filesystem>
#include <functional>
#include <limits>

namespace core::data {

/// What stands in an HDF5 file under a path without the first slash.
struct H5Entry {
    std::string name;
    std::vector<std::int64_t> shape;
    Element element = Element::F32;
    std::string unreadable; ///< why it cannot be read; empty if it can
};

struct H5Contents {
    std::vector<H5Entry> entries;   ///< all datasets, and the fields of records of one dimension as `name/field`
    std::vector<NamedArray> arrays; ///< those that were wanted
    bool confined = true;           ///< false: the kernel could not shut the reading process in
};

struct H5Wish {
    std::size_t place = 0; ///< in the list of what there is
    std::int64_t maxRows = std::numeric_limits<std::int64_t>::max();
};
/// What to read, by what is there; runs in the child.
using H5Choice = std::function<std::vector<H5Wish>(const std::vector<H5Entry>&)>;

/// Reads the datasets that `choose` names, in a process of its own that can do nothing but that. Refused before
/// anything is read: storage in other files, virtual datasets, references, filters that HDF5 does not have by itself,
/// more than the file can hold. Links to elsewhere are not followed. A file that crashes HDF5 or holds it up is an
/// error of kind Data.
base::Result<H5Contents> readH5(const std::filesystem::path& file, const H5Choice& choose);

bool looksLikeH5(std::string_view head);

/// Who reads a file that somebody may have made to do harm, in a process of its own: its bytes, and where to send
/// messages as core/data/formats/h5_message.h writes them.
using ApartWork = std::function<void(const char* bytes, std::size_t size, const base::ConfinedChild::Send& send)>;
/// Takes at most `mostBytes` of arrays from such a process. `writer`: who writes such files, for the advice.
base::Result<H5Contents> readApart(const std::filesystem::path& file, base::ChildLimits limits, std::uint64_t mostBytes,
                                   const std::string& writer, const ApartWork& work);
/// What to list among the problems of a data set where the kernel could not shut the reading process in.
inline constexpr const char* notConfined = "this machine's kernel has no seccomp: the process that read the file was "
                                           "bounded in memory and time only";

/// The messages of the reading process, checked as if they came from an enemy: first the list, then the arrays.
class H5Messages {
public:
    explicit H5Messages(std::uint64_t mostBytes) : m_left(mostBytes) {}
    /// False: no honest process sends this.
    bool take(std::string_view message);
    /// All that was announced has come.
    bool whole() const { return m_missing == 0 && m_listed; }

    H5Contents contents;
    base::Error failure; ///< with a message if the process says that it failed

private:
    std::uint64_t m_left, m_missing = 0;
    bool m_listed = false;

    bool takeList(std::string_view bytes);
    bool takeArray(std::string_view bytes);
    bool takeTexts(std::string_view bytes);
};

}
