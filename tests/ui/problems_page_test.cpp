// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/workbench.h"

#include "core/session/inspect.h"
#include "core/session/problem.h"
#include "ui/models/cards.h"
#include "ui/pages/learn_page.h"
#include "ui/pages/problems_view.h"

#include <QFileInfo>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>

namespace tests::problems_page_test {

using namespace ui::pages;
using core::base::Value;
using core::session::allProblems;
using core::session::Remedy;
using core::session::TrainingProblem;

namespace {

struct Shown : tests::Bench {
    LearnPage page{*workbench};
    ProblemsView& view = page.problems();

    Shown()
    {
        page.resize(1000, 700);
        page.show();
        REQUIRE(QTest::qWaitForWindowActive(&page));
        page.showSection("problems");
    }
    QPushButton* button(const std::string& name)
    {
        auto* found = page.findChild<QPushButton*>(QString::fromStdString(name));
        REQUIRE(found);
        return found;
    }
    bool looked()
    {
        return tests::spinUntil([&] { return !view.busy() && !workbench->training(); }, 60);
    }
};

Value checked(Value tree)
{
    const auto made = core::spec::resolve(tree, {core::session::catalog()});
    for (const auto& problem : made.problems)
        FAIL(core::base::describe(problem));
    return made.value;
}

Value with(Value tree, const core::session::Changes& changes)
{
    for (const auto& [path, value] : changes)
        REQUIRE(tree.setAt(path, value));
    return checked(tree);
}

}

TEST_CASE("every problem's example shows it, by its numbers")
{
    for (const TrainingProblem& problem : allProblems().all()) {
        // How long a machine waits, and for what, is the machine's affair.
        if (!problem.look || problem.key == "slow" || problem.key == "gpu_idle")
            continue;
        INFO(problem.key);
        tests::Bench bench;
        auto experiment = ui::models::readSampleExperiment(QString::fromStdString(problem.example));
        REQUIRE(experiment);
        bench.workbench->document().open(*experiment);
        bench.workbench->train();
        REQUIRE(bench.ended());
        bench.workbench->waitForEnd();
        const auto record = core::store::readRun(bench.workbench->front()->folder().toStdString());
        REQUIRE(record);
        const auto seen = problem.look(core::session::evidenceOf(*record));
        REQUIRE(seen);
        CHECK_FALSE(seen->text.empty());
    }
}

TEST_CASE("a GPU that waits and steps that wait are told by what was measured")
{
    core::store::RunRecord record;
    record.opened = core::events::RunOpened{};
    record.opened->device = "cuda:0";
    core::events::StepTimes times{0, 100, 1.7e9};
    times.phases = {0.6, 0, 0.3, 0.1, 0, 0, 0, 0, 0};
    core::events::SystemSample sample{10, 1.7e9};
    sample.gpus = {{0, 30, 10, 1e9}};
    record.events = {times, sample};
    record.eventTimes = {1.7e9, 1.7e9};
    const auto seen = [&](const char* key) { return allProblems().find(key)->look(core::session::evidenceOf(record)); };
    REQUIRE(seen("gpu_idle"));
    CHECK(seen("gpu_idle")->text == "the GPU was 30 % busy, and steps waited for data 60 % of the time");
    REQUIRE(seen("slow"));
    CHECK(seen("slow")->text == "it waited for data 60 % of the time: 6 of the 10 ms of a step");
    std::get<core::events::SystemSample>(record.events[1]).gpus[0].busy = 80;
    CHECK_FALSE(seen("gpu_idle"));
    std::get<core::events::SystemSample>(record.events[1]).gpus.clear();
    record.opened->device = "cpu";
    CHECK_FALSE(seen("gpu_idle"));
}

TEST_CASE("every button makes exactly its edit as a branch, or as a run of its own")
{
    Shown shown;
    const QString folder = shown.train(tests::quickOverfit);
    const Value parent = shown.workbench->front()->spec();
    int made = 0;
    for (const TrainingProblem& problem : allProblems().all())
        for (const Remedy& remedy : problem.remedies) {
            const std::string name = "remedy-" + problem.key + "-" + remedy.key;
            INFO(name);
            if (shown.workbench->front()->folder() != folder) {
                shown.workbench->openRun(folder);
                REQUIRE(tests::spinUntil([&] { return shown.workbench->front()->folder() == folder; }));
            }
            shown.page.showSection("problems");
            shown.view.look();
            REQUIRE(shown.looked());
            REQUIRE(shown.view.select(QString::fromStdString(problem.key)));
            QPushButton* button = shown.button(name);
            const auto changes = remedy.changes(parent);
            if (!changes) {
                CHECK_FALSE(button->isEnabled());
                CHECK(button->toolTip() == QString::fromStdString(changes.error().message));
                continue;
            }
            if (!button->isEnabled()) {
                CHECK_FALSE(button->toolTip().isEmpty());
                continue;
            }
            button->click();
            REQUIRE(tests::spinUntil(
                [&] { return shown.workbench->front() && shown.workbench->front()->folder() != folder; }, 60));
            REQUIRE(shown.ended());
            CHECK(shown.workbench->front()->spec() == with(parent, *changes));
            const auto opened = shown.workbench->front()->opened();
            CHECK(opened.parent == QFileInfo(folder).fileName().toStdString());
            if (remedy.from == Remedy::From::Start)
                CHECK(opened.parentStep == 0);
            if (remedy.from == Remedy::From::Best)
                CHECK(opened.parentStep > 0);
            ++made;
        }
    CHECK(made >= 15);
    for (const auto& error : shown.troubles)
        FAIL(core::base::describe(error));
}

TEST_CASE("without a run a button changes the experiment, and one undo takes it back")
{
    Shown shown;
    shown.open(tests::quickOverfit);
    const Value before = shown.workbench->document().resolved();
    REQUIRE(shown.view.select("nan_loss"));
    shown.button("remedy-nan_loss-lr_down")->click();
    REQUIRE(tests::spinUntil([&] { return !(shown.workbench->document().resolved() == before); }));
    CHECK(shown.workbench->document().resolved().at("train.optimizer.lr")->toReal() == Approx(0.01));
    CHECK(core::spec::difference(before, shown.workbench->document().resolved()).size() == 1);
}

TEST_CASE("problems are searched, walked by keys, and marked where the run shows them")
{
    Shown shown;
    const int all = shown.view.list()->count();
    CHECK(all >= 11);
    QTest::keyClicks(shown.view.search(), "memory");
    CHECK(shown.view.list()->count() < all);
    CHECK(shown.view.selected() == "slow");
    QTest::keyClick(shown.view.search(), Qt::Key_Return);
    QTest::keyClick(shown.view.list(), Qt::Key_Down);
    CHECK(shown.view.selected() != "slow");
    shown.view.search()->clear();
    CHECK(shown.view.list()->count() == all);
    QTest::keyClicks(shown.view.search(), "zzz");
    CHECK(shown.view.list()->count() == 0);
    shown.view.search()->clear();
    shown.train(tests::quickOverfit);
    shown.page.showSection("problems");
    shown.view.look();
    REQUIRE(shown.looked());
    REQUIRE(shown.view.sighting("overfitting"));
    CHECK_FALSE(shown.view.sighting("nan_loss"));
    CHECK_FALSE(shown.view.sighting("loss_stuck"));
    bool marked = false;
    for (int row = 0; row < shown.view.list()->count(); ++row)
        marked = marked || (shown.view.list()->item(row)->text().contains("▲") &&
                            shown.view.list()->item(row)->text().contains("Overfitting"));
    CHECK(marked);
}

TEST_CASE("an example opens and trains")
{
    Shown shown;
    REQUIRE(shown.view.select("loss_stuck"));
    QTest::mouseClick(shown.button("problemExample"), Qt::LeftButton);
    REQUIRE(shown.ended());
    CHECK(shown.workbench->front()->spec()["name"].text() == "stuck");
}

}
