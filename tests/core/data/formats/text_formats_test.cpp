// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/formats/csv_reader.h"
#include "core/data/formats/fast_text_reader.h"
#include "core/data/formats/json_lines_reader.h"
#include "core/data/formats/libsvm_reader.h"

#include <cmath>

using namespace core::data;

namespace {

std::vector<float> denseOf(const SparseRows& rows)
{
    std::vector<float> values(std::size_t(rows.rows() * rows.columns));
    rows.copyTo(values.data());
    return values;
}

std::string libsvmProblem(const std::string& text)
{
    const auto rows = readLibsvm(text, "f");
    return rows ? "" : rows.error().where + " " + rows.error().message;
}

std::string jsonProblem(const std::string& text)
{
    const auto table = readJsonLines(text, "f", "f");
    return table ? "" : table.error().where + " " + table.error().message;
}

}

TEST_CASE("libsvm: labels, columns from 1, comments, queries and gaps")
{
    const auto rows = readLibsvm("1 qid:7 1:0.5 3:2 # first\n\n-1 qid:7 2:-1e3\n+2\n", "f");
    REQUIRE(rows);
    CHECK(rows->rows() == 3);
    CHECK(rows->columns == 3);
    CHECK(denseOf(*rows) == std::vector<float>{0.5f, 0, 2, 0, -1000, 0, 0, 0, 0});
    CHECK(rows->labels == std::vector<double>{1, -1, 2});
    CHECK(rows->lines == std::vector<std::int64_t>{1, 3, 4});
    CHECK(rows->groups[1] == 7);
    CHECK(std::isnan(rows->groups[2]));
}

TEST_CASE("libsvm: a column 0 makes all columns count from 0")
{
    CHECK(denseOf(*readLibsvm("1 0:5 2:6\n", "f")) == std::vector<float>{5, 0, 6});
    CHECK(denseOf(*readLibsvm("1 1:5 2:6\n", "f", {.zeroBased = true})) == std::vector<float>{0, 5, 6});
    CHECK(denseOf(*readLibsvm("1 1:5 2:6\n", "f", {.columns = 4})) == std::vector<float>{5, 6, 0, 0});
    CHECK(readLibsvm("1 0:5\n", "f", {.zeroBased = false}).error().where == "f:1");
}

TEST_CASE("libsvm: rows without labels, and only the first")
{
    const auto rows = readLibsvm("1:5\n2:6\n1:7\n", "f", {.maxRows = 2});
    REQUIRE(rows);
    CHECK(rows->rows() == 2);
    CHECK(std::isnan(rows->labels[0]));
}

TEST_CASE("libsvm: errors name the line")
{
    CHECK(libsvmProblem("1 1:2\nx 1:2\n") == "f:2 line 2 begins with \"x\", which is no label");
    CHECK(libsvmProblem("1 1:2 b\n") == "f:1 line 1 has \"b\" where column:value should be");
    CHECK(libsvmProblem("1 2:1 1:1\n") == "f:1 line 1 has column 1 after column 2; they must ascend");
    CHECK(libsvmProblem("1 1:1 1:1\n") == "f:1 line 1 has column 1 after column 1; they must ascend");
    CHECK(libsvmProblem("1 99999999999:1\n").find("f:1 line 1 has column 99999999999") == 0);
    CHECK(libsvmProblem("\n# nothing\n") == "f holds no rows");
}

TEST_CASE("text formats are told apart")
{
    const std::string libsvm = "1 1:0.5 3:2\n0 2:1\n", csv = "a,b\n1,2\n", fast = "__label__a some, words\n";
    const std::string json = "{\"a\": 1, \"b\": 2}\n{\"a\": 2, \"b\": 3}\n";
    CHECK(looksLikeLibsvm(libsvm));
    CHECK_FALSE(looksLikeLibsvm(csv));
    CHECK_FALSE(looksLikeLibsvm(json));
    CHECK_FALSE(looksLikeLibsvm(fast));
    CHECK(looksLikeJsonLines(json));
    CHECK(looksLikeJsonLines("[\n  {\"a\": 1}]"));
    CHECK_FALSE(looksLikeJsonLines("{\n  \"a\": 1\n}"));
    CHECK_FALSE(looksLikeJsonLines(csv));
    CHECK(looksLikeFastText(fast));
    CHECK_FALSE(looksLikeFastText(libsvm));
}

TEST_CASE("fast_text: labels wherever they stand, several, none")
{
    const auto rows = readFastText("__label__a what a day\r\n\ngood __label__b __label__c\nno label\n", "f");
    REQUIRE(rows);
    REQUIRE(rows->size() == 3);
    CHECK((*rows)[0].text == "what a day");
    CHECK((*rows)[1].labels == std::vector<std::string>{"b", "c"});
    CHECK((*rows)[1].line == 3);
    CHECK((*rows)[2].labels.empty());
    CHECK(readFastText("__class__x y\n", "f", "__class__")->front().labels.front() == "x");
    CHECK(readFastText("__label__ y\n", "f").error().message == "line 1 has a label without a name");
    CHECK(readFastText(std::string("a\0b\n", 4), "f").error().message == "line 1 has a zero byte: this is no text");
    CHECK(readFastText("\n \n", "f").error().message == "holds no text");
    CHECK(readFastText("__label__a \xe4h\n", "f")->front().text == "\xc3\xa4h");
}

TEST_CASE("json_lines: keys become columns of their kinds")
{
    const auto table = readJsonLines("{\"h\": 1.5, \"kind\": \"b\", \"day\": \"2024-05-17\", \"on\": true}\n"
                                     "{\"kind\": \"a\", \"h\": \"NaN\", \"list\": [1, 2], \"in\": {\"x\": 3}}\n",
                                     "f", "f");
    REQUIRE(table);
    CHECK(table->rows == 2);
    CHECK(table->names() == std::vector<std::string>{"h", "kind", "day", "on", "list_0", "list_1", "in.x"});
    CHECK(table->columns[0].kind == ColumnKind::Number);
    CHECK(std::isnan(table->columns[0].numbers[1]));
    CHECK(table->columns[1].words == std::vector<std::string>{"a", "b"});
    CHECK(table->columns[1].codes == std::vector<std::int32_t>{1, 0});
    CHECK(table->columns[2].kind == ColumnKind::Time);
    CHECK(table->columns[3].words == std::vector<std::string>{"true"});
    CHECK(table->columns[5].numbers[1] == 2);
    CHECK(table->lines == std::vector<std::int64_t>{1, 2});
    CHECK(readJsonLines("[{\"a\": 1}, {\"a\": 2}]", "f", "f")->rows == 2);
}

TEST_CASE("json_lines: a column takes hints, and tells its stray cell")
{
    const std::string text = "{\"a\": 1}\n{\"a\": 2}\n{\"a\": \"x\"}\n";
    CHECK(readJsonLines(text, "f", "f")->columns[0].strays.front().row == 2);
    CHECK(readJsonLines(text, "f", "f", {.hints = {.asText = {"a"}}})->columns[0].words ==
          std::vector<std::string>{"1", "2", "x"});
}

TEST_CASE("json_lines: series of DeepAR become one row a step")
{
    const auto table =
        readJsonLines("{\"start\": \"2024-01-31 00:00:00\", \"target\": [1, \"NaN\", 3], \"cat\": [2], "
                      "\"dynamic_feat\": [[0.5, 0.6, 0.7, 0.8]]}\n"
                      "{\"start\": \"2024-03-01\", \"target\": [9], \"cat\": [1], \"dynamic_feat\": [[1]]}\n",
                      "f", "f", {.frequency = "M"});
    REQUIRE(table);
    CHECK(table->rows == 4);
    CHECK(table->target == "target");
    CHECK(table->series == "item");
    CHECK(table->names() == std::vector<std::string>{"item", "time", "target", "cat_0", "dynamic_feat_0"});
    CHECK(table->columns[0].words == std::vector<std::string>{"item_0", "item_1"});
    CHECK(table->columns[1].kind == ColumnKind::Time);
    // 31 January, 29 February, 31 March 2024.
    CHECK(table->columns[1].numbers[1] - table->columns[1].numbers[0] == 29 * 86400);
    CHECK(table->columns[1].numbers[2] - table->columns[1].numbers[0] == 60 * 86400);
    CHECK(std::isnan(table->columns[2].numbers[1]));
    CHECK(table->columns[3].words == std::vector<std::string>{"1", "2"});
    CHECK(table->columns[4].numbers[2] == 0.7);
    CHECK(readJsonLines("{\"start\": \"2024-01-01\", \"target\": [1]}\n", "f", "f", {.frequency = "x"}).error().where ==
          "/data/source/time_freq");
}

TEST_CASE("json_lines: errors name the line")
{
    CHECK(jsonProblem("{\"a\": 1}\n{\"a\": }\n").find("f:2 line 2 is not JSON") == 0);
    CHECK(jsonProblem("{\"a\": 1}\n5\n").find("f:2 line 2 is a whole number where a record should be") == 0);
    CHECK(jsonProblem("\n\n") == "f holds no records");
    CHECK(jsonProblem("{\"start\": \"soon\", \"target\": [1]}\n").find("f:1 line 1 starts at \"soon\"") == 0);
}
