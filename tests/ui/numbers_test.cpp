// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/style/theme.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

namespace tests::numbers_test {

using namespace ui::style;

namespace {

/// Thin spaces as `'`, no-break spaces as `_`.
std::string seen(QString text)
{
    return text.replace(QChar(0x2009), QLatin1Char('\'')).replace(QChar(0x00A0), QLatin1Char('_')).toStdString();
}

}

TEST_CASE("numbers have four significant digits, and zeros at the end only where they were measured")
{
    CHECK(seen(number(0.082213)) == "0.08221");
    CHECK(seen(number(0.06380001)) == "0.06380");
    CHECK(seen(number(0.0638)) == "0.0638");
    CHECK(seen(number(0.01)) == "0.01");
    CHECK(seen(number(2.3026)) == "2.303");
    CHECK(seen(number(0)) == "0");
    CHECK(seen(number(9.99996)) == "10.00");
    CHECK(seen(number(0.1 + 0.2)) == "0.3");
    CHECK(seen(number(-1.5)) == "−1.5");
    CHECK(seen(number(3, 2)) == "3");
}

TEST_CASE("large numbers are grouped, very large and very small ones have an exponent")
{
    CHECK(seen(number(1300)) == "1'300");
    CHECK(seen(number(12345.67)) == "12'346");
    CHECK(seen(number(1234567)) == "1'234'567");
    CHECK(seen(number(1e9)) == "1e9");
    CHECK(seen(number(1.23456e12)) == "1.235e12");
    CHECK(seen(number(1e-4)) == "0.0001");
    CHECK(seen(number(1.2e-5)) == "1.2e-5");
    CHECK(seen(number(5.5e-9)) == "5.5e-9");
    CHECK(seen(number(std::numeric_limits<double>::quiet_NaN())) == "NaN");
    CHECK(seen(number(-HUGE_VAL)) == "−∞");
}

TEST_CASE("counts and shares")
{
    CHECK(seen(count(0)) == "0");
    CHECK(seen(count(999)) == "999");
    CHECK(seen(count(25326)) == "25'326");
    CHECK(seen(count(-1234567)) == "−1'234'567");
    CHECK(seen(percent(0.98312)) == "98.3_%");
    CHECK(seen(percent(1)) == "100_%");
    CHECK(seen(percent(0.9127, 4)) == "91.27_%");
    CHECK(seen(percent(0.62)) == "62_%");
}

TEST_CASE("durations are told as people tell them")
{
    CHECK(seen(duration(0.0042)) == "4.2_ms");
    CHECK(seen(duration(0.25)) == "250_ms");
    CHECK(seen(duration(3.24)) == "3.2_s");
    CHECK(seen(duration(41.2)) == "41_s");
    CHECK(seen(duration(59.7)) == "1_min");
    CHECK(seen(duration(72)) == "1_min 12_s");
    CHECK(seen(duration(61)) == "1_min 01_s");
    CHECK(seen(duration(3840)) == "1_h 04_min");
    CHECK(seen(duration(90000)) == "1_d 1_h");
    CHECK(seen(duration(-1)) == "–");
}

TEST_CASE("sizes and how long ago")
{
    CHECK(seen(bytes(512)) == "512_B");
    CHECK(seen(bytes(1000)) == "1_kB");
    CHECK(seen(bytes(412'345'678)) == "412_MB");
    CHECK(seen(bytes(2'500'000'000)) == "2.5_GB");
    CHECK(seen(bytes(999'700)) == "1_MB");
    const double noon = 1763723000;
    CHECK(seen(ago(noon - 3, noon)) == "just now");
    CHECK(seen(ago(noon - 42, noon)) == "42_s ago");
    CHECK(seen(ago(noon - 200, noon)) == "3_min ago");
    CHECK(seen(ago(noon - 3840, noon)) == "1_h 04_min ago");
    CHECK(seen(ago(noon - 86400, noon)) == "yesterday");
    CHECK(seen(ago(noon - 3 * 86400, noon)) == "3 days ago");
    CHECK_FALSE(ago(noon - 40 * 86400.0, noon).isEmpty());
}

}
