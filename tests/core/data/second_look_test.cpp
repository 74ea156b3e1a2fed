// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/formats/cell.h"
#include "core/data/formats/cell_forms.h"
#include "core/data/formats/csv_header.h"
#include "tests/support/data_sets.h"

#include <cmath>

using namespace core;
using namespace core::data;

namespace {

std::string dated(std::string_view cell, DateOrder order)
{
    const auto seconds = writtenDateOf(cell, order);
    return seconds ? textOf(*seconds - timeOf("2024-05-03").value()) : "none";
}

// The column as it is read from a CSV file.
Column columnOf(const std::vector<std::string>& cells, const TableHints& hints = {})
{
    std::string text = "x;y\n";
    for (const std::string& cell : cells)
        text += cell + ";1\n";
    const tests::TempFolder folder;
    SourceRequest request;
    request.data.source.kind = "csv";
    request.data.source.params = base::Object{{"path", folder.file("t.csv", text).string()}, {"delimiter", ";"}};
    request.hints = hints;
    const auto loaded = (*allSources().make(request.data.source))->load(request);
    REQUIRE(loaded);
    return loaded->table->columns.front();
}

std::string numbersOf(const Column& column)
{
    if (column.kind == ColumnKind::Text)
        return "text";
    std::string text;
    for (const double number : column.numbers)
        text += (text.empty() ? "" : " ") +
                (std::isnan(number) ? "-" : textOf(column.kind == ColumnKind::Time ? number / 86400 : number));
    return text;
}

}

TEST_CASE("dates as people write them")
{
    for (const std::string cell : {"2024/05/03", "2024.5.3", "3.5.2024", "03.05.24", "3-5-2024", "3 May 2024",
                                   "03-May-2024", "3/MAY/24", "May 3, 2024", "december 3 2024"}) {
        INFO(cell);
        CHECK(dated(cell, DateOrder::Day) == (cell.front() == 'd' ? "18489600" : "0"));
    }
    CHECK(dated("5/3/2024", DateOrder::Month) == "0");
    CHECK(dated("5/3/2024", DateOrder::Day) == textOf(-59 * 86400.0));
    CHECK(dated("3.5.2024 09:30", DateOrder::Day) == "34200");
    CHECK(dated("5/3/24 9:30:01.5 PM", DateOrder::Month) == "77401.5");
    CHECK(dated("5/3/24 12:05am", DateOrder::Month) == "300");
    CHECK(dated("2024/05/03T07:00", DateOrder::Day) == "25200");
    CHECK(dated("3.5.69", DateOrder::Day) == textOf(timeOf("1969-05-03").value() - timeOf("2024-05-03").value()));
    for (const std::string cell :
         {"", "3", "3.5", "31.4.2024", "29.2.2023", "13/13/2024", "3.5/2024", "3.5.024", "3 Foo 2024", "3.5.2024 25:00",
          "5/3/24 13:00 PM", "1.2.3.4", "12:30", "3..5.2024", "2024/05/03x"}) {
        INFO(cell);
        CHECK(dated(cell, DateOrder::Day) == "none");
    }
}

TEST_CASE("amounts as people write them")
{
    CHECK(amountOf("1,234", false) == 1234);
    CHECK(amountOf("-1,234,567.25", false) == -1234567.25);
    CHECK(amountOf("1.234,5", true) == 1234.5);
    CHECK(amountOf("0,75", true) == 0.75);
    CHECK(amountOf("$ 12.50", false) == 12.5);
    CHECK(amountOf("-€5", false) == -5);
    CHECK(amountOf("7 %", false) == 7);
    for (const std::string cell :
         {"", "%", "1,23", "12,3456", "0,567", "1,2345,678", ",123", "1,", "1,234.", "1.2.3", "$", "a1"}) {
        INFO(cell);
        CHECK_FALSE(amountOf(cell, false));
    }
    CHECK_FALSE(amountOf("1.23", true));
}

TEST_CASE("csv: columns of dates and amounts are read in the form that fits all their cells")
{
    CHECK(numbersOf(columnOf({"31.01.1970", "01.02.1970", ""})) == "30 31 -");
    // The one that no month can be tells the order of the others.
    CHECK(numbersOf(columnOf({"2/1/1970", "1/31/1970"})) == "31 30");
    CHECK(numbersOf(columnOf({"1/2/1970", "31/1/1970"})) == "31 30");
    CHECK(columnOf({"1/31/1970", "31/1/1970"}).kind == ColumnKind::Text);
    CHECK(numbersOf(columnOf({"19700102", "19700103", "19700104", "19700105", "19700106", "19700107", "19700108",
                              "19700109", "19700110", "19700111", ""})) == "1 2 3 4 5 6 7 8 9 10 -");
    CHECK(columnOf({"19700102", "19700103"}).kind == ColumnKind::Number);
    CHECK(numbersOf(columnOf({"1.234,5", "0,5", "12"})) == "1234.5 0.5 12");
    CHECK(numbersOf(columnOf({"$ 1,200.50", "$ 3.25"})) == "1200.5 3.25");
    // Most of them need no mark.
    CHECK(numbersOf(columnOf({"7", "950", "1.200.000", "12"})) == "7 950 1200000 12");
    CHECK(columnOf({"1.2.3", "1.2.4"}).kind == ColumnKind::Text);
}

TEST_CASE("csv: a first line of numbers names columns where it counts them, or has a word over numbers")
{
    using Cells = std::vector<std::string_view>;
    const std::vector<Cells> numbers{{"1.5", "2", "3"}, {"4", "", "6"}}, mixed{{"red", "2", "3"}, {"blue", "5", "6"}};
    CHECK(namesColumns({"0", "1", "2"}, numbers, false));
    CHECK(namesColumns({"", "0", "1", "2"}, {}, false));
    CHECK(namesColumns({"country", "2019", "2020"}, {{"1", "2", "3"}}, false));
    CHECK(namesColumns({"a", "b", "c"}, mixed, false));
    CHECK_FALSE(namesColumns({"0", "1"}, numbers, false));
    CHECK_FALSE(namesColumns({"0", "1", "3"}, numbers, false));
    CHECK_FALSE(namesColumns({"green", "2", "3"}, mixed, false));
    CHECK_FALSE(namesColumns({"oops", "2", "2"}, numbers, false));
    CHECK_FALSE(namesColumns({"", "2", "3"}, numbers, false));
}

TEST_CASE("csv: row numbers without a name are left out in any order, other numbers are not")
{
    const auto left = [](int step) {
        std::string text = ",x,y\n";
        for (int i = 0; i < 40; ++i)
            text += std::to_string(i * step % 41) + "," + std::to_string(i * i) + (i % 2 ? ",a\n" : ",b\n");
        const tests::TempFolder folder;
        const auto module = DataModule::open(tests::experimentOnFile(folder.file("t.csv", text)), false);
        return module->info().features.size() == 1 && module->problems().front().kind == "row_numbers";
    };
    CHECK(left(1));
    CHECK(left(7));
    CHECK_FALSE(left(41));
}

TEST_CASE("csv: a column keeps the kind that a model has learned")
{
    CHECK(columnOf({"5 %", "7 %"}, {{"x"}, {}}).kind == ColumnKind::Text);
    CHECK(numbersOf(columnOf({"5 %", "7 %"}, {{}, {"x"}})) == "5 7");
    // Dates may be few, or look like numbers.
    CHECK(numbersOf(columnOf({"19700102"}, {{}, {"x"}, {"x"}})) == "1");
    CHECK(numbersOf(columnOf({"03.01.1970"}, {{}, {"x"}, {"x"}})) == "2");
    CHECK(columnOf({"19700102", "19700103", "19700104", "19700105", "19700106", "19700107", "19700108", "19700109",
                    "19700110", "19700111"},
                   {{}, {"x"}, {}})
              .kind == ColumnKind::Number);
    const Column mixed = columnOf({"tall", "small", "3"}, {{}, {"x"}});
    CHECK(mixed.kind == ColumnKind::Number);
    CHECK(numbersOf(mixed) == "- - 3");
    REQUIRE(mixed.strays.size() == 2);
    CHECK(mixed.strays[1].text == "small");
}

TEST_CASE("stray cells are listed with a remedy, and stop a training with their number")
{
    std::string text = "x,y\n";
    for (int i = 0; i < 40; ++i)
        text += (i == 7 || i == 9 ? "unknown" : std::to_string(i * i)) + (i % 3 ? ",a\n" : ",b\n");
    const tests::TempFolder folder;
    spec::Experiment experiment = tests::experimentOnFile(folder.file("t.csv", text));
    const auto refused = DataModule::open(experiment, true);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message == "row 7 (line 9), column \"x\": \"unknown\" is not a number, one of 2 such cells");
    const auto opened = DataModule::open(experiment, false);
    REQUIRE(opened);
    const Problem& problem = opened->problems().front();
    CHECK(problem.kind == "not_a_number");
    CHECK(problem.count == 2);
    CHECK(problem.rows == std::vector<std::int64_t>{7, 9});
    base::Value tree = spec::experimentFields().write(experiment);
    REQUIRE(tree.setAt(problem.changes.front().first, problem.changes.front().second));
    experiment = spec::experimentFields().read(tree);
    experiment.data.missing = "drop";
    CHECK(DataModule::open(experiment, true));
}
