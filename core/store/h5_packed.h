// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/h5.h"

namespace core::store::h5 {

/// Fletcher's sum of 32 bits as HDF5's filter of that name takes it: over big-endian words of 16 bits, an odd byte at
/// the end counted as the high one.
std::uint32_t fletcher32(const unsigned char* bytes, std::size_t size);

/// Writes `rows` rows of `rowBytes` bytes, numbers of `each` bytes, into a dataset of one piece per `chunkRows` rows
/// whose filters are shuffle, deflate and fletcher32 in this order. The pieces are packed here, in a quarter of the
/// time that HDF5 takes by zlib, and any reader of HDF5 unpacks them. The numbers must be stored as they lie in memory.
void writePacked(hid_t dataset, const void* values, std::size_t rows, std::size_t rowBytes, std::size_t each,
                 std::size_t chunkRows);

}
