// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/base/rng.h"
#include "tests/support/data_sets.h"

using namespace core;

namespace {

// The problems of a CSV text as `kind:column(count)`.
std::string diagnosed(const std::string& text, spec::DataSpec change = {})
{
    const tests::TempFolder folder;
    auto experiment = tests::experimentOnFile(folder.file("t.csv", text));
    change.source = experiment.data.source;
    experiment.data = change;
    const auto module = data::DataModule::open(experiment, false);
    if (!module)
        return base::describe(module.error());
    std::string picture;
    for (const data::Problem& problem : module->problems()) {
        picture += (picture.empty() ? "" : " ") + problem.kind + ":" + problem.column + "(" +
                   std::to_string(problem.count) + ")";
        CHECK_FALSE(problem.message.empty());
        CHECK_FALSE(problem.remedy.empty());
    }
    return picture;
}

// Rows of two random features and a class, with a cell for a third column made of row and class.
template <class Cell>
std::string randomTable(Cell cell, int rows = 60, const std::string& third = "z")
{
    const base::Draw draw(1, "test/doctor");
    std::string text = "a,b," + third + ",y\n";
    for (int i = 0; i < rows; ++i) {
        const bool positive = draw.below(3 * std::uint64_t(i), 2);
        text += std::to_string(draw.uniform(3 * std::uint64_t(i) + 1)) + "," +
                std::to_string(draw.uniform(3 * std::uint64_t(i) + 2)) + "," + cell(i, positive) + "," +
                (positive ? "yes" : "no") + "\n";
    }
    return text;
}

std::string noisy(int i, bool)
{
    return std::to_string(base::Draw(2, "test/noise").uniform(std::uint64_t(i)));
}

}

TEST_CASE("doctor: nothing is wrong with a healthy table, nor with the generators")
{
    CHECK(diagnosed(randomTable(noisy)) == "");
    for (const base::Entry& entry : data::allSources().family().entries) {
        if (entry.schema.find("path") || entry.kind == "fashion-mnist")
            continue;
        const auto module = data::DataModule::open(tests::experimentOn(entry.kind), false);
        REQUIRE(module);
        CHECK(module->problems().empty());
    }
}

TEST_CASE("doctor: missing and infinite values by column, with rows")
{
    const std::string text = randomTable([](int i, bool p) {
        return i == 3 || i == 8 ? "" : i == 5 ? "inf" : noisy(i, p);
    });
    CHECK(diagnosed(text) == "missing_values:z(2) infinite_values:z(1)");
    const tests::TempFolder folder;
    const auto module = data::DataModule::open(tests::experimentOnFile(folder.file("t.csv", text)), false);
    CHECK(module->problems()[0].rows == std::vector<std::int64_t>{3, 8});
    CHECK(module->problems()[0].message == "column \"z\" has 2 missing values: rows 3, 8");
    CHECK(module->problems()[1].rows == std::vector<std::int64_t>{5});
}

TEST_CASE("doctor: a gap in a text column counts once, one in the target too")
{
    CHECK(diagnosed(randomTable([](int i, bool) {
              return std::string(i == 3 ? "" : i % 3 ? "red" : i % 2 ? "blue" : "green");
          })) == "missing_values:z(1)");
    std::string text = randomTable(noisy);
    text += "0.1,0.2,0.3,\n";
    CHECK(diagnosed(text) == "missing_values:y(1)");
}

TEST_CASE("doctor: a constant column")
{
    CHECK(diagnosed(randomTable([](int, bool) { return std::string("7"); })) == "constant_column:z(60)");
}

TEST_CASE("doctor: rows that repeat, and rows that teach and test")
{
    std::string text = randomTable(noisy);
    const std::string row = "0.5,0.5,0.5,yes\n";
    for (int i = 0; i < 12; ++i)
        text += row;
    const std::string found = diagnosed(text);
    CHECK(found.find("duplicate_rows:(11) duplicate_rows:(") == 0);
    // The same inputs under another class are no copy.
    CHECK(diagnosed(randomTable(noisy) + "0.5,0.5,0.5,yes\n0.5,0.5,0.5,no\n") == "");
}

TEST_CASE("doctor: one class more than ten times another")
{
    const auto withRare = [](int common, int rare) {
        std::string text = "a,y\n";
        for (int i = 0; i < common + rare; ++i)
            text += noisy(i, false) + (i < common ? ",common\n" : ",rare\n");
        return diagnosed(text);
    };
    CHECK(withRare(110, 10) == "class_imbalance:y(10)");
    CHECK(withRare(100, 10) == "");
}

TEST_CASE("doctor: a column that tells the target")
{
    CHECK(diagnosed(randomTable([](int, bool p) { return std::string(p ? "2" : "1"); })) == "target_leakage:z(60)");
    CHECK(diagnosed(randomTable([](int, bool p) { return std::string(p ? "churned" : "stayed"); })) ==
          "target_leakage:z(60)");
    CHECK(diagnosed(randomTable([](int i, bool p) { return std::to_string((p ? 100 : 0) + i % 3 * 0.1); })) ==
          "target_leakage:z(60)");
    // Few values, each of one class, in no order.
    CHECK(diagnosed(randomTable([](int i, bool p) { return std::to_string((i % 2 * 2 + p) * 7 % 4); })) ==
          "target_leakage:z(60)");
    // A strong feature is no leak.
    CHECK(diagnosed(randomTable(
              [](int i, bool p) { return std::to_string((p ? 1 : 0) + std::stod(noisy(i, p)) * 0.9); })) == "");
    std::string numbers = "a,b,y\n";
    for (int i = 0; i < 40; ++i)
        numbers += noisy(i, false) + "," + std::to_string(i * 3.7) + "," + std::to_string(i * 1.5) + "\n";
    CHECK(diagnosed(numbers) == "target_leakage:b(40)");
}
