// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/formats/cifar_reader.h"
#include "core/data/formats/record_io_reader.h"
#include "tests/support/record_bytes.h"

#include <cmath>

using namespace core::data;
using namespace tests;

namespace {

std::string recordProblem(const std::string& bytes)
{
    const auto rows = readRecordIo(bytes, "f");
    return rows ? "" : rows.error().message;
}

}

TEST_CASE("record_io: dense records of every type of number")
{
    const std::string label = mapEntry(2, 2, block(1, raw<float>({3})));
    const std::string floats = mapEntry(1, 2, block(1, raw<float>({1.5f, -2})));
    const std::string doubles = mapEntry(1, 3, block(1, raw<double>({0.25, 4})));
    const std::string wholes = mapEntry(1, 7, block(1, varint(7) + varint(std::uint64_t(-1))));
    const auto rows = readRecordIo(record(floats + label) + record(doubles) + record(wholes + label), "f");
    REQUIRE(rows);
    CHECK(rows->columns == 2);
    std::vector<float> values(6);
    rows->copyTo(values.data());
    CHECK(values == std::vector<float>{1.5f, -2, 0.25f, 4, 7, -1});
    CHECK(rows->labels[0] == 3);
    CHECK(std::isnan(rows->labels[1]));
    CHECK(readRecordIo(record(floats) + record(doubles), "f", 1)->rows() == 1);
}

TEST_CASE("record_io: sparse records have the width that they say, or need")
{
    const std::string sparse =
        mapEntry(1, 2, block(1, raw<float>({5, 6})) + block(2, varint(1) + varint(300)) + block(3, varint(400)));
    const auto rows = readRecordIo(record(sparse), "f");
    REQUIRE(rows);
    CHECK(rows->columns == 400);
    CHECK(rows->cells[1].column == 300);
    const std::string unsaid = mapEntry(1, 2, block(1, raw<float>({5})) + block(2, varint(9)));
    CHECK(readRecordIo(record(unsaid), "f")->columns == 10);
}

TEST_CASE("record_io: pieces of a record are put together")
{
    const std::string whole = mapEntry(1, 2, block(1, raw<float>({1, 2, 3})));
    const auto cut = readRecordIo(record(whole.substr(0, 4), 1) + record("", 3), "f");
    CHECK_FALSE(cut);
    // A record is cut where the magic stands in it: 0x0a 0x23 0xd7 0xce as the bytes of a number.
    float magic;
    std::memcpy(&magic, "\x0a\x23\xd7\xce", 4);
    const std::string holding = mapEntry(1, 2, block(1, raw<float>({magic})));
    const std::size_t at = holding.find("\x0a\x23\xd7\xce");
    const auto joined = readRecordIo(record(holding.substr(0, at), 1) + record(holding.substr(at + 4), 3), "f");
    REQUIRE(joined);
    CHECK(joined->cells[0].value == magic);
}

TEST_CASE("record_io: errors name the offset")
{
    const std::string good = record(mapEntry(1, 2, block(1, raw<float>({1}))));
    CHECK(recordProblem(good).empty());
    CHECK(recordProblem(good + "abcdefgh")
              .find("has no record where one should begin (byte " + std::to_string(good.size())) == 0);
    CHECK(recordProblem(good.substr(0, good.size() - 4)).find("is truncated") == 0);
    CHECK(recordProblem(record("\xff\xff")).find("the record is damaged (byte 0)") == 0);
    CHECK(recordProblem(record(mapEntry(2, 2, ""))).find("the record has no features") == 0);
    CHECK(recordProblem(record(block(1, block(1, "values") + block(2, block(9, "png")))))
              .find("the record holds bytes") == 0);
    const std::string keys = mapEntry(1, 2, block(1, raw<float>({5})) + block(2, varint(9) + varint(10)));
    CHECK(recordProblem(record(keys)).find("the record has 2 keys for 1 values") == 0);
    const std::string far = mapEntry(1, 2, block(1, raw<float>({5})) + block(2, varint(std::uint64_t(1) << 63)));
    CHECK(recordProblem(record(far)).find("the record has a column beyond") == 0);
    const std::string two = mapEntry(1, 2, block(1, raw<float>({1, 2})));
    CHECK(recordProblem(good + record(two)).find("the record has 2 values, and those before it 1") == 0);
}

TEST_CASE("cifar: ten and hundred classes by the size of the file")
{
    const std::string pixels(CifarPictures::pictureBytes, 'p');
    CifarPictures ten, hundred;
    REQUIRE(readCifar('\x07' + pixels + '\x02' + pixels, "f", ten));
    CHECK(ten.labels == std::vector<std::uint8_t>{7, 2});
    CHECK(ten.pixels == pixels + pixels);
    CHECK_FALSE(ten.hundred);
    REQUIRE(readCifar(std::string("\x03\x63") + pixels, "f", hundred));
    CHECK(hundred.hundred);
    CHECK(hundred.labels == std::vector<std::uint8_t>{0x63});
    CHECK(hundred.coarse == std::vector<std::uint8_t>{3});
    CHECK(readCifar(std::string("\x03\x63") + pixels, "f", ten).error().message.find("is of another CIFAR") == 0);
}

TEST_CASE("cifar: a cut file and a wrong label say where")
{
    const std::string pixels(CifarPictures::pictureBytes, 'p');
    CifarPictures into;
    CHECK(readCifar('\x07' + pixels.substr(1), "f", into).error().message ==
          "is no whole number of CIFAR records (byte 3072)");
    CHECK(readCifar('\x07' + pixels + '\x0a' + pixels, "f", into).error().message ==
          "has a label out of range (byte 3073)");
    REQUIRE(readCifar('\x07' + pixels + '\x02' + pixels, "f", into, 1));
    CHECK(into.rows() == 1);
}
