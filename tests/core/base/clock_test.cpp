// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/clock.h"

#include <catch2/catch.hpp>
#include <limits>

namespace tests::clock {

TEST_CASE("times from elsewhere have a year of four digits")
{
    using core::base::isoTime;
    CHECK(isoTime(0) == "1970-01-01T00:00:00Z");
    CHECK(isoTime(1795807696.9) == "2026-11-27T19:28:16Z");
    CHECK(isoTime(1e72) == "9999-12-31T23:59:59Z");
    CHECK(isoTime(-1e72) == "1970-01-01T00:00:00Z");
    CHECK(isoTime(std::numeric_limits<double>::quiet_NaN()) == "1970-01-01T00:00:00Z");
}

}
