// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace core::base {

/// A tensor as bytes: row-major, little-endian. `dtype` is safetensors' name (F32, F64, I64, U8, BOOL, BF16, F16, …).
struct Blob {
    std::string name;
    std::string dtype = "F32";
    std::vector<std::int64_t> shape;
    std::string bytes;

    bool operator==(const Blob&) const = default;
};

/// The same without owning the bytes, for writing.
struct BlobView {
    std::string name;
    std::string dtype;
    std::vector<std::int64_t> shape;
    const void* data = nullptr;
    std::size_t size = 0; ///< bytes
};

/// Bytes of one element; 0 for a dtype that we do not know.
std::size_t bytesOf(const std::string& dtype);

/// XXH3-128 of name, dtype, shape and bytes of every blob in order, as 32 hexadecimal digits.
std::string digestOf(const std::vector<BlobView>& blobs);
/// XXH3-64 of bytes.
std::uint64_t hashOf(const void* data, std::size_t size);
/// The same as 16 hexadecimal digits.
std::string digestOf(const void* data, std::size_t size);

}
