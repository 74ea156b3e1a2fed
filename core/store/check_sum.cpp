// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/check_sum.h"

#include <isa-l/crc.h>

namespace core::store {

std::uint32_t checkSum(std::uint32_t before, const void* data, std::size_t size)
{
    return size == 0 ? before : crc32_gzip_refl(before, static_cast<const unsigned char*>(data), size);
}

}
