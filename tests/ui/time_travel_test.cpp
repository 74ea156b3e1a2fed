// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/workbench.h"

#include "ui/bridge/time_travel.h"
#include "ui/models/progress_text.h"
#include "ui/pages/certificate_dialog.h"
#include "ui/pages/run_curves.h"
#include "ui/pages/run_panel.h"
#include "ui/pages/run_tree.h"
#include "ui/pages/runs_page.h"
#include "ui/pages/train_page.h"
#include "ui/plots/live_plot.h"
#include "ui/plots/plot_scene.h"
#include "ui/shell/time_bar.h"
#include "ui/style/theme.h"

#include <QFile>
#include <QLabel>
#include <QPushButton>
#include <QTableView>

namespace tests::time_travel_test {

using namespace ui::bridge;
using ui::models::RunModel;
using ui::shell::TimeBar;

namespace {

struct Travelled : tests::Bench {
    TimeBar bar{*workbench};

    Travelled()
    {
        bar.resize(960, 64);
        bar.show();
        train(tests::quickOverfit);
    }
    TimeTravel& travel() { return workbench->travel(); }
    RunModel& run() { return *workbench->front(); }
    QPushButton* button(const char* name) { return bar.findChild<QPushButton*>(name); }
    void drag(double step)
    {
        QTest::mousePress(&bar, Qt::LeftButton, {}, bar.placeOf(double(run().step())).toPoint());
        QTest::mouseMove(&bar, bar.placeOf(step).toPoint());
        QTest::mouseRelease(&bar, Qt::LeftButton, {}, bar.placeOf(step).toPoint());
    }
    bool exact()
    {
        return tests::spinUntil([this] { return run().moment() && run().moment()->exact; }, 60);
    }
    /// Presses the button and waits for the branch's end.
    void goOn()
    {
        const RunModel* before = workbench->front();
        QTest::mouseClick(button("goOn"), Qt::LeftButton);
        REQUIRE(tests::spinUntil([&] { return workbench->front() != before; }, 60));
        REQUIRE(ended());
    }
};

}

TEST_CASE("dragging the time bar back shows that step everywhere, and its end is live again")
{
    Travelled shown;
    CHECK_FALSE(shown.button("goOn")->isVisible());
    const qint64 last = shown.run().step();
    shown.drag(60);
    REQUIRE(shown.travel().away());
    const qint64 step = *shown.travel().step();
    CHECK(std::abs(double(step - 60)) <= 1);
    CHECK(shown.button("goOn")->isVisible());
    REQUIRE(shown.exact());
    CHECK(shown.run().moment()->step == step);
    REQUIRE(shown.run().surface());
    CHECK(shown.run().surface()->step == step);
    REQUIRE(shown.run().confusion());
    CHECK(shown.run().confusion()->step == step);
    CHECK(shown.run().prediction()->step == step);
    shown.bar.setFocus();
    QTest::keyClick(&shown.bar, Qt::Key_Left);
    CHECK(shown.travel().step() == step - 1);
    QTest::keyClick(&shown.bar, Qt::Key_Home);
    CHECK(shown.travel().step() == 0);
    QTest::keyClick(&shown.bar, Qt::Key_Escape);
    CHECK_FALSE(shown.travel().away());
    CHECK(shown.run().step() == last);
    CHECK_FALSE(shown.button("goOn")->isVisible());
}

TEST_CASE("the texts before the axis have room to the run's last step")
{
    tests::Bench bench;
    TimeBar bar{*bench.workbench};
    bar.resize(960, 64);
    bar.show();
    bench.train(R"({"data": {"source": "two-moons", "rows": 20}, "model": {"kind": "mlp", "hidden": [2]},
        "train": {"epochs": 1200, "batch_size": "full", "threads": 1}})");
    const QString last = ui::models::epochText(*bench.workbench->front());
    CHECK(last == "epoch 1200 of 1200");
    constexpr double margin = 24, gap = 8;
    const double room = bar.placeOf(0).x() - margin - gap;
    CHECK(QFontMetricsF(ui::style::theme().body()).horizontalAdvance(last) <= room);
}

TEST_CASE("going on from an earlier step without a change ends in the same weights, the first run behind")
{
    Travelled shown;
    const std::string digest = shown.run().finished()->digest;
    const QString parent = shown.run().id();
    shown.drag(90);
    const qint64 step = *shown.travel().step();
    shown.goOn();
    CHECK(shown.run().finished()->digest == digest);
    CHECK(shown.run().opened().parent == parent.toStdString());
    CHECK(shown.run().opened().parentStep == step);
    REQUIRE(shown.workbench->overlays().size() == 1);
    CHECK(shown.workbench->overlays().front()->id() == parent);
    CHECK(shown.troubles.empty());
}

TEST_CASE("what is changed in the past is for the branch, and the button says it")
{
    Travelled shown;
    shown.drag(60);
    shown.workbench->edit("train.optimizer.lr", 0.01);
    CHECK(shown.button("goOn")->text() == "Go on with lr 0.01");
    CHECK(shown.travel().changes().size() == 1);
    shown.goOn();
    CHECK(shown.run().spec().at("train.optimizer.lr")->toReal() == 0.01);
    CHECK(shown.run().series("train/lr")->value(10) == 0.1);
    CHECK(shown.run().series("train/lr")->value(shown.run().series("train/lr")->size() - 1) == 0.01);
}

TEST_CASE("the forms say what held at the shown step")
{
    tests::Bench bench;
    bench.open(tests::quickOverfit);
    bench.workbench->train(true);
    REQUIRE(tests::spinUntil([&] { return bench.workbench->paused(); }, 60));
    for (int step = 1; step <= 3; ++step) {
        bench.workbench->singleStep();
        REQUIRE(tests::spinUntil([&] { return bench.workbench->front()->step() >= step; }, 60));
    }
    bench.workbench->edit("train.optimizer.lr", 0.02);
    bench.workbench->proceed();
    REQUIRE(bench.ended());
    REQUIRE(bench.workbench->front()->edits().size() == 1);
    const auto rate = [&] { return bench.workbench->document().resolved().at("train.optimizer.lr")->toReal(); };
    bench.workbench->travel().goTo(2);
    CHECK(rate() == 0.1);
    bench.workbench->travel().goTo(40);
    CHECK(rate() == 0.02);
    bench.workbench->travel().goTo(2);
    bench.workbench->travel().goLive();
    CHECK(rate() == 0.02);
}

TEST_CASE("a click into the curves goes to that step, and what comes after is grey")
{
    Travelled shown;
    ui::pages::TrainPage page(*shown.workbench);
    page.resize(960, 664);
    page.show();
    Q_EMIT page.curves()->plot()->stepClicked(75);
    CHECK(shown.travel().step() == 75);
    REQUIRE(shown.exact());
    CHECK(page.curves()->plot()->scene().now == 75);
    shown.travel().goLive();
    CHECK(std::isinf(page.curves()->plot()->scene().now));
}

TEST_CASE("the tree draws a run with its branches, chooses by a click, and a run is proved from the panel")
{
    Travelled shown;
    shown.drag(60);
    shown.workbench->edit("train.optimizer.lr", 0.01);
    shown.goOn();
    ui::pages::RunsPage page(*shown.workbench);
    page.resize(960, 664);
    page.show();
    REQUIRE(tests::spinUntil([&] { return page.tree()->family().size() == 2; }, 60));
    const auto& family = page.tree()->family();
    CHECK(family[0].run.id == "tiny-0001");
    CHECK(family[1].run.id == "tiny-0002");
    CHECK(family[1].depth == 1);
    CHECK(ui::pages::changeText(family[1].changes) == "lr 0.01");
    auto* panel = static_cast<ui::pages::RunPanel*>(page.inspectorPanel());
    panel->show();
    QTest::mouseClick(page.tree(), Qt::LeftButton, {}, page.tree()->endOf(1).toPoint());
    panel->resize(256, 600);
    auto* prove = panel->findChild<QPushButton*>("certifyRun");
    QTest::mouseClick(prove, Qt::LeftButton);
    CHECK_FALSE(prove->isEnabled());
    REQUIRE(tests::spinUntil([&] { return prove->isEnabled(); }, 60));
    const auto* text = panel->findChild<QLabel*>("certificate");
    INFO(text->text().toStdString());
    REQUIRE(QFile::exists(shown.run().folder() + "/certificate.json"));
    const auto certificate = core::base::readJson((shown.run().folder() + "/certificate.json").toStdString());
    REQUIRE(certificate);
    CHECK((*certificate)["identical"].toBool());
    // The same as a page; and the file is checked there as another person would.
    auto* paper = page.certificate();
    CHECK(paper->isVisible());
    paper->check(shown.run().folder() + "/certificate.json");
    REQUIRE(tests::spinUntil([&] { return !paper->checking(); }, 60));
    REQUIRE(paper->shown());
    CHECK(paper->shown()->identical);
    paper->check(shown.run().folder() + "/spec.json");
    REQUIRE(tests::spinUntil([&] { return !paper->checking(); }, 60));
    CHECK_FALSE(paper->shown());
}

}
