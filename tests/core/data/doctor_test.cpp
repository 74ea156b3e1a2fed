// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/base/rng.h"
#include "core/data/check.h"
#include "tests/support/data_sets.h"

#include <functional>
#include <set>

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
        // What is wrong with these two is what they are for.
        if (!entry.schema.find("seed") || entry.kind == "imbalanced" || entry.kind == "series")
            continue;
        INFO(entry.kind);
        const auto module = data::DataModule::open(tests::experimentOn(entry.kind), false);
        REQUIRE(module);
        INFO(entry.kind << ": " << (module->problems().empty() ? "" : module->problems().front().message));
        // Clouds of blobs may lie in each other, and a point deep in another cloud is a candidate.
        for (const data::Problem& problem : module->problems())
            CHECK((entry.kind == "blobs" && problem.kind == "label_noise"));
    }
}

TEST_CASE("doctor: missing and infinite values by column, with rows")
{
    const std::string text = randomTable([](int i, bool p) {
        return i == 3 || i == 8 ? "" : i == 5 ? "inf" : noisy(i, p);
    });
    CHECK(diagnosed(text) == "infinite_values:z(1) missing_values:z(2)");
    const tests::TempFolder folder;
    const auto module = data::DataModule::open(tests::experimentOnFile(folder.file("t.csv", text)), false);
    CHECK(module->problems()[1].rows == std::vector<std::int64_t>{3, 8});
    CHECK(module->problems()[1].message == "column \"z\" has 2 missing values: rows 3, 8");
    CHECK(module->problems()[0].rows == std::vector<std::int64_t>{5});
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

TEST_CASE("doctor: rows that differ where nothing is learned are no copies")
{
    // Words that only judged rows have become the same numbers, and a date becomes none.
    std::string words = "a,word,y\n", dates = "day,a,y\n";
    for (int i = 0; i < 45; ++i) {
        words += std::to_string(i % 3) + ",w" + std::to_string(i) + "," + (i % 2 ? "yes" : "no") + "\n";
        dates += "2024-0" + std::to_string(i / 20 + 1) + "-" + std::to_string(i % 20 + 10) + "," +
                 std::to_string(i % 3) + "," + (i % 2 ? "yes" : "no") + "\n";
    }
    CHECK(diagnosed(words) == "");
    CHECK(diagnosed(dates) == "");
    CHECK(diagnosed(dates + "2024-03-13,1,yes\n").find("duplicate_rows:(1)") == 0);
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
              [](int i, bool p) { return std::to_string((p ? 1 : 0) + std::stod(noisy(i, p)) * 1.2); })) == "");
    std::string numbers = "a,b,y\n";
    for (int i = 0; i < 40; ++i)
        numbers += noisy(i, false) + "," + std::to_string(i * 3.7) + "," + std::to_string(i * 1.5) + "\n";
    CHECK(diagnosed(numbers) == "target_leakage:b(40)");
}

TEST_CASE("doctor: a column that tells the target in other ways than by a straight line")
{
    const auto word = [](int i, const std::string& of) { return of + std::to_string(i % 4); };
    // Many names, each of one class; numbers that are drawn from ranges of their class, in one piece and in two; a gap.
    CHECK(diagnosed(randomTable([&](int i, bool p) { return word(i, p ? "p" : "q"); }, 200)) ==
          "target_leakage:z(200)");
    CHECK(diagnosed(randomTable([](int i, bool p) { return std::to_string((p ? 5000 : 1000) + i * 13 % 3999); },
                                200)) == "target_leakage:z(200)");
    CHECK(
        diagnosed(randomTable([](int i, bool p) { return std::to_string(p ? i % 100 : (i % 2 ? 200 : -99) + i % 90); },
                              200)) == "target_leakage:z(200)");
    CHECK(diagnosed(randomTable([](int i, bool p) { return p ? noisy(i, p) : std::string(); }, 200))
              .find("target_leakage:z(200)") != std::string::npos);
    // One row in fifty wrong makes a strong feature, as a name with both classes does.
    CHECK(diagnosed(randomTable(
                        [](int i, bool p) { return std::to_string(((i % 50 == 0) != p ? 3 : 0) + i % 7 * 0.3); }, 400))
              .find("target_leakage") == std::string::npos);
    CHECK(diagnosed(randomTable([&](int i, bool p) { return word(i, p && i % 5 ? "p" : "q"); }, 200)) == "");
    // A rising function of the target, and names that stand for its values.
    const auto numbers = [](const std::function<std::string(double)>& of) {
        std::string text = "a,b,y\n";
        for (int i = 0; i < 90; ++i) {
            const double y = i % 3 * 2 + (i % 3 == 1) + i * 0.00001;
            text += noisy(i, false) + "," + of(y) + "," + std::to_string(y) + "\n";
        }
        return diagnosed(text);
    };
    CHECK(numbers([](double y) { return std::to_string(std::exp(2 * y)); }) == "target_leakage:b(90)");
    CHECK(numbers([](double y) { return std::string(y > 2 ? y > 3.5 ? "large" : "middle" : "small"); }) ==
          "target_leakage:b(90)");
}

namespace {

// What is found with other settings, by kind.
std::set<std::string> kindsOf(const spec::Experiment& experiment)
{
    const auto module = data::DataModule::open(experiment, false);
    REQUIRE(module);
    std::set<std::string> kinds;
    for (const data::Problem& problem : module->problems()) {
        INFO(problem.kind);
        CHECK_FALSE(problem.effect.empty());
        CHECK(problem.action.empty() == problem.changes.empty());
        kinds.insert(problem.kind);
    }
    return kinds;
}

// The same after its remedy was applied.
std::set<std::string> healed(spec::Experiment experiment, const std::string& kind)
{
    const auto module = data::DataModule::open(experiment, false);
    base::Value tree = spec::experimentFields().write(experiment);
    for (const data::Problem& problem : module->problems())
        if (problem.kind == kind) {
            REQUIRE_FALSE(problem.changes.empty());
            for (const auto& [path, value] : problem.changes)
                REQUIRE(tree.setAt(path, value));
            break;
        }
    return kindsOf(spec::experimentFields().read(tree));
}

// Two clusters in two columns, neither of which tells the classes a and b alone.
std::string clusters(int rows, const std::function<std::string(int, double, double, bool)>& row,
                     const std::string& header = "u,v,y")
{
    const base::Draw draw(7, "test/clusters");
    std::string text = header + "\n";
    for (int i = 0; i < rows; ++i) {
        const std::uint64_t k = std::uint64_t(i);
        const bool second = i % 2;
        text +=
            row(i, draw.normal(2 * k) + (second ? 2 : -2), draw.normal(2 * k + 1) + (second ? 2 : -2), second) + "\n";
    }
    return text;
}

std::string cells(double u, double v, const std::string& y)
{
    return std::to_string(u) + "," + std::to_string(v) + "," + y;
}

}

TEST_CASE("doctor: labels that were turned are candidates, and few others")
{
    const std::set<int> turned{10, 33, 54, 77, 120, 151, 178, 199, 202, 231};
    const tests::TempFolder folder;
    const auto file = folder.file("t.csv", clusters(240, [&](int i, double u, double v, bool second) {
                                      return cells(u, v, second != turned.contains(i) ? "b" : "a");
                                  }));
    const auto module = data::DataModule::open(tests::experimentOnFile(file), false);
    REQUIRE(module);
    REQUIRE(module->problems().size() == 1);
    const data::Problem& problem = module->problems().front();
    CHECK(problem.kind == "label_noise");
    CHECK(problem.count >= 8);
    CHECK(problem.count <= 12);
    int right = 0;
    for (const std::int64_t row : problem.rows)
        right += turned.contains(int(row));
    CHECK(right >= 8);
    CHECK_FALSE(healed(tests::experimentOnFile(file), "label_noise").contains("label_noise"));
}

TEST_CASE("doctor: columns that repeat, far values, and scales that differ")
{
    const tests::TempFolder folder;
    const auto doubled =
        folder.file("a.csv", clusters(
                                 60,
                                 [](int, double u, double v, bool second) {
                                     return std::to_string(3 - 2 * v) + "," + cells(u, v, second ? "b" : "a");
                                 },
                                 "w,u,v,y"));
    CHECK(kindsOf(tests::experimentOnFile(doubled)) == std::set<std::string>{"duplicate_columns"});
    CHECK(healed(tests::experimentOnFile(doubled), "duplicate_columns").empty());

    const auto far = folder.file("b.csv", clusters(200, [](int i, double u, double v, bool second) {
                                     return cells(u, i == 41 ? 5000 : v, second ? "b" : "a");
                                 }));
    CHECK(kindsOf(tests::experimentOnFile(far)).contains("outliers"));
    CHECK_FALSE(healed(tests::experimentOnFile(far), "outliers").contains("outliers"));

    const auto wide = folder.file("c.csv", clusters(60, [](int, double u, double v, bool second) {
                                      return cells(u, 1000 * v, second ? "b" : "a");
                                  }));
    spec::Experiment experiment = tests::experimentOnFile(wide);
    CHECK(kindsOf(experiment).empty());
    experiment.data.normalize = "none";
    CHECK(kindsOf(experiment) == std::set<std::string>{"wrong_scale"});
    CHECK(healed(experiment, "wrong_scale").empty());
}

TEST_CASE("doctor: dates under a random split, and dates that do not ascend")
{
    const auto dated = [](int i, double u, double v, bool second) {
        const int day = (i * 7) % 28 + 1, month = i % 12 + 1;
        return "2024-" + std::string(month < 10 ? "0" : "") + std::to_string(month) + "-" + (day < 10 ? "0" : "") +
               std::to_string(day) + "," + cells(u, v, second ? "b" : "a");
    };
    const tests::TempFolder folder;
    spec::Experiment experiment = tests::experimentOnFile(folder.file("d.csv", clusters(120, dated, "day,u,v,y")));
    CHECK(kindsOf(experiment) == std::set<std::string>{"dates_out_of_order"});
    experiment.split.kind = "random";
    CHECK(kindsOf(experiment) == std::set<std::string>{"dates_out_of_order", "date_under_random_split"});
    CHECK(healed(experiment, "date_under_random_split") == std::set<std::string>{"dates_out_of_order"});
}

TEST_CASE("doctor: drift, rare and absent classes")
{
    const tests::TempFolder folder;
    spec::Experiment drifting =
        tests::experimentOnFile(folder.file("e.csv", clusters(400, [](int i, double u, double v, bool second) {
                                                return cells(u, v + 0.02 * i, second ? "b" : "a");
                                            })));
    drifting.split.kind = "chronological";
    CHECK(kindsOf(drifting) == std::set<std::string>{"drift"});
    drifting.split.kind = "random";
    CHECK(kindsOf(drifting).empty());

    spec::Experiment rare = tests::experimentOnFile(
        folder.file("f.csv", clusters(200, [](int i, double u, double v, bool second) {
                        return i % 40 == 0 ? cells(u + 20, v, "c") : cells(u, v, second ? "b" : "a");
                    })));
    rare.split.kind = "random";
    CHECK(kindsOf(rare).contains("rare_class"));
    CHECK_FALSE(healed(rare, "rare_class").contains("rare_class"));

    spec::Experiment absent =
        tests::experimentOnFile(folder.file("g.csv", clusters(200, [](int i, double u, double v, bool second) {
                                                return cells(u, v, i > 185 ? "c" : second ? "b" : "a");
                                            })));
    absent.split.kind = "chronological";
    CHECK(kindsOf(absent).contains("absent_class"));
}

TEST_CASE("doctor: a remedy that is taken leaves nothing of its problem, whatever is divided anew")
{
    const tests::TempFolder folder;
    const std::string rows =
        clusters(300, [](int, double u, double v, bool second) { return cells(u, v, second ? "b" : "a"); });
    std::string copied = rows;
    for (std::size_t i = 0, at = rows.find('\n') + 1; i < 60; ++i) {
        const std::size_t end = rows.find('\n', at) + 1;
        copied += rows.substr(at, end - at);
        at = end;
    }
    const spec::Experiment copies = tests::experimentOnFile(folder.file("a.csv", copied));
    const auto module = data::DataModule::open(copies, false);
    REQUIRE(module);
    REQUIRE(module->problems().size() == 2);
    for (const data::Problem& problem : module->problems()) {
        base::Value tree = spec::experimentFields().write(copies);
        REQUIRE(tree.setAt(problem.changes.front().first, problem.changes.front().second));
        CHECK(kindsOf(spec::experimentFields().read(tree)).empty());
    }

    // A class of two rows cannot be divided into three parts.
    const spec::Experiment tiny =
        tests::experimentOnFile(folder.file("b.csv", rows + "9,-9,rare\n-9,9,rare\n8,-8,few\n-8,8,few\n8,-9,few\n"));
    const std::set<std::string> found = kindsOf(tiny);
    for (const std::string kind : {"rare_class", "absent_class"}) {
        INFO(kind);
        CHECK(found.contains(kind));
        CHECK_FALSE(healed(tiny, kind).contains(kind));
    }

    // A gap in the target is no cell to fill.
    spec::Experiment gaps = tests::experimentOnFile(folder.file("c.csv", rows + "1,,a\n2,-1,\n"));
    gaps.data.missing = "median";
    const auto filled = data::DataModule::open(gaps, false);
    REQUIRE(filled);
    REQUIRE(filled->problems().size() == 2);
    CHECK(filled->problems()[0].column == "v");
    CHECK(filled->problems()[0].changes.empty());
    CHECK(filled->problems()[1].column == "y");
    base::Value tree = spec::experimentFields().write(gaps);
    REQUIRE(tree.setAt(filled->problems()[1].changes.front().first, filled->problems()[1].changes.front().second));
    CHECK(data::DataModule::open(spec::experimentFields().read(tree), true));
    CHECK_FALSE(data::DataModule::open(gaps, true));
}

TEST_CASE("doctor: the end of a long tail does not stand apart")
{
    const auto found = [](double last) {
        std::string text = "a,u,y\n";
        for (int i = 0; i < 300; ++i)
            text += noisy(i, false) + "," + std::to_string(i < 299 ? std::exp(3 * i / 299.0) : last) + "," +
                    noisy(i + 1000, false) + "\n";
        return diagnosed(text);
    };
    CHECK(found(23) == "");
    CHECK(found(9'000'000'000) == "outliers:u(1)");
}

TEST_CASE("doctor: texts that differ in rare words are no copies")
{
    const tests::TempFolder folder;
    std::string text;
    for (int i = 0; i < 60; ++i)
        text += std::string(i % 2 ? "__label__a " : "__label__b ") + (i % 2 ? "good film " : "bad book ") +
                char('a' + i % 26) + " " + std::to_string(i) + "\n";
    spec::Experiment experiment = tests::experimentOnFile(folder.file("t.txt", text));
    experiment.data.text.vocabulary = 2;
    CHECK_FALSE(kindsOf(experiment).contains("duplicate_rows"));
    spec::Experiment twice = tests::experimentOnFile(folder.file("u.txt", text + text));
    CHECK(kindsOf(twice).contains("duplicate_rows"));
}

TEST_CASE("doctor: no remedy leaves steps out by the numbers of windows")
{
    spec::Experiment experiment = tests::experimentOn("series");
    experiment.data.task = "forecasting";
    const auto module = data::DataModule::open(experiment, false);
    REQUIRE(module);
    for (const data::Problem& problem : module->problems())
        for (const auto& [path, value] : problem.changes)
            CHECK(path != "data.edits");
}

TEST_CASE("checks: every one is declared")
{
    const auto& entries = data::allChecks().family().entries;
    CHECK(entries.size() >= 14);
    for (const base::Entry& entry : entries) {
        INFO(entry.kind);
        CHECK_FALSE(entry.title.empty());
        CHECK_FALSE(entry.help.empty());
        CHECK((*data::allChecks().make({entry.kind}))->rank() >= 0);
    }
}
