// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/window.h"

#include "core/base/json.h"
#include "core/session/inspect.h"
#include "ui/forms/schema_form.h"

#include <QLineEdit>
#include <QMenu>
#include <QUndoStack>
#include <QWheelEvent>

#include <catch2/catch.hpp>

namespace tests::forms_test {

using namespace core::base;
using namespace ui::forms;
using ui::bridge::ExperimentDocument;

namespace {

// One field of every domain, and two kinds of things.
struct Bench {
    Catalog catalog;
    Schema schema;
    std::unique_ptr<ExperimentDocument> document;
    std::unique_ptr<SchemaForm> form;

    Bench()
    {
        tests::application();
        const Schema noisy{{{"p", Real{0, 1}, 0.5, {"How often."}, "", {}, false, true, true}}};
        const Schema plain{{{"n", Int{0, 9}, 1}}};
        catalog.add({"things", {{"noisy", "Noisy", "Adds noise.", noisy}, {"plain", "Plain", "Does nothing.", plain}}});
        const auto inner = std::make_shared<const Schema>(Schema{{{"depth", Int{1, 5}, 2}, {"wide", Flag{}, false}}});
        const Value noisyFallback = Object{{"kind", "noisy"}, {"p", 0.5}};
        schema.fields = {
            {"flag", Flag{}, false},
            {"count", Int{.min = 1, .max = 1000, .log = true}, 32, {}, "rows", {"full"}},
            {"rate",
             Real{.min = 0, .aboveMin = true, .log = true},
             0.1,
             {"How far each step goes.", "w - rate g", "slow", "diverges"},
             "",
             {},
             false,
             true,
             true},
            {"clip", Real{.min = 0}, Value(), {}, "", {}, true},
            {"mode", Choice{{"auto", "fast", "safe"}}, "auto"},
            {"title", Text{}, ""},
            {"file", Path{}, ""},
            {"sizes", std::make_shared<const List>(List{Int{1, 512}}), Array{16, 16}},
            {"extra", Tree{}, Object{}},
            {"only_fast", Int{0, 9}, 3, {}, "", {}, false, false, false, {{"mode", {"fast"}}}},
            {"thing", OneOf{"things"}, noisyFallback},
            {"group", Group{inner}, Object{{"depth", 2}, {"wide", false}}},
            {"maybe", Group{inner}, Value(), {}, "", {}, true},
            {"steps", std::make_shared<const List>(List{OneOf{"things"}}), Array{}},
        };
        document =
            std::make_unique<ExperimentDocument>([this](const Value& given, const std::filesystem::path& folder) {
                return core::spec::check(schema, given, "", {catalog, folder});
            });
        form = std::make_unique<SchemaForm>(*document, schema, catalog);
        QStringList paths;
        for (const Field& field : schema.fields)
            paths << QString::fromStdString(field.key);
        form->setPaths(paths);
        form->resize(208, 1600);
        form->show();
        REQUIRE(QTest::qWaitForWindowActive(form.get()));
    }

    std::string given() const { return writeJson(document->given()); }
    FieldRow& row(const char* path) const
    {
        FieldRow* found = form->row(path);
        REQUIRE(found);
        return *found;
    }
    // The widget that takes the keys of a field.
    QWidget* input(const char* path) const { return row(path).editor()->focusProxy(); }
    QString text(const char* path) const { return qobject_cast<QLineEdit*>(input(path))->text(); }
    void type(const char* path, const char* keys) const
    {
        input(path)->setFocus();
        qobject_cast<QLineEdit*>(input(path))->selectAll();
        QTest::keyClicks(input(path), keys);
        QTest::keyClick(input(path), Qt::Key_Return);
    }
    void press(const char* path, Qt::Key key) const
    {
        input(path)->setFocus();
        QTest::keyClick(input(path), key);
    }
};

}

TEST_CASE("a flag is switched by a click and by Space")
{
    Bench bench;
    QTest::mouseClick(bench.input("flag"), Qt::LeftButton);
    CHECK(bench.given() == R"({"flag":true})");
    bench.press("flag", Qt::Key_Space);
    CHECK(bench.document->resolved()["flag"].toBool() == false);
}

TEST_CASE("numbers are typed, stepped, and named by words")
{
    Bench bench;
    CHECK(bench.text("count") == "32");
    bench.type("count", "12");
    CHECK(bench.given() == R"({"count":12})");
    bench.press("count", Qt::Key_Up);
    CHECK(bench.given() == R"({"count":24})");
    bench.type("count", "full");
    CHECK(bench.given() == R"({"count":"full"})");
    CHECK(bench.text("count") == "full");
    bench.press("rate", Qt::Key_Down);
    CHECK(bench.document->given()["rate"].toReal() == 0.05);
}

TEST_CASE("off is typed, and a step leaves it")
{
    Bench bench;
    CHECK(bench.text("clip") == "off");
    bench.press("clip", Qt::Key_Up);
    CHECK(bench.document->given()["clip"].toReal() == 1);
    bench.type("clip", "off");
    CHECK(bench.document->given()["clip"].isNull());
}

TEST_CASE("a choice goes by the arrow keys")
{
    Bench bench;
    bench.press("mode", Qt::Key_Down);
    CHECK(bench.given() == R"({"mode":"fast"})");
}

TEST_CASE("text, paths, lists and trees are typed")
{
    Bench bench;
    bench.type("title", "mine");
    bench.type("file", "a.csv");
    CHECK(bench.text("sizes") == "16, 16");
    bench.type("sizes", "8, 4");
    bench.type("extra", "{\"a\": [1]}");
    CHECK(bench.given() == R"({"title":"mine","file":"a.csv","sizes":[8,4],"extra":{"a":[1]}})");
}

TEST_CASE("a kind brings its own fields, and what both know is kept")
{
    Bench bench;
    CHECK(bench.form->row("thing.p"));
    bench.type("thing.p", "0.25");
    CHECK(bench.given() == R"({"thing":{"kind":"noisy","p":0.25}})");
    bench.press("thing.kind", Qt::Key_Down);
    CHECK(bench.given() == R"({"thing":"plain"})");
    CHECK(bench.form->row("thing.n"));
    CHECK_FALSE(bench.form->row("thing.p"));
}

TEST_CASE("fields of a group stand under its path; a group that may be off has a toggle")
{
    Bench bench;
    bench.press("group.depth", Qt::Key_Up);
    CHECK(bench.given() == R"({"group":{"depth":3}})");
    CHECK_FALSE(bench.form->row("maybe.depth"));
    auto* title = bench.form->findChild<SectionTitle*>("maybe");
    REQUIRE(title);
    QTest::mouseClick(title->toggle(), Qt::LeftButton);
    CHECK(bench.document->given().at("maybe")->isObject());
    CHECK(bench.form->row("maybe.depth"));
    QTest::mouseClick(title->toggle(), Qt::LeftButton);
    CHECK_FALSE(bench.form->row("maybe.depth"));
}

TEST_CASE("a pipeline of chips is added to, ordered and shortened")
{
    Bench bench;
    auto* chips = bench.form->findChild<ChipStrip*>("steps");
    REQUIRE(chips);
    for (const int place : {0, 1}) {
        chips->setFocus();
        QTest::keyClick(chips, Qt::Key_Insert);
        auto* menu = chips->findChild<QMenu*>();
        REQUIRE(menu);
        menu->actions().at(place)->trigger();
        delete menu;
    }
    CHECK(writeJson(bench.document->given()["steps"]) == R"([{"kind":"noisy"},{"kind":"plain"}])");
    CHECK(chips->current() == 1);
    CHECK(bench.form->row("steps.1.n"));

    SECTION("keys")
    {
        QTest::keyClick(chips, Qt::Key_Left, Qt::AltModifier);
        CHECK(writeJson(bench.document->given()["steps"]) == R"([{"kind":"plain"},{"kind":"noisy"}])");
        QTest::keyClick(chips, Qt::Key_Delete);
        CHECK(writeJson(bench.document->given()["steps"]) == R"([{"kind":"noisy"}])");
    }
    SECTION("dragging")
    {
        const QPoint from = chips->chipRect(1).center(), to = chips->chipRect(0).center() - QPoint(20, 0);
        QTest::mousePress(chips, Qt::LeftButton, {}, from);
        QTest::mouseMove(chips, (from + to) / 2);
        QTest::mouseMove(chips, to);
        // The offscreen pointer carries no buttons; the strip is told as a real drag tells it.
        QMouseEvent drag(QEvent::MouseMove, to, chips->mapToGlobal(to), Qt::NoButton, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(chips, &drag);
        QTest::mouseRelease(chips, Qt::LeftButton, {}, to);
        CHECK(writeJson(bench.document->given()["steps"]) == R"([{"kind":"plain"},{"kind":"noisy"}])");
    }
    SECTION("parameters of the chosen one")
    {
        chips->setCurrent(0);
        bench.type("steps.0.p", "0.1");
        CHECK(writeJson(bench.document->given()["steps"]) == R"([{"kind":"noisy","p":0.1},{"kind":"plain"}])");
    }
}

TEST_CASE("what is wrong is said under its field and goes with the cause")
{
    Bench bench;
    bench.type("count", "many");
    CHECK(bench.row("count").problemText().contains("does not fit"));
    CHECK(bench.text("count") == "many");
    bench.document->undoStack()->undo();
    CHECK(bench.row("count").problemText().isEmpty());
    CHECK(bench.text("count") == "32");
}

TEST_CASE("a problem that no line has is said above the form")
{
    Bench bench;
    bench.document->open(*parseJson(R"({"group": {"dept": 3}})"));
    CHECK(bench.form->looseProblems().contains("/group/dept"));
    CHECK(bench.form->looseProblems().contains("depth"));
}

TEST_CASE("a changed value shows its default, and a click on it goes back")
{
    Bench bench;
    CHECK(bench.row("rate").noteText().isEmpty());
    bench.type("rate", "0.5");
    CHECK(bench.row("rate").noteText() == "default 0.1");
    auto* back = bench.row("rate").findChild<LinkButton*>();
    REQUIRE(back);
    QTest::mouseClick(back, Qt::LeftButton, {}, QPoint(10, 8));
    CHECK(bench.given() == "{}");
    CHECK(bench.row("rate").noteText().isEmpty());
}

TEST_CASE("Esc takes typing back; leaving keeps it; undo and redo follow")
{
    Bench bench;
    bench.input("title")->setFocus();
    QTest::keyClicks(bench.input("title"), "half");
    QTest::keyClick(bench.input("title"), Qt::Key_Escape);
    CHECK(bench.text("title").isEmpty());
    QTest::keyClicks(bench.input("title"), "whole");
    QTest::keyClick(bench.input("title"), Qt::Key_Tab);
    CHECK(bench.given() == R"({"title":"whole"})");
    bench.document->undoStack()->undo();
    CHECK(bench.text("title").isEmpty());
    bench.document->undoStack()->redo();
    CHECK(bench.text("title") == "whole");
}

TEST_CASE("the wheel turns a value only while it has the keyboard")
{
    Bench bench;
    const auto turn = [&] {
        QWheelEvent wheel(QPointF(5, 5), bench.input("rate")->mapToGlobal(QPointF(5, 5)), {}, {0, 120}, Qt::NoButton,
                          Qt::NoModifier, Qt::NoScrollPhase, false);
        QApplication::sendEvent(bench.input("rate"), &wheel);
    };
    bench.input("title")->setFocus();
    turn();
    CHECK(bench.given() == "{}");
    bench.input("rate")->setFocus();
    turn();
    CHECK(bench.document->given()["rate"].toReal() == 0.2);
}

TEST_CASE("a field that depends on another comes and goes with it")
{
    Bench bench;
    CHECK_FALSE(bench.form->row("only_fast"));
    bench.document->set("mode", "fast");
    CHECK(bench.form->row("only_fast"));
    bench.document->set("mode", "safe");
    CHECK_FALSE(bench.form->row("only_fast"));
}

TEST_CASE("what a model does not take has no line")
{
    tests::application();
    ExperimentDocument document;
    SchemaForm form(document);
    form.setPaths({"train", "model"});
    form.show();
    CHECK(form.row("train.batch_size"));
    CHECK(form.row("train.optimizer.kind"));
    CHECK(form.row("train.seed"));
    document.set("model", "xgboost");
    for (const char* path : {"train.batch_size", "train.accumulate", "train.loss.kind", "train.optimizer.kind",
                             "train.clip_grad_norm", "train.l2", "train.shuffle"}) {
        INFO(path);
        CHECK_FALSE(form.row(path));
    }
    CHECK(form.row("train.epochs"));
    CHECK(form.row("train.schedule.kind"));
    CHECK(form.row("train.seed"));
    CHECK(form.row("model.eta"));
    CHECK(form.row("model.max_bin"));
    document.set("model.tree_method", "exact");
    CHECK_FALSE(form.row("model.max_bin"));
    document.set("model", "mlp");
    CHECK(form.row("train.batch_size"));
}

TEST_CASE("while a run trains, live fields go to it and others wait")
{
    Bench bench;
    std::vector<std::string> sent;
    QObject::connect(bench.form.get(), &SchemaForm::liveEdited, [&](const QString& path, const Value& value) {
        sent.push_back(path.toStdString() + " " + writeJson(value));
    });
    bench.type("rate", "0.2");
    CHECK(sent.empty());
    bench.form->setRun({true, bench.document->resolved(), {{"rate", 400}}});
    CHECK(bench.row("rate").noteText() == "edited at step 400 · default 0.1");
    bench.type("rate", "0.3");
    CHECK(sent == std::vector<std::string>{"rate 0.3"});
    bench.type("rate", "-1");
    CHECK(sent.size() == 1);
    bench.type("title", "later");
    CHECK(sent.size() == 1);
    CHECK(bench.row("title").noteText().contains("next run"));
}

TEST_CASE("a live field of another kind than the going run's waits for the next run")
{
    Bench bench;
    int sent = 0;
    QObject::connect(bench.form.get(), &SchemaForm::liveEdited, [&] { ++sent; });
    Value running = bench.document->resolved();
    bench.form->setRun({true, running, {}});
    bench.type("thing.p", "0.2");
    CHECK(sent == 1);
    REQUIRE(running.setAt("thing", Object{{"kind", "plain"}, {"n", 1}, {"p", 0.5}}));
    bench.form->setRun({true, running, {}});
    bench.type("thing.p", "0.3");
    CHECK(sent == 1);
    CHECK(bench.row("thing.p").noteText().contains("next run"));
}

TEST_CASE("Tab walks the fields in their order")
{
    Bench bench;
    bench.input("rate")->setFocus();
    QTest::keyClick(bench.input("rate"), Qt::Key_Tab);
    CHECK(QApplication::focusWidget() == bench.input("clip"));
    QTest::keyClick(bench.input("clip"), Qt::Key_Tab, Qt::ShiftModifier);
    CHECK(QApplication::focusWidget() == bench.input("rate"));
}

TEST_CASE("a form can be made for every kind of every family")
{
    tests::application();
    const Catalog& catalog = core::session::catalog();
    REQUIRE_FALSE(catalog.families().empty());
    for (const Family& family : catalog.families())
        for (const Entry& entry : family.entries) {
            INFO(family.name << " " << entry.kind);
            const Schema schema{{{"it", OneOf{family.name}, entry.kind}}};
            ExperimentDocument document([&](const Value& given, const std::filesystem::path& folder) {
                return core::spec::check(schema, given, "", {catalog, folder});
            });
            SchemaForm form(document, schema, catalog);
            form.setPaths({"it"});
            form.show();
            CHECK(document.problems().empty());
            CHECK(form.row("it.kind"));
            for (const Field& field : entry.schema.fields) {
                INFO(field.key);
                const QString path = "it." + QString::fromStdString(field.key);
                const auto* list = std::get_if<std::shared_ptr<const List>>(&field.domain);
                const bool line = !std::holds_alternative<Group>(field.domain) &&
                                  !std::holds_alternative<OneOf>(field.domain) &&
                                  !(list && (std::holds_alternative<OneOf>((*list)->items) ||
                                             std::holds_alternative<Group>((*list)->items))); // chips
                if (line && field.visibleWhen.empty())
                    CHECK(form.row(path));
            }
        }
}

TEST_CASE("the whole experiment has a form without loose ends")
{
    tests::application();
    ExperimentDocument document;
    SchemaForm form(document);
    form.setPaths({"name", "data", "split", "augment", "model", "train"});
    form.show();
    for (const char* path : {"data.rows", "split.train", "model.hidden", "train.batch_size", "train.optimizer.lr",
                             "train.schedule.warmup_steps", "train.checkpoint.keep"}) {
        INFO(path);
        CHECK(form.row(path));
    }
    CHECK(form.looseProblems().isEmpty());
    CHECK(form.focusField("train.optimizer.lr"));
}

TEST_CASE("what is captured is a chip each, added with an explanation and set by its fields")
{
    tests::application();
    ExperimentDocument document;
    SchemaForm form(document);
    form.setPaths({"capture"});
    form.resize(208, 900);
    form.show();
    REQUIRE(QTest::qWaitForWindowActive(&form));
    auto* chips = form.findChild<ChipStrip*>("capture");
    REQUIRE(chips);
    chips->setFocus();
    QTest::keyClick(chips, Qt::Key_Insert);
    auto* menu = chips->findChild<QMenu*>();
    REQUIRE(menu);
    QAction* dead = nullptr;
    for (QAction* action : menu->actions())
        if (action->text() == "relu_output")
            dead = action;
    REQUIRE(dead);
    CHECK(dead->toolTip().contains("dead"));
    dead->trigger();
    delete menu;
    const std::size_t usual = core::spec::Experiment().capture.size();
    REQUIRE(chips->current() == int(usual));
    const std::string place = "capture." + std::to_string(usual);
    const auto added = [&](const char* key) { return document.resolved()["capture"].array().at(usual)[key]; };
    CHECK(added("collection").text() == "relu_output");
    const auto type = [&](const char* path, const char* keys) {
        FieldRow* row = form.row(path);
        REQUIRE(row);
        QWidget* input = row->editor()->focusProxy();
        input->setFocus();
        qobject_cast<QLineEdit*>(input)->selectAll();
        QTest::keyClicks(input, keys);
        QTest::keyClick(input, Qt::Key_Return);
    };
    type((place + ".save_interval").c_str(), "10");
    type((place + ".reductions").c_str(), "mean, dead_share(1)");
    CHECK(added("save_interval").toInt() == 10);
    CHECK(added("reductions").array().size() == 2);
    CHECK(document.problems().empty());
    chips->setFocus();
    QTest::keyClick(chips, Qt::Key_Delete);
    CHECK(document.resolved()["capture"].array().size() == usual);
}

}
