// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <hdf5.h>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

/// The little of HDF5 that the store needs. Inside it failures are thrown as h5::Failure; guarded() is where they end.
namespace core::store::h5 {

struct Failure {
    base::Error error;
};

/// Runs `work` while no other thread of the process is in HDF5, with the library's own printing and plug-ins off.
/// What HDF5 cannot do becomes an error on `file`; a full disk is kind Resource.
base::Status guarded(const std::filesystem::path& file, const std::function<void()>& work);

/// Makes the library ready, so that children of this process need not.
void prepare();

/// Throws what HDF5's error stack says.
[[noreturn]] void fail(const std::string& doing);

/// An identifier of HDF5 that is closed with its owner.
class Id {
public:
    Id() = default;
    Id(hid_t id, herr_t (*close)(hid_t), const char* doing) : m_id(id), m_close(close)
    {
        if (id < 0)
            fail(doing);
    }
    Id(Id&& other) noexcept : m_id(std::exchange(other.m_id, -1)), m_close(other.m_close) {}
    Id& operator=(Id&& other) noexcept
    {
        std::swap(m_id, other.m_id);
        std::swap(m_close, other.m_close);
        return *this;
    }
    ~Id() { reset(); }

    operator hid_t() const { return m_id; }
    /// Is not closed with its owner any more.
    hid_t release() { return std::exchange(m_id, -1); }
    /// False if HDF5 could not close it, for a file: could not write all of it.
    bool reset()
    {
        const hid_t id = std::exchange(m_id, -1);
        return id < 0 || m_close(id) >= 0;
    }

private:
    hid_t m_id = -1;
    herr_t (*m_close)(hid_t) = nullptr;
};

inline void check(herr_t status, const char* doing)
{
    if (status < 0)
        fail(doing);
}

/// A new file, of the format of HDF5 1.10, which is what following needs. There must be none of this name.
Id createFile(const std::filesystem::path& file);
/// For reading, also what a writer that died left open.
Id openFile(const std::filesystem::path& file);

/// A file that lies in memory, which must stay; nothing is copied. What a writer that died left open is marked as
/// closed there.
Id openImage(char* bytes, std::size_t size);
/// Where the file ends as its superblock says; `size` for one of a version that is not written here.
std::uint64_t endOfImage(const char* bytes, std::size_t size);

/// A group at a path, with those on the way.
Id createGroup(hid_t where, const std::string& path);

struct DatasetOptions {
    hsize_t chunk = 0;    ///< elements; 0: stored in one piece
    bool growing = false; ///< may be extended
    bool packed = false;  ///< shuffle, deflate and a check sum for each chunk
    bool loosely = false; ///< a little may stay as it is, where packing it would cost more than it saves
};
/// For a column of that many numbers, or bytes, that is written once.
inline DatasetOptions packed(std::size_t size)
{
    return {std::clamp<hsize_t>(size, 1, 32768), false, true};
}
/// One-dimensional datasets, with the groups on the way; what a growing one does not hold yet is -1 or NaN. A growing
/// one stays open; any other is written and closed, so that its errors are told here, and no identifier comes back.
Id createIntegers(hid_t where, const std::string& path, const std::vector<std::int64_t>& values,
                  const DatasetOptions& options);
Id createReals(hid_t where, const std::string& path, const std::vector<double>& values, const DatasetOptions& options);
Id createSingles(hid_t where, const std::string& path, const std::vector<float>& values, const DatasetOptions& options);
/// `values` as a table of rows of `width` values.
void createTable(hid_t where, const std::string& path, const std::vector<std::int64_t>& values, hsize_t width);
void createTable(hid_t where, const std::string& path, const std::vector<double>& values, hsize_t width);
Id createBytes(hid_t where, const std::string& path, const std::string& bytes, const DatasetOptions& options);
/// Another path to what is at `path`, with the groups on the way.
void link(hid_t file, const std::string& path, const std::string& other);
/// For H5Dwrite where numbers are stored as another type: HDF5 clears a megabyte for that at each call, which costs a
/// hundred times what a few rows of a column do; this asks for a few kilobytes.
hid_t smallTransfer();
/// Texts of any length, UTF-8.
void createTexts(hid_t where, const std::string& path, const std::vector<std::string>& texts);

void writeAttribute(hid_t where, const char* name, const std::string& text);
void writeAttribute(hid_t where, const char* name, std::int64_t value);
void writeAttribute(hid_t where, const char* name, double value);

}
