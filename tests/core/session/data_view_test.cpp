// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/base/json.h"
#include "core/session/data_view.h"
#include "core/session/folds.h"
#include "core/spec/experiment.h"
#include "tests/support/temp_folder.h"

#include <cmath>
#include <fstream>

using namespace core;
using session::DataView;

namespace {

base::Value resolvedOf(const std::string& text)
{
    const auto resolved = spec::resolve(*base::parseJson(text), {session::catalog()});
    REQUIRE(resolved.problems.empty());
    return resolved.value;
}

std::string tableText(int rows, double shift = 0)
{
    std::string text = "a,b,word,y\n";
    for (int i = 0; i < rows; ++i)
        text += std::to_string(i + shift) + "," + (i % 10 == 3 ? "" : std::to_string(2 * i)) + "," +
                (i % 3 ? "red" : "blue") + "," + std::to_string(i % 7 * 1.5) + "\n";
    return text;
}

}

TEST_CASE("data view: columns as the source has them, with their roles and figures")
{
    const tests::TempFolder folder;
    const auto file = folder.file("t.csv", tableText(50));
    const auto view = DataView::open(resolvedOf(R"({"data": {"source": ")" + file.string() + R"("}})"));
    REQUIRE(view);
    const auto& columns = (*view)->columns();
    REQUIRE(columns.size() == 4);
    CHECK(columns[0].max == 49);
    CHECK(columns[0].mean == Approx(24.5));
    CHECK(columns[1].missing == 5);
    CHECK(columns[2].kind == session::CellKind::Text);
    CHECK(columns[2].words.front() == std::pair<std::string, std::int64_t>("red", 33));
    CHECK(columns[3].role == session::CellRole::Target);
    CHECK((*view)->missing(3, 1));
    CHECK((*view)->cell(4, 2) == "red");
    const auto correlations = (*view)->correlations();
    REQUIRE(correlations.columns == std::vector<std::size_t>{0, 1, 3});
    CHECK(correlations.values[1] == Approx(1));
    const auto map = (*view)->missingMap(5);
    CHECK(map[5] == Approx(0.1));
    CHECK(map[0] == 0);
}

TEST_CASE("data view: rows are chosen by filter, part and order; what is missing comes last")
{
    const tests::TempFolder folder;
    const auto file = folder.file("t.csv", tableText(40));
    const auto view = *DataView::open(resolvedOf(R"({"data": {"source": ")" + file.string() + R"("}})"));
    const auto down = view->select({.sortBy = 1, .descending = true});
    REQUIRE(down);
    CHECK(down->front() == 39);
    CHECK(view->missing(down->back(), 1));
    const auto train = view->select({.filter = "word = blue", .part = data::SplitName::Train});
    for (const std::int64_t row : *train) {
        CHECK(view->part(row) == 0);
        CHECK(row % 3 == 0);
    }
    CHECK_FALSE(view->select({.filter = "word < 3"}));
}

TEST_CASE("data view: a cache serves edits, and a file that changed is read again")
{
    const tests::TempFolder folder;
    const auto file = folder.file("t.csv", tableText(30));
    const auto cache = DataView::makeCache();
    const std::string source = R"({"data": {"source": ")" + file.string() + R"(")";
    const auto first = *DataView::open(resolvedOf(source + "}}"), cache);
    const auto edited = *DataView::open(
        resolvedOf(source + R"(, "edits": [{"kind": "set_cells", "column": "a", "rows": [2], "value": 99}]}})"), cache);
    CHECK(first->cell(2, 0) == "2");
    CHECK(edited->cell(2, 0) == "99");
    CHECK((*DataView::open(resolvedOf(source + "}}"), cache))->cell(2, 0) == "2");
    std::ofstream(file) << tableText(31, 0.5);
    CHECK((*DataView::open(resolvedOf(source + "}}"), cache))->rows() == 31);
}

TEST_CASE("folds: an experiment is one training or several, and figures come together")
{
    const auto folded = resolvedOf(R"({"data": {"source": "two-moons"}, "split": {"kind": "k_fold", "folds": 4}})");
    CHECK(session::crossValidated(folded));
    CHECK(*session::foldsOf(folded) == 4);
    const base::Value one = session::ofFold(folded, 2);
    CHECK_FALSE(session::crossValidated(one));
    CHECK(*session::foldsOf(one) == 1);
    CHECK(one["split"]["fold"].toInt() == 2);
    const auto alone =
        resolvedOf(R"({"data": {"source": "two-moons", "rows": 20}, "split": {"kind": "leave_one_out"}})");
    CHECK(*session::foldsOf(alone) == 17);
    const auto summary = session::overFolds({{{"a", 1}, {"b", 5}}, {{"a", 2}}, {{"a", 6}, {"b", NAN}}});
    REQUIRE(summary.size() == 2);
    CHECK(summary[0].mean == 3);
    CHECK(summary[0].spread == Approx(std::sqrt(7.)));
    CHECK(summary[1].folds == 1);
    CHECK(summary[1].spread == 0);
}

TEST_CASE("optimism: one look buys nothing, more looks buy more, more rows less")
{
    CHECK(session::optimismOf(0.9, 1000, 0) == 0);
    CHECK(session::optimismOf(0.9, 1000, 1) == 0);
    // The expected largest of 10 standard normal numbers is 1.5388 (Harter 1961); Blom's formula is near it.
    CHECK(session::optimismOf(0.5, 2500, 10) == Approx(1.5388 * 0.01).epsilon(0.01));
    CHECK(session::optimismOf(0.9, 1000, 20) > session::optimismOf(0.9, 1000, 10));
    CHECK(session::optimismOf(0.9, 4000, 10) == Approx(session::optimismOf(0.9, 1000, 10) / 2));
}

TEST_CASE("data view: trees are told of the augmentations that they do not see")
{
    const auto problemsOf = [](const std::string& model) {
        const auto view = DataView::open(resolvedOf(R"({"data": {"source": "two-moons", "rows": 60}, "model": ")" +
                                                    model + R"(", "augment": ["FeatureNoise", "RandomOverSampler"]})"));
        REQUIRE(view);
        std::vector<data::Problem> found;
        for (const data::Problem& problem : (*view)->problems())
            if (problem.kind == "ignored_augmentation")
                found.push_back(problem);
        return found;
    };
    CHECK(problemsOf("mlp").empty());
    const auto found = problemsOf("xgboost");
    REQUIRE(found.size() == 1);
    CHECK(found[0].message.find("xgboost does not see FeatureNoise:") == 0);
    REQUIRE(found[0].changes.size() == 1);
    REQUIRE(found[0].changes[0].second.array().size() == 1);
    CHECK(found[0].changes[0].second.array()[0]["kind"].text() == "RandomOverSampler");
}

TEST_CASE("data view: pixels of masks are counted by class in each part")
{
    const tests::TempFolder folder;
    std::filesystem::create_directories(folder.path() / "images");
    std::filesystem::create_directories(folder.path() / "masks");
    for (int i = 0; i < 20; ++i) {
        const std::string name = std::to_string(i) + ".pgm", head = "P5 4 4 255\n";
        folder.file("images/" + name, head + std::string(16, char(10 * i)));
        folder.file("masks/" + name, head + std::string(12, '\0') + std::string(3, '\1') + std::string(1, '\xff'));
    }
    const auto view = DataView::open(resolvedOf(R"({"data": {"source": ")" + folder.path().string() + R"("}})"));
    REQUIRE(view);
    const auto counts = (*view)->classCounts();
    const auto rows = (*view)->splitRows();
    for (std::size_t part = 0; part < 3; ++part) {
        REQUIRE(counts[part].size() == 2);
        CHECK(counts[part][0] == 12 * rows[part]);
        CHECK(counts[part][1] == 3 * rows[part]);
    }
    CHECK(rows[0] > 0);
}

TEST_CASE("data view: the advice for a stream says what a stream cannot do")
{
    const tests::TempFolder folder;
    const auto file = folder.file("t.csv", tableText(50));
    const auto adviceOf = [&](const std::string& data) {
        const auto view =
            DataView::open(resolvedOf(R"({"data": {"mode": "pipe", "target": "word", "source": ")" + data));
        INFO((view ? "" : base::describe(view.error())));
        REQUIRE(view);
        return (*view)->advice();
    };
    const auto classes = adviceOf(file.string() + R"("}})");
    CHECK(classes.kind == "random");
    CHECK(classes.rule.find("stratified split needs data.mode file") != std::string::npos);
    std::string text = "day,x,word\n";
    for (int i = 0; i < 60; ++i)
        text += "2024-0" + std::to_string(1 + i * 7 % 9) + "-11," + std::to_string(i) + ".5,w" + std::to_string(i % 2) +
                "\n";
    const auto mixed = adviceOf(folder.file("mixed.csv", text).string() + R"("}})");
    CHECK(mixed.kind == "random");
    CHECK(mixed.rule.find("not in their order") != std::string::npos);
}
