// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/workbench.h"
#include "ui/bridge/sweep_desk.h"
#include "ui/pages/all_reduce_panel.h"
#include "ui/pages/debug_page.h"
#include "ui/pages/memory_line.h"
#include "ui/pages/pipeline_picture.h"
#include "ui/pages/rank_grid.h"
#include "ui/pages/rank_lanes.h"
#include "ui/pages/rank_mistakes.h"
#include "ui/pages/ranks_view.h"
#include "ui/pages/ring_picture.h"
#include "ui/pages/scaling_panel.h"
#include "ui/pages/scaling_plot.h"
#include "ui/shell/device_menu.h"
#include "ui/shell/main_window.h"
#include "ui/shell/top_bar.h"

#include <QAbstractButton>
#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QSlider>
#include <QSpinBox>

namespace tests::ranks_page_test {

using namespace core;
using tests::Bench;
using tests::spinUntil;
using ui::pages::RanksView;
using ui::pages::ScalingPanel;

namespace {

constexpr const char* shortRanks = R"({"name": "shared", "data": {"source": "two-moons", "rows": 96},
    "model": {"kind": "mlp", "hidden": [8], "norm": "batch"},
    "train": {"epochs": 3, "batch_size": 8, "threads": 1, "seed": 1},
    "distributed": {"scale_lr": true, "timeout_s": 60}})";
constexpr const char* longRanks = R"({"name": "shared", "data": {"source": "two-moons", "rows": 96},
    "model": {"kind": "mlp", "hidden": [8]}, "train": {"epochs": 100000, "batch_size": 8, "threads": 1},
    "distributed": {"timeout_s": 60}})";

struct RanksPage {
    Bench bench;
    std::unique_ptr<ui::pages::DebugPage> page;

    explicit RanksPage(const char* experiment)
    {
        bench.open(experiment);
        page = std::make_unique<ui::pages::DebugPage>(*bench.workbench);
        page->resize(960, 900);
        page->show();
        click("section-ranks");
    }
    RanksView& view() { return page->ranks(); }
    void click(const char* name)
    {
        auto* button = page->findChild<QAbstractButton*>(name);
        REQUIRE(button);
        QTest::mouseClick(button, Qt::LeftButton, {}, QPoint(8, button->height() / 2));
    }
    bool measured()
    {
        return spinUntil([this] { return !view().lanes().moments().empty(); }, 60);
    }
};

}

TEST_CASE("one process says what ranks are, and one click trains on two")
{
    RanksPage shown(shortRanks);
    RanksView& view = shown.view();
    CHECK(view.headline().startsWith("One process trains"));
    CHECK_FALSE(view.mistakes().toggle("shard_data")->isEnabled());
    shown.click("ranksBegin");
    REQUIRE(shown.bench.ended());
    REQUIRE(shown.measured());
    CHECK(shown.bench.workbench->front()->spec()["distributed"]["world_size"].toInt() == 2);
    REQUIRE(spinUntil([&] { return view.headline().contains("all begin with the same weights"); }));
    CHECK(view.headline().contains("2 ranks learn from"));
    const auto& moment = view.lanes().moments().back();
    REQUIRE(moment.ranks.size() == 2);
    // What it computes stands before what it waits for, under the other rank's.
    const std::size_t last = view.lanes().moments().size() - 1;
    CHECK(view.lanes().computeRect(last, 0).right() == Approx(view.lanes().waitRect(last, 0).left()));
    CHECK(view.lanes().computeRect(last, 1).top() > view.lanes().computeRect(last, 0).bottom());
    CHECK(view.lanes().describe(view.lanes().computeRect(last, 1).center()).contains("rank 1"));
    CHECK(view.grid().cell(1, 0) == "Rank 1");
    CHECK(view.grid().cell(0, 6).size() == 4);
    for (int column = 0; column < ui::pages::RankGrid::columns; ++column)
        CHECK_FALSE(view.grid().wrong(1, column));
    // The time bar takes it back.
    shown.bench.workbench->front()->showStep(4);
    REQUIRE(spinUntil([&] { return view.lanes().moments().back().step == 4; }));
}

TEST_CASE("the page of ranks is no wider than the smallest window shows")
{
    RanksPage shown(shortRanks);
    auto* scroll = shown.view().findChild<QScrollArea*>();
    REQUIRE(scroll);
    for (const auto* child : scroll->widget()->findChildren<QWidget*>()) {
        INFO(child->metaObject()->className() << ' ' << child->objectName().toStdString());
        CHECK(child->minimumSizeHint().width() <= 820);
    }
    CHECK(scroll->widget()->minimumSizeHint().width() <= 900);
}

TEST_CASE("a mistake is switched on, trained, caught and put right by clicks")
{
    RanksPage shown(shortRanks);
    RanksView& view = shown.view();
    shown.click("ranksBegin");
    REQUIRE(shown.bench.ended());
    REQUIRE(spinUntil([&] { return view.mistakes().toggle("shard_data")->isEnabled(); }));
    CHECK(view.mistakes().finding("shard_data").isEmpty());
    shown.click("mistake-shard_data");
    shown.click("mistake-same_seed");
    const base::Value& now = shown.bench.workbench->document().resolved();
    CHECK_FALSE(now["distributed"]["shard_data"].toBool(true));
    CHECK_FALSE(now["distributed"]["same_seed"].toBool(true));
    REQUIRE(spinUntil([&] { return view.mistakes().again()->isEnabled(); }));
    shown.click("ranksAgain");
    REQUIRE(shown.bench.ended());
    REQUIRE(spinUntil([&] {
        return !view.mistakes().finding("same_seed").isEmpty() && !view.mistakes().finding("shard_data").isEmpty();
    }));
    CHECK(view.mistakes().finding("same_seed").contains("The weights of rank 1 are not those of rank 0"));
    CHECK(view.mistakes().finding("shard_data").contains("the same rows"));
    CHECK(view.grid().wrong(1, 6));
    CHECK(view.grid().wrong(1, 8));
    CHECK_FALSE(view.grid().wrong(0, 6));
    CHECK(view.headline().contains("their weights are not the same"));
    shown.click("fix-shard_data");
    REQUIRE(shown.bench.ended());
    CHECK(shown.bench.workbench->front()->spec()["distributed"]["shard_data"].toBool());
    REQUIRE(spinUntil([&] { return view.mistakes().finding("shard_data").isEmpty(); }));
    CHECK(shown.bench.troubles.empty());
}

TEST_CASE("stages of a pipeline and their bubbles are drawn as the run told them")
{
    RanksPage shown(shortRanks);
    const tests::TempFolder folder;
    folder.file("pipeline.json", R"({"schedule": "gpipe", "micro_batches": 1, "stages": 2, "step": 9, "seconds": 0.01,
        "idle_share": 0.5, "ideal_idle_share": 0.5,
        "blocks": [{"name": "0", "type": "Linear", "stage": 0}, {"name": "2", "type": "Linear", "stage": 1}],
        "work": [{"stage": 0, "part": 0, "backward": false, "begin": 0, "end": 0.0025},
                 {"stage": 1, "part": 0, "backward": false, "begin": 0.0025, "end": 0.005},
                 {"stage": 1, "part": 0, "backward": true, "begin": 0.005, "end": 0.006},
                 {"stage": 0, "part": 0, "backward": true, "begin": 0.006, "end": 0.009}]})");
    store::RunRecord record;
    record.id = "piped-0001";
    record.folder = folder.path();
    record.spec = shown.bench.workbench->document().resolved();
    REQUIRE(record.spec.setAt("distributed.strategy", "pipeline"));
    record.state = events::RunState::Completed;
    events::RunOpened opened;
    opened.id = record.id;
    opened.folder = folder.path().string();
    opened.spec = record.spec;
    opened.totalSteps = 10;
    record.opened = opened;
    record.events = {opened};
    record.eventTimes = {1.7e9};
    shown.bench.workbench->showRecord(record);
    ui::pages::PipelinePicture& picture = shown.view().pipeline();
    REQUIRE(spinUntil([&] { return picture.isVisible(); }));
    CHECK(shown.view().headline().startsWith("Step 9 goes through 2 stages in 1 micro-batches (gpipe)"));
    const auto& work = picture.trace().work;
    REQUIRE(work.size() == 4);
    CHECK(picture.rectOf(work[1]).top() > picture.rectOf(work[0]).bottom());
    CHECK(picture.rectOf(work[1]).left() == Approx(picture.rectOf(work[0]).right() + 1));
    // Data parallel ranks would each do what its stages do, one after the other.
    ScalingPanel& scaling = shown.view().scaling();
    CHECK(scaling.field("forward")->value() == Approx(5));
    CHECK(scaling.field("backward")->value() == Approx(4));
    CHECK(scaling.findChild<QLabel*>("scalingSource")->text().startsWith("The run in front divides its layers"));
}

TEST_CASE("whether the experiment fits into memory stands beside its ranks, with what it adds up")
{
    RanksPage shown(R"({"data": {"source": "two-moons", "rows": 3000}, "train": {"epochs": 1, "batch_size": 1024},
        "model": {"kind": "mlp", "hidden": [512, 512, 512, 512, 512, 512]}})");
    ui::pages::MemoryLine& memory = shown.view().memory();
    REQUIRE(memory.isVisible());
    REQUIRE(spinUntil([&] { return memory.verdict().startsWith("Fits into memory: about "); }));
    CHECK(memory.sum().startsWith("Weights 5"));
    CHECK_FALSE(memory.sum().contains("Stage 0"));
    // Less than it needs, as of smaller machines.
    memory.setAvailable(40 << 20);
    REQUIRE(spinUntil([&] { return memory.verdict().startsWith("Does not fit into memory: about "); }));
    CHECK(memory.verdict().contains("A pipeline of "));
    CHECK(memory.sum().contains("Stage 1: "));
    // Each of four would fit, but not all of them.
    memory.setAvailable(200 << 20);
    REQUIRE(spinUntil([&] { return memory.verdict().startsWith("Fits into memory: about "); }));
    shown.bench.workbench->document().set("distributed.strategy", "ddp");
    shown.bench.workbench->document().set("distributed.world_size", 4);
    REQUIRE(spinUntil([&] { return memory.verdict().startsWith("Does not fit into memory: 4 ranks take about "); }));
    CHECK(memory.verdict().contains("At most "));
    memory.setAvailable(1 << 30);
    REQUIRE(spinUntil([&] { return memory.verdict().startsWith("Fits into memory: 4 ranks take about "); }));
    shown.bench.workbench->document().set("distributed.strategy", "none");
    // An edit is reckoned anew.
    shown.bench.workbench->document().set("model.hidden", base::Array{8});
    REQUIRE(spinUntil([&] { return memory.verdict().startsWith("Fits into memory: about "); }));
    memory.setAvailable(1000);
    REQUIRE(spinUntil([&] { return memory.verdict().contains("Try a smaller batch size"); }));
    CHECK(shown.bench.troubles.empty());
}

TEST_CASE("the all-reduce is gone through round by round")
{
    tests::application();
    ui::pages::AllReducePanel panel;
    panel.resize(640, 400);
    panel.show();
    panel.setRanks(3);
    panel.setBytes(3e6);
    CHECK(panel.slider()->maximum() == 4);
    CHECK(panel.picture().held(0, 0) == 1);
    panel.slider()->setValue(0);
    CHECK(panel.sentence().contains("The number in a part says of how many ranks it is the sum"));
    panel.slider()->setValue(2);
    // Behind the reduce-scatter each rank has one part whole.
    CHECK(panel.sentence().startsWith("Reduce-scatter, round 2 of 2"));
    CHECK(panel.picture().held(0, 1) == 3);
    CHECK(panel.picture().held(0, 0) == 1);
    panel.slider()->setValue(4);
    for (int rank = 0; rank < 3; ++rank)
        for (int chunk = 0; chunk < 3; ++chunk)
            CHECK(panel.picture().held(rank, chunk) == 3);
    QTest::mouseClick(panel.findChild<QPushButton*>("exchange-server"), Qt::LeftButton);
    CHECK(panel.slider()->maximum() == 2);
    panel.slider()->setValue(1);
    CHECK(panel.picture().held(0, 0) == 3);
    CHECK(panel.picture().held(2, 0) == 1);
    QTest::mouseClick(panel.findChild<QPushButton*>("allReducePlay"), Qt::LeftButton);
    REQUIRE(spinUntil([&] { return panel.slider()->value() == 2; }));
}

TEST_CASE("codes of a step have one colour where they are the same, and others where they are not")
{
    tests::application();
    ui::pages::RankGrid grid;
    events::RankMoment moment;
    moment.ranks.resize(3);
    for (std::size_t rank = 0; rank < 3; ++rank) {
        auto& figures = moment.ranks[rank].figures;
        figures[std::size_t(events::RankFigure::WeightsDigest)] = 4711;
        figures[std::size_t(events::RankFigure::BatchDigest)] = 4711 + 997 * double(rank);
    }
    grid.setMoment(moment);
    CHECK(grid.mark(0, 6) == grid.mark(2, 6));
    CHECK(grid.mark(0, 8) != grid.mark(1, 8));
    CHECK(grid.mark(1, 8) != grid.mark(2, 8));
    CHECK(grid.mark(0, 8) != grid.mark(2, 8));
}

TEST_CASE("assumptions of the scaling model are changed by hand and taken back")
{
    RanksPage shown(shortRanks);
    ui::pages::ScalingPanel& panel = shown.view().scaling();
    const QString before = panel.extrapolated();
    panel.field("bandwidth")->setValue(1);
    panel.field("overlap")->setValue(0);
    CHECK(panel.facts().bandwidth == Approx(1.25e8));
    CHECK(panel.facts().overlap == 0);
    CHECK(panel.extrapolated() != before);
    CHECK(panel.extrapolated().contains("512 devices"));
    const QString even = panel.extrapolated();
    panel.field("spread")->setValue(25);
    CHECK(panel.facts().spread == Approx(0.25));
    CHECK(panel.extrapolated() != even);
    shown.bench.train(shortRanks);
    REQUIRE(spinUntil([&] { return panel.findChild<QPushButton*>("scalingReset")->isVisibleTo(&panel); }));
    shown.click("scalingReset");
    CHECK(panel.facts().bandwidth == Approx(1.25e9));
    CHECK(panel.facts().spread != Approx(0.25));
    // Of the run: 4 bytes for each of its parameters.
    CHECK(panel.facts().bytes ==
          Approx(4.0 * double(shown.bench.workbench->front()->opened().parameters)).margin(1000));
}

TEST_CASE("more ranks are measured by ordinary runs")
{
    RanksPage shown(shortRanks);
    ui::pages::ScalingPanel& panel = shown.view().scaling();
    shown.click("scalingMeasure");
    REQUIRE(spinUntil([&] { return !panel.desk().going(); }, 120));
    INFO(panel.desk().problem().toStdString());
    REQUIRE(panel.plot().measured().size() == 3);
    CHECK(panel.plot().measured()[0].speedup == Approx(1));
    CHECK(panel.plot().measured()[2].ranks == 4);
    CHECK(panel.plot().measured()[2].speedup > 0);
    const auto& set = panel.desk().set();
    REQUIRE(set);
    CHECK(set->kind() == "rank_sweep");
    CHECK(set->complete());
}

TEST_CASE("ranks are set in the device field, and paused, stepped, edited and stopped by the window's own keys")
{
    tests::TempFolder runs;
    tests::application();
    ui::shell::MainWindow window({QString::fromStdString(runs.path().string()), false});
    window.resize(1280, 800);
    window.show();
    REQUIRE(QTest::qWaitForWindowActive(&window));
    ui::bridge::Workbench& bench = window.workbench();
    bench.document().open(*base::parseJson(longRanks));
    auto* field = window.findChild<QAbstractButton*>("device");
    REQUIRE(field);
    QTest::mouseClick(field, Qt::LeftButton);
    auto* menu = window.findChild<ui::shell::DeviceMenu*>();
    REQUIRE(menu);
    CHECK(menu->ranks()->value() == 1);
    QTest::keyClick(menu->ranks(), Qt::Key_Up);
    CHECK(bench.document().resolved()["distributed"]["strategy"].text() == "ddp");
    CHECK(bench.document().resolved()["distributed"]["world_size"].toInt() == 2);
    CHECK(ui::shell::deviceText(bench).endsWith("2 ranks"));
    menu->close();
    const auto press = [&](const char* key) {
        auto* button = window.findChild<QAbstractButton*>(QString("player.") + key);
        REQUIRE(button);
        REQUIRE(spinUntil([&] { return button->isEnabled(); }));
        QTest::mouseClick(button, Qt::LeftButton);
    };
    press("play");
    REQUIRE(spinUntil([&] { return bench.front() && bench.front()->step() >= 5; }, 60));
    CHECK(bench.front()->opened().device == "cpu");
    CHECK(ui::shell::deviceText(bench) == "cpu · 2 ranks");
    press("pause");
    REQUIRE(spinUntil([&] { return bench.paused(); }));
    const qint64 step = bench.front()->step();
    bench.edit("train.optimizer.lr", 0.0125);
    press("step");
    REQUIRE(spinUntil([&] { return bench.front()->step() == step + 1; }));
    const auto* rate = bench.front()->series("train/lr");
    REQUIRE(rate);
    REQUIRE(spinUntil([&] { return rate->value(rate->size() - 1) == Approx(0.0125); }));
    // All ranks took the edit: another rate at one of them would part their weights in the next step.
    press("step");
    REQUIRE(spinUntil([&] { return bench.front()->step() == step + 2; }));
    press("stop");
    REQUIRE(spinUntil([&] { return !bench.training() && bench.front()->finished(); }, 60));
    CHECK(bench.front()->finished()->state == events::RunState::Stopped);
    CHECK(bench.front()->finished()->error.message.empty());
}

}
