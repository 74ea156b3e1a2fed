// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/checkpoint.h"

#include "core/base/files.h"
#include "core/base/rng.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>
#include <cstring>

namespace tests::safetensors_test {

using namespace core::store;
using core::base::BlobView;
namespace fs = std::filesystem;

namespace {

// A safetensors file by hand: header text as it is, then so many bytes.
std::string fileOf(const std::string& header, std::size_t bytes)
{
    const std::uint64_t length = header.size();
    return std::string(reinterpret_cast<const char*>(&length), 8) + header + std::string(bytes, 'x');
}

std::string refusal(const tests::TempFolder& folder, const std::string& bytes)
{
    const auto read = readSafetensors(folder.file("hostile.safetensors", bytes));
    if (read)
        return "";
    CHECK(read.error().kind == core::base::ErrorKind::Data);
    CHECK(read.error().where.find("hostile.safetensors") != std::string::npos);
    return read.error().message;
}

}

TEST_CASE("tensors come back under their names, shapes and types")
{
    tests::TempFolder folder;
    const float weights[6] = {1, 2, 3, 4, 5, 6};
    const std::int64_t count = 7;
    const fs::path file = folder.path() / "two.safetensors";
    REQUIRE(writeSafetensors(file, {{"format", "pt"}},
                             {{"0.weight", "F32", {2, 3}, weights, sizeof weights},
                              {"tracked", "I64", {}, &count, sizeof count},
                              {"empty", "F32", {0}, weights, 0}}));
    const auto back = readSafetensors(file);
    REQUIRE(back);
    CHECK(back->metadata == core::base::Object{{"format", "pt"}});
    REQUIRE(back->tensors.size() == 3);
    // Wide elements come first.
    CHECK(back->tensors[0] ==
          core::base::Blob{"tracked", "I64", {}, std::string(reinterpret_cast<const char*>(&count), 8)});
    for (const auto& tensor : back->tensors)
        if (tensor.name == "0.weight") {
            CHECK(tensor.shape == std::vector<std::int64_t>{2, 3});
            CHECK(std::memcmp(tensor.bytes.data(), weights, sizeof weights) == 0);
        }
}

TEST_CASE("what cannot be a tensor is not written")
{
    tests::TempFolder folder;
    const float value = 1;
    const fs::path file = folder.path() / "no.safetensors";
    CHECK_FALSE(writeSafetensors(file, {}, {{"a", "F32", {2}, &value, 4}}));
    CHECK_FALSE(writeSafetensors(file, {}, {{"a", "F33", {1}, &value, 4}}));
    CHECK_FALSE(writeSafetensors(file, {}, {{"a", "F32", {1}, &value, 4}, {"a", "F32", {1}, &value, 4}}));
    CHECK_FALSE(writeSafetensors(file, {}, {{"__metadata__", "F32", {1}, &value, 4}}));
    CHECK_FALSE(fs::exists(file));
}

TEST_CASE("hostile safetensors headers are refused with what is wrong")
{
    tests::TempFolder folder;
    const auto tensor = [](const std::string& dtype, const std::string& shape, const std::string& offsets) {
        return R"({"a":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
    };
    REQUIRE(readSafetensors(folder.file("good.safetensors", fileOf(tensor("F32", "[2]", "[0,8]"), 8))));

    const std::pair<std::string, std::string> cases[] = {
        {"", "shorter"},
        {"1234567", "shorter"},
        {std::string(8, '\xff'), "claims"},
        {std::string("\xff\xff\xff\xff\0\0\0\0", 8) + "{}", "claims"},
        {fileOf("{", 0), "JSON"},
        {fileOf("[]", 0), "out of place"},
        {fileOf("{}", 1), "bytes of tensors"},
        {fileOf(tensor("F32", "[2]", "[0,8]"), 7), "bytes of tensors"},
        {fileOf(tensor("F32", "[2]", "[0,8]"), 9), "bytes of tensors"},
        {fileOf(tensor("F32", "[2]", "[1,9]"), 9), "hole"},
        {fileOf(tensor("F32", "[2]", "[8,0]"), 8), "hole"},
        {fileOf(tensor("F32", "[3]", "[0,8]"), 8), "do not fit"},
        {fileOf(tensor("F13", "[2]", "[0,8]"), 8), "F13"},
        {fileOf(tensor("F32", "[-2]", "[0,8]"), 8), "negative"},
        {fileOf(tensor("F32", "[2.0]", "[0,8]"), 8), "number"},
        {fileOf(tensor("F32", "[[2]]", "[0,8]"), 8), "out of place"},
        // The product wraps to 0, the way in which others were made to read anywhere.
        {fileOf(tensor("F32", "[4611686018427387904,4]", "[0,0]"), 0), "larger than any file"},
        {fileOf(tensor("F32", "[9223372036854775807,9223372036854775807]", "[0,8]"), 8), "larger than any file"},
        {fileOf(tensor("F32", "[18446744073709551615]", "[0,8]"), 8), "too large"},
        {fileOf(R"({"a":{"dtype":"F32","shape":[2]}})", 0), "lacks"},
        {fileOf(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}})", 8), "lacks"},
        {fileOf(
             R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
             2),
         "twice"},
        {fileOf(R"({"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1), "twice"},
        {fileOf(
             R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
             3),
         "overlap"},
        {fileOf(
             R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}})",
             3),
         "hole"},
        {fileOf(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"more":1}})", 1), "unknown"},
        {fileOf(R"({"__metadata__":{"a":1}})", 0), "number out of place"},
        {fileOf(R"({"__metadata__":{"a":{"b":"c"}}})", 0), "out of place"},
        {fileOf(R"({"__metadata__":"a"})", 0), "out of place"},
    };
    for (const auto& [bytes, expected] : cases) {
        INFO(bytes.substr(0, 120));
        CHECK(refusal(folder, bytes).find(expected) != std::string::npos);
    }
    CHECK_FALSE(readSafetensors(folder.path() / "absent.safetensors"));
    CHECK_FALSE(readSafetensors(folder.path()));
    CHECK_FALSE(readSafetensors("/dev/zero"));
}

TEST_CASE("a header of very many small things costs no more than its length")
{
    tests::TempFolder folder;
    std::string header = "{";
    for (int i = 0; i < 200000; ++i)
        header += "\"t" + std::to_string(i) + R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},)";
    header.back() = '}';
    const auto many = readSafetensors(folder.file("many.safetensors", fileOf(header, 0)));
    REQUIRE(many);
    CHECK(many->tensors.size() == 200000);
    std::string metadata = R"({"__metadata__":{)";
    for (int i = 0; i < 20000; ++i)
        metadata += "\"k" + std::to_string(i) + "\":\"v\",";
    metadata.back() = '}';
    CHECK(refusal(folder, fileOf(metadata + "}", 0)).find("too much metadata") != std::string::npos);
    CHECK_FALSE(refusal(folder, fileOf(std::string(100000, '['), 0)).empty());
}

TEST_CASE("mutated safetensors files are refused or read, never more")
{
    tests::TempFolder folder;
    const std::string good = fileOf(
        R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"b":{"dtype":"U8","shape":[4],"data_offsets":[16,20]}})",
        20);
    const fs::path file = folder.file("mutant.safetensors", good);
    int read = 0;
    for (std::uint64_t round = 0; round < 5000; ++round) {
        const core::base::Draw draw(17, "safetensors", round);
        std::string bytes = good;
        for (std::uint64_t i = 0; i <= round % 3; ++i)
            bytes[draw.below(3 * i, bytes.size())] =
                draw.below(3 * i + 1, 2) ? good[draw.below(3 * i + 2, good.size())] : char(draw.bits(3 * i + 2));
        tests::TempFolder::overwrite(file, bytes);
        if (const auto back = readSafetensors(file)) {
            ++read;
            for (const auto& tensor : back->tensors) {
                std::uint64_t size = core::base::bytesOf(tensor.dtype);
                for (const std::int64_t dimension : tensor.shape)
                    size *= std::uint64_t(dimension);
                REQUIRE(tensor.bytes.size() == size);
            }
        }
    }
    CHECK(read > 0);
    CHECK(read < 5000);
}

}
