// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/workbench.h"

#include "ui/bridge/time_travel.h"
#include "ui/pages/run_side.h"
#include "ui/pages/train_page.h"
#include "ui/pages/view_button.h"
#include "ui/plots/weights_plot.h"
#include "ui/shell/time_bar.h"
#include "ui/style/theme.h"

#include <QMenu>
#include <QScrollBar>

namespace tests::weights_view_test {

using ui::models::RunModel;
using ui::pages::RunSide;
using ui::plots::WeightsPlot;
using Layer = core::events::WeightsFrame::Layer;

namespace {

constexpr const char* watched = R"({"name": "tiny",
    "data": {"source": {"kind": "two-moons", "noise": 0.5, "seed": 3}, "rows": 60},
    "split": {"kind": "stratified", "train": 0.4, "validation": 0.6, "test": 0},
    "model": {"kind": "mlp", "hidden": [64, 64], "activation": "relu"},
    "train": {"epochs": 60, "batch_size": 8, "optimizer": {"kind": "sgd", "lr": 0.1, "momentum": 0.9}, "threads": 1, "seed": 1},
    "capture": [{"collection": "all", "save_interval": 1}]})";

struct Shown : tests::Bench {
    ui::pages::TrainPage page{*workbench};
    ui::shell::TimeBar bar{*workbench};

    Shown()
    {
        page.resize(912, 664);
        page.show();
        bar.resize(912, 64);
        bar.show();
    }
    RunModel& run() { return *workbench->front(); }
    WeightsPlot* plot() { return page.findChild<WeightsPlot*>(); }
    /// By the heading's menu, as a person chooses it.
    void chooseWeights()
    {
        auto* heading = page.findChild<ui::pages::ViewButton*>();
        QTest::mouseClick(heading, Qt::LeftButton);
        QMenu* menu = heading->menu();
        REQUIRE(menu->isVisible());
        for (QAction* action : menu->actions())
            if (action->text() == "Weights")
                QTest::mouseClick(menu, Qt::LeftButton, {}, menu->actionGeometry(action).center());
        REQUIRE(page.findChild<RunSide*>()->view() == RunSide::View::Weights);
    }
    void drag(double step)
    {
        QTest::mousePress(&bar, Qt::LeftButton, {}, bar.placeOf(double(run().step())).toPoint());
        QTest::mouseMove(&bar, bar.placeOf(step).toPoint());
        QTest::mouseRelease(&bar, Qt::LeftButton, {}, bar.placeOf(step).toPoint());
    }
};

int colored(const QImage& image, const QRectF& area, const QColor& ground)
{
    int count = 0;
    for (int y = int(area.top()); y < int(area.bottom()); ++y)
        for (int x = int(area.left()); x < int(area.right()); ++x)
            count += image.pixelColor(x, y) != ground;
    return count;
}

}

TEST_CASE("the weights are a view of the Train page, and the time bar takes them back to any step")
{
    Shown shown;
    shown.train(watched);
    shown.chooseWeights();
    WeightsPlot* plot = shown.plot();
    REQUIRE(plot->isVisible());
    REQUIRE(plot->frame());
    const qint64 last = shown.run().step();
    CHECK(plot->frame()->step == last);
    CHECK(plot->frame()->layers.size() == 6);
    CHECK(plot->frame()->layers[0].name == "0.weight");

    shown.drag(60);
    const qint64 step = *shown.workbench->travel().step();
    REQUIRE(tests::spinUntil([&] { return shown.run().moment() && shown.run().moment()->exact; }, 60));
    REQUIRE(plot->frame()->step == step);
    // What is trained again stands in the run's own statistics of that step.
    for (const Layer& layer : plot->frame()->layers) {
        const auto record = core::store::readRun(shown.run().folder().toStdString());
        REQUIRE(record);
        const auto& series = record->tensors.at(layer.name);
        REQUIRE(series.steps[std::size_t(step)] == step);
        CHECK(series.columns.at("std")[std::size_t(step)] == double(float(layer.std)));
        CHECK(series.columns.at("max")[std::size_t(step)] == layer.max);
    }
    shown.bar.setFocus();
    QTest::keyClick(&shown.bar, Qt::Key_Escape);
    CHECK(plot->frame()->step == last);
}

TEST_CASE("the weights move while the run goes, and their history grows")
{
    Shown shown;
    shown.open(watched);
    shown.workbench->train(true);
    REQUIRE(tests::spinUntil([&] { return shown.workbench->paused(); }, 60));
    shown.chooseWeights();
    REQUIRE(tests::spinUntil([&] { return shown.plot()->frame().has_value(); }, 60));
    CHECK(shown.plot()->frame()->step == 0);
    shown.workbench->proceed();
    REQUIRE(shown.ended());
    CHECK(shown.plot()->frame()->step == shown.run().step());
    CHECK(shown.run().tensors().at("0.weight").steps.front() == 0);
    CHECK(shown.run().tensors().at("0.weight").steps.size() >= 100);
    CHECK(shown.run().tensors().contains("gradient/0.weight"));
}

TEST_CASE("each tensor has a picture in both themes, numbers, and words that teach")
{
    Shown shown;
    shown.train(watched);
    shown.chooseWeights();
    WeightsPlot* plot = shown.plot();
    const QRectF histogram = plot->histogramOf(0);
    REQUIRE(histogram.width() > 100);
    for (const auto scheme : {ui::style::Scheme::Light, ui::style::Scheme::Dark}) {
        ui::style::setTheme(scheme);
        QImage image(plot->viewport()->size(), QImage::Format_RGB32);
        image.fill(ui::style::theme().ground);
        plot->viewport()->render(&image, {}, {}, QWidget::DrawChildren);
        CHECK(colored(image, histogram, ui::style::theme().ground) > 200);
        // The band over the steps stands at its right.
        CHECK(colored(image, histogram.translated(histogram.width() + 40, 0).intersected(QRectF(image.rect())),
                      ui::style::theme().ground) > 200);
    }
    ui::style::setTheme(ui::style::Scheme::Light);
    const QString text = plot->describe(histogram.center());
    INFO(text.toStdString());
    CHECK(text.startsWith("0.weight"));
    CHECK(text.contains("64 × 2"));
    CHECK(text.contains("of 128"));
    CHECK(text.contains("std "));
    CHECK(text.contains("He's initialization would give a std of 1"));
    CHECK(text.contains("saturate"));
    CHECK(plot->describe(histogram.center() + QPointF(histogram.width() + 20, 0)).contains("mean ± std"));
    CHECK(plot->describe(plot->histogramOf(1).center()).contains("before a ReLU"));
    CHECK(plot->describe({-5, -5}).isEmpty());
    // More tensors than fit are scrolled to.
    CHECK(plot->verticalScrollBar()->maximum() > 0);
    plot->verticalScrollBar()->setValue(plot->verticalScrollBar()->maximum());
    CHECK(plot->layerAt({10, double(plot->viewport()->height() - 20)}) == 5);
}

TEST_CASE("what is wrong with weights is said in a word")
{
    const auto remark = [](double std, std::int64_t zeros, std::int64_t nan) {
        return ui::plots::remarkOn({"w", {10, 200}, -1, 1, 0, std, 1, zeros, nan, 0, -1, 1, {1}, {}});
    };
    CHECK(ui::plots::heSpread({"w", {10, 200}}) == Approx(0.1));
    CHECK(ui::plots::heSpread({"w", {10}}) == 0);
    CHECK(remark(0.1, 0, 0).isEmpty());
    CHECK(remark(0.5, 100, 0).isEmpty());
    CHECK(remark(0.1, 0, 3).contains("NaN"));
    CHECK(remark(0.1, 1500, 0).contains("dead"));
    CHECK(remark(3, 0, 0).contains("wide"));
    CHECK(remark(1e-4, 0, 0).contains("narrow"));
}

}
