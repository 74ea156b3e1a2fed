// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/tables/number_set.h"
#include "tests/support/data_sets.h"

using namespace core;
using tests::floatsOf;
using tests::longsOf;

namespace {

base::Result<data::Loaded> withTargets(data::Column column, const std::string& task = "auto")
{
    data::SourceRequest request;
    request.data.task = task;
    // Names of a table's columns mean nothing to targets that stand alone.
    request.data.target = "another";
    data::Loaded loaded;
    loaded.where = "f.npz";
    CORE_CHECK(data::takeTargets(std::move(column), loaded, request));
    return loaded;
}

data::SparseRows sparseRows()
{
    // 1 0 2 / 0 0 0 / 0 3 0 / 0 0 4, the first and the last of one query.
    return {.cells = {{0, 1.f}, {2, 2.f}, {1, 3.f}, {2, 4.f}},
            .ends = {2, 2, 3, 4},
            .labels = {0.5, 1.25, 2, 3.75},
            .groups = {7, std::nan(""), 8, 7},
            .lines = {1, 2, 4, 5},
            .columns = 3};
}

}

TEST_CASE("number targets: texts and few whole numbers are classes, others numbers")
{
    const auto words = withTargets(data::textColumn("y", {"b", "a", "b", "a"}));
    REQUIRE(words);
    CHECK(words->info.classes == std::vector<std::string>{"a", "b"});
    CHECK(longsOf(words->targets) == std::vector<std::int64_t>{1, 0, 1, 0});
    CHECK(words->info.target == "y");
    const auto few = withTargets(data::numberColumn("y", {3, 5, 3, 5}));
    REQUIRE(few);
    CHECK(few->info.classes == std::vector<std::string>{"3", "5"});
    const auto real = withTargets(data::numberColumn("y", {0.5, 1, 2, 3}));
    REQUIRE(real);
    CHECK(real->info.task == "regression");
    CHECK(floatsOf(real->targets) == std::vector<float>{0.5f, 1, 2, 3});
    CHECK(withTargets(data::numberColumn("y", {3, 5, 3, 5}), "regression")->info.classes.empty());
}

TEST_CASE("number targets: what cannot be a target is an error that names the file")
{
    const auto text = withTargets(data::textColumn("y", {"b", "a", "b", "a"}), "regression");
    REQUIRE_FALSE(text);
    CHECK(text.error().where == "f.npz");
}

TEST_CASE("number targets: sparse rows become dense ones with their lines, queries a column of names")
{
    const auto loaded = data::loadSparse(sparseRows(), {.where = "f.txt", .name = "f"}, {});
    REQUIRE(loaded);
    REQUIRE(loaded->table);
    CHECK(loaded->lines == std::vector<std::int64_t>{1, 2, 4, 5});
    const data::Column* queries = loaded->table->find("qid");
    REQUIRE(queries);
    CHECK(queries->kind == data::ColumnKind::Text);
    CHECK(queries->words == std::vector<std::string>{"7", "8"});
    CHECK(queries->codes == std::vector<std::int32_t>{0, -1, 1, 0});
}

TEST_CASE("number targets: more cells than memory are refused with a way out")
{
    data::SparseRows rows = sparseRows();
    rows.columns = data::mostDenseCells;
    const auto loaded = data::loadSparse(std::move(rows), {.where = "f.txt", .name = "f"}, {});
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().where == "f.txt");
    CHECK(loaded.error().advice.find("data.rows") != std::string::npos);
}
