// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "core/spec/experiment.h"

#include <catch2/catch.hpp>

namespace tests::experiment_test {

using namespace core::base;
using namespace core::spec;

TEST_CASE("--set takes JSON, else text")
{
    Value tree = Object{};
    REQUIRE(applySet(tree, "train.optimizer.lr=0.1"));
    REQUIRE(applySet(tree, "model.hidden=[8,8]"));
    REQUIRE(applySet(tree, "data.source=two-moons"));
    REQUIRE(applySet(tree, "train.shuffle=false"));
    CHECK(
        writeJson(tree) ==
        R"({"train":{"optimizer":{"lr":0.1},"shuffle":false},"model":{"hidden":[8,8]},"data":{"source":"two-moons"}})");
    CHECK_FALSE(applySet(tree, "train.epochs"));
    CHECK_FALSE(applySet(tree, "=3"));
}

TEST_CASE("a difference names every setting that is not the same")
{
    const Value before = *parseJson(R"({"train": {"lr": 0.1, "epochs": 3}, "model": {"kind": "mlp"}})");
    const Value after = *parseJson(R"({"train": {"lr": 0.2, "epochs": 3}, "model": {"kind": "mlp", "dropout": 0.5}})");
    const auto found = difference(before, after);
    REQUIRE(found.size() == 2);
    CHECK(found[0] == Difference{"train.lr", 0.1, 0.2});
    CHECK(found[1] == Difference{"model.dropout", {}, 0.5});
    CHECK(difference(before, before).empty());
}

TEST_CASE("an experiment's struct goes to values and back")
{
    Experiment experiment;
    experiment.train.epochs = 7;
    experiment.train.clipGradNorm = 1.5;
    experiment.train.earlyStopping = EarlyStoppingSpec{.patience = 3};
    experiment.augment = {{"RandomHorizontalFlip", Object{{"p", 0.25}}}};
    const Value tree = experimentFields().write(experiment);
    CHECK(experimentFields().write(read(tree)) == tree);
    CHECK(read(tree).train.earlyStopping->patience == 3);
    CHECK(read(tree).augment.front().params["p"].toReal() == 0.25);
}

TEST_CASE("every field of the experiment teaches and has a default that fits")
{
    const std::function<void(const Schema&, const std::string&)> visit = [&](const Schema& schema,
                                                                             const std::string& where) {
        for (const Field& field : schema.fields) {
            INFO(where << "." << field.key);
            CHECK_FALSE(field.help.text.empty());
            CHECK(field.key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos);
            if (const Real* real = std::get_if<Real>(&field.domain); real && real->log)
                CHECK(real->min >= 0);
            if (const Group* group = std::get_if<Group>(&field.domain))
                visit(*group->schema, where + "." + field.key);
        }
    };
    visit(experimentFields().schema(), "experiment");
}

}
