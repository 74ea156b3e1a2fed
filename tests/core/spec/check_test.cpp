// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/fields.h"
#include "core/base/json.h"
#include "core/spec/experiment.h"

#include <catch2/catch.hpp>

namespace tests::check_test {

using namespace core::base;
using namespace core::spec;

namespace {

struct Small {
    double lr = 0.1;
    double momentum = 0;
};

struct Parts {
    std::int64_t epochs = 10;
    std::optional<double> clip;
    bool shuffle = true;
    std::string mode = "file";
    std::vector<std::int64_t> hidden{16};
    Value batch = 32;
    Pick optimizer{"sgd", Object{}};
    std::optional<Pick> spare;
    std::int64_t seed = 0;
    std::string path;
};

Catalog catalogOfTest()
{
    Catalog catalog;
    catalog.add({"optim",
                 {{"sgd", "SGD", "",
                   Fields<Small>{}
                       .add("lr", &Small::lr, Real{0, 10, true}, {"rate"}, {.live = true})
                       .add("momentum", &Small::momentum, Real{0, 1, false, true}, {"speed"})
                       .schema()}}});
    return catalog;
}

Schema schemaOfTest()
{
    return Fields<Parts>{}
        .add("epochs", &Parts::epochs, Int{1, 100}, {"e"})
        .add("clip", &Parts::clip, Real{.min = 0, .aboveMin = true}, {"c"})
        .add("shuffle", &Parts::shuffle, Flag{}, {"s"})
        .add("mode", &Parts::mode, Choice{{"file", "pipe"}}, {"m"})
        .add("hidden", &Parts::hidden, std::make_shared<const List>(List{Int{1, 4096}, 0, 4}), {"h"})
        .add("batch", &Parts::batch, Int{1, 512}, {"b"}, {.words = {"full"}})
        .add("optimizer", &Parts::optimizer, OneOf{"optim"}, {"o"})
        .add("spare", &Parts::spare, OneOf{"optim"}, {"s"})
        .add("seed", &Parts::seed, Int{0}, {"n"})
        .add("path", &Parts::path, Path{}, {"p"})
        .schema();
}

// What is wrong with a text, one line each.
std::string problemsOf(const std::string& text)
{
    const Catalog catalog = catalogOfTest();
    std::string lines;
    for (const Error& problem : check(schemaOfTest(), *parseJson(text), "", {catalog}).problems)
        lines += describe(problem) + "\n";
    return lines;
}

std::string resolved(const std::string& text)
{
    const Catalog catalog = catalogOfTest();
    return writeJson(check(schemaOfTest(), *parseJson(text), "", {catalog, "/data"}).value);
}

}

TEST_CASE("defaults are filled in, in the order of the schema")
{
    CHECK(resolved("{}") == R"({"epochs":10,"clip":null,"shuffle":true,"mode":"file","hidden":[16],"batch":32,)"
                            R"("optimizer":{"kind":"sgd","lr":0.1,"momentum":0.0},"spare":null,"seed":0,"path":""})");
    CHECK(resolved(R"({"optimizer": {"kind": "sgd", "lr": 1}, "hidden": 8, "batch": "full", "path": "a/../b.csv"})") ==
          R"({"epochs":10,"clip":null,"shuffle":true,"mode":"file","hidden":[8],"batch":"full",)"
          R"("optimizer":{"kind":"sgd","lr":1.0,"momentum":0.0},"spare":null,"seed":0,"path":"/data/b.csv"})");
}

TEST_CASE("parameters without a kind are the default kind's")
{
    CHECK(resolved(R"({"optimizer": {"lr": 1}})") == resolved(R"({"optimizer": {"kind": "sgd", "lr": 1}})"));
    CHECK(resolved(R"({"optimizer": {"kind": null, "lr": 1}})") ==
          resolved(R"({"optimizer": {"kind": "sgd", "lr": 1}})"));
    CHECK(resolved(R"({"optimizer": {}})") == resolved("{}"));
}

TEST_CASE("a problem says what, where and what would be right")
{
    CHECK(problemsOf(R"({"epoch": 3})") == "/epoch: unknown key \"epoch\". Did you mean \"epochs\"?\n");
    CHECK(problemsOf(R"({"optimizer": {"kind": "sgd", "learning": 3}})").find("/optimizer/learning: unknown key") == 0);
    CHECK(problemsOf(R"({"optimizer": "sdg"})") ==
          "/optimizer: \"sdg\" is not known here. Did you mean \"sgd\"? Known: sgd\n");
    CHECK(problemsOf(R"({"optimizer": {"rate": 1}})") ==
          "/optimizer/rate: unknown key \"rate\" of sgd. Known here: kind, lr, momentum\n");
    CHECK(problemsOf(R"({"spare": {"lr": 1}})") == "/spare: has no \"kind\". Known: sgd\n");
    CHECK(problemsOf(R"({"seed": 18446744073709551615})") ==
          "/seed: 18446744073709551616 does not fit. It takes a whole number, 0 or more\n");
    CHECK(problemsOf(R"({"epochs": 0})") == "/epochs: 0 does not fit. It takes a whole number, 1 to 100\n");
    CHECK(problemsOf(R"({"epochs": 1.5})") == "/epochs: 1.5 does not fit. It takes a whole number, 1 to 100\n");
    CHECK(problemsOf(R"({"clip": 0})") == "/clip: 0 does not fit. It takes a number above 0\n");
    CHECK(problemsOf(R"({"batch": "ful"})") ==
          "/batch: \"ful\" does not fit. It takes a whole number, 1 to 512, or full\n");
    CHECK(problemsOf(R"({"optimizer": {"kind": "sgd", "momentum": 1}})") ==
          "/optimizer/momentum: 1 does not fit. It takes a number from 0 below 1\n");
    CHECK(problemsOf(R"({"shuffle": "yes"})") == "/shuffle: \"yes\" is not true or false. Write true or false\n");
    CHECK(problemsOf(R"({"hidden": [1,2,3,4,5]})") == "/hidden: has 5 items. It takes 0 to 4\n");
    CHECK(problemsOf(R"({"hidden": [1,0]})") == "/hidden/1: 0 does not fit. It takes a whole number, 1 to 4096\n");
    CHECK(problemsOf(R"({"epochs": null})").find("/epochs: is null") == 0);
    CHECK(problemsOf("[]") == "/: is a list, not an object. Write it in braces: {…}\n");
    CHECK(problemsOf(R"({"clip": null, "batch": 512, "mode": "pipe"})").empty());
}

TEST_CASE("a wrong field keeps its default, and every problem is told")
{
    CHECK(resolved(R"({"epochs": -1, "mode": "tape"})") == resolved("{}"));
    const std::string problems = problemsOf(R"({"epochs": -1, "mode": "tape", "x": 1})");
    CHECK(std::count(problems.begin(), problems.end(), '\n') == 3);
}

TEST_CASE("the nearest key is found through slips of the hand")
{
    const std::vector<std::string> known{"epochs", "batch_size", "optimizer", "lr", "weight_decay"};
    CHECK(nearest("epoch", known) == "epochs");
    CHECK(nearest("batchsize", known) == "batch_size");
    CHECK(nearest("optimzier", known) == "optimizer");
    CHECK(nearest("weigth_decay", known) == "weight_decay");
    CHECK(nearest("zzzzzzzzzz", known).empty());
}

TEST_CASE("a field is found behind its dotted path")
{
    const Catalog catalog = catalogOfTest();
    const Schema schema = schemaOfTest();
    const Value checked = check(schema, Object{}, "", {catalog}).value;
    REQUIRE(fieldAt(schema, checked, "optimizer.lr", catalog));
    CHECK(fieldAt(schema, checked, "optimizer.lr", catalog)->live);
    CHECK(fieldAt(schema, checked, "optimizer.nothing", catalog) == nullptr);
    CHECK(fieldAt(schema, checked, "epochs", catalog)->key == "epochs");
    CHECK(jsonPath("train.optimizer.lr") == "/train/optimizer/lr");
}

TEST_CASE("a struct goes to values and back")
{
    const auto fields =
        Fields<Small>{}.add("lr", &Small::lr, Real{}, {"rate"}).add("momentum", &Small::momentum, Real{}, {"speed"});
    CHECK(writeJson(fields.write({0.5, 0.25})) == R"({"lr":0.5,"momentum":0.25})");
    const Small read = fields.read(*parseJson(R"({"momentum": 0.75})"));
    CHECK(read.lr == 0.1);
    CHECK(read.momentum == 0.75);
}

}
