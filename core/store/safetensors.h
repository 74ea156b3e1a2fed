// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/blob.h"
#include "core/base/value.h"
#include "core/store/file_beside.h"

namespace core::store {

/// A tensor of a safetensors file: its bytes lie from `begin` to `end` behind the header.
struct TensorEntry {
    std::string name;
    std::string dtype;
    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

struct TensorHeader {
    std::vector<std::pair<std::string, std::string>> metadata;
    std::vector<TensorEntry> tensors; ///< in the order of their bytes
    std::uint64_t start = 0;          ///< where the bytes begin in the file
    std::string text;                 ///< as it stands in the file, padding included

    const std::string* find(std::string_view key) const;
};

/// Checks JSON, names, dtypes, that sizes fit shapes, and that the bytes tile the rest of a file of `fileBytes`.
/// `start` is left alone.
base::Result<TensorHeader> parseTensorHeader(std::string text, std::uint64_t bytesBehind);

/// A safetensors file that is open for reading.
class TensorReader {
public:
    static base::Result<TensorReader> open(const std::filesystem::path& file);
    TensorReader(TensorReader&& other) noexcept;
    TensorReader& operator=(TensorReader&&) = delete;
    ~TensorReader();

    const TensorHeader& header() const { return m_header; }
    base::Result<std::string> bytes(const TensorEntry& entry) const;

private:
    TensorReader() = default;
    base::Status read(std::string& bytes, std::uint64_t place) const;

    std::filesystem::path m_path;
    int m_file = -1;
    TensorHeader m_header;
};

/// The header of a file with these tensors, padded to 8 bytes, and the order in which their bytes follow: wide elements
/// first, then by name, as the safetensors library writes them.
struct TensorPlan {
    std::string header;
    std::vector<const base::BlobView*> order;
};
base::Result<TensorPlan> planTensors(const base::Object& metadata, const std::vector<base::BlobView>& tensors);

/// Length, header and bytes.
base::Status writeTensors(FileBeside& file, const TensorPlan& plan);

}
