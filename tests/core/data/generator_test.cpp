// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/base/json.h"
#include "core/data/open.h"
#include "core/data/tables/real_tables.h"
#include "tests/support/data_sets.h"

#include <ATen/ops/linalg_matrix_rank.h>
#include <ATen/ops/linalg_solve.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

using namespace core;

namespace {

data::Loaded made(const std::string& kind, base::Object params, std::int64_t rows, const std::string& task = "auto")
{
    data::SourceRequest request;
    request.data.source = {kind, std::move(params)};
    request.data.rows = rows;
    request.data.task = task;
    auto loaded = data::loadSource(request);
    if (!loaded)
        FAIL(base::describe(loaded.error()));
    return std::move(*loaded);
}

// All columns of numbers, [rows, columns] float64.
at::Tensor numbersOf(const data::Table& table)
{
    std::vector<at::Tensor> columns;
    at::Tensor all = tensor::empty({std::int64_t(table.columns.size()), table.rows}, at::kDouble);
    std::int64_t count = 0;
    for (const data::Column& column : table.columns)
        if (column.kind == data::ColumnKind::Number)
            std::copy(column.numbers.begin(), column.numbers.end(),
                      all.mutable_data_ptr<double>() + count++ * table.rows);
    return all.narrow(0, 0, count).t().contiguous();
}

data::Sample sampleAt(const data::Loaded& loaded, std::int64_t row)
{
    auto sample = loaded.samples->read(row);
    REQUIRE(sample);
    return std::move(*sample);
}

int crossings(const data::Sample& sound, std::size_t begin, std::size_t end)
{
    int count = 0;
    for (std::size_t i = begin + 1; i < end; ++i)
        count += (sound.values[i - 1] < 0) != (sound.values[i] < 0);
    return count;
}

}

TEST_CASE("generators: a regression without noise is a weighted sum of the informative features and the bias")
{
    const data::Loaded loaded =
        made("regression", {{"n_features", 6}, {"n_informative", 2}, {"bias", 5.0}, {"noise", 0.0}}, 60);
    const at::Tensor all = numbersOf(*loaded.table), y = all.select(1, 6);
    at::Tensor x = all.clone();
    x.select(1, 6).fill_(1);
    const at::Tensor weights = at::linalg_solve(x.t().mm(x), x.t().mv(y));
    CHECK(x.mv(weights).sub(y).abs().max().item<double>() < 1e-6);
    CHECK(weights[6].item<double>() == Approx(5));
    CHECK(weights.narrow(0, 0, 6).abs().gt(1e-6).sum().item<std::int64_t>() == 2);
}

TEST_CASE("generators: noise of a regression has its standard deviation")
{
    const data::Loaded loaded = made("regression", {{"n_features", 1}, {"n_informative", 0}, {"noise", 3.0}}, 5000);
    CHECK(numbersOf(*loaded.table).select(1, 1).std().item<double>() == Approx(3).epsilon(0.03));
}

TEST_CASE("generators: classes are as rare as asked for, and redundant features tell nothing new")
{
    const data::Loaded loaded = made("imbalanced",
                                     {{"weights", base::Array{0.9, 0.07, 0.03}},
                                      {"flip_y", 0.0},
                                      {"n_features", 7},
                                      {"n_informative", 3},
                                      {"n_redundant", 4}},
                                     1000);
    const data::Column* label = loaded.table->find("class");
    REQUIRE(label);
    for (const auto& [code, count] : {std::pair(0, 900), {1, 70}, {2, 30}})
        CHECK(std::count(label->codes.begin(), label->codes.end(), code) == count);
    CHECK(at::linalg_matrix_rank(numbersOf(*loaded.table)).item<std::int64_t>() == 3);
    data::SourceRequest request;
    request.data.source = {"imbalanced", base::Object{{"n_informative", 1}}};
    CHECK(data::loadSource(request).error().where == "/data/source/n_informative");
    request.data.source = {"imbalanced", base::Object{{"n_features", 3}}};
    CHECK(data::loadSource(request).error().where == "/data/source/n_features");
}

TEST_CASE("generators: a series repeats its season, climbs by its trend, and lacks as much as asked for")
{
    const data::Loaded clean = made("series", {{"trend", 0.5}, {"season", 2.0}, {"period", 8.0}, {"noise", 0.0}}, 100);
    const std::vector<double>& values = clean.table->find("value")->numbers;
    for (std::size_t t = 8; t < values.size(); ++t)
        CHECK(values[t] - values[t - 8] == Approx(4));
    const auto [low, high] = std::minmax_element(values.begin(), values.begin() + 8);
    CHECK(*high - *low > 2);
    const std::vector<double>& times = clean.table->find("time")->numbers;
    CHECK(times[1] - times[0] == 3600);

    const data::Loaded gaps = made("series", {{"missing", 0.2}}, 5000);
    const std::vector<double>& gappy = gaps.table->find("value")->numbers;
    const auto missing = std::count_if(gappy.begin(), gappy.end(), [](double v) { return std::isnan(v); });
    CHECK(double(missing) / 5000 == Approx(0.2).margin(0.02));

    const data::Loaded jumping = made(
        "series", {{"trend", 0.0}, {"season", 0.0}, {"noise", 0.0}, {"level_shifts", 3}, {"shift_size", 7.0}}, 400);
    const std::vector<double>& levels = jumping.table->find("value")->numbers;
    int jumps = 0;
    for (std::size_t t = 1; t < levels.size(); ++t)
        jumps += std::abs(levels[t] - levels[t - 1]) > 6;
    CHECK(jumps == 3);
}

TEST_CASE("generators: tones rise, fall, and are as high as their names say")
{
    const data::Loaded loaded = made("tones", {{"noise", 0.0}}, 40);
    CHECK(loaded.info.classes == std::vector<std::string>{"low", "high", "rising", "falling"});
    for (std::int64_t row = 0; row < 40; ++row) {
        const data::Sample sound = sampleAt(loaded, row);
        std::size_t begin = 0, end = sound.values.size();
        while (sound.values[begin] == 0)
            ++begin;
        while (sound.values[end - 1] == 0)
            --end;
        const std::size_t middle = (begin + end) / 2;
        const int first = crossings(sound, begin, middle), second = crossings(sound, middle, end);
        const double hertz = (first + second) / 2.0 / (double(end - begin) / sound.rate);
        INFO(row << " " << first << " " << second << " " << hertz);
        const std::int64_t label = loaded.targets.const_data_ptr<std::int64_t>()[row];
        if (label == 0)
            CHECK((hertz > 200 && hertz < 300));
        if (label == 1)
            CHECK((hertz > 780 && hertz < 1020));
        if (label == 2)
            CHECK(2 * second > 3 * first);
        if (label == 3)
            CHECK(3 * second < 2 * first);
    }
}

TEST_CASE("generators: boxes hold every piece of a scene, and masks mark its pixels")
{
    const data::Loaded boxed = made("fashion-scenes", {{"noise", 0.0}, {"min_items", 2}}, 12),
                       masked = made("fashion-scenes", {{"noise", 0.0}, {"min_items", 2}}, 12, "segmentation");
    CHECK(boxed.info.task == "detection");
    CHECK(masked.info.classes.front() == "background");
    CHECK_FALSE(boxed.targets.defined());
    std::size_t items = 0;
    for (std::int64_t row = 0; row < 12; ++row) {
        const data::Sample boxes = sampleAt(boxed, row), mask = sampleAt(masked, row);
        CHECK(boxes.values == mask.values);
        items += boxes.boxes.size();
        for (std::int64_t i = 0; i < boxes.width() * boxes.height(); ++i) {
            const float x = float(i % boxes.width()), y = float(i / boxes.width());
            const bool bright = boxes.values[std::size_t(i)] >= 0.1f;
            std::vector<std::int64_t> around;
            for (const data::Box& box : boxes.boxes)
                if (x >= box.left && x < box.right && y >= box.top && y < box.bottom)
                    around.push_back(box.label + 1);
            const std::int64_t mark = mask.mask[std::size_t(i)];
            if (bright != (mark > 0) || (bright && std::find(around.begin(), around.end(), mark) == around.end()))
                FAIL_CHECK("row " << row << " at " << x << ", " << y);
        }
    }
    CHECK(items >= 20);
}

TEST_CASE("generators: a task that is not theirs is refused")
{
    data::SourceRequest request;
    for (const auto& [kind, task] : {std::pair("regression", "classification"),
                                     {"tones", "regression"},
                                     {"fashion-scenes", "classification"},
                                     {"series", "classification"}}) {
        request.data.source = {kind, base::Object{}};
        request.data.task = task;
        CHECK(data::loadSource(request).error().where == "/data/task");
    }
}

TEST_CASE("real tables: the sets that the set-up fetches are what their help says")
{
    struct Expected {
        std::string kind, target, task;
        std::int64_t rows, missing;
        std::string time;
    };
    for (const Expected& set : {Expected{"cars", "Miles_per_Gallon", "regression", 406, 8, ""},
                                {"penguins", "species", "classification", 344, 0, ""},
                                {"stocks", "price", "forecasting", 560, 0, "date"},
                                {"seattle-weather", "weather", "classification", 1461, 0, "date"},
                                {"co2", "co2", "forecasting", 2284, 59, "date"}}) {
        INFO(set.kind);
        data::SourceRequest request;
        request.data.source = {set.kind, base::Object{}};
        const auto loaded = data::loadSource(request);
        REQUIRE(loaded);
        const data::Table& table = *loaded->table;
        CHECK(table.rows == set.rows);
        CHECK(table.task == set.task);
        const data::Column* target = table.find(set.target);
        REQUIRE(target);
        const auto gaps = std::count_if(target->numbers.begin(), target->numbers.end(),
                                        [](double value) { return std::isnan(value); });
        CHECK(gaps == set.missing);
        if (!set.time.empty()) {
            const data::Column* time = table.find(set.time);
            REQUIRE(time);
            CHECK(time->kind == data::ColumnKind::Time);
            for (const double seconds : time->numbers)
                CHECK(std::isfinite(seconds));
        }
    }
    spec::Experiment stocks = tests::experimentOn("stocks");
    stocks.data.window.context = 6;
    const auto module = data::DataModule::open(stocks);
    REQUIRE(module);
    CHECK(module->info().series == "symbol");
    CHECK(module->info().rows == 4 * (123 - 6) + 68 - 6);
}

TEST_CASE("real tables: where they are missing, it says how to get them")
{
    const tests::TempFolder folder;
    const char* before = std::getenv("DESCENT_DATASETS");
    const std::string kept = before ? before : "";
    ::setenv("DESCENT_DATASETS", folder.path().c_str(), 1);
    const auto missing = data::readRealTable("cars", "vega_datasets/_data/cars.json", 100);
    before ? ::setenv("DESCENT_DATASETS", kept.c_str(), 1) : ::unsetenv("DESCENT_DATASETS");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().where == (folder.path() / "vega_datasets/_data/cars.json").string());
    CHECK(missing.error().advice.find("DESCENT_DATASETS") != std::string::npos);
}
