// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/window.h"

#include "core/base/json.h"
#include "ui/bridge/preview.h"
#include "ui/bridge/rate_plan.h"
#include "ui/bridge/workbench.h"
#include "ui/pages/data_page.h"
#include "ui/pages/model_page.h"
#include "ui/pages/network_view.h"
#include "ui/pages/schedule_preview.h"

#include <QApplication>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QMouseEvent>
#include <QPushButton>
#include <QScrollBar>
#include <QTableView>
#include <QUndoStack>

#include <catch2/catch.hpp>

#include <fstream>
#include <latch>

namespace tests::data_model_pages_test {

using namespace core::base;
using namespace ui::pages;
using ui::bridge::Workbench;

namespace {

struct Bench {
    tests::TempFolder folder;
    std::unique_ptr<Workbench> bench;

    explicit Bench(const char* experiment)
    {
        tests::application();
        bench = std::make_unique<Workbench>(QString::fromStdString(folder.path().string()));
        bench->document().open(*parseJson(experiment));
    }
};

template <class Page>
std::unique_ptr<Page> shown(Bench& bench)
{
    auto page = std::make_unique<Page>(*bench.bench);
    page->resize(960, 664);
    page->show();
    REQUIRE(tests::spinUntil([&] { return !page->busy(); }));
    return page;
}

QStringList labels(const QWidget& page)
{
    QStringList texts;
    for (const QLabel* label : page.findChildren<QLabel*>())
        if (label->isVisible())
            texts << label->text();
    return texts;
}

}

TEST_CASE("the data page says what there is and how it is divided")
{
    Bench bench(R"({"data": {"source": "two-moons", "rows": 100}})");
    const auto page = shown<DataPage>(bench);
    CHECK(page->headline().contains("100 rows"));
    CHECK(page->headline().contains("2 features"));
    CHECK(page->shown()->splitRows() == std::array<std::int64_t, 3>{70, 15, 15});
    CHECK(page->shown()->columns().size() == 3);
}

TEST_CASE("the data page follows the form")
{
    Bench bench(R"({"data": {"source": "two-moons", "rows": 100}})");
    const auto page = shown<DataPage>(bench);
    bench.bench->document().set("data.rows", 200);
    REQUIRE(tests::spinUntil([&] { return !page->busy(); }));
    CHECK(page->headline().contains("200 rows"));
}

TEST_CASE("data that cannot be read is said in place, and comes back when mended")
{
    Bench bench(R"({"data": {"source": "/nowhere/rows.csv"}})");
    const auto page = shown<DataPage>(bench);
    CHECK(labels(*page).filter("/nowhere/rows.csv").size() >= 1);
    bench.bench->document().set("data.source", "two-moons");
    REQUIRE(tests::spinUntil([&] { return !page->busy(); }));
    CHECK(page->headline().contains("two-moons"));
}

TEST_CASE("missing values are listed with a remedy that is one click")
{
    Bench bench("{}");
    std::string rows = "a,b,kind\n";
    for (int i = 0; i < 40; ++i)
        rows += std::to_string(i) + "," + (i == 7 ? "" : std::to_string(i * i)) + (i % 2 ? ",x\n" : ",y\n");
    const auto file = bench.folder.file("rows.csv", rows);
    bench.bench->document().set("data.source", file.string());
    const auto page = shown<DataPage>(bench);
    REQUIRE_FALSE(page->problems().isEmpty());
    QPushButton* fill = nullptr;
    for (auto* button : page->findChildren<QPushButton*>())
        if (button->text().startsWith("Fill"))
            fill = button;
    REQUIRE(fill);
    QTest::mouseClick(fill, Qt::LeftButton);
    CHECK(bench.bench->document().given().at("data.missing")->text() == "median");
    bench.bench->document().undoStack()->undo();
    CHECK(bench.bench->document().resolved()["data"]["missing"].text() == "error");
}

TEST_CASE("the model page counts parameters before any training")
{
    Bench bench(R"({"data": {"source": "two-moons"}, "model": {"kind": "mlp", "hidden": [16, 16]}})");
    const auto page = shown<ModelPage>(bench);
    // 2·16 + 16, 16·16 + 16, 16·2 + 2
    CHECK(page->shown().parameters == 48 + 272 + 34);
    CHECK(labels(*page).contains("354"));
    bench.bench->document().set("model.hidden", Array{8});
    REQUIRE(tests::spinUntil([&] { return !page->busy(); }));
    CHECK(page->shown().parameters == 24 + 18);
}

TEST_CASE("the headings over the rows are read whole")
{
    Bench bench(R"({"data": {"source": "blobs", "rows": 60}})");
    tests::TempFolder folder;
    const std::filesystem::path file = folder.path() / "long.csv";
    std::ofstream(file) << "a_long_heading,another_long_one,third,kind\n1,2,3,a\n2,3,4,b\n3,4,5,a\n4,5,6,b\n";
    bench.bench->document().set("data.source", file.string());
    DataPage page(*bench.bench);
    page.resize(960, 664);
    page.show();
    auto* table = page.findChild<QTableView*>();
    REQUIRE(tests::spinUntil([&] { return table->model()->columnCount() == 5; }));
    const QHeaderView* header = table->horizontalHeader();
    for (int column = 0; column < 5; ++column) {
        const QString name = table->model()->headerData(column, Qt::Horizontal).toString();
        CAPTURE(name.toStdString());
        CHECK(header->sectionSize(column) >= header->fontMetrics().horizontalAdvance(name) + 12);
    }
}

TEST_CASE("a long network is drawn denser before it scrolls")
{
    tests::application();
    NetworkView view;
    view.resize(660, 600);
    view.show();
    const auto layers = [](int count) {
        return std::vector<core::model::LayerInfo>(std::size_t(count), core::model::LayerInfo{"0", "ReLU", "", {64}});
    };
    view.setNetwork({64}, layers(10));
    CHECK(view.verticalScrollBar()->maximum() == 0);
    view.setNetwork({64}, layers(30));
    CHECK(view.verticalScrollBar()->maximum() > 0);
}

TEST_CASE("a block that cannot stand says why")
{
    tests::application();
    NetworkView view;
    view.resize(500, 400);
    view.setNetwork({1, 2, 2},
                    {{"0", "Conv2d", "3×3, 8 channels", {8, 0, 0}, 80, "the picture is smaller than the kernel"}});
    view.show();
    CHECK(view.describe(0).contains("smaller than the kernel"));
}

TEST_CASE("up and down walk the blocks")
{
    tests::application();
    NetworkView view;
    view.resize(500, 300);
    view.setNetwork(
        {2}, {{"0", "Linear", "2 → 16", {16}, 48}, {"1", "ReLU", "", {16}, 0}, {"2", "Linear", "16 → 2", {2}, 34}});
    view.show();
    view.setFocus();
    QTest::keyClick(&view, Qt::Key_Down);
    QTest::keyClick(&view, Qt::Key_Down);
    CHECK(view.current() == 1);
    QTest::keyClick(&view, Qt::Key_Up);
    CHECK(view.current() == 0);
    CHECK(view.accessibleDescription().contains("2 → 16"));
}

TEST_CASE("layers of one's own are added, dragged into order, taken out, and taken back")
{
    Bench bench(R"({"data": {"source": "blobs", "rows": 60}, "model": {"kind": "sequential", "layers": [
        {"kind": "Linear", "out_features": 8}, "Tanh", {"kind": "Dropout", "p": 0.1}]}})");
    const auto page = shown<ModelPage>(bench);
    NetworkView* view = page->network();
    const auto types = [&] {
        QStringList all;
        for (const auto& layer : page->shown().layers)
            all << QString::fromStdString(layer.type);
        return all.join(' ');
    };
    REQUIRE(types() == "Linear Tanh Dropout Linear");
    std::vector<std::string> wanted;
    QObject::connect(page.get(), &Page::wanted, [&](const QString& path) { wanted.push_back(path.toStdString()); });

    const auto middle = [&](int index) { return view->blockRect(index).center(); };
    QTest::mousePress(view->viewport(), Qt::LeftButton, {}, middle(2));
    CHECK(wanted == std::vector<std::string>{"model.layers.2"});
    const QPoint above(middle(1).x(), view->blockRect(1).top() - 4);
    QMouseEvent drag(QEvent::MouseMove, above, view->viewport()->mapToGlobal(above), Qt::NoButton, Qt::LeftButton, {});
    QApplication::sendEvent(view->viewport(), &drag);
    QTest::mouseRelease(view->viewport(), Qt::LeftButton, {}, above);
    REQUIRE(tests::spinUntil([&] { return types() == "Linear Dropout Tanh Linear"; }));

    QTest::keyClick(view, Qt::Key_Down, Qt::AltModifier);
    REQUIRE(tests::spinUntil([&] { return types() == "Linear Tanh Dropout Linear"; }));
    // The last block is the task's own.
    QTest::keyClick(view, Qt::Key_Down, Qt::AltModifier);
    CHECK(types() == "Linear Tanh Dropout Linear");
    QTest::keyClick(view, Qt::Key_Delete);
    REQUIRE(tests::spinUntil([&] { return types() == "Linear Tanh Linear"; }));

    const auto* add = page->findChild<QPushButton*>("add layer");
    REQUIRE(add);
    REQUIRE(add->isVisible());
    view->choose(0);
    for (QAction* action : add->menu()->actions())
        if (action->text() == "BatchNorm1d")
            action->trigger();
    REQUIRE(tests::spinUntil([&] { return types() == "Linear BatchNorm1d Tanh Linear"; }));
    CHECK(view->current() == 1);
    for (const char* before : {"Linear Tanh Linear", "Linear Tanh Dropout Linear", "Linear Dropout Tanh Linear",
                               "Linear Tanh Dropout Linear"}) {
        bench.bench->document().undoStack()->undo();
        CHECK(tests::spinUntil([&] { return types() == before; }));
    }
    bench.bench->document().set("model", "mlp");
    REQUIRE(tests::spinUntil([&] { return !page->busy() && add->isHidden(); }));
}

TEST_CASE("of boosted trees the model page tells rounds, not layers")
{
    Bench bench(
        R"({"data": {"source": "blobs"}, "model": {"kind": "xgboost", "max_depth": 4}, "train": {"epochs": 25}})");
    const auto page = shown<ModelPage>(bench);
    CHECK(page->shown().estimator);
    CHECK(page->shown().rounds == 25);
    const QStringList texts = labels(*page);
    CHECK(texts.contains("XGBoost trees"));
    CHECK(texts.contains("rounds done"));
    CHECK_FALSE(texts.contains("layers"));
    CHECK(page->network()->describe(0).contains("25 rounds, 3 trees each, depth ≤ 4"));
    bench.bench->document().set("model", "mlp");
    REQUIRE(tests::spinUntil([&] { return !page->busy(); }));
    CHECK(labels(*page).contains("layers"));
}

TEST_CASE("the schedule's curve follows its form")
{
    Bench bench(
        R"({"data": {"source": "two-moons", "rows": 100}, "train": {"epochs": 2, "batch_size": 10, "optimizer": {"kind": "sgd", "lr": 0.1}}})");
    SchedulePreview preview(*bench.bench);
    preview.resize(208, 116);
    preview.show();
    const auto shown = [&] { return bench.bench->rates().rates(); };
    REQUIRE(tests::spinUntil([&] { return shown().totalSteps == 14; }));
    CHECK(shown().lr.front() == Approx(0.1));
    CHECK(shown().lr.back() == Approx(0.1));
    bench.bench->document().set("train.schedule", "cosine");
    REQUIRE(tests::spinUntil([&] { return shown().lr.back() < 0.05; }));
}

TEST_CASE("the schedule's curve is drawn by hand: points are pulled out of the line, moved and taken out")
{
    Bench bench(
        R"({"data": {"source": "two-moons", "rows": 100}, "train": {"epochs": 20, "batch_size": 10, "optimizer": {"kind": "sgd", "lr": 0.1}}})");
    SchedulePreview preview(*bench.bench);
    preview.resize(208, preview.height());
    preview.show();
    const auto& rates = bench.bench->rates();
    REQUIRE(tests::spinUntil([&] { return rates.rates().totalSteps == 140; }));
    REQUIRE(rates.route().points.size() == 2);
    const auto schedule = [&] { return bench.bench->document().resolved()["train"]["schedule"]; };
    const auto drag = [&](double step, QPoint by) {
        const QPoint from = preview.placeOf(step).toPoint();
        QTest::mousePress(&preview, Qt::LeftButton, {}, from);
        QTest::mouseMove(&preview, from + by / 2);
        QTest::mouseMove(&preview, from + by);
        QTest::mouseRelease(&preview, Qt::LeftButton, {}, from + by);
    };
    drag(70, {0, 40});
    REQUIRE(schedule()["kind"].text() == "piecewise");
    REQUIRE(tests::spinUntil([&] { return rates.rates().lr[70] < 0.05; }));
    CHECK(rates.rates().lr.front() == Approx(0.1));
    CHECK(rates.rates().lr[35] == Approx((0.1 + rates.rates().lr[70]) / 2).epsilon(0.1));
    CHECK(rates.route().points.size() == 3);
    const double before = rates.rates().lr[70];
    // By keys: the second point, a tenth up.
    preview.setFocus();
    for (const int key : {Qt::Key_Left, Qt::Key_Left, Qt::Key_Left, Qt::Key_Right, Qt::Key_Up})
        QTest::keyClick(&preview, Qt::Key(key));
    REQUIRE(tests::spinUntil([&] { return rates.rates().lr[70] > before; }));
    CHECK(rates.rates().lr[70] == Approx(1.1 * before).epsilon(0.02));
    QTest::mouseDClick(&preview, Qt::LeftButton, {}, preview.placeOf(70).toPoint());
    REQUIRE(tests::spinUntil([&] { return rates.rates().lr[70] == Approx(0.1); }));
    bench.bench->document().undoStack()->setIndex(0);
    CHECK(schedule()["kind"].text() == "constant");
}

TEST_CASE("of several requests the last one is shown, and only that")
{
    tests::application();
    ui::bridge::Preview preview;
    std::latch gate(1);
    std::vector<int> seen;
    preview.ask(
        [&] {
            gate.wait();
            return 1;
        },
        [&](int value) { seen.push_back(value); });
    preview.ask([] { return 2; }, [&](int value) { seen.push_back(value); });
    preview.ask([] { return 3; }, [&](int value) { seen.push_back(value); });
    CHECK(preview.busy());
    gate.count_down();
    REQUIRE(tests::spinUntil([&] { return !preview.busy(); }));
    CHECK(seen == std::vector<int>{3});
}

}
