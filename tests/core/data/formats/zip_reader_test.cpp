// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/formats/zip_reader.h"
#include "tests/support/archives.h"

using namespace core::data;
using tests::zipBytes;
using tests::ZipFile;

namespace {

std::string zipProblem(const std::string& bytes)
{
    const auto archive = ZipReader::over(bytes, "f");
    if (!archive)
        return archive.error().message;
    for (const ZipEntry& entry : archive->entries())
        if (const auto content = archive->read(entry); !content)
            return content.error().message;
    return "";
}

}

TEST_CASE("zip: stored and deflated files come out as they went in")
{
    const std::string text(5000, 'x');
    const auto archive = ZipReader::over(zipBytes({{"a.npy", "stored"}, {"b/c.npy", text, true}, {"b/", ""}}), "f");
    REQUIRE(archive);
    REQUIRE(archive->entries().size() == 2);
    CHECK(*archive->read(archive->entries()[0]) == "stored");
    CHECK(*archive->read(archive->entries()[1]) == text);
}

TEST_CASE("zip: what leads out, is doubled, encrypted or a link is refused before it is read")
{
    CHECK(zipProblem(zipBytes({{"a", "1"}})).empty());
    for (const char* name : {"../a", "/etc/passwd", "b/../../a", "C:a", "a\\b"})
        CHECK(zipProblem(zipBytes({{name, "1"}})).find("leads out of the archive") != std::string::npos);
    CHECK(zipProblem(zipBytes({{"a..b/c..", "1"}})).empty());
    CHECK(zipProblem(zipBytes({{"a", "1"}, {"a", "2"}})).find("holds \"a\" twice") == 0);
    CHECK(zipProblem(zipBytes({{.name = "a", .content = "1", .flags = 1}})).find("\"a\" is encrypted") == 0);
    CHECK(zipProblem(zipBytes({{.name = "a", .content = "1", .attributes = 0120777u << 16}})).find("\"a\" is a link") ==
          0);
}

TEST_CASE("zip: files that share bytes, or are not where the directory says, are refused")
{
    const ZipFile first{"a", std::string(40, 'a')};
    CHECK(
        zipProblem(zipBytes({first, {.name = "b", .content = "1", .shift = -20}})).find("has files that share bytes") ==
        0);
    CHECK(zipProblem(zipBytes({{.name = "a", .content = std::string(60, 'a'), .shift = 1}}))
              .find("\"a\" is not where the directory says") == 0);
    CHECK(zipProblem(zipBytes({{.name = "a", .content = "1", .shift = 1000}}))
              .find("\"a\" is not where the directory says") == 0);
}

TEST_CASE("zip: what unpacks to more than it says, or to very much, is stopped")
{
    CHECK(zipProblem(zipBytes({{.name = "a", .content = std::string(5000, 'x'), .deflated = true, .claimed = 100}}))
              .find("\"a\" unpacks to more than the directory says") == 0);
    const std::string bomb(20'000'000, '\0');
    CHECK(zipProblem(zipBytes({{"a", bomb, true}})).find("\"a\" unpacks to more than 200 times its size") == 0);
    CHECK(zipProblem(zipBytes({{"a", bomb.substr(0, 1'000'000), true}})).empty());
}

TEST_CASE("zip: damage is found by the checksum, and a cut file by its missing end")
{
    std::string bytes = zipBytes({{"a", "some content"}});
    bytes[35] ^= 1;
    CHECK(zipProblem(bytes).find("\"a\" is damaged: its checksum is wrong") == 0);
    CHECK(zipProblem(bytes.substr(0, bytes.size() - 3)).find("has no directory at its end") == 0);
    CHECK(zipProblem("PK").find("is too short") == 0);
}
