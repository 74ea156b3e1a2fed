// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/edit.h"
#include "tests/support/conformance.h"
#include "tests/support/data_sets.h"

#include <algorithm>
#include <cmath>

using namespace core;
using base::Array;
using base::Object;
using base::Value;

namespace {

const std::string rowsText = "x,colour,y\n1,red,a\n2,blue,b\n3,red,a\n4,,b\n5,blue,a\n6,red,b\n7,red,a\n8,blue,b\n";

base::Result<data::DataModule> edited(std::vector<base::Pick> edits, const std::string& text = rowsText)
{
    const tests::TempFolder folder;
    spec::Experiment experiment = tests::experimentOnFile(folder.file("t.csv", text));
    experiment.data.edits = std::move(edits);
    experiment.data.normalize = "none";
    experiment.split.train = 1;
    experiment.split.validation = 0;
    return data::DataModule::open(experiment, false);
}

base::Pick pick(const std::string& kind, Object params)
{
    return {kind, std::move(params)};
}

float cellOf(const data::DataModule& module, std::int64_t row, const std::string& feature)
{
    const auto& features = module.info().features;
    const auto at = std::find(features.begin(), features.end(), feature);
    REQUIRE(at != features.end());
    return module.raw(row).const_data_ptr<float>()[at - features.begin()];
}

}

TEST_CASE("edits: every field is declared whole")
{
    for (const base::Entry& entry : data::allEdits().family().entries) {
        INFO(entry.kind);
        CHECK_FALSE(entry.title.empty());
        CHECK_FALSE(entry.help.empty());
        for (const base::Field& field : entry.schema.fields)
            CHECK_FALSE(field.help.text.empty());
    }
}

TEST_CASE("edits: rows that are left out are in no part, and the others keep their numbers")
{
    const auto module = edited({pick("drop_rows", {{"rows", Array{2, 3}}})});
    REQUIRE(module);
    CHECK(module->rows(data::SplitName::Train) == std::vector<std::int64_t>{0, 1, 4, 5, 6, 7});
    CHECK(cellOf(*module, 4, "x") == 5);
    CHECK(edited({pick("drop_rows", {{"rows", Array{8}}})}).error().where == "/data/edits/0/rows/0");
}

TEST_CASE("edits: cells of numbers, texts and the target")
{
    const auto module = edited({pick("set_cells", {{"column", "x"}, {"rows", Array{0, 1}}, {"value", 10}}),
                                pick("set_cells", {{"column", "colour"}, {"rows", Array{3}}, {"value", "amber"}}),
                                pick("set_cells", {{"column", "y"}, {"rows", Array{0}}, {"value", "c"}}),
                                pick("set_cells", {{"column", "x"}, {"rows", Array{7}}, {"value", nullptr}})});
    REQUIRE(module);
    CHECK(cellOf(*module, 0, "x") == 10);
    CHECK(cellOf(*module, 1, "x") == 10);
    CHECK(cellOf(*module, 3, "colour=amber") == 1);
    CHECK(cellOf(*module, 0, "colour=red") == 1);
    CHECK(cellOf(*module, 1, "colour=blue") == 1);
    CHECK(std::isnan(cellOf(*module, 7, "x")));
    CHECK(module->info().classes == std::vector<std::string>{"a", "b", "c"});
    CHECK(module->target(0) == 2);
    CHECK(module->target(1) == 1);

    const auto wrong = edited({pick("set_cells", {{"column", "x"}, {"rows", Array{0}}, {"value", "tall"}})});
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().where == "/data/edits/0/value");
    CHECK(edited({pick("set_cells", {{"column", "z"}, {"rows", Array{0}}, {"value", 1}})}).error().where ==
          "/data/edits/0/column");
}

TEST_CASE("edits: noise is written into some cells of a column, the same for the same seed")
{
    const auto with = [](std::int64_t seed, double std) {
        return edited({pick("add_noise", {{"column", "x"}, {"rows", Array{1, 4, 5}}, {"std", std}, {"seed", seed}})});
    };
    const auto plain = edited({}), noisy = with(3, 0.5), again = with(3, 0.5), wider = with(3, 1.0),
               other = with(4, 0.5);
    REQUIRE((plain && noisy && again && wider && other));
    for (std::int64_t row = 0; row < 8; ++row) {
        const double added = cellOf(*noisy, row, "x") - cellOf(*plain, row, "x");
        CHECK((added != 0) == (row == 1 || row == 4 || row == 5));
        CHECK(cellOf(*again, row, "x") == cellOf(*noisy, row, "x"));
        CHECK(cellOf(*wider, row, "x") - cellOf(*plain, row, "x") == Approx(2 * added).margin(1e-5));
        if (added != 0)
            CHECK(cellOf(*other, row, "x") != cellOf(*noisy, row, "x"));
    }
    const auto wrongAt = [](const char* column, std::int64_t row) {
        return edited({pick("add_noise", {{"column", column}, {"rows", Array{row}}, {"std", 1}})}).error().where;
    };
    CHECK(wrongAt("z", 0) == "/data/edits/0/column");
    CHECK(wrongAt("colour", 0) == "/data/edits/0/column");
    CHECK(wrongAt("x", 8) == "/data/edits/0/rows/0");
}

TEST_CASE("edits: a stray cell that is corrected no longer stops anything")
{
    const std::string text = "x,y\n1,a\n2,b\nthree,a\n4,b\n5,a\n6,b\n";
    const auto stray = edited({}, text);
    REQUIRE(stray);
    CHECK(stray->problems().front().kind == "not_a_number");
    const auto module = edited({pick("set_cells", {{"column", "x"}, {"rows", Array{2}}, {"value", 3}})}, text);
    REQUIRE(module);
    CHECK(module->problems().empty());
    CHECK(cellOf(*module, 2, "x") == 3);
}

TEST_CASE("edits: rows are added to tables and to points")
{
    const auto table = edited({pick("add_rows", {{"columns", Array{"x", "y", "colour"}},
                                                 {"rows", Array{Array{9, "a", "green"}, Array{10, "b", nullptr}}}})});
    REQUIRE(table);
    CHECK(table->size() == 10);
    CHECK(cellOf(*table, 8, "x") == 9);
    CHECK(cellOf(*table, 8, "colour=green") == 1);
    CHECK(cellOf(*table, 0, "colour=red") == 1);
    CHECK(table->target(9) == 1);

    spec::Experiment moons = tests::experimentOn("two-moons");
    moons.data.rows = 20;
    moons.data.edits = {pick("add_rows", {{"columns", Array{"x", "y", "class"}},
                                          {"rows", Array{Array{0.5, -0.5, "lower"}, Array{2, 2, "outside"}}}})};
    const auto points = data::DataModule::open(moons, false);
    REQUIRE(points);
    CHECK(points->size() == 22);
    CHECK(points->info().classes.size() == 3);
    CHECK(points->target(20) == 1);
    CHECK(points->target(21) == 2);
    CHECK(points->raw(20).const_data_ptr<float>()[1] == -0.5f);
    CHECK(edited({pick("add_rows", {{"columns", Array{"x"}}, {"rows", Array{Array{1, 2}}}})}).error().where ==
          "/data/edits/0/rows/0");
}
