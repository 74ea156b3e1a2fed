// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/run_tree.h"

#include "core/base/files.h"
#include "core/base/json.h"
#include "tests/support/temp_folder.h"

#include <catch2/catch.hpp>

namespace tests::run_tree_test {

using namespace core;
using store::RunSummary;

namespace {

struct Family {
    tests::TempFolder folder;
    std::vector<RunSummary> runs;

    void add(const std::string& id, const std::string& parent, std::int64_t step, const char* spec)
    {
        RunSummary run;
        run.id = id;
        run.folder = folder.path() / id;
        run.parent = parent;
        run.parentStep = step;
        std::filesystem::create_directories(run.folder);
        REQUIRE(base::writeFileAtomically(run.folder / "spec.json", spec));
        runs.push_back(run);
    }
    std::string drawn(const std::string& of) const
    {
        std::string text;
        for (const auto& node : store::familyOf(runs, of)) {
            text += std::string(std::size_t(node.depth), '.') + node.run.id;
            for (const auto& change : node.changes)
                text += " " + change.path;
            text += "\n";
        }
        return text;
    }
};

}

TEST_CASE("a family begins with its oldest ancestor and lists branches where they part")
{
    Family family;
    family.add("c", "a", 50, R"({"train": {"lr": 1, "optimizer": {"kind": "adam", "eps": 1}}})");
    family.add("a", "", -1, R"({"train": {"lr": 1, "optimizer": {"kind": "sgd", "momentum": 0.9}}})");
    family.add("b", "a", 20, R"({"train": {"lr": 2, "optimizer": {"kind": "sgd", "momentum": 0.9}}})");
    family.add("d", "b", 30, R"({"train": {"lr": 2, "optimizer": {"kind": "sgd", "momentum": 0.9}}})");
    family.add("e", "gone", 30, "{}");
    const std::string whole = "a\n.b train.lr\n..d\n.c train.optimizer\n";
    for (const char* of : {"a", "b", "c", "d"})
        CHECK(family.drawn(of) == whole);
    CHECK(family.drawn("e") == "e\n");
    CHECK(family.drawn("nobody").empty());
}

TEST_CASE("runs that name each other as parents are listed once")
{
    Family family;
    family.add("a", "b", 1, "{}");
    family.add("b", "a", 1, "{}");
    CHECK(store::familyOf(family.runs, "a").size() == 2);
    family.add("own", "own", 1, "{}");
    CHECK(family.drawn("own") == "own\n");
}

}
