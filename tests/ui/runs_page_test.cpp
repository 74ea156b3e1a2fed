// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/workbench.h"

#include "core/session/inspect.h"
#include "ui/models/runs_table.h"
#include "ui/pages/comparison.h"
#include "ui/pages/run_curves.h"
#include "ui/pages/runs_page.h"
#include "ui/plots/live_plot.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QAbstractItemModelTester>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>
#include <QTableWidget>

namespace tests::runs_page_test {

using namespace ui::pages;
using ui::models::RunsTable;

namespace {

constexpr const char* little =
    R"({"name": "little", "data": {"source": "two-moons", "rows": 60}, "train": {"epochs": 2, "threads": 1}})";

struct Shown : tests::Bench {
    std::unique_ptr<RunsPage> page;

    /// Two runs that differ in their learning rate.
    Shown()
    {
        train(little);
        workbench->document().set("train.optimizer.lr", 0.5);
        workbench->train();
        REQUIRE(ended());
        page = std::make_unique<RunsPage>(*workbench);
        page->resize(960, 664);
        page->show();
        page->inspectorPanel()->resize(208, 752);
        page->inspectorPanel()->show();
        REQUIRE(tests::spinUntil([this] { return page->table().rowCount() == 2; }));
    }
    void tick(int row, bool on = true)
    {
        QAbstractItemModel* model = page->view()->model();
        model->setData(model->index(row, RunsTable::Name), on ? Qt::Checked : Qt::Unchecked, Qt::CheckStateRole);
    }
    QString cell(int row, int column) { return page->view()->model()->index(row, column).data().toString(); }
    QPushButton* button(const char* name) { return page->inspectorPanel()->findChild<QPushButton*>(name); }
};

}

TEST_CASE("the table lists runs, the newest first, and sorts")
{
    Shown shown;
    QAbstractItemModelTester tester(&shown.page->table(), QAbstractItemModelTester::FailureReportingMode::Fatal);
    CHECK(shown.cell(0, RunsTable::Name) == "little-0002");
    CHECK(shown.cell(0, RunsTable::State) == "completed");
    shown.page->view()->sortByColumn(RunsTable::Name, Qt::AscendingOrder);
    CHECK(shown.cell(0, RunsTable::Name) == "little-0001");
}

TEST_CASE("ticked runs are compared: curves below, differing settings above")
{
    Shown shown;
    shown.tick(0);
    shown.tick(1);
    QTableWidget* differences = shown.page->comparison()->differences();
    REQUIRE(tests::spinUntil([&] { return differences->rowCount() > 0; }));
    REQUIRE(differences->rowCount() == 1);
    CHECK(differences->item(0, 0)->text() == "train.optimizer.lr");
    CHECK(differences->item(0, 1)->text() == "0.5");
    CHECK(differences->item(0, 2)->text() == "0.001");
    shown.page->comparison()->curves()->plot()->refreshNow();
    const QString chip = shown.page->comparison()->curves()->plot()->valuesAt(1).join('\n');
    CHECK(chip.contains("little-0001"));
    CHECK(chip.contains("little-0002"));
    shown.tick(0, false);
    CHECK(differences->rowCount() == 0);
}

TEST_CASE("a run is opened in front")
{
    Shown shown;
    shown.page->view()->setCurrentIndex(shown.page->view()->model()->index(1, 0));
    QTest::mouseClick(shown.button("openRun"), Qt::LeftButton);
    REQUIRE(tests::spinUntil([&] { return shown.workbench->front()->id() == "little-0001"; }));
    CHECK(shown.workbench->document().resolved().at("train.optimizer.lr")->toReal() == 0.001);
}

TEST_CASE("deleting asks first")
{
    Shown shown;
    const auto folders = [&] { return std::distance(std::filesystem::directory_iterator(shown.runs.path()), {}); };
    QTest::keyClick(shown.page->view(), Qt::Key_Delete);
    CHECK(shown.button("deleteRunSurely")->isVisible());
    CHECK(folders() == 2);
    QTest::mouseClick(shown.button("deleteRunSurely"), Qt::LeftButton);
    CHECK(tests::spinUntil([&] { return folders() == 1; }, 30));
    CHECK(tests::spinUntil([&] { return shown.page->table().rowCount() == 1; }));
    CHECK(shown.troubles.empty());
}

TEST_CASE("an empty folder says what will be here")
{
    tests::Bench bench;
    RunsPage page(*bench.workbench);
    page.resize(960, 664);
    page.show();
    bool loaded = false;
    QObject::connect(&page, &RunsPage::reloaded, [&] { loaded = true; });
    REQUIRE(tests::spinUntil([&] { return loaded; }));
    CHECK_FALSE(page.view()->isVisible());
    CHECK_FALSE(page.comparison()->isVisible());
}

TEST_CASE("a run is renamed in place, and Esc leaves it as it was")
{
    Shown shown;
    shown.page->view()->selectRow(1);
    QTest::mouseClick(shown.button("renameRun"), Qt::LeftButton);
    auto* field = shown.page->inspectorPanel()->findChild<QLineEdit*>("runName");
    REQUIRE(field->isVisible());
    CHECK(field->text() == "little-0001");
    QTest::keyClick(field, Qt::Key_Escape);
    CHECK_FALSE(field->isVisible());
    QTest::mouseClick(shown.button("renameRun"), Qt::LeftButton);
    field->setText("Baseline");
    QTest::keyClick(field, Qt::Key_Return);
    REQUIRE(tests::spinUntil([&] { return shown.cell(1, RunsTable::Name) == "baseline"; }));
    CHECK(shown.page->table().rowCount() == 2);
    CHECK(shown.troubles.empty());
}

TEST_CASE("the test split is opened after a question, counted, and the looks are priced")
{
    Shown shown;
    const auto folder = shown.workbench->front()->folder().toStdString();
    const auto openings = [&] { return core::store::summarize(folder)->testOpenings; };
    QTest::mouseClick(shown.button("openTest"), Qt::LeftButton);
    QTest::mouseClick(shown.button("keepSealed"), Qt::LeftButton);
    CHECK(openings() == 0);
    auto* cost = shown.page->inspectorPanel()->findChild<QLabel*>("testCost");
    CHECK_FALSE(cost->isVisible());
    for (int look = 1; look <= 3; ++look) {
        QTest::mouseClick(shown.button("openTest"), Qt::LeftButton);
        REQUIRE(shown.button("openTestSurely")->isVisible());
        QTest::mouseClick(shown.button("openTestSurely"), Qt::LeftButton);
        REQUIRE(tests::spinUntil([&] {
            const auto texts = shown.page->inspectorPanel()->findChildren<ui::style::Label*>();
            return std::ranges::any_of(texts, [&](const auto* each) {
                return each->text() == (look == 1 ? QString("once") : QString("%1 times").arg(look));
            });
        }));
    }
    const auto run = core::store::summarize(folder);
    CHECK(run->testOpenings == 3);
    CHECK(run->testRows == 9);
    REQUIRE(run->testMetrics.size() == 3);
    CHECK(run->testMetrics[1].first == "test/accuracy");
    const double bought = core::session::optimismOf(run->testMetrics[1].second, run->testRows, 3);
    CHECK(cost->isVisible());
    CHECK(cost->text().contains(ui::style::percent(bought)));
    CHECK(shown.troubles.empty());
}

}
