// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/workbench.h"

#include "ui/bridge/finder.h"
#include "ui/bridge/time_travel.h"
#include "ui/pages/finder_dialog.h"
#include "ui/plots/response_plot.h"

#include <QPushButton>
#include <QUndoStack>

namespace tests::finder_test {

using ui::bridge::Finder;

namespace {

struct Found : tests::Bench {
    ui::pages::FinderDialog dialog{*workbench};

    Finder& finder() { return workbench->finder(); }
    ui::plots::ResponsePlot& plot() { return *dialog.findChild<ui::plots::ResponsePlot*>(); }
    bool answered()
    {
        return tests::spinUntil([this] { return !finder().going(); }, 60);
    }
    double rate() { return workbench->document().resolved().at("train.optimizer.lr")->toReal(); }
};

}

TEST_CASE("a range test before training comes up, and a click on a suggestion sets the rate")
{
    Found found;
    found.open(tests::quickOverfit);
    found.finder().start(Finder::Kind::Rate);
    CHECK(found.dialog.isVisible());
    CHECK(found.finder().from().contains("New weights"));
    REQUIRE(found.answered());
    REQUIRE(found.finder().rates());
    REQUIRE(found.plot().spec().choices.size() == 3);
    QTest::mouseClick(&found.plot(), Qt::LeftButton, {}, found.plot().placeOf(2).toPoint());
    CHECK(found.rate() == Approx(found.plot().spec().choices[2].x).epsilon(0.06));
    auto* valley = found.dialog.findChild<QPushButton*>("choice0");
    REQUIRE(valley);
    QTest::mouseClick(valley, Qt::LeftButton);
    REQUIRE(tests::spinUntil([&] { return found.rate() == Approx(found.plot().spec().choices[0].x).epsilon(0.06); }));
    found.workbench->document().undoStack()->setIndex(0);
    CHECK(found.rate() == 0.1);
    CHECK(found.workbench->front() == nullptr);
}

TEST_CASE("a run that is paused lends its weights, takes the suggestion as an edit, and is otherwise untouched")
{
    Found found;
    const std::string digest = [] {
        Found plain;
        plain.train(tests::quickOverfit);
        return plain.workbench->front()->finished()->digest;
    }();
    found.open(tests::quickOverfit);
    found.workbench->train(true);
    REQUIRE(tests::spinUntil([&] { return found.workbench->paused(); }, 60));
    for (int step = 1; step <= 5; ++step) {
        found.workbench->singleStep();
        REQUIRE(tests::spinUntil([&] { return found.workbench->front()->step() >= step; }, 60));
    }
    found.finder().start(Finder::Kind::Rate);
    REQUIRE(found.answered());
    REQUIRE(found.finder().rates());
    CHECK(found.finder().rates()->step == 5);
    CHECK(found.finder().from().contains(found.workbench->front()->id()));
    found.finder().start(Finder::Kind::BatchSize);
    REQUIRE(found.answered());
    REQUIRE(found.finder().batches());
    CHECK(found.finder().batches()->present == 8);
    found.workbench->proceed();
    REQUIRE(found.ended());
    CHECK(found.workbench->front()->finished()->digest == digest);
    CHECK(found.workbench->front()->edits().empty());
    CHECK(found.troubles.empty());
}

TEST_CASE("at a step that was gone back to the test has that step's weights, and it can be given up")
{
    Found found;
    found.train(tests::quickOverfit);
    found.workbench->travel().goTo(50);
    found.finder().start(Finder::Kind::Rate);
    REQUIRE(found.answered());
    REQUIRE(found.finder().rates());
    CHECK(found.finder().rates()->step == 50);
    found.finder().start(Finder::Kind::BatchSize);
    auto* cancel = found.dialog.findChild<QPushButton*>("cancelFinding");
    QTest::mouseClick(cancel, Qt::LeftButton);
    REQUIRE(found.answered());
    CHECK_FALSE(found.finder().batches());
    CHECK(found.finder().problem().isEmpty());
}

}
