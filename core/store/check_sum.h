// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

namespace core::store {

/// CRC-32 of gzip and PNG (ISO 3309, reflected 0x04C11DB7) of `size` bytes that follow those whose sum is `before`, 0
/// for none: zlib's crc32(), by the processor's carry-less products where it has them.
std::uint32_t checkSum(std::uint32_t before, const void* data, std::size_t size);

}
