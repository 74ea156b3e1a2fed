// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/tables/row_filter.h"

#include <cmath>

using namespace core;
using data::CellColumn;
using data::ColumnKind;
using data::RowFilter;

namespace {

const std::vector<double> ages{20, 35, std::nan(""), 50, 35};
const std::vector<std::string> colours{"Red", "blue", "dark red"};
const std::vector<double> codes{0, 1, 2, -1, 1};
const std::vector<double> days{0, 86400, 2 * 86400, 3 * 86400, 4 * 86400 + 3600};

std::vector<CellColumn> columns()
{
    return {{"age", ColumnKind::Number, [](std::int64_t row) { return ages[std::size_t(row)]; }, {}},
            {"eye colour", ColumnKind::Text, [](std::int64_t row) { return codes[std::size_t(row)]; }, colours},
            {"day", ColumnKind::Time, [](std::int64_t row) { return days[std::size_t(row)]; }, {}}};
}

// The rows that pass, as digits; or the place of the error.
std::string passing(const std::string& text)
{
    const std::vector<CellColumn> all = columns();
    const auto filter = RowFilter::parse(text, all);
    if (!filter) {
        CHECK_FALSE(filter.error().message.empty());
        CHECK_FALSE(filter.error().advice.empty());
        return filter.error().where;
    }
    std::string rows;
    for (std::int64_t row = 0; row < 5; ++row)
        if ((*filter)(row))
            rows += std::to_string(row);
    return rows;
}

}

TEST_CASE("row filter: comparisons of numbers, texts and dates")
{
    CHECK(passing("") == "01234");
    CHECK(passing("age > 30") == "134");
    CHECK(passing("age>=35") == "134");
    CHECK(passing("age != 35") == "03");
    CHECK(passing("AGE = 35") == "14");
    CHECK(passing("\"eye colour\" = blue") == "14");
    CHECK(passing("\"eye colour\" != blue") == "02");
    CHECK(passing("\"eye colour\" ~ red") == "02");
    CHECK(passing("day < 1970-01-03") == "01");
    CHECK(passing("day = 1970-01-05") == "");
}

TEST_CASE("row filter: missing, and, or, and words that stand anywhere")
{
    CHECK(passing("age is missing") == "2");
    CHECK(passing("age is not missing and \"eye colour\" is missing") == "3");
    CHECK(passing("age = 20 or age = 50") == "03");
    CHECK(passing("age > 30 and age < 50 or age = 20") == "014");
    CHECK(passing("red") == "02");
    CHECK(passing("\"dark red\"") == "2");
}

TEST_CASE("row filter: what cannot be read is told by its place")
{
    CHECK(passing("aeg > 3") == "character 1");
    CHECK(passing("age > ") == "character 7");
    CHECK(passing("age > tall") == "character 11");
    CHECK(passing("age > 30 age < 50") == "character 10");
    CHECK(passing("\"eye colour\" < blue") == "character 20");
    CHECK(passing("\"eye colour = blue") == "character 19");
    CHECK(passing("age =! 3") == "character 9");
    CHECK(passing("age is empty") == "character 8");
}

TEST_CASE("row filter: cells as a person would write them")
{
    const std::vector<CellColumn> all = columns();
    CHECK(all[0].text(0) == "20");
    CHECK(all[0].text(2).empty());
    CHECK(all[1].text(2) == "dark red");
    CHECK(all[1].text(3).empty());
    CHECK(all[2].text(1) == "1970-01-02");
    CHECK(all[2].text(4) == "1970-01-05 01:00:00");
}
