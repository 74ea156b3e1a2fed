// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/formats/csv_scanner.h"

using core::data::CsvScanner;
using Found = CsvScanner::Found;

namespace {

/// Records as `a|b;c|d`, and how it ended.
std::string scanned(std::string_view text, Found& end, bool whole = true)
{
    CsvScanner scanner(text, ',', whole);
    std::vector<std::string_view> cells;
    std::string all;
    while ((end = scanner.record(cells)) == Found::Record) {
        all += all.empty() ? "" : ";";
        for (std::size_t c = 0; c < cells.size(); ++c)
            all += (c ? "|" : "") + std::string(cells[c]);
    }
    return all;
}

}

TEST_CASE("csv scanner: records, quotes and line ends")
{
    Found end = Found::Failed;
    CHECK(scanned("a,b\nc,d", end) == "a|b;c|d");
    CHECK(end == Found::End);
    CHECK(scanned("a,b\r\n\r\n  \nc,\r", end) == "a|b;c|");
    CHECK(scanned("\"x,\ny\",\"say \"\"no\"\"\"\n", end) == "x,\ny|say \"no\"");
    CHECK(scanned("\"a\"  ,b", end) == "a|b");
}

TEST_CASE("csv scanner: what is cut waits for more, and what is wrong has its line")
{
    Found end = Found::Record;
    CHECK(scanned("a,b\nc,", end, false) == "a|b");
    CHECK(end == Found::Cut);
    CHECK(scanned("\"open", end, false).empty());
    CHECK(end == Found::Cut);
    // A return at the end may be half of a line break.
    CHECK(scanned("a,b\r", end, false).empty());
    CHECK(end == Found::Cut);
    CsvScanner open("a\n\n\"never closed\n\n", ',', true);
    std::vector<std::string_view> cells;
    REQUIRE(open.record(cells) == Found::Record);
    CHECK(open.record(cells) == Found::Failed);
    CHECK(open.problemLine() == 3);
    CsvScanner after("\"a\"b,c\n", ',', true);
    CHECK(after.record(cells) == Found::Failed);
}

TEST_CASE("csv scanner: marks are found wherever they lie in a block")
{
    for (std::size_t place = 0; place < 130; ++place) {
        std::string text(130, 'x');
        text[place] = ",\n\r\""[place % 4];
        const std::size_t length = text.size();
        text.append(64, ',');
        std::vector<std::uint32_t> marks(length);
        const std::size_t count = core::data::findCsvMarks(text.data(), 0, std::uint32_t(length), ',', marks.data());
        REQUIRE(count == 1);
        CHECK(marks[0] == place);
    }
}
