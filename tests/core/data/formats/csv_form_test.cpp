// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/formats/csv_form.h"
#include "core/data/formats/csv_reader.h"
#include "core/data/formats/json_lines_reader.h"
#include "tests/support/temp_folder.h"

#include <cmath>

using namespace core;
using data::Table;

namespace {

Table tableOf(const std::string& text, const data::CsvOptions& options = {})
{
    const auto table = data::readCsv(text, "t", options);
    INFO((table ? "" : base::describe(table.error())));
    REQUIRE(table);
    return *table;
}

std::vector<double> column(const Table& table, std::size_t c)
{
    return table.columns[c].numbers;
}

}

TEST_CASE("csv: several spaces stand between numbers, and lines keep their numbers")
{
    const Table table = tableOf("  1.5   2 3\n\n 4 5    6  \n7\t 8 9\n");
    REQUIRE(table.columns.size() == 3);
    CHECK(column(table, 0) == std::vector<double>{1.5, 4, 7});
    CHECK(column(table, 2) == std::vector<double>{3, 6, 9});
    CHECK(table.lines == std::vector<std::int64_t>{1, 3, 4});
    // Pieces of any length give the same.
    for (std::size_t piece = 2; piece < 40; ++piece)
        CHECK(column(tableOf("  1.5   2 3\n\n 4 5    6  \n7\t 8 9\n", {.piece = piece}), 1) ==
              std::vector<double>{2, 5, 8});
    const Table named = tableOf("height weight kind\n1.7  70 \"very tall\"\n1.6 60  small\n");
    CHECK(named.names() == std::vector<std::string>{"height", "weight", "kind"});
    CHECK(named.columns[2].words == std::vector<std::string>{"small", "very tall"});
}

TEST_CASE("csv: comments before the rows are left out, and the last may name the columns")
{
    const Table saved = tableOf("# made today\n# x y z\n1.0e+00 2.0e+00 3.0e+00\n4.0e+00 5.0e+00 6.0e+00\n");
    CHECK(saved.names() == std::vector<std::string>{"x", "y", "z"});
    CHECK(saved.lines == std::vector<std::int64_t>{3, 4});
    const Table commas = tableOf("# x,y\n1,2\n3,4\n");
    CHECK(commas.names() == std::vector<std::string>{"x", "y"});
    CHECK(commas.rows == 2);
    const Table remark = tableOf("# measured in May\nx,y\n1,2\n3,4\n");
    CHECK(remark.names() == std::vector<std::string>{"x", "y"});
    CHECK(remark.lines == std::vector<std::int64_t>{3, 4});
    // A header whose first name begins with the mark stays one.
    CHECK(tableOf("#id,name\n1,a\n2,b\n").names() == std::vector<std::string>{"#id", "name"});
    const auto wrong = data::readCsv("# x,y\n1,2\n3\n", "t");
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().where == "t:3");
}

TEST_CASE("csv: spaces alone do not make a table of texts, dates or other formats")
{
    CHECK(data::isSpaced("1 2\n3 4\n", {}));
    CHECK_FALSE(data::isSpaced("1 2\n3 4 5\n", {}));
    CHECK_FALSE(data::isSpaced("to be\nor not\n", {}));
    CHECK_FALSE(data::isSpaced("2024-05-17 10:00\t5\n2024-05-18 10:00\t6\n", {}));
    CHECK_FALSE(data::isSpaced("1, 2\n3, 4\n", {}));
    CHECK_FALSE(data::isSpaced("1 1:0.5 2:3\n0 1:2 2:4\n", {}));
    CHECK(tableOf("2024-05-17 10:00,5\n2024-05-18 10:00,6\n").columns.size() == 2);
    // Asked for, words are cells too.
    CHECK(tableOf("to be\nor not\n", {.delimiter = ' ', .header = false}).columns.size() == 2);
}

TEST_CASE("csv: a file with spaces is read as its text is")
{
    const tests::TempFolder folder;
    const std::string text = "# a b\n 1  2\n 3  4\n";
    const auto table = data::readCsvFile(folder.file("rows.data", text));
    REQUIRE(table);
    CHECK(table->names() == tableOf(text).names());
    CHECK(column(*table, 1) == std::vector<double>{2, 4});
    CHECK(data::looksLikeCsv(text));
}

TEST_CASE("json lines: NaN and Infinity are missing, and what else is wrong keeps its line")
{
    const auto table = data::readJsonLines("{\"x\": NaN, \"t\": \"NaN\"}\n{\"x\": -Infinity, \"t\": \"b\"}\n"
                                           "{\"x\": 2, \"t\": \"say \\\"NaN\\\"\"}\n",
                                           "t", "t", {});
    INFO((table ? "" : base::describe(table.error())));
    REQUIRE(table);
    REQUIRE(table->rows == 3);
    CHECK(std::isnan(table->columns[0].numbers[0]));
    CHECK(std::isnan(table->columns[0].numbers[1]));
    CHECK(table->columns[0].numbers[2] == 2);
    const auto wrong = data::readJsonLines("{\"x\": 1}\n{\"x\": NaN,, }\n", "t", "t", {});
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().where == "t:2");
    CHECK(data::looksLikeJsonLines("{\"x\": NaN}\n"));
}
