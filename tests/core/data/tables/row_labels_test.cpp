// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/tables/row_labels.h"

using namespace core;
using Longs = std::vector<std::int64_t>;

namespace {

// Four rows of a table with a column of each kind.
data::Loaded fourRows()
{
    data::Loaded loaded;
    data::Table table{.rows = 4};
    table.columns = {data::textColumn("patient", {"b", "a", "", "b"}),
                     data::numberColumn("visit", {7, std::nan(""), 7, std::nan("")}),
                     data::textColumn("part", {"Train", "dev", "TEST", "training"}),
                     data::numberColumn("code", {0, 1, 2, 0}), data::numberColumn("odd", {0, 3, 0.5, 1})};
    loaded.table = std::make_shared<data::Table>(std::move(table));
    loaded.info.task = "classification";
    loaded.info.classes = {"no", "yes"};
    loaded.targets = tensor::empty({4}, at::kLong);
    for (std::int64_t row = 0; row < 4; ++row)
        loaded.targets.mutable_data_ptr<std::int64_t>()[row] = row % 2;
    loaded.times = {40, 30, 20, 10};
    return loaded;
}

data::RowLabels labelsOf(const Longs& rows, const spec::SplitSpec& split)
{
    data::RowLabels labels{.rows = rows};
    const base::Status read = labels.read(fourRows(), split);
    if (!read)
        FAIL(read.error().message);
    return labels;
}

spec::SplitSpec splitOf(const std::string& kind, const std::string& group, const std::string& column)
{
    spec::SplitSpec split;
    split.kind = kind;
    split.group = group;
    split.column = column;
    return split;
}

base::Error errorOf(const spec::SplitSpec& split)
{
    data::RowLabels labels{.rows = {0, 1, 2, 3}};
    const base::Status read = labels.read(fourRows(), split);
    REQUIRE_FALSE(read);
    return read.error();
}

}

TEST_CASE("row labels: classes and times of the rows asked for, in their order")
{
    const data::RowLabels labels = labelsOf({3, 0}, splitOf("random", "", ""));
    CHECK(labels.classes == Longs{1, 0});
    CHECK(labels.times == std::vector<double>{10, 40});
    CHECK(labels.groups.empty());
    CHECK(labels.parts.empty());
}

TEST_CASE("row labels: a row without a group is a group of its own")
{
    CHECK(labelsOf({0, 1, 2, 3}, splitOf("group", "patient", "")).groups == Longs{0, 1, 2, 0});
    CHECK(labelsOf({0, 1, 2, 3}, splitOf("k_fold", "visit", "")).groups == Longs{0, 1, 0, 2});
    CHECK(labelsOf({0, 1, 2, 3}, splitOf("random", "patient", "")).groups.empty());
}

TEST_CASE("row labels: parts by their words or numbers")
{
    using Parts = std::vector<std::int32_t>;
    CHECK(labelsOf({0, 1, 2, 3}, splitOf("predefined", "", "part")).parts == Parts{0, 1, 2, 0});
    CHECK(labelsOf({2, 1}, splitOf("predefined", "", "code")).parts == Parts{2, 1});
}

TEST_CASE("row labels: what cannot be read names the key and the row")
{
    const base::Error column = errorOf(splitOf("group", "patients", ""));
    CHECK(column.where == "/split/group");
    CHECK(column.advice == "Did you mean \"patient\"?");
    const base::Error word = errorOf(splitOf("predefined", "", "odd"));
    CHECK(word.where == "/split/column");
    CHECK(word.message == "row 1, column \"odd\": \"3\" names no part");
}
