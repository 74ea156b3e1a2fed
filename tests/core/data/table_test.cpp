// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/data/open.h"
#include "tests/support/data_sets.h"
#include "tests/support/idx_bytes.h"

#include <cmath>

using namespace core;
using tests::floatsOf;
using tests::longsOf;

namespace {

std::string joinedWords(const std::vector<std::string>& words)
{
    std::string text;
    for (const auto& word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

// Loads a CSV text; `change` sets what of it is wanted.
template <class Change>
base::Result<data::Loaded> loadedCsv(const std::string& text, Change change, base::Object options = {})
{
    const tests::TempFolder folder;
    options.set("path", folder.file("t.csv", text).string());
    data::SourceRequest request;
    request.data.source = {"csv", options};
    change(request.data);
    return data::loadWhole(request);
}

base::Result<data::Loaded> loadedCsv(const std::string& text, base::Object options = {})
{
    return loadedCsv(
        text, [](spec::DataSpec&) {}, std::move(options));
}

const std::string flowers =
    "length,width,species\n5.1,3.5,setosa\n7.0,3.2,versicolor\n6.3,3.3,virginica\n4.9,3.0,setosa\n";

}

TEST_CASE("table: the last column is the target, texts are classes in alphabetical order")
{
    const auto loaded = loadedCsv(flowers);
    REQUIRE(loaded);
    CHECK(loaded->info.task == "classification");
    CHECK(loaded->info.target == "species");
    CHECK(joinedWords(loaded->info.features) == "length width");
    CHECK(joinedWords(loaded->info.classes) == "setosa versicolor virginica");
    CHECK(longsOf(loaded->targets) == std::vector<std::int64_t>{0, 1, 2, 0});
    CHECK(floatsOf(loaded->inputs) == std::vector<float>{5.1f, 3.5f, 7.0f, 3.2f, 6.3f, 3.3f, 4.9f, 3.0f});
    CHECK(loaded->info.name == "t");
    CHECK(loaded->lines == std::vector<std::int64_t>{2, 3, 4, 5});
}

TEST_CASE("table: target and features by name, in the order given")
{
    const auto loaded = loadedCsv(flowers, [](auto& d) { d.target = "width", d.features = {"species", "length"}; });
    REQUIRE(loaded);
    CHECK(loaded->info.task == "regression");
    CHECK(joinedWords(loaded->info.features) == "species=setosa species=versicolor species=virginica length");
    CHECK(joinedWords(loaded->info.origins) == "species species species length");
    CHECK(floatsOf(loaded->inputs.select(0, 1)) == std::vector<float>{0, 1, 0, 7.0f});
    CHECK(floatsOf(loaded->targets) == std::vector<float>{3.5f, 3.2f, 3.3f, 3.0f});
}

TEST_CASE("table: a column that is not there is refused with the nearest")
{
    const auto target = loadedCsv(flowers, [](auto& d) { d.target = "specie"; });
    REQUIRE_FALSE(target);
    CHECK(target.error().where == "/data/target");
    CHECK(target.error().advice.find("Did you mean \"species\"?") == 0);
    const auto feature = loadedCsv(flowers, [](auto& d) { d.features = {"length", "colour"}; });
    REQUIRE_FALSE(feature);
    CHECK(feature.error().where == "/data/features/1");
    CHECK_FALSE(loadedCsv(flowers, [](auto& d) { d.features = {"species"}; }));
    CHECK_FALSE(loadedCsv(flowers, [](auto& d) { d.features = {"length", "length"}; }));
}

TEST_CASE("table: whole targets of few values are classes, others numbers")
{
    std::string few = "x,y\n", many = few, real = few;
    for (int i = 0; i < 60; ++i) {
        few += std::to_string(i) + "," + std::to_string(i % 3 * 10) + "\n";
        many += std::to_string(i) + "," + std::to_string(i * i) + "\n";
        real += std::to_string(i) + "," + std::to_string(i % 3) + ".5\n";
    }
    const auto classes = loadedCsv(few);
    CHECK(classes->info.task == "classification");
    CHECK(joinedWords(classes->info.classes) == "0 10 20");
    CHECK(longsOf(classes->targets)[2] == 2);
    CHECK(loadedCsv(many)->info.task == "regression");
    CHECK(loadedCsv(real)->info.task == "regression");
    const auto forced = loadedCsv(real, [](auto& d) { d.task = "classification"; });
    CHECK(joinedWords(forced->info.classes) == "0.5 1.5 2.5");
    CHECK(loadedCsv(few, [](auto& d) { d.task = "regression"; })->info.task == "regression");
}

TEST_CASE("table: text cannot be regressed, and names of rows are no classes")
{
    const auto text = loadedCsv(flowers, [](auto& d) { d.task = "regression"; });
    REQUIRE_FALSE(text);
    CHECK(text.error().message.find("\"species\" holds text such as \"setosa\"") != std::string::npos);
    std::string names = "x,name\n";
    for (int i = 0; i < 50; ++i)
        names += "1,person " + std::to_string(i) + "\n";
    CHECK(loadedCsv(names).error().message.find("too many to be classes") != std::string::npos);
}

TEST_CASE("table: a text in a column of numbers is named by row, line and column")
{
    const auto loaded = loadedCsv("age,height,y\n31,1.7,a\n\n28,1.8,b\nold,1.6,a\n40,1.5,b\n");
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().kind == base::ErrorKind::Data);
    CHECK(loaded.error().message == "row 2 (line 5), column \"age\": \"old\" is not a number");
    CHECK(loaded.error().where.ends_with("t.csv:5"));
    const auto categorical =
        loadedCsv("age,height,y\n31,1.7,a\n28,1.8,b\nold,1.6,a\n40,1.5,b\n", {{"categorical", base::Array{"age"}}});
    REQUIRE(categorical);
    CHECK(joinedWords(categorical->info.features) == "age=28 age=31 age=40 age=old height");
    // Not among what is learned from: no reason to stop.
    CHECK(loadedCsv("age,height,y\n31,1.7,a\nold,1.8,b\n30,2,b\n", [](auto& d) { d.features = {"height"}; }));
}

TEST_CASE("table: missing cells are NaN, in every column of their text column")
{
    const auto loaded =
        loadedCsv("x,colour,y\n1,red,0.5\nNA,blue,1.5\n3,,\n4,red,2.5\n", [](auto& d) { d.task = "regression"; });
    REQUIRE(loaded);
    const auto values = floatsOf(loaded->inputs);
    CHECK(joinedWords(loaded->info.features) == "x colour=blue colour=red");
    CHECK(std::isnan(values[3]));
    CHECK(values[4] == 1);
    CHECK((std::isnan(values[7]) && std::isnan(values[8])));
    CHECK(std::isnan(floatsOf(loaded->targets)[2]));
    const auto classes = loadedCsv("x,y\n1,a\n2,\n3,b\n");
    CHECK(longsOf(classes->targets) == std::vector<std::int64_t>{0, -1, 1});
}

TEST_CASE("table: the column of dates orders the rows and is no feature unless asked for")
{
    const std::string text = "date,x,y\n1970-01-02,1,10.5\n1970-01-01,2,20.5\n1970-01-03T12:00,3,30.25\n";
    const auto loaded = loadedCsv(text);
    REQUIRE(loaded);
    CHECK(loaded->times == std::vector<double>{86400, 0, 2.5 * 86400});
    CHECK(loaded->info.time == "date");
    CHECK(joinedWords(loaded->info.features) == "x");
    const auto asked = loadedCsv(text, [](auto& d) { d.features = {"date", "x"}; });
    CHECK(floatsOf(asked->inputs) == std::vector<float>{1, 1, 0, 2, 2.5f, 3});
    CHECK(loadedCsv(text, [](auto& d) { d.target = "date"; }).error().message.find("is a date") != std::string::npos);
}

TEST_CASE("table: what cannot be learned from is left out and told")
{
    std::string text = ",name,empty,x,y\n";
    for (int i = 0; i < 60; ++i)
        text += std::to_string(i) + ",n" + std::to_string(i) + ",," + std::to_string(i * 7 % 11) + "," +
                (i % 2 ? "a" : "b") + "\n";
    const auto loaded = loadedCsv(text);
    REQUIRE(loaded);
    CHECK(joinedWords(loaded->info.features) == "x");
    std::vector<std::string> told;
    for (const data::Problem& problem : loaded->problems)
        told.push_back(problem.kind + ":" + problem.column);
    CHECK(joinedWords(told) == "row_numbers:column_1 missing_values:empty too_many_categories:name");
    CHECK(loadedCsv(text, {{"max_categories", 60}})->info.features.size() == 61);
    const auto asked = loadedCsv(text, [](auto& d) { d.features = {"name", "x"}; });
    CHECK(asked.error().message == "\"name\" has 60 different texts");
}

TEST_CASE("table: rows, delimiter, header and gzip are the reader's options")
{
    CHECK(loadedCsv(flowers, [](auto& d) { d.rows = 2; })->info.rows == 2);
    CHECK(loadedCsv("1,2\n3,4\n5,6\n", {{"header", "yes"}})->info.target == "2");
    CHECK(loadedCsv("a;b,c\n1;2,5\n", {{"delimiter", ";"}})->info.target == "b,c");
    const tests::TempFolder folder;
    data::SourceRequest request;
    request.data.source = {"csv", base::Object{{"path", folder.file("t.csv.gz", tests::gzipped(flowers)).string()}}};
    CHECK(data::loadWhole(request)->info.name == "t");
    CHECK(data::loadWhole(request)->info.rows == 4);
}

TEST_CASE("table: a single column has nothing to learn from")
{
    CHECK(loadedCsv("y\n1\n2\n").error().message == "has no column to learn from");
}
