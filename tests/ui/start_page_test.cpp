// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/workbench.h"

#include "ui/pages/card_button.h"
#include "ui/pages/card_panel.h"
#include "ui/pages/recent_runs.h"
#include "ui/pages/start_page.h"

#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>

namespace tests::start_page_test {

using namespace ui::pages;
using core::events::RunState;

namespace {

struct Shown : tests::Bench {
    StartPage page{*workbench};
    std::unique_ptr<QWidget> panel{page.inspectorPanel()};
    QStringList requested;

    Shown()
    {
        page.resize(960, 664);
        page.show();
        // As the window's inspector holds it.
        panel->setParent(nullptr);
        panel->resize(208, 752);
        panel->show();
        QObject::connect(workbench.get(), &ui::bridge::Workbench::pageRequested,
                         [this](const QString& name) { requested << name; });
    }
    QPushButton* button(const char* name)
    {
        auto* found = panel->findChild<QPushButton*>(name);
        REQUIRE(found);
        return found;
    }
    bool says(const QString& text)
    {
        for (const QLabel* label : panel->findChildren<QLabel*>())
            if (label->text() == text)
                return true;
        return false;
    }
    bool trains()
    {
        return tests::spinUntil([this] { return workbench->front() && workbench->front()->step() > 0; });
    }
};

}

TEST_CASE("a click on a card fills the panel, its button trains")
{
    Shown shown;
    REQUIRE(shown.page.buttons().size() == 8);
    CHECK(shown.says("Overfitting in 60 s"));
    QTest::mouseClick(shown.page.buttons()[3], Qt::LeftButton);
    CHECK(shown.says("Learning rate"));
    CHECK_FALSE(shown.workbench->training());
    QTest::mouseClick(shown.page.buttons()[0], Qt::LeftButton);
    QTest::mouseClick(shown.button("trainCard"), Qt::LeftButton);
    CHECK(shown.trains());
    CHECK(shown.requested == QStringList{"train"});
    CHECK(shown.workbench->document().name() == "overfit");
}

TEST_CASE("a card with a branch trains the run, then its branch over it")
{
    Shown shown;
    QTest::mouseClick(shown.page.buttons()[5], Qt::LeftButton);
    CHECK(shown.says("Save a diverging run"));
    QTest::mouseClick(shown.button("trainCard"), Qt::LeftButton);
    REQUIRE(shown.trains());
    REQUIRE(shown.ended());
    const ui::models::RunModel& saved = *shown.workbench->front();
    REQUIRE(shown.workbench->overlays().size() == 1);
    const ui::models::RunModel& left = *shown.workbench->overlays().front();
    CHECK(saved.opened().parent == left.id().toStdString());
    CHECK(saved.opened().parentStep == 112);
    const auto last = [](const ui::models::RunModel& run) {
        const auto* loss = run.series("validation/loss");
        return loss->value(loss->size() - 1);
    };
    CHECK(last(saved) < 0.1 * last(left));
    CHECK(shown.troubles.empty());
}

TEST_CASE("Enter and a double click train a card")
{
    Shown shown;
    SECTION("Enter")
    {
        QTest::keyClick(shown.page.buttons()[0], Qt::Key_Return);
    }
    SECTION("double click")
    {
        QTest::mouseDClick(shown.page.buttons()[0], Qt::LeftButton);
    }
    CHECK(shown.trains());
}

TEST_CASE("while one run trains a card says so instead of starting")
{
    Shown shown;
    shown.page.train(shown.page.cards()[0]);
    REQUIRE(shown.trains());
    const QString first = shown.workbench->front()->id();
    shown.page.train(shown.page.cards()[3]);
    CHECK(shown.workbench->front()->id() == first);
    CHECK(shown.troubles.size() == 1);
}

TEST_CASE("a card's recording plays without training")
{
    Shown shown;
    QTest::mouseClick(shown.button("playCard"), Qt::LeftButton);
    CHECK(shown.workbench->replaying());
    CHECK_FALSE(shown.workbench->training());
    CHECK(shown.requested == QStringList{"train"});
    CHECK(tests::spinUntil([&] { return shown.workbench->front()->series("train/loss"); }));
}

TEST_CASE("recent runs are listed, and interrupted ones resumed")
{
    Shown shown;
    shown.open(R"({"name": "long", "data": {"source": "two-moons"}, "train": {"epochs": 1000000, "threads": 1}})");
    shown.workbench->train();
    REQUIRE(shown.trains());
    shown.workbench->stop();
    REQUIRE(shown.ended());
    RecentRuns* recent = shown.page.recent();
    const auto resume = [&] {
        for (auto* button : recent->findChildren<QPushButton*>())
            if (button->text() == "Resume" && button->isVisible())
                return button;
        return static_cast<QPushButton*>(nullptr);
    };
    REQUIRE(tests::spinUntil([&] { return recent->count() == 1 && resume(); }));
    const qint64 step = shown.workbench->front()->step();
    QTest::mouseClick(resume(), Qt::LeftButton);
    CHECK(tests::spinUntil([&] { return shown.workbench->training() && shown.workbench->front()->step() > step; }));
}

TEST_CASE("what a run's row says")
{
    core::store::RunSummary run;
    run.state = RunState::Interrupted;
    run.steps = 4210;
    run.totalSteps = 9380;
    CHECK(stateSentence(run) == QString::fromUtf8("interrupted at step 4\u2009210 of 9\u2009380"));
    run.state = RunState::Completed;
    run.bestMetric = "validation/loss";
    run.bestValue = 0.25;
    run.bestEpoch = 14;
    CHECK(stateSentence(run) == "validation loss 0.25 at epoch 14");
    run.problem = "run.h5 is cut short";
    CHECK(stateSentence(run) == "damaged: run.h5 is cut short");
}

TEST_CASE("a dropped file becomes the data of a new experiment")
{
    Shown shown;
    tests::TempFolder folder;
    const auto file = folder.file("points.csv", "a,b,class\n1,2,x\n2,3,y\n");
    shown.page.open(QString::fromStdString(file.string()));
    CHECK(shown.requested == QStringList{"data"});
    CHECK(shown.workbench->document().resolved().at("data.source.path")->text() == file.string());
    const auto broken = folder.file("broken.json", "{");
    shown.page.open(QString::fromStdString(broken.string()));
    CHECK(shown.troubles.size() == 1);
}

TEST_CASE("painting points opens an empty canvas on the Data page")
{
    Shown shown;
    auto* paint = shown.page.findChild<QPushButton*>("paintPoints");
    REQUIRE(paint);
    QTest::mouseClick(paint, Qt::LeftButton);
    CHECK(shown.workbench->document().resolved()["data"]["source"]["kind"].text() == "canvas");
    CHECK(shown.workbench->document().problems().empty());
    CHECK(shown.requested == QStringList{"data"});
}

}
