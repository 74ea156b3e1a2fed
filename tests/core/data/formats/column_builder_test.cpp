// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/formats/column_builder.h"

using namespace core::data;

namespace {

// A column of cells `1 "word" _`: numbers, texts in quotes, none.
Column built(const std::vector<std::string>& cells, const TableHints& hints = {})
{
    ColumnBuilder builder("c");
    for (std::size_t row = 0; row < cells.size(); ++row)
        if (cells[row].starts_with('"'))
            builder.text(std::int64_t(row), cells[row].substr(1, cells[row].size() - 2));
        else if (cells[row] != "_")
            builder.number(std::int64_t(row), std::stod(cells[row]));
    return std::move(builder).finish(std::int64_t(cells.size()), hints);
}

// `?` stands for what is missing.
std::string picture(const Column& column)
{
    std::string text = column.kind == ColumnKind::Text     ? "text"
                       : column.kind == ColumnKind::Time   ? "time"
                       : column.kind == ColumnKind::Number ? "number"
                                                           : "empty";
    for (const std::int32_t code : column.codes)
        text += " " + (code < 0 ? "?" : column.words[std::size_t(code)]);
    for (const double number : column.numbers)
        text += " " + (std::isnan(number) ? "?" : std::to_string(std::int64_t(number)));
    return text;
}

}

TEST_CASE("column builder: numbers with gaps, texts in the order of the alphabet")
{
    CHECK(picture(built({"1", "_", "3"})) == "number 1 ? 3");
    const Column words = built({"\"red\"", "\" blue \"", "_", "\"red\""});
    CHECK(picture(words) == "text red blue ? red");
    CHECK(words.words == std::vector<std::string>{"blue", "red"});
    CHECK(picture(built({"_", "\"NA\"", "\"\""})) == "empty ? ? ?");
}

TEST_CASE("column builder: texts that are numbers are numbers, dates are times")
{
    CHECK(picture(built({"1", "\"2\"", "\"3.0\""})) == "number 1 2 3");
    CHECK(picture(built({"\"1970-01-02\"", "_", "\"1970-01-01T00:00:10\""})) == "time 86400 ? 10");
    CHECK(picture(built({"\"1970-01-02\"", "\"soon\""})) == "text 1970-01-02 soon");
}

TEST_CASE("column builder: what there is more of decides, and stray cells are told")
{
    const Column numbers = built({"1", "2", "\"many\"", "\"few\"", "5"});
    CHECK(picture(numbers) == "number 1 2 ? ? 5");
    REQUIRE(numbers.strays.size() == 2);
    CHECK(numbers.strays[0].row == 2);
    CHECK(numbers.strays[0].text == "many");
    CHECK(numbers.strays[1].text == "few");
    CHECK(picture(built({"1", "\"many\""})) == "text 1 many");
}

TEST_CASE("column builder: hints go before the cells")
{
    CHECK(picture(built({"1", "1.5"}, {.asText = {"c"}})) == "text 1 1.5");
    const Column numbers = built({"1", "\"a\"", "\"b\""}, {.asNumbers = {"c"}});
    CHECK(picture(numbers) == "number 1 ? ?");
    CHECK(numbers.strays.size() == 2);
}

TEST_CASE("column builder: columns of an array by steps")
{
    NumberArray array{.element = Element::I16, .shape = {2, 3}};
    const std::int16_t elements[] = {1, 2, 3, 4, 5, 6};
    array.bytes.assign(reinterpret_cast<const char*>(elements), sizeof elements);
    CHECK(picture(columnOf("b", array, 1, 3, 2)) == "number 2 5");
    const NumberArray texts{.element = Element::Text, .shape = {3}, .texts = {"x", "", "y"}};
    CHECK(picture(columnOf("t", texts, 0, 1, 3)) == "text x ? y");
}
