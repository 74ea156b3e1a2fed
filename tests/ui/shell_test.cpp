// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/window.h"

#include "core/base/json.h"
#include "core/session/session.h"
#include "ui/forms/schema_form.h"
#include "ui/shell/command_palette.h"
#include "ui/shell/inspector.h"
#include "ui/shell/launch.h"
#include "ui/shell/main_window.h"
#include "ui/shell/notice_bar.h"
#include "ui/shell/opener.h"
#include "ui/shell/pages.h"
#include "ui/shell/top_bar.h"

#include <QAbstractButton>
#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QMimeData>

#include <catch2/catch.hpp>

namespace tests::shell_test {

using namespace core::base;
using namespace ui::shell;

namespace {

constexpr const char* longRun =
    R"({"name": "long", "data": {"source": "two-moons", "rows": 64}, "train": {"epochs": 100000, "threads": 1}})";
constexpr const char* shortRun =
    R"({"name": "short", "data": {"source": "two-moons", "rows": 64}, "train": {"epochs": 2, "threads": 1}})";

struct Shown {
    tests::TempFolder runs;
    std::unique_ptr<MainWindow> window;

    explicit Shown(bool remember = false)
    {
        tests::application();
        window = std::make_unique<MainWindow>(WindowOptions{QString::fromStdString(runs.path().string()), remember});
        window->resize(1280, 800);
        window->show();
        REQUIRE(QTest::qWaitForWindowActive(window.get()));
    }
    ~Shown()
    {
        if (!window)
            return;
        window->workbench().stop();
        window->workbench().waitForEnd();
    }
    void open(const char* experiment) { window->workbench().document().open(*parseJson(experiment)); }
    QAction& action(const char* id)
    {
        QAction* found = window->actions().find(id);
        REQUIRE(found);
        return *found;
    }
    bool trained(int steps)
    {
        return tests::spinUntil(
            [&] { return window->workbench().front() && window->workbench().front()->step() >= steps; });
    }
};

}

TEST_CASE("Ctrl and a number goes to each page, and the rail shows which")
{
    Shown shown;
    int place = 0;
    for (const PageEntry& entry : pageEntries()) {
        INFO(entry.name.toStdString());
        QTest::keyClick(shown.window.get(), Qt::Key(Qt::Key_1 + place++), Qt::ControlModifier);
        CHECK(shown.window->page() == entry.name);
        CHECK(shown.window->pageWidget()->isVisible());
    }
}

TEST_CASE("the palette finds every action by its name, and runs it")
{
    Shown shown;
    QTest::keyClick(shown.window.get(), Qt::Key_K, Qt::ControlModifier);
    CommandPalette& palette = shown.window->commandPalette();
    REQUIRE(palette.isVisible());
    for (QAction* action : shown.window->actions().all()) {
        INFO(action->objectName().toStdString());
        palette.input()->setText(action->text());
        REQUIRE_FALSE(palette.shown().isEmpty());
        CHECK(palette.shown().front() == action->text());
    }
    palette.input()->clear();
    QTest::keyClicks(palette.input(), "go model");
    QTest::keyClick(palette.input(), Qt::Key_Return);
    CHECK_FALSE(palette.isVisible());
    CHECK(shown.window->page() == "model");
}

TEST_CASE("Esc closes the palette and gives the keyboard back")
{
    Shown shown;
    shown.window->showPage("model");
    REQUIRE(shown.window->inspector().focusField("model.kind"));
    const QWidget* before = QApplication::focusWidget();
    QTest::keyClick(shown.window.get(), Qt::Key_K, Qt::ControlModifier);
    QTest::keyClick(shown.window->commandPalette().input(), Qt::Key_Escape);
    CHECK_FALSE(shown.window->commandPalette().isVisible());
    CHECK(QApplication::focusWidget() == before);
}

TEST_CASE("letters in order match, beginnings of words best")
{
    CHECK(matchScore("Train a single step", "tss") > 0);
    CHECK(matchScore("Train a single step", "step") > matchScore("Stop the experiment", "step"));
    CHECK(matchScore("Train", "x") < 0);
}

TEST_CASE("every action has a name and a group, and no two share a key")
{
    Shown shown;
    QStringList keys;
    for (QAction* action : shown.window->actions().all()) {
        INFO(action->objectName().toStdString());
        CHECK_FALSE(action->text().isEmpty());
        CHECK_FALSE(action->data().toString().isEmpty());
        for (const QKeySequence& key : action->shortcuts()) {
            INFO(key.toString().toStdString());
            CHECK_FALSE(keys.contains(key.toString()));
            keys << key.toString();
        }
    }
}

TEST_CASE("a run is started, paused by Space, stepped, continued and stopped")
{
    Shown shown;
    shown.open(longRun);
    auto& bench = shown.window->workbench();
    QTest::keyClick(shown.window.get(), Qt::Key_F5);
    CHECK(shown.window->page() == "train");
    REQUIRE(shown.trained(10));
    CHECK_FALSE(shown.action("run.play").isEnabled());
    QTest::keyClick(shown.window.get(), Qt::Key_Space);
    REQUIRE(tests::spinUntil([&] { return bench.paused(); }));
    CHECK(shown.window->topBar().progressText().startsWith("paused"));
    CHECK(shown.action("run.play").isEnabled());
    CHECK_FALSE(shown.action("run.pause").isEnabled());
    const qint64 there = bench.front()->step();
    QTest::keyClick(shown.window.get(), Qt::Key_Period);
    REQUIRE(tests::spinUntil([&] { return bench.front()->step() == there + 1; }));
    QTest::keyClick(shown.window.get(), Qt::Key_Space);
    REQUIRE(shown.trained(int(there) + 20));
    shown.action("run.stop").trigger();
    REQUIRE(tests::spinUntil([&] { return !bench.training(); }));
    CHECK(bench.front()->state() == core::events::RunState::Stopped);
}

TEST_CASE("Space in a text field is a space")
{
    Shown shown;
    shown.open(longRun);
    shown.window->showPage("train");
    QLineEdit field(shown.window.get());
    field.show();
    field.setFocus();
    QTest::keyClick(&field, Qt::Key_Space);
    QTest::keyClick(&field, Qt::Key_Period);
    CHECK(field.text() == " .");
    CHECK_FALSE(shown.window->workbench().training());
}

TEST_CASE("a window with a going run asks before it closes, and leaves the run resumable")
{
    Shown shown;
    shown.open(longRun);
    auto& bench = shown.window->workbench();
    bench.train();
    REQUIRE(shown.trained(5));
    CHECK_FALSE(shown.window->close());
    QMessageBox* question = shown.window->closeQuestion();
    REQUIRE(question);
    CHECK(question->buttons().size() == 3);

    SECTION("cancel")
    {
        QTest::mouseClick(question->findChild<QAbstractButton*>("cancel"), Qt::LeftButton);
        CHECK(bench.training());
        CHECK(shown.window->isVisible());
        CHECK_FALSE(shown.window->closeQuestion());
    }
    SECTION("stop")
    {
        QTest::mouseClick(question->findChild<QAbstractButton*>("stop"), Qt::LeftButton);
        REQUIRE(tests::spinUntil([&] { return !shown.window->isVisible(); }));
        CHECK_FALSE(bench.training());
        const QString folder = bench.front()->folder();
        // The run's lock goes with the window.
        shown.window.reset();
        const auto resumed = core::session::Session::resume(folder.toStdString(), {shown.runs.path(), "cpu", true});
        INFO((resumed ? "" : describe(resumed.error())));
        CHECK(resumed);
    }
}

TEST_CASE("a window without a run just closes")
{
    Shown shown;
    CHECK(shown.window->close());
}

TEST_CASE("presenter mode leaves the page and the controls, larger; Esc ends it")
{
    Shown shown;
    const double before = ui::style::theme().body().pixelSize();
    QTest::keyClick(shown.window.get(), Qt::Key_F11);
    CHECK(shown.window->presenter());
    CHECK_FALSE(shown.window->inspector().isVisible());
    CHECK(shown.window->topBar().isVisible());
    CHECK(ui::style::theme().body().pixelSize() == Approx(before * 1.6).margin(0.6));
    QTest::keyClick(shown.window.get(), Qt::Key_Escape);
    CHECK_FALSE(shown.window->presenter());
    CHECK(shown.window->inspector().isVisible());
    CHECK(ui::style::theme().body().pixelSize() == before);
}

TEST_CASE("undo and redo work from anywhere in the window")
{
    Shown shown;
    shown.window->workbench().document().set("train.epochs", 3);
    QTest::keyClick(shown.window.get(), Qt::Key_Z, Qt::ControlModifier);
    CHECK(writeJson(shown.window->workbench().document().given()) == "{}");
    QTest::keyClick(shown.window.get(), Qt::Key_Y, Qt::ControlModifier);
    CHECK(shown.window->workbench().document().resolved().at("train.epochs")->toInt() == 3);
}

TEST_CASE("undo in a field is the document's while nothing is being typed")
{
    Shown shown;
    shown.window->showPage("train");
    REQUIRE(shown.window->inspector().focusField("train.optimizer.lr"));
    QWidget* field = QApplication::focusWidget();
    QTest::keyClick(field, Qt::Key_Up);
    CHECK(shown.window->workbench().document().given().at("train.optimizer.lr"));
    QTest::keyClick(field, Qt::Key_Z, Qt::ControlModifier);
    CHECK(writeJson(shown.window->workbench().document().given()) == "{}");
    QTest::keyClicks(field, "7");
    QTest::keyClick(field, Qt::Key_Z, Qt::ControlModifier);
    CHECK(writeJson(shown.window->workbench().document().given()) == "{}");
}

TEST_CASE("a live edit reaches the going run, and so does its undoing")
{
    Shown shown;
    shown.open(longRun);
    auto& bench = shown.window->workbench();
    shown.window->showPage("train");
    bench.train();
    REQUIRE(shown.trained(5));
    const double before = bench.document().resolved().at("train.optimizer.lr")->toReal();
    REQUIRE(shown.window->inspector().focusField("train.optimizer.lr"));
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Up);
    REQUIRE(tests::spinUntil([&] { return bench.front()->edits().size() == 1; }));
    CHECK(bench.front()->edits()[0].before.toReal() == before);
    QTest::keyClick(shown.window.get(), Qt::Key_Z, Qt::ControlModifier);
    REQUIRE(tests::spinUntil([&] { return bench.front()->edits().size() == 2; }));
    CHECK(bench.front()->edits()[1].after.toReal() == before);
}

TEST_CASE("trouble is told in the bar, with what to do, and dismissed")
{
    Shown shown;
    shown.open(R"({"train": {"epochs": 0}})");
    shown.window->workbench().train();
    NoticeBar& bar = shown.window->notices();
    CHECK(bar.isVisible());
    CHECK(bar.text().contains("/train/epochs"));
    CHECK(bar.text().contains("whole number"));
    shown.action("view.dismiss").trigger();
    CHECK_FALSE(bar.isVisible());
}

TEST_CASE("dropped files are opened by what they are")
{
    Shown shown;
    const tests::TempFolder files;
    const auto drop = [&](const std::filesystem::path& file) {
        QMimeData mime;
        mime.setUrls({QUrl::fromLocalFile(QString::fromStdString(file.string()))});
        QDragEnterEvent enter(QPoint(600, 400), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(shown.window.get(), &enter);
        CHECK(enter.isAccepted());
        QDropEvent event(QPointF(600, 400), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(shown.window.get(), &event);
    };
    drop(files.file("mine.experiment.json", shortRun));
    CHECK(shown.window->workbench().document().name() == "short");
    CHECK(shown.window->page() == "train");
    drop(files.file("rows.csv", "a,b\n1,x\n2,y\n"));
    CHECK(shown.window->page() == "data");
    CHECK(shown.window->workbench().document().given().at("data.source")->text() ==
          (files.path() / "rows.csv").string());
    drop(files.file("bad.json", "{"));
    CHECK(shown.window->notices().isVisible());
}

TEST_CASE("a run is told from data, and its id is enough")
{
    const tests::TempFolder folder;
    const QString runs = QString::fromStdString(folder.path().string());
    std::filesystem::create_directories(folder.path() / "two-moons-0001");
    folder.file("two-moons-0001/spec.json", "{}");
    folder.file("rows.csv", "a\n1\n");
    CHECK(*kindOf(runs + "/two-moons-0001", runs) == OpenedAs::Run);
    CHECK(*kindOf("two-moons-0001", runs) == OpenedAs::Run);
    CHECK(*kindOf(runs + "/rows.csv", runs) == OpenedAs::Data);
    CHECK(kindOf(runs + "/none", runs).error().kind == ErrorKind::Usage);
}

TEST_CASE("the window comes back as it was left")
{
    {
        Shown shown(true);
        shown.open(shortRun);
        shown.window->showPage("model");
        shown.window->setScheme(ui::style::Scheme::Dark);
        REQUIRE(shown.window->close());
    }
    Shown again(true);
    CHECK(again.window->page() == "model");
    CHECK(again.window->workbench().document().name() == "short");
    CHECK(ui::style::currentScheme() == ui::style::Scheme::Dark);
    again.window->setScheme(ui::style::Scheme::Light);
}

TEST_CASE("the inspector heads the form with its place, and the focused field teaches")
{
    Shown shown;
    shown.window->showPage("train");
    auto& form = shown.window->inspector().form();
    REQUIRE(form.row("train.optimizer.lr"));
    REQUIRE(shown.window->inspector().focusField("train.optimizer.lr"));
    QStringList texts;
    for (const QLabel* label : shown.window->inspector().findChildren<QLabel*>())
        if (label->isVisible())
            texts << label->text();
    CHECK(texts.contains("Optimizer"));
    CHECK(texts.filter("train.optimizer").size() >= 1);
    CHECK(texts.contains(QString::fromStdString(form.row("train.optimizer.lr")->field().help.text)));
}

TEST_CASE("the command line is read as the contract has it")
{
    const auto options = parseLaunch({"--start", "--presenter", "--page", "train", "--theme", "dark", "--size",
                                      "1920x1080", "--screenshot", "a.png", "--after", "2.5"});
    REQUIRE(options);
    CHECK(options->start);
    CHECK(options->presenter);
    CHECK(options->page == "train");
    CHECK(options->theme == ui::style::Scheme::Dark);
    CHECK(options->size == QSize(1920, 1080));
    CHECK(options->screenshot == "a.png");
    CHECK(options->after == 2.5);
}

TEST_CASE("a bad command line says what is wrong, where, and what would be right")
{
    const auto error = [](QStringList arguments) {
        const auto options = parseLaunch(arguments);
        REQUIRE_FALSE(options);
        CHECK(exitCode(options.error().kind) == 2);
        CHECK_FALSE(options.error().advice.empty());
        return describe(options.error());
    };
    CHECK(error({"--page", "nowhere"}).find("start, data") != std::string::npos);
    CHECK(error({"--theme", "pink"}).find("light, dark") != std::string::npos);
    CHECK(error({"--size", "12"}).find("1280x800") != std::string::npos);
    CHECK(error({"--size", "0x0"}).find("--size") != std::string::npos);
    CHECK(error({"--screenshot", "a.png", "--after", "soon"}).find("--after") != std::string::npos);
    CHECK(error({"--after", "2"}).find("--screenshot") != std::string::npos);
    CHECK(error({"--colour"}).find("colour") != std::string::npos);
    CHECK(error({"/nowhere/at.all"}).find("/nowhere/at.all") != std::string::npos);
    CHECK(error({".", "."}).find("too many") != std::string::npos);
}

}
