// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/window.h"

#include "core/base/json.h"
#include "ui/bridge/experiment_document.h"

#include <QUndoStack>

#include <catch2/catch.hpp>

namespace tests::document_test {

using namespace core::base;
using ui::bridge::ExperimentDocument;

namespace {

std::string given(const ExperimentDocument& document)
{
    return writeJson(document.given());
}

}

TEST_CASE("a setting is written where it belongs, and undone")
{
    tests::application();
    ExperimentDocument document;
    document.set("train.epochs", 3);
    CHECK(given(document) == R"({"train":{"epochs":3}})");
    CHECK(document.resolved().at("train.epochs")->toInt() == 3);
    document.undoStack()->undo();
    CHECK(given(document) == "{}");
    document.undoStack()->redo();
    CHECK(given(document) == R"({"train":{"epochs":3}})");
}

TEST_CASE("a kind that was written short is written out when a parameter is set below it")
{
    tests::application();
    ExperimentDocument document;
    document.open(*parseJson(R"({"train": {"optimizer": "sgd"}, "data": {"source": "rows.csv"}})"));
    document.set("train.optimizer.lr", 0.5);
    CHECK(writeJson(*document.given().at("train.optimizer")) == R"({"kind":"sgd","lr":0.5})");
    document.set("data.source.path", "others.csv");
    CHECK(writeJson(*document.given().at("data.source")) == R"({"kind":"file","path":"others.csv"})");
}

TEST_CASE("a parameter of a default kind names the kind")
{
    tests::application();
    ExperimentDocument document;
    document.set("train.optimizer.lr", 0.5);
    CHECK(document.given().at("train.optimizer.kind")->text() == "adam");
    CHECK(document.problems().empty());
}

TEST_CASE("what follows at once on the same setting is one step back; another setting is its own")
{
    tests::application();
    ExperimentDocument document;
    document.set("train.epochs", 3);
    document.set("train.epochs", 4);
    document.set("train.epochs", 5);
    document.set("train.seed", 1);
    CHECK(document.undoStack()->count() == 2);
    document.undoStack()->undo();
    document.undoStack()->undo();
    CHECK(given(document) == "{}");
}

TEST_CASE("setting what already holds changes nothing")
{
    tests::application();
    ExperimentDocument document;
    document.set("train.epochs", document.resolved().at("train.epochs")->toInt());
    CHECK(document.undoStack()->count() == 0);
    CHECK_FALSE(document.modified());
}

TEST_CASE("several settings are one step")
{
    tests::application();
    ExperimentDocument document;
    document.setAll({{"train.early_stopping", Object{}}, {"train.early_stopping.patience", 3}}, "Early stopping");
    CHECK(document.resolved().at("train.early_stopping.patience")->toInt() == 3);
    CHECK(document.undoStack()->count() == 1);
}

TEST_CASE("going back takes the setting out")
{
    tests::application();
    ExperimentDocument document;
    document.open(*parseJson(R"({"train": {"epochs": 3, "seed": 1}})"));
    document.reset("train.epochs");
    CHECK(given(document) == R"({"train":{"seed":1}})");
}

TEST_CASE("problems are found by their place")
{
    tests::application();
    ExperimentDocument document;
    document.set("train.epochs", "many");
    REQUIRE(document.problemAt("train.epochs"));
    CHECK_FALSE(document.problemAt("train.seed"));
    document.undoStack()->undo();
    CHECK(document.problems().empty());
}

TEST_CASE("an experiment is saved and opened, and stays right in another folder")
{
    tests::application();
    const tests::TempFolder first, second;
    first.file("rows.csv", "a,b\n1,2\n");
    const auto file = first.file("mine.experiment.json", R"({"$schema": "x", "data": {"source": "rows.csv"}})");
    ExperimentDocument document;
    REQUIRE(document.openFile(QString::fromStdString(file.string())));
    CHECK(document.name() == "mine");
    document.set("train.epochs", 2);
    CHECK(document.modified());
    const auto there = second.path() / "yours.experiment.json";
    REQUIRE(document.saveAs(QString::fromStdString(there.string())));
    CHECK_FALSE(document.modified());
    const auto saved = readJson(there);
    REQUIRE(saved);
    CHECK(saved->at("data.source")->text() == (first.path() / "rows.csv").string());
    CHECK(saved->at("train.epochs")->toInt() == 2);
}

TEST_CASE("a file that is no experiment says so and changes nothing")
{
    tests::application();
    const tests::TempFolder folder;
    ExperimentDocument document;
    document.set("train.epochs", 7);
    CHECK_FALSE(document.openFile(QString::fromStdString(folder.file("list.json", "[1]").string())));
    CHECK_FALSE(document.openFile(QString::fromStdString((folder.path() / "none.json").string())));
    CHECK(given(document) == R"({"train":{"epochs":7}})");
}

}
