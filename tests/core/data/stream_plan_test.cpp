// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/streams/stream_plan.h"
#include "tests/support/data_sets.h"

#include <set>

using namespace core;
using data::StreamPlan;
using Rows = std::vector<std::int64_t>;

namespace {

std::string dated(int rows, int step)
{
    std::string text = "day,x,y\n";
    for (int row = 0; row < rows; ++row) {
        const int day = row * step % rows;
        text += "20" + std::to_string(10 + day / 336) + "-" + (day / 28 % 12 < 9 ? "0" : "") +
                std::to_string(day / 28 % 12 + 1) + "-" + (day % 28 < 9 ? "0" : "") + std::to_string(day % 28 + 1) +
                "," + std::to_string(row) + ".5," + (row % 2 ? "a" : "b") + "\n";
    }
    return text;
}

struct Planned {
    data::Loaded sample;
    StreamPlan plan;
};

Planned planOf(const std::filesystem::path& file)
{
    spec::Experiment experiment = tests::experimentOnFile(file);
    experiment.data.mode = "pipe";
    Planned made;
    auto plan = StreamPlan::open({experiment.data}, made.sample);
    INFO((plan ? "" : base::describe(plan.error())));
    REQUIRE(plan);
    REQUIRE(*plan);
    made.plan = std::move(**plan);
    made.sample.where = file.string();
    // As the data set takes them from the table.
    for (const data::Column& column : made.sample.table->columns)
        if (column.kind == data::ColumnKind::Time)
            made.sample.times = column.numbers;
    return made;
}

}

TEST_CASE("stream plan: every row is in one part, and the sample's places are those of their blocks")
{
    const tests::TempFolder folder;
    std::string text = "x,y\n";
    for (int row = 0; row < 1000; ++row)
        text += std::to_string(row) + "," + std::to_string(row % 5) + ".5\n";
    Planned made = planOf(folder.file("a.csv", text));
    REQUIRE(made.plan.divide({}, made.sample, true));
    CHECK(made.plan.splitKind() == "random");
    std::set<std::int64_t> all;
    for (std::size_t part = 0; part < 3; ++part)
        for (const std::int64_t row : made.plan.rows(part))
            CHECK(all.insert(row).second);
    CHECK(all.size() == 1000);
    // All rows are looked at here: a place of the sample is a row.
    const auto parts = made.plan.sampleParts([](std::int64_t place) { return place % 2 == 0; });
    for (std::size_t part = 0; part < 3; ++part) {
        Rows even;
        for (const std::int64_t row : made.plan.rows(part))
            if (row % 2 == 0)
                even.push_back(row);
        CHECK(parts[part] == even);
    }
    CHECK_FALSE(made.plan.problem());
    spec::SplitSpec folds;
    folds.kind = "k_fold";
    const auto refused = made.plan.divide(folds, made.sample, true);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().where == "/data/mode");
}

TEST_CASE("stream plan: dates in order divide in time, others are an error of a training")
{
    const tests::TempFolder folder;
    Planned sorted = planOf(folder.file("sorted.csv", dated(500, 1)));
    REQUIRE(sorted.plan.divide({}, sorted.sample, true));
    CHECK(sorted.plan.splitKind() == "chronological");
    CHECK(sorted.plan.rows(0).back() < sorted.plan.rows(1)[0]);
    CHECK(sorted.plan.rows(1).back() < sorted.plan.rows(2)[0]);

    Planned mixed = planOf(folder.file("mixed.csv", dated(500, 7)));
    const auto refused = mixed.plan.divide({}, mixed.sample, true);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().where == "/data/mode");
    CHECK(refused.error().message.find("mixed.csv") != std::string::npos);
    CHECK(refused.error().advice.find("split.kind to random") != std::string::npos);
    // Whoever looks at the data sees it, and whoever asks for it gets a random division.
    CHECK(mixed.plan.divide({}, mixed.sample, false));
    spec::SplitSpec asked;
    asked.kind = "random";
    CHECK(mixed.plan.divide(asked, mixed.sample, true));
}
