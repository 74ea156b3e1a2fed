// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/formats/row_index.h"
#include "tests/support/record_bytes.h"
#include "tests/support/temp_folder.h"

using namespace core;
using data::RowIndex;
using data::RowRules;

namespace {

std::shared_ptr<const RowIndex> indexOf(const std::filesystem::path& file, const RowRules& rules)
{
    auto index = RowIndex::of(file, rules);
    INFO((index ? "" : base::describe(index.error())));
    REQUIRE(index);
    return *index;
}

std::string textOf(const RowIndex& index, const std::vector<std::int64_t>& blocks)
{
    const auto text = index.read(blocks);
    REQUIRE(text);
    return *text;
}

}

TEST_CASE("row_index: lines are rows, blank ones and comments are not")
{
    const tests::TempFolder folder;
    const auto index = indexOf(folder.file("a", "# c\n1 2\n\n  \r\n3 4\r\n #5\n6 7"), {.comment = '#'});
    CHECK(index->rows() == 3);
    CHECK(index->blockRows() == 1);
    CHECK(textOf(*index, {0}) == "1 2\n\n  \r\n");
    CHECK(textOf(*index, {1, 2}) == "3 4\r\n #5\n6 7\n");
    CHECK(textOf(*index, {2, 0}) == "6 7\n1 2\n\n  \r\n");
    CHECK(index->lineOf(0) == 2);
    CHECK(index->lineOf(1) == 5);
    CHECK(index->lineOf(2) == 7);
}

TEST_CASE("row_index: a header is no row, and comes before any of them")
{
    const tests::TempFolder folder;
    const auto index = indexOf(folder.file("a", "\n\"a\nb\",c\n1,2\n3,4\n"), {.quotes = true, .header = true});
    CHECK(index->header() == "\n\"a\nb\",c\n");
    CHECK(index->rows() == 2);
    CHECK(textOf(*index, {1}) == "3,4\n");
    CHECK(index->lineOf(1) == 5);
}

TEST_CASE("row_index: quotes hide line breaks only where a cell begins with one")
{
    const tests::TempFolder folder;
    const auto index =
        indexOf(folder.file("a", "1,\"x\ny\"\"\nz\",2\n5\" pipe,7,8\n\"\",,\n3,\"\n\n\"\n"), {.quotes = true});
    CHECK(index->rows() == 4);
    CHECK(textOf(*index, {0}) == "1,\"x\ny\"\"\nz\",2\n");
    CHECK(textOf(*index, {1}) == "5\" pipe,7,8\n");
    CHECK(textOf(*index, {3}) == "3,\"\n\n\"\n");
    CHECK(index->lineOf(3) == 6);
}

TEST_CASE("row_index: pieces of the file may end anywhere")
{
    // Longer than what is read at once, with quotes here and there, so that ends fall into every place.
    const tests::TempFolder folder;
    for (const std::size_t shift : {0, 1, 2, 3, 4, 5, 6, 7}) {
        std::string text(shift, 'a');
        text += "\n";
        std::int64_t rows = 1;
        while (text.size() < 2'200'000) {
            text += rows % 1000 == 0 ? "\"q\nq\"\n" : rows % 7 == 0 ? "xy\n\n" : "xyz,w\n";
            ++rows;
        }
        if (shift == 0)
            --rows; // the first line is blank
        const auto index = indexOf(folder.file("a", text), {.quotes = true});
        CHECK(index->rows() == rows);
        std::vector<std::int64_t> all;
        for (std::int64_t block = 0; block < index->blocks(); ++block)
            all.push_back(block);
        CHECK(textOf(*index, all) == text.substr(shift == 0 ? 1 : 0));
    }
}

TEST_CASE("row_index: memory does not grow with the rows, and blocks are of one length")
{
    const tests::TempFolder folder;
    std::string text;
    for (int row = 0; row < 300'000; ++row)
        text += std::to_string(row) + "\n";
    const auto index = indexOf(folder.file("a", text), {});
    CHECK(index->rows() == 300'000);
    CHECK(index->blockRows() == 8);
    CHECK(index->blocks() == 37'500);
    CHECK(textOf(*index, {37'499}) == "299992\n299993\n299994\n299995\n299996\n299997\n299998\n299999\n");
    CHECK(textOf(*index, {1}).starts_with("8\n9\n"));
}

TEST_CASE("row_index: records of RecordIO, some of them in pieces")
{
    const tests::TempFolder folder;
    const std::string first = tests::record("12345"), second = tests::record("ab", 1) + tests::record("cd", 3),
                      third = tests::record("");
    const auto index = indexOf(folder.file("a", first + second + third), {.records = true});
    CHECK(index->rows() == 3);
    CHECK(textOf(*index, {0}) == first);
    CHECK(textOf(*index, {1}) == second);
    CHECK(textOf(*index, {2, 0}) == third + first);
    const auto broken = RowIndex::of(folder.file("b", first + "no record"), {.records = true});
    REQUIRE_FALSE(broken);
    CHECK(broken.error().message.find("offset") != std::string::npos);
}

TEST_CASE("row_index: errors")
{
    const tests::TempFolder folder;
    CHECK_FALSE(RowIndex::of(folder.path() / "none", {}));
    CHECK_FALSE(RowIndex::of(folder.file("empty", ""), {}));
    CHECK_FALSE(RowIndex::of(folder.file("header", "a,b\n"), {.header = true}));
    const auto returns = RowIndex::of(folder.file("mac", "a,b\r1,2\r3,4"), {.quotes = true});
    REQUIRE_FALSE(returns);
    CHECK(returns.error().advice.find("data.mode") != std::string::npos);
    const auto file = folder.file("changing", "1\n2\n3\n");
    const auto index = indexOf(file, {});
    folder.file("changing", "1\n2\n3\n4\n");
    CHECK_FALSE(index->read(std::vector<std::int64_t>{0}));
}
