// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/workbench.h"

#include "ui/bridge/time_travel.h"
#include "ui/pages/class_curves.h"
#include "ui/pages/confusion_view.h"
#include "ui/pages/embedding_view.h"
#include "ui/pages/inside_view.h"
#include "ui/pages/landscape_view.h"
#include "ui/pages/model_page.h"
#include "ui/pages/network_view.h"
#include "ui/pages/predictions_view.h"
#include "ui/pages/run_curves.h"
#include "ui/pages/run_side.h"
#include "ui/pages/sample_view.h"
#include "ui/pages/train_page.h"
#include "ui/pages/view_button.h"
#include "ui/plots/bar_list.h"
#include "ui/plots/heat_table.h"
#include "ui/plots/image_wall.h"
#include "ui/plots/live_plot.h"
#include "ui/plots/plane_plot.h"
#include "ui/plots/plot_scene.h"
#include "ui/plots/response_plot.h"
#include "ui/plots/ridge_plot.h"
#include "ui/plots/scatter_plot.h"
#include "ui/style/theme.h"

#include <QComboBox>
#include <QMenu>
#include <QPushButton>
#include <QTableWidget>
#include <QToolButton>

#include <cmath>
#include <set>

namespace tests::inside_view_test {

using ui::models::Inside;
using ui::pages::RunSide;
using View = RunSide::View;

namespace {

constexpr const char* recorded = R"({"name": "tiny",
    "data": {"source": {"kind": "two-moons", "noise": 0.5, "seed": 3}, "rows": 200},
    "split": {"kind": "stratified", "train": 0.4, "validation": 0.6, "test": 0},
    "model": {"kind": "mlp", "hidden": [12, 8], "activation": "relu"},
    "train": {"epochs": 20, "batch_size": 8, "optimizer": {"kind": "sgd", "lr": 0.1, "momentum": 0.9}, "threads": 1, "seed": 1},
    "capture": [{"collection": "all", "save_interval": 5, "histogram": true},
                {"collection": "updates", "save_interval": 5, "histogram": true},
                {"collection": "activations", "save_interval": 5, "histogram": true}]})";

struct Shown : tests::Bench {
    ui::pages::TrainPage page{*workbench};

    Shown()
    {
        page.resize(1000, 700);
        page.show();
    }
    RunSide& side() { return *page.side(); }
    /// By the heading's menu, as a person chooses it.
    void choose(const char* title)
    {
        auto* heading = page.findChild<ui::pages::ViewButton*>();
        QTest::mouseClick(heading, Qt::LeftButton);
        QMenu* menu = heading->menu();
        REQUIRE(menu->isVisible());
        for (QAction* action : menu->actions())
            if (action->text() == title)
                QTest::mouseClick(menu, Qt::LeftButton, {}, menu->actionGeometry(action).center());
    }
    void goTo(qint64 step)
    {
        workbench->travel().goTo(step);
        REQUIRE(
            tests::spinUntil([&] { return workbench->front()->moment() && workbench->front()->moment()->exact; }, 60));
    }
};

int colors(QWidget* widget, const QRectF& area)
{
    const QImage image = widget->grab(area.toAlignedRect()).toImage();
    std::set<QRgb> all;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            all.insert(image.pixel(x, y));
    return int(all.size());
}

}

TEST_CASE("histograms over time follow what is chosen, the layer and the time bar")
{
    Shown shown;
    shown.train(recorded);
    shown.choose("Inside the layers");
    REQUIRE(shown.side().view() == View::Inside);
    auto& view = *shown.side().inside();
    auto* ridges = view.ridges();
    REQUIRE(ridges->panels().size() == 6);
    CHECK(ridges->panels()[0].name == "0.weight");
    CHECK(ridges->panels()[1].name == "0.bias");
    CHECK(ridges->panels()[5].name == "4.bias");
    // 10 steps an epoch: steps 0, 5, … 195, and the weights at the end.
    CHECK(ridges->panels()[0].ridges.size() == 41);
    CHECK(ridges->panels()[0].ridges[1].step == 5);

    QTest::mouseClick(ridges->viewport(), Qt::LeftButton, {}, ridges->areaOf(2).center().toPoint());
    REQUIRE(ridges->panels().size() == 1);
    CHECK(ridges->panels()[0].name == "2.weight");
    CHECK(colors(ridges->viewport(), ridges->areaOf(0)) > 12);
    const QString text = ridges->describe(ridges->areaOf(0).center());
    INFO(text.toStdString());
    CHECK(text.startsWith("2.weight, step "));
    CHECK(text.contains("learns"));
    CHECK(view.curves()->scene().curves.size() >= 2);
    QTest::mouseClick(ridges->viewport(), Qt::LeftButton, {}, ridges->areaOf(0).center().toPoint());
    CHECK(ridges->panels().size() == 6);

    for (const auto& [what, count] :
         {std::pair(Inside::Gradients, 6), {Inside::Updates, 6}, {Inside::Activations, 5}}) {
        view.choose(what);
        CHECK(ridges->panels().size() == std::size_t(count));
        CHECK(ridges->panels()[0].ridges.size() == 40);
    }
    shown.goTo(52);
    CHECK(ridges->panels()[0].ridges.size() == 11);
    CHECK(ridges->panels()[0].ridges.back().step == 50);
    CHECK_FALSE(view.recordButton()->isEnabled());
}

TEST_CASE("histograms pass by while a run is watched, and a click records them")
{
    Shown shown;
    shown.open(tests::quickOverfit);
    shown.choose("Inside the layers");
    shown.workbench->train(true);
    REQUIRE(tests::spinUntil([&] { return shown.workbench->paused(); }, 60));
    auto& view = *shown.side().inside();
    CHECK(view.recordButton()->isEnabled());
    QTest::mouseClick(view.recordButton(), Qt::LeftButton);
    shown.workbench->proceed();
    REQUIRE(shown.ended());
    CHECK_FALSE(view.recordButton()->isEnabled());
    const auto record = core::store::readRun(shown.workbench->front()->folder().toStdString());
    REQUIRE(record);
    const auto kept = std::ranges::count_if(record->events, [](const auto& event) {
        const auto* spreads = std::get_if<core::events::TensorHistograms>(&event);
        return spreads && spreads->kept;
    });
    CHECK(kept == 18);
    view.choose(Inside::Activations);
    CHECK(view.ridges()->panels().size() == 5);
}

TEST_CASE("a view takes the whole page and gives it back")
{
    Shown shown;
    shown.train(recorded);
    auto* expand = shown.page.findChild<QToolButton*>("wholePage");
    REQUIRE(expand->isVisible());
    const int before = shown.side().width();
    QTest::mouseClick(expand, Qt::LeftButton);
    CHECK_FALSE(shown.page.curves()->isVisible());
    QTest::qWait(0);
    CHECK(shown.side().width() > before);
    QTest::mouseClick(expand, Qt::LeftButton);
    CHECK(shown.page.curves()->isVisible());
}

TEST_CASE("a cell of the matrix opens its rows, a row its layers")
{
    Shown shown;
    shown.train(recorded);
    shown.choose("Confusion matrix");
    auto& view = *shown.side().confusion();
    const auto* frame = shown.workbench->front()->confusion();
    REQUIRE(frame);
    const auto wrong = frame->counts[1];
    Q_EMIT view.table()->cellClicked(0, 1);
    REQUIRE(tests::spinUntil([&] { return view.seen().has_value(); }, 60));
    CHECK(view.seen()->all == wrong);
    if (wrong > 0) {
        auto* table = view.rows()->findChild<QTableWidget*>();
        REQUIRE(tests::spinUntil([&] { return table->rowCount() == wrong; }, 60));
        QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, table->visualItemRect(table->item(0, 0)).center());
        CHECK(shown.side().view() == View::Sample);
        auto& sample = *shown.side().sample();
        REQUIRE(tests::spinUntil([&] { return sample.look().has_value(); }, 60));
        CHECK(sample.look()->row == view.seen()->rows[0].row);
        CHECK(sample.look()->truth == 0);
        CHECK(sample.look()->predicted == 1);
    }
    shown.choose("Confusion matrix");
    QTest::mouseClick(view.back(), Qt::LeftButton);
    CHECK(view.currentIndex() == 0);
}

TEST_CASE("one row is seen layer by layer at any step")
{
    Shown shown;
    shown.train(recorded);
    shown.choose("One row, layer by layer");
    auto& view = *shown.side().sample();
    REQUIRE(tests::spinUntil([&] { return view.look().has_value(); }, 60));
    CHECK(view.look()->step == shown.workbench->front()->step());
    CHECK(view.layers()->count() == 5);
    CHECK(view.layers()->itemText(0).contains("Linear"));
    REQUIRE(view.scores()->bars().size() == 2);
    shown.goTo(40);
    REQUIRE(tests::spinUntil([&] { return view.look()->step == 40; }, 60));
    CHECK(view.caption().contains("40"));
    // The other class's score is explained when it is clicked.
    const auto target = view.look()->target;
    QTest::mouseClick(view.scores(), Qt::LeftButton, {}, view.scores()->barRect(int(1 - target)).center().toPoint());
    REQUIRE(tests::spinUntil([&] { return view.look()->target == 1 - target; }, 60));
    const auto row = view.look()->row;
    view.showRow(row + 1);
    REQUIRE(tests::spinUntil([&] { return view.look()->row == row + 1; }, 60));
}

TEST_CASE("the embedding is projected, hovered and clicked")
{
    Shown shown;
    shown.train(recorded);
    shown.choose("Embedding");
    auto& view = *shown.side().embedding();
    REQUIRE(tests::spinUntil([&] { return view.embedding().has_value(); }, 60));
    REQUIRE(view.plot()->points().size() == 120);
    const double before = view.plot()->points()[3].x;
    QTest::mouseClick(view.tsneButton(), Qt::LeftButton);
    REQUIRE(tests::spinUntil([&] { return view.tsne().has_value(); }, 120));
    CHECK(view.plot()->points()[3].x != before);
    CHECK(view.tsneButton()->text() == "Principal components");
    QTest::mouseClick(view.tsneButton(), Qt::LeftButton);
    CHECK(view.plot()->points()[3].x == before);
    QTest::mouseClick(view.plot(), Qt::LeftButton, {}, view.plot()->placeOf(7).toPoint());
    CHECK(shown.side().view() == View::Sample);
    REQUIRE(tests::spinUntil([&] { return shown.side().sample()->look().has_value(); }, 60));
}

TEST_CASE("the loss is surveyed along the next step and on a plane, and a survey is given up")
{
    Shown shown;
    shown.train(recorded);
    shown.goTo(30);
    shown.choose("Loss around the weights");
    auto& view = *shown.side().landscape();
    REQUIRE(tests::spinUntil([&] { return view.landscape().has_value(); }, 60));
    CHECK(view.landscape()->step == 30);
    CHECK(view.line()->spec().curve.size() == 33);
    REQUIRE(view.line()->spec().choices.size() == 2);
    CHECK(view.plane()->plane().values.empty());
    QTest::mouseClick(view.surveyButton(), Qt::LeftButton);
    CHECK(view.surveyButton()->text() == "Cancel");
    QTest::mouseClick(view.surveyButton(), Qt::LeftButton);
    CHECK(view.surveyButton()->text() == "Survey the plane");
    QTest::mouseClick(view.surveyButton(), Qt::LeftButton);
    REQUIRE(tests::spinUntil([&] { return !view.plane()->plane().values.empty(); }, 120));
    CHECK(view.plane()->plane().cells == 21);
    REQUIRE(view.plane()->plane().marks.size() == 2);
    const QPointF here = view.plane()->placeOf(0, 0);
    CHECK(view.plane()->valueAt(here) == Approx(view.landscape()->loss).epsilon(1e-3));
    CHECK(std::isnan(view.plane()->valueAt({-4, -4})));
}

TEST_CASE("each class has a curve")
{
    Shown shown;
    shown.train(recorded);
    shown.choose("Curves by class");
    auto& view = *shown.side().classes();
    REQUIRE(view.metric()->count() >= 2);
    CHECK(view.metric()->currentText() == "recall");
    CHECK(view.plot()->scene().curves.size() == 2);
    view.metric()->setCurrentIndex(0);
    CHECK(view.plot()->scene().curves.size() == 2);
}

TEST_CASE("blocks of the network carry the lengths of their weights, gradients and updates")
{
    tests::Bench bench;
    ui::pages::ModelPage page(*bench.workbench);
    page.resize(1000, 640);
    page.show();
    bench.open(recorded);
    bench.train(recorded);
    REQUIRE(tests::spinUntil([&] { return !page.shown().layers.empty() && !page.busy(); }, 60));
    auto* network = page.network();
    REQUIRE_FALSE(network->sparkRect(0).isEmpty());
    CHECK(network->sparkRect(1).isEmpty()); // ReLU has none
    CHECK(colors(network->viewport(), network->sparkRect(0)) > 4);
    CHECK(network->describeSparks(0).contains("1e-3"));
}

}
