// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/signals/windows.h"
#include "tests/support/data_sets.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

using namespace core;
using data::SplitName;
using tests::floatsOf;
using tests::TempFolder;

namespace {

// Days of January 2024 with the numbers 0, 1, 2, … and their hundredfold.
std::string days(int count, bool backwards = false)
{
    std::string csv = "day,hundreds,value\n";
    for (int i = 0; i < count; ++i) {
        const int day = backwards ? count - 1 - i : i;
        const std::string number = std::to_string(day + 1);
        csv += "2024-01-" + std::string(number.size() < 2 ? "0" : "") + number + "," + std::to_string(100 * day) + "," +
               std::to_string(day) + "\n";
    }
    return csv;
}

spec::Experiment forecastOn(const std::filesystem::path& file, std::int64_t context, std::int64_t horizon)
{
    spec::Experiment experiment = tests::experimentOnFile(file);
    experiment.data.task = "forecasting";
    experiment.data.target = "value";
    experiment.data.normalize = "none";
    experiment.data.window.context = context;
    experiment.data.window.horizon = horizon;
    return experiment;
}

data::DataModule opened(const spec::Experiment& experiment)
{
    auto module = data::DataModule::open(experiment);
    if (!module)
        FAIL(base::describe(module.error()));
    return std::move(*module);
}

// The steps that a row sees and foretells, of a series whose values count its steps.
std::set<float> stepsOf(const data::DataModule& module, std::int64_t row, bool seen, bool foretold)
{
    const data::Batch batch = module.gather({&row, 1});
    std::set<float> steps;
    for (std::int64_t i = 0; i < module.info().inputShape[1] && seen; ++i)
        steps.insert(floatsOf(batch.input)[std::size_t(i)]);
    for (std::int64_t i = 0; i < module.info().horizon && foretold; ++i)
        steps.insert(floatsOf(batch.target)[std::size_t(i)]);
    return steps;
}

}

TEST_CASE("windows: rows are contexts of every channel, the target's first, and what comes next, in the order of time")
{
    const TempFolder folder;
    const data::DataModule module = opened(forecastOn(folder.file("d.csv", days(9, true)), 3, 2));
    const data::DatasetInfo& info = module.info();
    CHECK(info.modality == data::Modality::Series);
    CHECK(info.inputShape == std::vector<std::int64_t>{2, 3});
    CHECK(info.channels == std::vector<std::string>{"value", "hundreds"});
    CHECK(info.outputs() == 2);
    CHECK(info.rows == 5);
    const std::int64_t rows[] = {0, 4};
    const data::Batch batch = module.gather(rows);
    CHECK(floatsOf(batch.input) == std::vector<float>{0, 1, 2, 0, 100, 200, 4, 5, 6, 400, 500, 600});
    CHECK(floatsOf(batch.target) == std::vector<float>{3, 4, 7, 8});
    CHECK(module.target(4) == 7);
}

TEST_CASE("windows: no training row sees or foretells a step that validation or test foretells")
{
    const TempFolder folder;
    for (const std::int64_t horizon : {1, 3, 5}) {
        INFO(horizon);
        spec::Experiment experiment = forecastOn(folder.file("d.csv", days(31)), 4, horizon);
        experiment.split.train = 0.4;
        experiment.split.validation = 0.3;
        const data::DataModule module = opened(experiment);
        std::set<float> train, validation, validationFuture, testFuture;
        for (const std::int64_t row : module.rows(SplitName::Train))
            train.merge(stepsOf(module, row, true, true));
        for (const std::int64_t row : module.rows(SplitName::Validation)) {
            validation.merge(stepsOf(module, row, true, true));
            validationFuture.merge(stepsOf(module, row, false, true));
        }
        for (const std::int64_t row : module.rows(SplitName::Test))
            testFuture.merge(stepsOf(module, row, false, true));
        REQUIRE_FALSE(train.empty());
        REQUIRE_FALSE(validationFuture.empty());
        REQUIRE_FALSE(testFuture.empty());
        CHECK(*train.rbegin() < *validationFuture.begin());
        CHECK(*validation.rbegin() < *testFuture.begin());
        // And nothing more than that is left out.
        CHECK(*train.rbegin() + 1 == *validationFuture.begin());
    }
}

TEST_CASE("windows: a part of which nothing is left is told")
{
    const TempFolder folder;
    const auto module = data::DataModule::open(forecastOn(folder.file("d.csv", days(31)), 4, 5), false);
    REQUIRE(module);
    CHECK(module->rows(SplitName::Validation).empty());
    CHECK(std::any_of(module->problems().begin(), module->problems().end(), [](const data::Problem& problem) {
        return problem.kind == "empty_split" && problem.message.find("validation") != std::string::npos;
    }));
}

TEST_CASE("windows: a split by chance leaves out what it mixes with the future, or says that nothing is left")
{
    const TempFolder folder;
    spec::Experiment experiment = forecastOn(folder.file("d.csv", days(31)), 2, 1);
    experiment.split.kind = "random";
    experiment.split.validation = 0.04;
    experiment.split.test = 0.0;
    const data::DataModule module = opened(experiment);
    std::set<float> train, future;
    for (const std::int64_t row : module.rows(SplitName::Train))
        train.merge(stepsOf(module, row, true, true));
    for (const std::int64_t row : module.rows(SplitName::Validation))
        for (const float step : stepsOf(module, row, false, true))
            CHECK_FALSE(train.contains(step));
    experiment.data.window.context = 12;
    experiment.split.validation = 0.3;
    const auto refused = data::DataModule::open(experiment);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().where == "/split/kind");
}

TEST_CASE("windows: several series of one table are told apart, and no row reaches from one into the next")
{
    const TempFolder folder;
    std::string csv = "share,day,value\n";
    for (int day = 1; day <= 9; ++day)
        for (const auto& [share, base] : {std::pair("B", 100), {"A", 0}})
            csv += std::string(share) + ",2024-02-0" + std::to_string(day) + "," + std::to_string(base + day) + "\n";
    const data::DataModule module = opened(forecastOn(folder.file("s.csv", csv), 3, 1));
    CHECK(module.info().series == "share");
    CHECK(module.info().rows == 12);
    CHECK(module.info().inputShape == std::vector<std::int64_t>{1, 3});
    CHECK(module.target(0) == 4);
    CHECK(module.target(1) == 104);
    CHECK(module.target(2) == 5);
    for (const auto part : {SplitName::Train, SplitName::Validation, SplitName::Test})
        for (const std::int64_t row : module.rows(part)) {
            const std::set<float> steps = stepsOf(module, row, true, true);
            CHECK(*steps.rbegin() - *steps.begin() == 3);
        }
    spec::Experiment experiment = forecastOn(folder.file("s.csv", csv), 3, 1);
    experiment.data.window.series = "day";
    CHECK(data::DataModule::open(experiment).error().where == "/data/window/series");
}

TEST_CASE("windows: a gap is an error with its line, is left out, or is filled; a missing target is never made up")
{
    const TempFolder folder;
    const auto file = folder.file("g.csv", "value\n1\n2\n3\n4\n5\n\"\"\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n");
    spec::Experiment experiment = forecastOn(file, 2, 1);
    const auto refused = data::DataModule::open(experiment);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("row 5 (line 7), column \"value\"") == 0);
    experiment.data.missing = "drop";
    experiment.split.validation = 0.2;
    experiment.split.test = 0.0;
    const data::DataModule dropped = opened(experiment);
    // Sixteen rows, of which three see or foretell the gap.
    CHECK(dropped.rows(SplitName::Train).size() + dropped.rows(SplitName::Validation).size() == 13);
    experiment.data.missing = "mean";
    const data::DataModule filled = opened(experiment);
    CHECK(filled.rows(SplitName::Train).size() + filled.rows(SplitName::Validation).size() == 15);
    for (const std::int64_t row : filled.rows(SplitName::Train))
        for (const float value : floatsOf(filled.gather({&row, 1}).input))
            CHECK(std::isfinite(value));
}

TEST_CASE("windows: a step that was dropped by hand parts the series")
{
    const TempFolder folder;
    spec::Experiment experiment = forecastOn(folder.file("d.csv", days(12)), 2, 1);
    experiment.data.edits = {{"drop_rows", base::Object{{"rows", base::Array{5}}}}};
    experiment.split.validation = 0.2;
    experiment.split.test = 0.0;
    const data::DataModule module = opened(experiment);
    CHECK(module.info().rows == 3 + 4);
    for (const std::int64_t row : module.rows(SplitName::Train)) {
        const std::set<float> steps = stepsOf(module, row, true, true);
        CHECK_FALSE(steps.contains(5));
        CHECK(*steps.rbegin() - *steps.begin() == 2);
    }
}

TEST_CASE("windows: long series as samples are cut too, each aligned at its end")
{
    std::vector<data::LongSeries> series;
    for (const std::int64_t steps : {4, 6})
        series.push_back({1, steps, std::vector<float>(std::size_t(steps), float(steps)), {}, {}});
    const auto made = data::cut(series, {.context = 2, .horizon = 1}, true);
    REQUIRE(made);
    CHECK(made->series == std::vector<std::int64_t>{0, 0, 1, 1, 1, 1});
    CHECK(made->first == std::vector<std::int64_t>{0, 1, 0, 1, 2, 3});
    CHECK(made->times == std::vector<double>{-2, -1, -4, -3, -2, -1});
    const auto open = data::cut(series, {.context = 2, .horizon = 1}, false);
    REQUIRE(open);
    CHECK(open->first.size() == 8);
    const auto refused = data::cut(series, {.context = 6, .horizon = 1}, true);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("no series has 7 steps") == 0);
}

TEST_CASE("windows: what is foretold has the scale of what is seen, and is told in its own unit")
{
    const TempFolder folder;
    spec::Experiment experiment = forecastOn(folder.file("d.csv", days(31)), 4, 2);
    experiment.data.normalize = "standard";
    const data::DataModule module = opened(experiment);
    const std::int64_t row = 0;
    const data::Batch batch = module.gather({&row, 1});
    const auto own = [&](float value) { return double(value) / module.info().targetScale + module.info().targetShift; };
    CHECK(own(floatsOf(batch.input)[3]) == Approx(3));
    CHECK(own(floatsOf(batch.target)[0]) == Approx(4));
    CHECK(module.target(0) == Approx(4));
    const auto next = module.readInputs(folder.file("new.csv", days(6)));
    REQUIRE(next);
    CHECK(next->sizes().vec() == std::vector<std::int64_t>{3, 2, 4});
    CHECK(own(floatsOf(next->select(0, 2))[3]) == Approx(5));
}

TEST_CASE("windows: texts cannot be foretold, nor boxes in a table")
{
    const TempFolder folder;
    const auto file = folder.file("t.csv", "name,value\na,1\nb,2\nc,3\nd,4\n");
    spec::Experiment experiment = forecastOn(file, 1, 1);
    experiment.data.target = "name";
    CHECK(data::DataModule::open(experiment).error().message.find("forecasting predicts numbers") != std::string::npos);
    experiment.data.target = "value";
    experiment.data.features = {"name"};
    CHECK(data::DataModule::open(experiment).error().where == "/data/features/0");
    experiment.data.features = {};
    experiment.data.task = "detection";
    CHECK(data::DataModule::open(experiment).error().where == "/data/task");
}

TEST_CASE("windows: series in DeepAR's form are foretold without being asked, each by itself")
{
    const TempFolder folder;
    spec::Experiment experiment = tests::experimentOnFile(folder.file(
        "s.jsonl",
        "{\"start\": \"2024-01-01\", \"target\": [1, 2, 3, 4, 5, 6, 7, 8], \"dynamic_feat\": [[0, 1, 0, 1, 0, "
        "1, 0, 1]]}\n"
        "{\"start\": \"2025-01-01\", \"target\": [101, 102, 103, 104, 105, 106, 107], \"dynamic_feat\": [[1, "
        "0, 1, 0, 1, 0, 1]]}\n"));
    experiment.data.window.context = 3;
    experiment.data.normalize = "none";
    const data::DataModule module = opened(experiment);
    CHECK(module.info().task == "forecasting");
    CHECK(module.info().series == "item");
    CHECK(module.info().rows == 5 + 4);
    CHECK(module.info().channels == std::vector<std::string>{"target", "dynamic_feat_0"});
    CHECK(module.target(4) == 8);
    CHECK(module.target(5) == 104);
}

TEST_CASE("windows: gaps are told by column, step and series, once for each step")
{
    const TempFolder folder;
    std::string csv = "day,shop,value\n";
    for (const char* shop : {"north", "south"})
        for (int day = 1; day <= 20; ++day)
            csv += "2024-01-" + std::string(day < 10 ? "0" : "") + std::to_string(day) + "," + shop + "," +
                   (shop[0] == 's' && day == 8 ? std::string() : std::to_string(day * day % 13)) + "\n";
    spec::Experiment experiment = forecastOn(folder.file("shops.csv", csv), 3, 2);
    experiment.data.window.series = "shop";
    const auto module = data::DataModule::open(experiment, false);
    REQUIRE(module);
    const auto& problems = module->problems();
    REQUIRE(std::count_if(problems.begin(), problems.end(),
                          [](const data::Problem& each) { return each.kind == "missing_values"; }) == 1);
    const auto found = std::find_if(problems.begin(), problems.end(),
                                    [](const data::Problem& each) { return each.kind == "missing_values"; });
    CHECK(found->column == "value");
    CHECK(found->count == 1);
    CHECK(found->rows == std::vector<std::int64_t>{27});
    CHECK(found->message.find("column \"value\" has 1 missing value: step 27") == 0);
    CHECK(found->message.find("in series \"south\"") != std::string::npos);
}

TEST_CASE("windows: with the series as groups each series is in one part")
{
    const TempFolder folder;
    std::string csv = "day,shop,value\n";
    for (int shop = 0; shop < 10; ++shop)
        for (int day = 1; day <= 20; ++day)
            csv += "2024-01-" + std::string(day < 10 ? "0" : "") + std::to_string(day) + ",shop" +
                   std::to_string(shop) + "," + std::to_string(1000 * shop + day) + "\n";
    spec::Experiment experiment = forecastOn(folder.file("shops.csv", csv), 3, 2);
    experiment.data.window.series = "shop";
    experiment.split.kind = "group";
    experiment.split.group = "shop";
    const data::DataModule module = opened(experiment);
    std::map<int, std::set<int>> parts;
    std::int64_t rows = 0;
    for (int p = 0; p < 3; ++p)
        for (const std::int64_t row : module.rows(SplitName(p))) {
            parts[int(module.target(row)) / 1000].insert(p);
            ++rows;
        }
    CHECK(rows == 10 * 16);
    CHECK(parts.size() == 10);
    for (const auto& [shop, those] : parts)
        CHECK(those.size() == 1);
    for (int p = 0; p < 3; ++p)
        CHECK_FALSE(module.rows(SplitName(p)).empty());
    experiment.split.group = "town";
    CHECK(data::DataModule::open(experiment).error().where == "/split/group");
}
