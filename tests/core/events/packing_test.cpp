// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/events/packing.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

namespace tests::packing_test {

using namespace core::events;

TEST_CASE("base64 as in RFC 4648")
{
    // Section 10 of the RFC.
    const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                           {"f", "Zg=="},
                                                           {"fo", "Zm8="},
                                                           {"foo", "Zm9v"},
                                                           {"foob", "Zm9vYg=="},
                                                           {"fooba", "Zm9vYmE="},
                                                           {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, text] : vectors) {
        std::string back;
        CHECK(toBase64(plain) == text);
        CHECK(fromBase64(text, back));
        CHECK(back == plain);
    }
    std::string all, back;
    for (int i = 0; i < 256; ++i)
        all += char(i);
    CHECK(fromBase64(toBase64(all), back));
    CHECK(back == all);
}

TEST_CASE("text that is no base64 is refused")
{
    std::string bytes;
    for (const char* text :
         {"Z", "Zg", "Zg=", "Z===", "Zg==Zg==", "Zh==", "Zm9=", "Zm 9", "====", "Zm\xff\x80", "=m9v"})
        CHECK_FALSE(fromBase64(text, bytes));
}

TEST_CASE("probabilities take 8 bits, other values 16 between their least and greatest")
{
    const std::vector<float> probabilities{0, 0.25f, 0.5f, 1};
    std::vector<float> back;
    CHECK(pack(probabilities).bits == 8);
    REQUIRE(unpack(pack(probabilities), back));
    for (std::size_t i = 0; i < back.size(); ++i)
        CHECK(std::abs(back[i] - probabilities[i]) <= 1.0f / 510 + 1e-6f);

    const std::vector<float> heights{-3, 0, 7.5f, 2000};
    CHECK(pack(heights).bits == 16);
    REQUIRE(unpack(pack(heights), back));
    CHECK(back.front() == -3);
    CHECK(back.back() == 2000);
    for (std::size_t i = 0; i < back.size(); ++i)
        CHECK(std::abs(back[i] - heights[i]) <= 2003.0f / 131070 + 1e-4f);
}

TEST_CASE("values that are not finite become the least")
{
    const float nan = std::numeric_limits<float>::quiet_NaN();
    std::vector<float> back;
    REQUIRE(unpack(pack({nan, -2, 5, std::numeric_limits<float>::infinity()}), back));
    CHECK(back == std::vector<float>{-2, -2, 5, -2});
    REQUIRE(unpack(pack({nan, nan}), back));
    CHECK(back == std::vector<float>{0, 0});
    REQUIRE(unpack(pack({}), back));
    CHECK(back.empty());
}

}
