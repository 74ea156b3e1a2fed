// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/window.h"

#include "core/base/json.h"
#include "ui/bridge/data_desk.h"
#include "ui/bridge/workbench.h"
#include "ui/models/rows_table.h"
#include "ui/pages/before_after.h"
#include "ui/pages/data_charts.h"
#include "ui/pages/data_page.h"
#include "ui/pages/mode_bar.h"
#include "ui/pages/points_view.h"
#include "ui/pages/rows_view.h"
#include "ui/pages/sample_wall.h"
#include "ui/plots/image_wall.h"
#include "ui/plots/surface_plot.h"

#include <QDropEvent>
#include <QElapsedTimer>
#include <QHeaderView>
#include <QLineEdit>
#include <QMimeData>
#include <QPushButton>
#include <QScrollBar>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QTest>
#include <QUndoStack>

#include <catch2/catch.hpp>

#include <fstream>

namespace tests::data_editing_test {

using namespace core::base;
using namespace ui::pages;
using ui::bridge::Workbench;

namespace {

struct Shown {
    tests::TempFolder folder;
    std::unique_ptr<Workbench> bench;
    std::unique_ptr<DataPage> page;

    explicit Shown(const std::string& experiment)
    {
        tests::application();
        bench = std::make_unique<Workbench>(QString::fromStdString(folder.path().string()));
        bench->document().open(*parseJson(experiment));
        page = std::make_unique<DataPage>(*bench);
        page->resize(960, 664);
        page->show();
        settle();
    }

    void settle()
    {
        REQUIRE(tests::spinUntil([&] { return !page->busy() && page->shown(); }));
    }

    Value edits() const { return bench->document().resolved()["data"]["edits"]; }
    QTableView* table() const { return page->rows()->table(); }
    QString cell(int line, int section) const { return table()->model()->index(line, section).data().toString(); }
};

std::string tableExperiment(const std::filesystem::path& file)
{
    return R"({"data": {"source": ")" + file.string() + R"("}})";
}

std::filesystem::path flowers(const tests::TempFolder& folder, int rows = 40)
{
    std::string text = "length,colour,kind\n";
    for (int i = 0; i < rows; ++i)
        text += std::to_string((i * 37) % 101) + "." + std::to_string(i % 7) + (i % 3 ? ",red," : ",blue,") +
                (i % 2 ? "a\n" : "b\n");
    return folder.file("flowers.csv", text);
}

QPushButton* buttonOf(const QWidget& page, const QString& text)
{
    for (auto* button : page.findChildren<QPushButton*>())
        if (button->isVisible() && button->text() == text)
            return button;
    return nullptr;
}

}

TEST_CASE("rows are filtered, sorted, and a filter that says nothing is explained in place")
{
    tests::TempFolder folder;
    Shown shown(tableExperiment(flowers(folder)));
    CHECK(shown.table()->model()->rowCount() == 40);
    shown.page->rows()->filter()->setText("colour = blue and length > 50");
    shown.settle();
    const int rows = shown.table()->model()->rowCount();
    CHECK(rows > 0);
    CHECK(rows < 14);
    for (int line = 0; line < rows; ++line)
        CHECK(shown.cell(line, 3) == "blue");
    shown.page->rows()->filter()->setText("colur = blue");
    shown.settle();
    CHECK(shown.table()->model()->rowCount() == rows);
    shown.page->rows()->filter()->clear();
    shown.settle();
    auto* header = shown.table()->horizontalHeader();
    const auto click = [&] {
        QTest::mouseClick(header->viewport(), Qt::LeftButton, {},
                          QPoint(header->sectionViewportPosition(2) + 10, header->height() / 2));
        shown.settle();
    };
    click();
    for (int line = 1; line < 40; ++line)
        CHECK(shown.cell(line - 1, 2).toDouble() <= shown.cell(line, 2).toDouble());
    click();
    CHECK(shown.cell(0, 2).toDouble() > shown.cell(39, 2).toDouble());
    click();
    CHECK(shown.cell(0, 0) == "0");
    CHECK(shown.cell(39, 0) == "39");
}

TEST_CASE("a cell is edited where it stands, and taken back")
{
    tests::TempFolder folder;
    Shown shown(tableExperiment(flowers(folder)));
    const QModelIndex index = shown.table()->model()->index(3, 2);
    REQUIRE(shown.table()->model()->setData(index, "77.5", Qt::EditRole));
    shown.settle();
    CHECK(shown.cell(3, 2) == "77.5");
    CHECK(shown.edits().array().size() == 1);
    shown.bench->document().undoStack()->undo();
    shown.settle();
    CHECK(shown.edits().array().empty());
    CHECK(shown.cell(3, 2) != "77.5");
}

TEST_CASE("Delete leaves the chosen rows out of every part; they stay in sight")
{
    tests::TempFolder folder;
    Shown shown(tableExperiment(flowers(folder)));
    const auto before = shown.page->shown()->splitRows();
    shown.table()->selectRow(4);
    QTest::keyClick(shown.table(), Qt::Key_Delete);
    shown.settle();
    CHECK(shown.page->shown()->part(4) == 3);
    const auto after = shown.page->shown()->splitRows();
    CHECK(after[0] + after[1] + after[2] == before[0] + before[1] + before[2] - 1);
    CHECK(shown.table()->model()->rowCount() == 40);
    QPushButton* back = buttonOf(*shown.page, "Take 1 edit back");
    REQUIRE(back);
    QTest::mouseClick(back, Qt::LeftButton);
    shown.settle();
    CHECK(shown.page->shown()->part(4) != 3);
}

TEST_CASE("a long table takes its widths from a few of its rows")
{
    struct Counting final : QStyledItemDelegate {
        mutable int laidOut = 0;
        QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override
        {
            ++laidOut;
            return QStyledItemDelegate::sizeHint(option, index);
        }
    } counting;
    Shown shown(R"({"data": {"source": "two-moons", "rows": 20000}})");
    REQUIRE_FALSE(shown.table()->isVisible());
    shown.table()->setItemDelegate(&counting);
    shown.page->setMiddle("rows");
    shown.settle();
    REQUIRE(shown.table()->model()->rowCount() == 20000);
    CHECK(counting.laidOut > 0);
    CHECK(counting.laidOut <= 100 * shown.table()->model()->columnCount());
    shown.table()->setItemDelegate(nullptr);
}

TEST_CASE("a million rows scroll without a stall: only those in view are read")
{
    Shown shown(R"({"data": {"source": "two-moons", "rows": 1000000}})");
    shown.page->setMiddle("rows");
    shown.settle();
    REQUIRE(shown.table()->model()->rowCount() == 1'000'000);
    QScrollBar* bar = shown.table()->verticalScrollBar();
    double worst = 0;
    for (int i = 0; i <= 50; ++i) {
        QElapsedTimer timer;
        timer.start();
        bar->setValue(int(double(bar->maximum()) * i / 50));
        shown.table()->viewport()->repaint();
        worst = std::max(worst, double(timer.nsecsElapsed()) / 1e6);
    }
    WARN("worst redraw " << worst << " ms");
    CHECK(shown.cell(999'999, 0).remove(QChar(0x202f)).remove(QChar(0x2009)).remove(QChar(0xa0)) == "999999");
}

TEST_CASE("points are painted with a stroke and erased with another")
{
    Shown shown(R"({"data": {"source": "two-moons", "rows": 60}})");
    auto* plot = shown.page->points()->plot();
    REQUIRE(plot->isVisible());
    QPushButton* lower = buttonOf(*shown.page, "lower");
    REQUIRE(lower);
    QTest::mouseClick(lower, Qt::LeftButton);
    const QPoint from(plot->width() / 2, plot->height() / 2), to = from + QPoint(60, 10);
    QTest::mousePress(plot, Qt::LeftButton, {}, from);
    for (int i = 1; i <= 6; ++i)
        QTest::mouseMove(plot, from + (to - from) * i / 6);
    QTest::mouseRelease(plot, Qt::LeftButton, {}, to);
    shown.settle();
    const std::int64_t rows = shown.page->shown()->rows();
    CHECK(rows > 61);
    CHECK(shown.edits().array().size() == 1);
    CHECK(shown.page->shown()->cell(60, 2) == "lower");
    shown.page->points()->setTool(-1);
    QTest::mousePress(plot, Qt::LeftButton, {}, from);
    QTest::mouseRelease(plot, Qt::LeftButton, {}, from);
    shown.settle();
    CHECK(shown.edits().array().size() == 2);
    const auto split = shown.page->shown()->splitRows();
    CHECK(split[0] + split[1] + split[2] == rows - 1);
    shown.bench->document().undoStack()->undo();
    shown.bench->document().undoStack()->undo();
    shown.settle();
    CHECK(shown.page->shown()->rows() == 60);
}

TEST_CASE("a digit gives the chosen picture another label")
{
    Shown shown(R"({"data": {"source": "fashion-mnist", "rows": 200}})");
    auto* wall = shown.page->wall()->wall();
    REQUIRE(wall->isVisible());
    wall->setCurrent(3);
    const std::int64_t row = shown.page->wall()->rows()[3];
    QTest::keyClick(wall, Qt::Key_9);
    shown.settle();
    CHECK(shown.page->shown()->look(row)->label == "Bag");
    QTest::keyClick(wall, Qt::Key_Delete);
    shown.settle();
    CHECK(shown.edits().array().size() == 2);
}

TEST_CASE("a new draw shows the same pictures in another way")
{
    Shown shown(R"({"data": {"source": "fashion-mnist", "rows": 300}, "augment": ["RandomHorizontalFlip"]})");
    auto* pairs = shown.page->findChild<BeforeAfter*>();
    REQUIRE(tests::spinUntil([&] { return !pairs->pairs().empty(); }));
    const auto pictures = [&] {
        std::vector<std::vector<std::uint8_t>> after;
        for (const auto& pair : pairs->pairs())
            after.push_back(pair.after.pixels);
        return after;
    };
    const auto first = pictures();
    QPushButton* again = buttonOf(*shown.page, "New draw");
    REQUIRE(again);
    QTest::mouseClick(again, Qt::LeftButton);
    shown.settle();
    CHECK(pictures() != first);
    int mirrored = 0;
    for (const auto& pair : pairs->pairs())
        mirrored += pair.after.pixels != pair.before.pixels;
    CHECK(mirrored > 1);
    CHECK(mirrored < int(pairs->pairs().size()) - 1);
}

TEST_CASE("the advice on the split says its rule and is taken by a click")
{
    Shown shown(R"({"data": {"source": "two-moons", "rows": 100}})");
    QPushButton* suggest = buttonOf(*shown.page, "Suggest");
    REQUIRE(suggest);
    QTest::mouseClick(suggest, Qt::LeftButton);
    shown.settle();
    CHECK(shown.bench->document().resolved()["split"]["kind"].text() == "stratified_k_fold");
    CHECK(shown.page->shown()->folds() == 5);
    CHECK_FALSE(buttonOf(*shown.page, "Suggest"));
}

TEST_CASE("a file that is dropped on the page is opened")
{
    Shown shown(R"({"data": {"source": "two-moons", "rows": 60}})");
    tests::TempFolder folder;
    const auto file = flowers(folder);
    QMimeData mime;
    mime.setUrls({QUrl::fromLocalFile(QString::fromStdString(file.string()))});
    QDragEnterEvent enter(QPoint(100, 100), Qt::CopyAction, &mime, Qt::LeftButton, {});
    QCoreApplication::sendEvent(shown.page.get(), &enter);
    CHECK(enter.isAccepted());
    QDropEvent drop(QPointF(100, 100), Qt::CopyAction, &mime, Qt::LeftButton, {});
    QCoreApplication::sendEvent(shown.page.get(), &drop);
    REQUIRE(tests::spinUntil([&] { return !shown.page->busy() && shown.page->headline().contains("flowers"); }));
}

TEST_CASE("every chart that is offered can be shown")
{
    tests::TempFolder folder;
    std::string text = "day,a,b,c,y\n";
    for (int i = 0; i < 90; ++i)
        text += "2024-0" + std::to_string(1 + i / 30) + "-" + (i % 30 < 9 ? "0" : "") +
                std::to_string(1 + i % 30 % 28) + "," + std::to_string(i * 0.5) + "," +
                (i % 9 ? std::to_string(i % 13) : "") + (i % 2 ? ",red" : ",blue") + (i % 3 ? ",x\n" : ",z\n");
    Shown shown(tableExperiment(folder.file("t.csv", text)));
    DataCharts* charts = shown.page->charts();
    const QStringList offered = charts->offered();
    CHECK(offered.size() >= 5);
    for (const QString& chart : offered) {
        INFO(chart.toStdString());
        charts->choose(chart);
        charts->repaint();
        shown.settle();
        charts->repaint();
        CHECK(charts->chosen() == chart);
        CHECK_FALSE(charts->grab().toImage().isNull());
    }
}

TEST_CASE("the source's own test rows cannot be changed")
{
    Shown pictures(R"({"data": {"source": "fashion-mnist", "rows": 50}})");
    int troubles = 0;
    QObject::connect(pictures.bench.get(), &Workbench::trouble, [&] { ++troubles; });
    pictures.page->desk().dropRows({50});
    CHECK(troubles == 1);
    CHECK(pictures.edits().array().empty());
    pictures.page->desk().dropRows({49, 50});
    pictures.settle();
    CHECK(pictures.edits().array().size() == 1);
    CHECK(pictures.page->shown()->part(49) == 3);
}

TEST_CASE(
    "a canvas begins empty, is painted by keys and strokes, and trains once there are a few points of two classes")
{
    Shown shown(R"({"data": {"source": "canvas"}, "train": {"epochs": 2, "threads": 1}})");
    auto* plot = shown.page->points()->plot();
    REQUIRE(plot->isVisible());
    CHECK(shown.page->shown()->rows() == 0);
    const auto paint = [&](Qt::Key key, const QPoint& from, const QPoint& by) {
        QTest::keyClick(plot, key);
        QTest::mousePress(plot, Qt::LeftButton, {}, from);
        for (int i = 1; i <= 8; ++i)
            QTest::mouseMove(plot, from + by * i / 8);
        QTest::mouseRelease(plot, Qt::LeftButton, {}, from + by);
        shown.settle();
    };
    const QPoint middle(plot->width() / 2, plot->height() / 2);
    paint(Qt::Key_2, middle, {80, 0});
    CHECK(shown.page->points()->tool() == 1);
    CHECK(shown.page->shown()->rows() >= 5);
    CHECK(shown.page->shown()->cell(0, 2) == "2");
    shown.bench->train();
    REQUIRE(tests::spinUntil([&] { return shown.bench->front() && shown.bench->front()->finished(); }));
    const Error reason = shown.bench->front()->finished()->error;
    CHECK(reason.message.find("too few points to learn from: class 2 has ") == 0);
    CHECK(reason.advice == "Paint at least 5 points of each class, and of two classes at least");
    paint(Qt::Key_1, middle + QPoint(0, 60), {80, 0});
    REQUIRE(shown.page->shown()->info().classes == std::vector<std::string>{"1", "2"});
    shown.bench->train();
    REQUIRE(tests::spinUntil(
        [&] { return shown.bench->front() && shown.bench->front()->state() == core::events::RunState::Completed; }));
    while (shown.bench->document().undoStack()->canUndo())
        shown.bench->document().undoStack()->undo();
    shown.settle();
    CHECK(shown.page->shown()->rows() == 0);
}

TEST_CASE("a forecast shows its steps, coloured by the part that foretells them, and edits count them")
{
    tests::TempFolder folder;
    std::string text = "day,price\n";
    for (int i = 0; i < 60; ++i)
        text += "2024-0" + std::to_string(1 + i / 28) + "-" + (i % 28 < 9 ? "0" : "") + std::to_string(1 + i % 28) +
                "," + std::to_string(i * i % 17) + "\n";
    const auto file = folder.path() / "prices.csv";
    std::ofstream(file) << text;
    Shown shown(R"({"data": {"source": ")" + file.string() +
                R"(", "target": "price", "task": "forecasting", "window": {"context": 4, "horizon": 1}}})");
    const auto view = shown.page->shown();
    REQUIRE(view->inSteps());
    CHECK(view->rows() == 60);
    CHECK(view->info().rows == 56);
    CHECK(view->part(0) == 3);
    CHECK(view->part(4) == 0);
    CHECK(view->part(59) == 2);
    CHECK(view->sampleOf(3) == -1);
    CHECK(view->sampleOf(4) == 0);
    const auto rows = view->splitRows();
    for (int p = 0; p < 3; ++p) {
        std::int64_t steps = 0;
        for (std::int64_t step = 0; step < view->rows(); ++step)
            steps += view->part(step) == p;
        CHECK(steps == rows[std::size_t(p)]);
    }
    std::vector<int> parts;
    for (const auto& bin : view->timeLine(1, 30))
        if (parts.empty() || parts.back() != bin.part)
            parts.push_back(bin.part);
    CHECK(parts == std::vector<int>{3, 0, 1, 2});
    REQUIRE(shown.table()->isVisible());
    CHECK(shown.table()->model()->headerData(0, Qt::Horizontal).toString() == "step");

    int section = 0;
    while (shown.table()->model()->headerData(section, Qt::Horizontal).toString() != "price")
        ++section;
    const QModelIndex cell = shown.table()->model()->index(10, section);
    shown.table()->scrollTo(cell);
    const QPoint middle = shown.table()->visualRect(cell).center();
    QTest::mouseClick(shown.table()->viewport(), Qt::LeftButton, {}, middle);
    QTest::mouseDClick(shown.table()->viewport(), Qt::LeftButton, {}, middle);
    auto* field = shown.table()->viewport()->findChild<QLineEdit*>();
    REQUIRE(field);
    field->setText("99");
    QTest::keyClick(field, Qt::Key_Return);
    // What was typed is taken over by the event loop.
    REQUIRE(tests::spinUntil([&] { return shown.edits().array().size() == 1; }));
    shown.settle();
    CHECK(shown.page->shown()->number(10, 1) == 99);
    CHECK(shown.page->shown()->look(6)->target == Approx(99));
}

TEST_CASE("what file and pipe cost is measured, and the suggestion is one click and one undo step")
{
    tests::TempFolder folder;
    std::string text = "x,z,y\n";
    for (int row = 0; row < 2000; ++row)
        text += std::to_string(row) + "," + std::to_string(row % 9) + "," + (row % 3 ? "a" : "b") + "\n";
    Shown shown(R"({"data": {"mode": "pipe", "source": ")" + folder.file("a.csv", text).string() + "\"}}");
    ModeBar* modes = shown.page->modes();
    CHECK(modes->text().startsWith(QStringLiteral("Rows are streamed")));
    CHECK_FALSE(modes->useButton()->isVisible());
    QTest::mouseClick(modes->measureButton(), Qt::LeftButton);
    REQUIRE(tests::spinUntil([&] { return !modes->measuring(); }));
    INFO(modes->text().toStdString());
    CHECK(modes->text().contains(QStringLiteral("file suggested")));
    CHECK(modes->text().contains(QStringLiteral("read again an epoch")));
    REQUIRE(modes->useButton()->isVisible());
    QTest::mouseClick(modes->useButton(), Qt::LeftButton);
    CHECK(shown.bench->document().resolved()["data"]["mode"].text() == "file");
    CHECK(modes->text().startsWith(QStringLiteral("All rows in memory")));
    CHECK_FALSE(modes->useButton()->isVisible());
    shown.settle();
    shown.bench->document().undoStack()->undo();
    CHECK(shown.bench->document().resolved()["data"]["mode"].text() == "pipe");
    // Figures of other rows say nothing of these.
    shown.bench->document().setAll({{QStringLiteral("data.rows"), 100}}, QStringLiteral("fewer"));
    CHECK_FALSE(modes->text().contains(QStringLiteral("suggested")));
    shown.settle();
}

TEST_CASE("there is nothing to measure on a canvas without points")
{
    Shown shown(R"({"data": {"source": "canvas"}})");
    CHECK_FALSE(shown.page->modes()->measureButton()->isEnabled());
    CHECK(shown.page->modes()->measureButton()->toolTip().contains(QStringLiteral("paint")));
    shown.bench->document().set(
        QStringLiteral("data.edits"),
        core::base::Array{core::base::Object{{"kind", "add_rows"},
                                             {"columns", core::base::Array{"x", "y", "label"}},
                                             {"rows", core::base::Array{core::base::Array{1.0, 2.0, "1"}}}}});
    shown.settle();
    CHECK(shown.page->modes()->measureButton()->isEnabled());
}

}
