// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/workbench.h"

#include "ui/pages/closing_bar.h"
#include "ui/pages/run_curves.h"
#include "ui/pages/run_side.h"
#include "ui/pages/step_strip.h"
#include "ui/pages/surface_view.h"
#include "ui/pages/train_page.h"
#include "ui/plots/live_plot.h"
#include "ui/plots/plot_scene.h"

#include <QPushButton>
#include <QUndoStack>

#include <fstream>

namespace tests::train_page_test {

using namespace ui::pages;
using ui::models::Verdict;

namespace {

struct Shown : tests::Bench {
    TrainPage page{*workbench};

    Shown()
    {
        page.resize(960, 664);
        page.show();
    }
    QPushButton* button() { return page.findChild<QPushButton*>("nextStep"); }
    /// The plot draws at most 30 times a second: what it says is asked of a fresh drawing.
    QString chip(double step)
    {
        page.curves()->plot()->refreshNow();
        return page.curves()->plot()->valuesAt(step).join('\n');
    }
};

std::vector<core::events::SurfaceFrame> framesAt(std::initializer_list<std::int64_t> steps)
{
    std::vector<core::events::SurfaceFrame> frames;
    for (const std::int64_t step : steps)
        frames.push_back({step, step / 10, 1, 1, 0, 1, 0, 1, {0.5f, 0.5f}, 2});
    return frames;
}

}

TEST_CASE("the page shows loss, metric and learning rate as they come, and a sentence at the end")
{
    Shown shown;
    shown.train(tests::quickOverfit);
    shown.chip(0);
    REQUIRE(shown.page.curves()->plot()->panels().size() == 3);
    CHECK(shown.page.curves()->plot()->panels()[0].title == "Loss");
    CHECK(shown.page.curves()->plot()->panels()[1].title == "Accuracy");
    CHECK(shown.page.curves()->plot()->panels()[2].title == "Learning rate");
    const QString values = shown.chip(60);
    CHECK(values.contains("training"));
    CHECK(values.contains("validation"));
    CHECK(shown.page.side()->view() == RunSide::View::Surface);
    CHECK(shown.page.closing()->closing().verdict == Verdict::Overfitting);
    CHECK(shown.button()->text() == "Run again with early stopping");
}

TEST_CASE("a single step shows forward, backward and update one after another")
{
    Shown shown;
    shown.open(tests::quickOverfit);
    shown.workbench->train(true);
    REQUIRE(tests::spinUntil([&] { return shown.workbench->paused(); }, 60));
    StepStrip& strip = *shown.page.stepStrip();
    CHECK_FALSE(strip.isVisible());
    shown.workbench->singleStep();
    REQUIRE(tests::spinUntil([&] { return strip.isVisible(); }, 60));
    CHECK_FALSE(shown.page.closing()->isVisible());
    CHECK(strip.revealed() < StepStrip::phases);
    REQUIRE(tests::spinUntil([&] { return strip.revealed() == StepStrip::phases; }));
    const core::events::StepTrace trace = *shown.workbench->front()->trace();
    CHECK(trace.step == 0);
    CHECK(strip.lines(0).join(' ').contains("loss"));
    CHECK(strip.lines(1).join(' ').contains("gradient"));
    CHECK(strip.lines(2).join(' ').contains("lr 0.1"));
    CHECK(trace.lossAfter < trace.loss);
    strip.grab();
    shown.workbench->proceed();
    REQUIRE(shown.ended());
    CHECK_FALSE(strip.isVisible());
    CHECK(shown.page.closing()->isVisible());
}

TEST_CASE("while it trains, the rate of the steps to come is dragged on its curve")
{
    Shown shown;
    shown.open(tests::quickOverfit);
    shown.workbench->train(true);
    REQUIRE(tests::spinUntil([&] { return shown.workbench->paused(); }, 60));
    for (int step = 1; step <= 4; ++step) {
        shown.workbench->singleStep();
        REQUIRE(tests::spinUntil([&] { return shown.workbench->front()->step() >= step; }, 60));
    }
    ui::plots::LivePlot& plot = *shown.page.curves()->plot();
    REQUIRE(tests::spinUntil([&] {
        plot.refreshNow();
        return plot.scene().routePanel == 2 && plot.scene().xData.hi > 50;
    }));
    const auto place = [&](double step) {
        return ui::plots::routeMap(plot.scene()).pixel({step, plot.scene().route.valueAt(step)}).toPoint();
    };
    QWidget* surface = plot.findChild<QWidget*>({}, Qt::FindDirectChildrenOnly);
    const QPoint from = place(120), to = from + QPoint(0, 12);
    QTest::mousePress(surface, Qt::LeftButton, {}, from);
    QTest::mouseMove(surface, from + QPoint(0, 6));
    QTest::mouseMove(surface, to);
    QTest::mouseRelease(surface, Qt::LeftButton, {}, to);
    REQUIRE(tests::spinUntil([&] { return !shown.workbench->front()->edits().empty(); }, 60));
    const core::events::Edited edit = shown.workbench->front()->edits().front();
    CHECK(edit.path == "train.schedule");
    CHECK(edit.step == 4);
    CHECK(edit.after["kind"].text() == "piecewise");
    shown.workbench->proceed();
    REQUIRE(shown.ended());
    const ui::plots::SeriesBuffer& lr = *shown.workbench->front()->series("train/lr");
    CHECK(lr.value(3) == 0.1);
    CHECK(lr.value(120) < 0.1);
    CHECK(lr.value(60) < lr.value(5));
    CHECK(plot.scene().routePanel == -1);
    CHECK(shown.troubles.empty());
}

TEST_CASE("the rate that a plateau has lowered is carried on")
{
    Shown shown;
    shown.open(tests::quickOverfit);
    shown.workbench->document().set(
        "train.schedule",
        core::base::Object{{"kind", "reduce_on_plateau"}, {"patience", 0}, {"threshold", 1.0}, {"factor", 0.5}});
    shown.workbench->train(true);
    REQUIRE(tests::spinUntil([&] { return shown.workbench->paused(); }, 60));
    const auto present = [&] {
        const ui::plots::SeriesBuffer* lr = shown.workbench->front()->series("train/lr");
        return lr && !lr->empty() ? lr->value(lr->size() - 1) : 0.1;
    };
    for (int step = 1; step <= 100 && present() > 0.06; ++step) {
        shown.workbench->singleStep();
        REQUIRE(tests::spinUntil([&] { return shown.workbench->front()->step() >= step; }, 60));
    }
    CHECK(present() == Approx(0.05));
    ui::plots::LivePlot& plot = *shown.page.curves()->plot();
    REQUIRE(tests::spinUntil([&] {
        plot.refreshNow();
        return plot.scene().routePanel == 2;
    }));
    const double ahead = plot.scene().route.ends - 1;
    CHECK(plot.scene().route.valueAt(ahead) == Approx(0.05));
}

TEST_CASE("the closing button really runs again with early stopping, over the earlier run")
{
    Shown shown;
    const QString first = shown.train(tests::quickOverfit);
    QTest::mouseClick(shown.button(), Qt::LeftButton);
    CHECK(shown.workbench->training());
    CHECK_FALSE(shown.button()->isVisible());
    REQUIRE(shown.ended());
    CHECK(shown.workbench->front()->folder() != first);
    CHECK(shown.workbench->overlays().size() == 1);
    CHECK(shown.page.closing()->closing().verdict == Verdict::EarlyStopped);
    CHECK(shown.workbench->front()->patience()->waited == 5);
    CHECK(shown.chip(6).contains("tiny-0001"));
    CHECK(shown.chip(6).contains("tiny-0002"));
    CHECK(shown.workbench->document().undoStack()->undoText() == "Run again with early stopping");
}

TEST_CASE("boosted trees train before one's eyes, with their own settings at the side")
{
    Shown shown;
    CHECK(shown.page.inspected().contains("train.optimizer"));
    shown.train(
        R"({"data": {"source": "two-moons", "rows": 100}, "model": "xgboost", "train": {"epochs": 30, "threads": 1}})");
    CHECK_FALSE(shown.page.inspected().contains("train.optimizer"));
    CHECK(shown.page.inspected().front() == "model");
    shown.chip(0);
    REQUIRE(shown.page.curves()->plot()->panels().size() == 3);
    CHECK(shown.page.curves()->plot()->panels()[2].title == "Learning rate");
    CHECK(shown.chip(20).contains("validation"));
    CHECK(shown.page.side()->view() == RunSide::View::Surface);
    CHECK(shown.workbench->front()->step() == 30);
}

TEST_CASE("patience is told while it is used up")
{
    Shown shown;
    auto experiment = *core::base::parseJson(tests::quickOverfit);
    REQUIRE(experiment.setAt("train.early_stopping", core::base::Object{{"patience", 8}}));
    shown.workbench->document().open(experiment);
    shown.workbench->train();
    REQUIRE(shown.ended());
    auto* pips = shown.page.findChild<PatiencePips*>();
    REQUIRE(pips);
    CHECK(pips->isVisible());
    CHECK(pips->accessibleName() == "patience 8 of 8");
}

TEST_CASE("without a run the page offers to train")
{
    Shown shown;
    shown.workbench->document().open(*core::base::parseJson(tests::quickOverfit));
    REQUIRE(shown.button()->isVisible());
    CHECK(shown.button()->text() == "Train");
    QTest::mouseClick(shown.button(), Qt::LeftButton);
    REQUIRE(shown.ended());
    CHECK(shown.page.closing()->closing().verdict == Verdict::Overfitting);
}

TEST_CASE("classes of more than two features are told apart by their matrix from the first step on")
{
    Shown shown;
    tests::TempFolder data;
    const std::filesystem::path file = data.path() / "three.csv";
    std::ofstream text(file);
    text << "a,b,c,kind\n";
    for (int i = 0; i < 60; ++i)
        text << i << ',' << i % 7 << ',' << i % 5 << ',' << (i % 2 ? "odd" : "even") << '\n';
    text.close();
    shown.workbench->document().open(core::base::Object{
        {"data", core::base::Object{{"source", file.string()}}},
        {"train", core::base::Object{{"epochs", 9}, {"threads", 1}}},
    });
    // The first one makes ready, the second one steps.
    shown.workbench->singleStep();
    REQUIRE(tests::spinUntil([&] { return shown.workbench->front() && shown.workbench->paused(); }));
    shown.workbench->singleStep();
    REQUIRE(tests::spinUntil([&] { return shown.workbench->front() && shown.workbench->front()->step() == 1; }));
    CHECK(shown.page.side()->view() == RunSide::View::Confusion);
}

TEST_CASE("a diverged run offers a lower rate")
{
    Shown shown;
    auto experiment = *core::base::parseJson(tests::quickOverfit);
    REQUIRE(experiment.setAt("train.optimizer.lr", 1e9));
    shown.workbench->document().open(experiment);
    shown.workbench->train();
    REQUIRE(shown.ended());
    CHECK(shown.page.closing()->closing().verdict == Verdict::Diverged);
    CHECK(shown.button()->text() == "Run again with lr × 0.1");
}

TEST_CASE("views that have nothing to show say why")
{
    Shown shown;
    shown.train(R"({"data": {"source": "blobs", "rows": 60}, "train": {"epochs": 2, "threads": 1}})");
    for (const auto view : {RunSide::View::Confusion, RunSide::View::Predictions, RunSide::View::Surface}) {
        shown.page.side()->choose(view);
        CHECK(shown.page.side()->view() == view);
    }
}

TEST_CASE("keyframes tell the story: first epoch, on the way, best, last")
{
    CHECK(storyOf({}, -1).empty());
    CHECK(storyOf(framesAt({0}), -1) == std::vector<std::size_t>{0});
    CHECK(storyOf(framesAt({0, 10, 20, 40, 80, 160, 320}), 160) == std::vector<std::size_t>{1, 3, 5, 6});
    const auto rising = storyOf(framesAt({0, 10, 20, 40, 80, 160, 320}), 320);
    CHECK(rising.size() == 4);
    CHECK(rising.front() == 1);
    CHECK(rising.back() == 6);
}

}
