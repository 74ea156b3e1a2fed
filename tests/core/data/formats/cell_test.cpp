// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/formats/cell.h"

#include <cmath>

using namespace core::data;

TEST_CASE("cell: numbers are read as C writes them, whole or not at all")
{
    CHECK(numberOf("1.5") == 1.5);
    CHECK(numberOf(" -2e3 ") == -2000);
    CHECK(numberOf("+7") == 7);
    CHECK(numberOf(".5") == 0.5);
    CHECK(numberOf("1e400") == std::numeric_limits<double>::infinity());
    CHECK(numberOf("-1e400") == -std::numeric_limits<double>::infinity());
    CHECK(numberOf("1e-400") == 0);
    CHECK(numberOf("inf") == std::numeric_limits<double>::infinity());
    for (const char* cell : {"", "abc", "1.5x", "1 5", "nan", "0x10", "+-1", "--1", "1,5", "1e"})
        CHECK_FALSE(numberOf(cell));
}

TEST_CASE("cell: a decimal comma counts only where it is asked for, and once")
{
    CHECK(numberOf("1,5", true) == 1.5);
    CHECK(numberOf("-0,25", true) == -0.25);
    CHECK_FALSE(numberOf("1,234,567", true));
    CHECK_FALSE(numberOf("1.234,5", true));
}

TEST_CASE("cell: what stands for nothing")
{
    for (const char* cell : {"", "  ", "NA", "N/A", "nan", "NaN", "null", "None", "?", " NA "})
        CHECK(isMissingCell(cell));
    for (const char* cell : {"0", "Na", "none of these", "-", "NAN1"})
        CHECK_FALSE(isMissingCell(cell));
}

TEST_CASE("cell: ISO 8601 times in seconds since 1970")
{
    CHECK(timeOf("1970-01-01") == 0);
    CHECK(timeOf("1970-01-02T00:00:01Z") == 86401);
    CHECK(timeOf("2000-02-29") == 951782400);
    CHECK(timeOf("2024-05-17 09:30") == 1715938200);
    CHECK(timeOf("2024-05-17T09:30:05.25+02:00") == 1715931005.25);
    CHECK(timeOf("2024-05-17T09:30-0500") == 1715956200);
    CHECK(timeOf("1969-12-31") == -86400);
    CHECK(timeOf("2024-05") == timeOf("2024-05-01"));
    for (const char* cell : {"2023-02-29", "2024-13-01", "2024-5-1", "17.05.2024", "2024", "2024-05-17T",
                             "2024-05-17T24:00", "2024-05-17 09:30 pm", "2024-05-17+02:00", ""})
        CHECK_FALSE(timeOf(cell));
}

TEST_CASE("cell: UTF-8 is told from Latin-1")
{
    CHECK(isUtf8("plain"));
    CHECK(isUtf8("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"));
    for (const char* text :
         {"caf\xe9", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80"})
        CHECK_FALSE(isUtf8(text));
    CHECK(utf8FromLatin1("caf\xe9") == "caf\xc3\xa9");
}
