// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/formats/csv_reader.h"

using namespace core::data;

namespace {

// The table as a picture: `names / row / row`, cells parted by bars.
std::string csvPicture(const std::string& text, CsvOptions options = {})
{
    if (const auto named = readCsv(text, "f.csv", options))
        options.hints.asText = named->names();
    const auto table = readCsv(text, "f.csv", options);
    if (!table)
        return table.error().where + ": " + table.error().message;
    std::string picture;
    for (std::size_t c = 0; c < table->columns.size(); ++c)
        picture += (c ? "|" : "") + table->columns[c].name;
    for (std::size_t row = 0; row < std::size_t(table->rows); ++row) {
        picture += " / ";
        for (std::size_t c = 0; c < table->columns.size(); ++c) {
            const Column& column = table->columns[c];
            const std::int32_t code = column.codes.empty() ? -1 : column.codes[row];
            picture += (c ? "|" : "") + (code < 0 ? "" : column.words[std::size_t(code)]);
        }
    }
    return picture;
}

}

TEST_CASE("csv: line ends, byte order mark and empty lines do not matter")
{
    const std::string plain = "a,b\n1,2\n3,4\n";
    const std::string picture = "a|b / 1|2 / 3|4";
    CHECK(csvPicture(plain) == picture);
    CHECK(csvPicture("a,b\r\n1,2\r\n3,4\r\n") == picture);
    CHECK(csvPicture("a,b\r1,2\r3,4") == picture);
    CHECK(csvPicture("\xef\xbb\xbf" + plain) == picture);
    CHECK(csvPicture("\n\na,b\n\n1,2\n  \n3,4\n\n") == picture);
    CHECK(csvPicture("a,b\n1,2\n3,4") == picture);
}

TEST_CASE("csv: quotes keep delimiters, line breaks and doubled quotes")
{
    CHECK(csvPicture("a,b\n\"x,y\",1\n") == "a|b / x,y|1");
    CHECK(csvPicture("a,b\n\"say \"\"hi\"\"\",1\n") == "a|b / say \"hi\"|1");
    CHECK(csvPicture("a,b\n\"two\nlines\",1\n") == "a|b / two\nlines|1");
    CHECK(csvPicture("a,b\n\"\",1\n") == "a|b / |1");
    CHECK(csvPicture("a,b\n\"x\" ,1\n") == "a|b / x|1");
    CHECK(csvPicture("a,b\n5\" pipe,1\n") == "a|b / 5\" pipe|1");
}

TEST_CASE("csv: empty cells are cells, at the end too")
{
    CHECK(csvPicture("a,b,c\n,,\n1,,\n") == "a|b|c / || / 1||");
    CHECK(csvPicture("a,b\n1,") == "a|b / 1|");
}

TEST_CASE("csv: the delimiter is found from the content")
{
    CHECK(csvPicture("a;b\n1,5;2,5\n3,5;4,5\n") == "a|b / 1,5|2,5 / 3,5|4,5");
    CHECK(csvPicture("a\tb\nx, y\t1\n") == "a|b / x, y|1");
    CHECK(csvPicture("a|b\n1|2\n") == "a|b / 1|2");
    CHECK(csvPicture("only\n1\n2\n") == "only / 1 / 2");
    CHECK(csvPicture("\"a;x\",b\n\"1;2\",3\n") == "a;x|b / 1;2|3");
    CsvOptions semicolon;
    semicolon.delimiter = ';';
    CHECK(csvPicture("a,b\n1,2\n", semicolon) == "a,b / 1,2");
}

TEST_CASE("csv: a first line without a number is the header")
{
    CHECK(csvPicture("5.1,setosa\n4.9,setosa\n") == "column_1|column_2 / 5.1|setosa / 4.9|setosa");
    CHECK(csvPicture("when,x\n2024-01-01,1\n") == "when|x / 2024-01-01|1");
    CHECK(csvPicture("2024-01-01,red\n2024-01-02,blue\n") == "column_1|column_2 / 2024-01-01|red / 2024-01-02|blue");
    CsvOptions no;
    no.header = false;
    CHECK(csvPicture("red,blue\ngreen,red\n", no) == "column_1|column_2 / red|blue / green|red");
    CsvOptions yes;
    yes.header = true;
    CHECK(csvPicture("country,2019\nFrance,1\n", yes) == "country|2019 / France|1");
}

TEST_CASE("csv: columns without a name and of the same name are told apart")
{
    CHECK(csvPicture(",x,x,x.1\na,1,2,3\n") == "column_1|x|x.1|x.1.1 / a|1|2|3");
}

TEST_CASE("csv: a row of another width is named by its line")
{
    CHECK(csvPicture("a,b,c\n1,2,3\n4,5\n") == "f.csv:3: line 3 has 2 cells, and line 1 has 3");
    CHECK(csvPicture("a,b\n1,2\n\n\"x\ny\",2\n4,5,6\n") == "f.csv:6: line 6 has 3 cells, and line 1 has 2");
    CHECK(csvPicture("a,b\r\n1,2\r\n3\r\n") == "f.csv:3: line 3 has 1 cell, and line 1 has 2");
}

TEST_CASE("csv: broken text is refused with the line")
{
    CHECK(csvPicture("a,b\n1,\"2\n3,4\n") == "f.csv:2: line 2 opens a quote that is never closed");
    CHECK(csvPicture("a,b\n\"1\"x,2\n") == "f.csv:2: line 2 has text after a closing quote");
    CHECK(csvPicture(std::string("a,b\n1,\0002\n", 9)) == "f.csv:2: line 2 has a zero byte, so this is no text");
    CHECK(csvPicture("\xff\xfe\x61") == "f.csv: is UTF-16 text");
    CHECK(csvPicture("") == "f.csv: is empty");
    CHECK(csvPicture("\n\n") == "f.csv: is empty");
    CHECK(csvPicture("a,b\n") == "f.csv: has a header and no rows");
}

TEST_CASE("csv: Latin-1 becomes UTF-8")
{
    CHECK(csvPicture("stra\xdf"
                     "e,b\n1,2\n") == "stra\xc3\x9f"
                                      "e|b / 1|2");
}

TEST_CASE("csv: only as many rows as asked for, with or without a header")
{
    CsvOptions two;
    two.maxRows = 2;
    CHECK(csvPicture("a,b\n1,2\n3,4\n5,6\n", two) == "a|b / 1|2 / 3|4");
    CHECK(csvPicture("1,2\n3,4\n5,6\n", two) == "column_1|column_2 / 1|2 / 3|4");
}

TEST_CASE("csv: each row knows its line")
{
    const auto table = readCsv("a,b\n\n1,2\n\"x\n\",3\n4,5\n", "f.csv");
    REQUIRE(table);
    CHECK(table->lines == std::vector<std::int64_t>{3, 4, 6});
}

TEST_CASE("csv: what can be CSV and what cannot")
{
    CHECK(looksLikeCsv("a,b\n1,2\n"));
    CHECK(looksLikeCsv("a\tb\n1\t2\n"));
    CHECK_FALSE(looksLikeCsv("just one sentence.\nand another one\n"));
    CHECK_FALSE(looksLikeCsv(std::string("a,b\0,c\n", 7)));
    CHECK_FALSE(looksLikeCsv(""));
}
