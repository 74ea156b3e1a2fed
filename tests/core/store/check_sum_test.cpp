// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/check_sum.h"

#include <catch2/catch.hpp>

#include <random>
#include <string>
#include <zlib.h>

namespace tests::check_sum_test {

using core::store::checkSum;

TEST_CASE("the sum of records is zlib's crc32, in one piece and in several")
{
    CHECK(checkSum(0, "123456789", 9) == 0xcbf43926); // the check value of the CRC catalogue
    std::mt19937_64 random(3);
    std::string bytes;
    for (const std::size_t size : {0, 1, 7, 15, 16, 63, 64, 255, 4096, 100'001}) {
        bytes.resize(size);
        for (char& each : bytes)
            each = char(random());
        CAPTURE(size);
        const auto theirs = std::uint32_t(::crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), size));
        CHECK(checkSum(0, bytes.data(), size) == (size == 0 ? 0 : theirs));
        const std::size_t half = size / 3;
        CHECK(checkSum(checkSum(0, bytes.data(), half), bytes.data() + half, size - half) == (size == 0 ? 0 : theirs));
    }
    CHECK(checkSum(17, nullptr, 0) == 17);
}

}
