// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/workbench.h"

#include "core/session/inspect.h"
#include "core/session/sweep_set.h"
#include "ui/bridge/sweep_desk.h"
#include "ui/pages/descent_view.h"
#include "ui/pages/experiments_view.h"
#include "ui/pages/learn_page.h"
#include "ui/pages/sweep_panel.h"
#include "ui/pages/sweep_view.h"
#include "ui/plots/path_plot.h"

#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QTableWidget>

#include <cmath>

namespace tests::experiments_page_test {

using namespace ui::pages;
using core::base::Array;
using core::base::Value;
using core::session::SweepSet;

namespace {

constexpr const char* tiny = R"({"name": "tiny", "data": {"source": "two-moons", "rows": 120},
    "model": {"kind": "mlp", "hidden": [4]}, "train": {"epochs": 3, "batch_size": 8, "threads": 1,
    "optimizer": {"kind": "sgd", "lr": 0.1}}})";

struct Shown : tests::Bench {
    LearnPage page{*workbench};

    Shown()
    {
        open(tiny);
        page.resize(1000, 700);
        page.show();
        REQUIRE(QTest::qWaitForWindowActive(&page));
    }
    void click(const QString& name)
    {
        for (QPushButton* button : page.findChildren<QPushButton*>(name))
            if (button->isVisible()) {
                REQUIRE(button->isEnabled());
                QTest::mouseClick(button, Qt::LeftButton);
                return;
            }
        FAIL("no button " << name.toStdString());
    }
    SweepView& view() { return *page.experiments().shown(); }
    ui::bridge::SweepDesk& desk() { return page.experiments().desk(); }
    /// The experiment in front, with few points and seeds.
    void opened(const QString& kind, const std::vector<std::pair<QString, Value>>& settings)
    {
        click("section-experiments");
        click("open-" + kind);
        QComboBox* choice = view().panel()->choice();
        choice->setCurrentIndex(1);
        view().panel()->document().setAll(settings, "settings");
        Q_EMIT choice->activated(1);
    }
    bool ended()
    {
        return tests::spinUntil([&] { return !desk().going() && view().set() && view().set()->complete(); }, 120);
    }
};

}

TEST_CASE("a set of runs trains behind other pages and says what came out")
{
    Shown shown;
    shown.opened("batch_size_sweep", {{"sizes", Array{4, 16}}, {"seeds", 2}, {"warmup_epochs", 1.0}});
    REQUIRE(tests::spinUntil([&] {
        for (const QLabel* label : shown.page.findChildren<QLabel*>())
            if (label->isVisible() && label->text().contains("8 runs"))
                return true;
        return false;
    }));
    shown.click("sweepStart");
    CHECK(shown.desk().going());
    shown.click("section-problems");
    REQUIRE(shown.ended());
    shown.click("section-experiments");
    CHECK(shown.view().closing().contains("Batch 16"));
    const auto& spec = shown.view().plot()->spec();
    REQUIRE(spec.curves.size() == 4); // validation and training, as it is and scaled
    CHECK(spec.scale == ui::plots::SpreadPlot::Scale::Log2);
    REQUIRE(spec.curves[0].points.size() == 2);
    CHECK(spec.curves[0].points[0].runs == 2);
    const auto summary = shown.view().set()->summary();
    CHECK(spec.curves[0].points[0].mean == summary.curves[0].points[0].find("validation/accuracy")->mean);
    // The runs are ordinary ones.
    CHECK(core::store::listRuns(shown.runs.path()).size() == 8);

    SECTION("a point opens its run")
    {
        QString page;
        QObject::connect(shown.workbench.get(), &ui::bridge::Workbench::pageRequested,
                         [&](const QString& name) { page = name; });
        const QPointF at = shown.view().plot()->placeOf(0, 1);
        QTest::mouseClick(shown.view().plot(), Qt::LeftButton, {}, at.toPoint());
        CHECK(page == "train");
        REQUIRE(tests::spinUntil([&] { return shown.workbench->front() != nullptr; }));
        CHECK(shown.workbench->front()->spec().at("train.batch_size")->toInt() == 16);
    }
    SECTION("the table tells every point")
    {
        for (QPushButton* button : shown.page.findChildren<QPushButton*>("sweepFigure"))
            if (button->isVisible() && button->text() == "Table")
                QTest::mouseClick(button, Qt::LeftButton);
        auto* table = shown.page.findChild<QTableWidget*>("sweepTable");
        REQUIRE(tests::spinUntil([&] { return table->isVisible(); }));
        CHECK(table->rowCount() == 4);
        CHECK(table->item(0, 6)->text() == "2 of 2");
    }
}

TEST_CASE("a set pauses, stops whole and goes on with what is missing")
{
    Shown shown;
    shown.opened("rate_sweep", {{"from", 0.01}, {"to", 0.1}, {"points", 2}, {"seeds", 2}, {"epochs", 1500}});
    shown.click("sweepStart");
    REQUIRE(tests::spinUntil([&] { return shown.desk().progress().has_value(); }, 60));
    shown.click("sweepPause");
    REQUIRE(tests::spinUntil([&] { return shown.desk().progress()->paused; }, 60));
    shown.click("sweepPause");
    REQUIRE(tests::spinUntil([&] { return !shown.desk().progress()->paused; }, 60));
    shown.click("sweepCancel");
    REQUIRE(tests::spinUntil([&] { return !shown.desk().going(); }, 60));
    REQUIRE(shown.view().set());
    CHECK_FALSE(shown.view().set()->complete());
    const QString id = QString::fromStdString(shown.view().set()->id());
    REQUIRE(tests::spinUntil([&] {
        auto* go = shown.page.findChild<QPushButton*>("sweepGoOn");
        return go->isVisible() && go->isEnabled();
    }));
    shown.click("sweepGoOn");
    REQUIRE(shown.ended());
    CHECK(QString::fromStdString(shown.view().set()->id()) == id);
    CHECK(core::store::listRuns(shown.runs.path()).size() == 4);
}

TEST_CASE("what does not fit is told before anything trains")
{
    Shown shown;
    shown.opened("optimizer_comparison", {});
    REQUIRE(tests::spinUntil([&] {
        for (const QLabel* label : shown.page.findChildren<QLabel*>())
            if (label->isVisible() && label->text().contains("needs a model"))
                return true;
        return false;
    }));
    for (QPushButton* button : shown.page.findChildren<QPushButton*>("sweepStart"))
        if (button->isVisible())
            CHECK_FALSE(button->isEnabled());
}

TEST_CASE("optimizers walk down a formula, step by step")
{
    Shown shown;
    shown.click("section-experiments");
    shown.click("open-optimizer_comparison");
    DescentView& descent = *shown.view().descent();
    descent.surface()->setCurrentIndex(descent.surface()->findData("bowl"));
    Q_EMIT descent.surface()->activated(descent.surface()->currentIndex());
    descent.toySettings().setAll({{"updates", 20}, {"lr", 0.05}}, "settings");
    REQUIRE(tests::spinUntil([&] { return !descent.busy() && descent.plot()->paths().size() == 5; }));
    REQUIRE(tests::spinUntil([&] { return descent.plot()->steps() == 20; }));
    // Gradient descent on ½ (x² + 20 y²): each update takes 5 % of x and turns y round.
    const auto& path = descent.plot()->paths()[0].points;
    for (int i = 0; i <= 20; ++i) {
        CHECK(path[std::size_t(i)][0] == Approx(-10 * std::pow(0.95, i)).epsilon(1e-5));
        CHECK(path[std::size_t(i)][1] == Approx(i == 0 ? 2 : 0).margin(1e-5));
    }
    CHECK(descent.plot()->step() == 20);
    shown.click("descentBack");
    CHECK(descent.plot()->step() == 19);
    shown.page.findChild<QSlider*>("descentSlider")->setValue(3);
    CHECK(descent.plot()->step() == 3);
    shown.click("descentStep");
    CHECK(descent.plot()->step() == 4);
    shown.click("descentPlay");
    CHECK(tests::spinUntil([&] { return descent.plot()->step() == 20; }));
    CHECK(shown.view().closing().contains("After 20 updates"));
}

TEST_CASE("the slopes of the formulas are those of their losses, and every sample is a right experiment")
{
    for (const auto& surface : core::session::toySurfaces())
        for (int i = 0; i < 25; ++i) {
            INFO(surface.kind << " " << i);
            const double x = surface.left + (surface.right - surface.left) * (i % 5 + 0.3) / 5,
                         y = surface.bottom + (surface.top - surface.bottom) * (i / 5 + 0.3) / 5, h = 1e-5;
            const auto slope = surface.slope(x, y);
            const double scale = 1 + std::abs(slope[0]) + std::abs(slope[1]);
            CHECK(slope[0] == Approx((surface.loss(x + h, y) - surface.loss(x - h, y)) / (2 * h)).margin(1e-5 * scale));
            CHECK(slope[1] == Approx((surface.loss(x, y + h) - surface.loss(x, y - h)) / (2 * h)).margin(1e-5 * scale));
        }
    for (const auto& entry : core::session::allSweeps().family().entries) {
        INFO(entry.kind);
        CHECK_FALSE(entry.help.empty());
        for (const auto& field : entry.schema.fields)
            CHECK_FALSE(field.help.text.empty());
        const auto kind = core::session::makeSweep(entry.kind, core::base::Object{});
        REQUIRE(kind);
        CHECK(core::spec::resolve((*kind)->sample(), {core::session::catalog()}).problems.empty());
    }
}

}
