// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/formats/gzip.h"
#include "core/data/formats/idx_reader.h"
#include "tests/support/idx_bytes.h"
#include "tests/support/temp_folder.h"

using namespace core::data;
using tests::countedBytes;
using tests::gzipped;
using tests::idxBytes;

namespace {

std::string idxProblem(const std::string& bytes)
{
    const auto array = readIdx(bytes, "f");
    return array ? "" : array.error().message;
}

}

TEST_CASE("idx: bytes in the order of the file")
{
    const auto array = readIdx(idxBytes(8, {2, 2, 3}, countedBytes(12)), "f");
    REQUIRE(array);
    CHECK(array->shape == std::vector<std::int64_t>{2, 2, 3});
    CHECK(array->rowLength() == 6);
    CHECK(array->at(11) == 11);
}

TEST_CASE("idx: every element type is big-endian in the file")
{
    const auto value = [](char type, const std::string& body) {
        return readIdx(idxBytes(type, {1}, body), "f")->at(0);
    };
    CHECK(value(0x08, "\xff") == 255);
    CHECK(value(0x09, "\xff") == -1);
    CHECK(value(0x0b, "\xff\xfe") == -2);
    CHECK(value(0x0c, std::string("\x00\x01\x00\x00", 4)) == 65536);
    CHECK(value(0x0d, std::string("\x3f\xc0\x00\x00", 4)) == 1.5);
    CHECK(value(0x0e, std::string("\xbf\xf8\x00\x00\x00\x00\x00\x00", 8)) == -1.5);
}

TEST_CASE("idx: the first rows only")
{
    const auto array = readIdx(idxBytes(8, {4, 2}, countedBytes(8)), "f", 3);
    REQUIRE(array);
    CHECK(array->rows() == 3);
    CHECK(array->rowsInFile == 4);
    CHECK(array->bytes.size() == 6);
}

TEST_CASE("idx: a file that is cut, too long or no IDX says where")
{
    const std::string good = idxBytes(8, {2, 3}, countedBytes(6));
    CHECK(idxProblem(good).empty());
    CHECK(idxProblem("") == "is empty");
    CHECK(idxProblem("PNG and more") == "does not begin as an IDX file does (byte 0)");
    CHECK(idxProblem(good.substr(0, 9)) == "ends within its header (byte 9)");
    CHECK(idxProblem(good.substr(0, 16)) ==
          "is truncated: its header promises 2 rows of 3 bytes, and it holds 1 (byte 16)");
    CHECK(idxProblem(good + "x") == "has 1 bytes after its last row (byte 18)");
    CHECK(idxProblem(idxBytes(8, {0, 3}, "")) == "holds no rows (byte 4)");
    CHECK(idxProblem(idxBytes(8, {2, 0}, "")) == "has a dimension of length 0 (byte 8)");
}

TEST_CASE("idx: lengths that overflow are refused before anything is allocated")
{
    const std::uint32_t most = 0xffffffff;
    CHECK(idxProblem(idxBytes(0x0e, {most, most, most, most}, "")) ==
          "claims more elements than can be counted (byte 12)");
    CHECK(idxProblem(idxBytes(8, {most, most}, "abc")).find("is truncated") == 0);
}

TEST_CASE("idx: gzip is unpacked, and only as far as needed")
{
    const tests::TempFolder folder;
    const std::string good = idxBytes(8, {100, 50}, std::string(5000, 'x'));
    const auto packed = folder.file("a.gz", gzipped(good));
    CHECK(readIdxFile(packed)->bytes == std::string(5000, 'x'));
    CHECK(readIdxFile(packed, 3)->bytes.size() == 150);
    CHECK(readIdxFile(folder.file("a", good))->bytes.size() == 5000);
    CHECK(readIdxFile(folder.path() / "none").error().kind == core::base::ErrorKind::Data);
}

TEST_CASE("idx: a damaged gzip file is refused")
{
    const tests::TempFolder folder;
    const std::string packed = gzipped(idxBytes(8, {100, 50}, std::string(5000, 'x')));
    CHECK(readIdxFile(folder.file("cut.gz", packed.substr(0, packed.size() / 2)))
              .error()
              .message.find("ends too early") == 0);
    std::string wrongSum = packed;
    wrongSum[wrongSum.size() - 6] ^= 1;
    CHECK(readIdxFile(folder.file("sum.gz", wrongSum)).error().message.find("is damaged") == 0);
}

TEST_CASE("gzip: what unpacks to more than the limit is stopped")
{
    const std::string bomb = gzipped(std::string(10'000'000, '\0'));
    REQUIRE(bomb.size() < 20'000);
    CHECK(gunzip(bomb, "f", 1 << 20).error().message == "unpacks to more than 1048576 bytes");
    CHECK(gunzip(bomb, "f", 1 << 24)->size() == 10'000'000);
    CHECK(gunzip(bomb, "f", 1 << 24, 100)->size() < 1 << 20);
}

TEST_CASE("gzip: members after each other are one text")
{
    CHECK(*gunzip(gzipped("one ") + gzipped("two"), "f", 100) == "one two");
}
