// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/workbench.h"

#include "core/base/rng.h"
#include "ui/models/forgetting.h"
#include "ui/pages/forgetting_meter.h"
#include "ui/pages/run_curves.h"
#include "ui/pages/train_page.h"
#include "ui/plots/live_plot.h"
#include "ui/style/label.h"

#include <QPushButton>
#include <QTableWidget>
#include <QtTest>

#include <cmath>
#include <fstream>

namespace tests::forgetting_test {

using namespace ui::pages;
using core::base::Value;

namespace {

std::string points(const std::string& letters)
{
    std::string file = "x,y,letter\n";
    const core::base::Draw draw(3, letters);
    std::uint64_t at = 0;
    for (int i = 0; i < 50; ++i)
        for (const char letter : letters) {
            const double angle = double(letter - 'a') * 1.57;
            file += std::to_string(3 * std::cos(angle) + 0.4 * draw.normal(at)) + "," +
                    std::to_string(3 * std::sin(angle) + 0.4 * draw.normal(at + 1)) + "," + letter + "\n";
            at += 2;
        }
    return file;
}

/// A page beside a run that has learned a and b; then c and d are learned on top of it.
struct Shown : tests::Bench {
    tests::TempFolder data;
    TrainPage page{*workbench};

    Shown()
    {
        page.resize(960, 664);
        page.show();
        const QString old = train(experiment("ab", {}).c_str());
        CHECK_FALSE(page.forgetting()->isVisible());
        train(experiment("cd", old.toStdString()).c_str());
    }

    std::string experiment(const std::string& letters, const std::string& old)
    {
        const auto file = data.file(letters + ".csv", points(letters));
        return R"({"data": {"source": ")" + file.string() +
               R"("}, "split": {"validation": 0.3}, "model": {"kind": "mlp", "hidden": [12]},
            "train": {"epochs": 6, "batch_size": 8, "optimizer": {"kind": "adam", "lr": 0.03}, "threads": 1)" +
               (old.empty() ? "" : R"(, "incremental": {"old": ")" + old + R"(", "remedy": "rehearsal"})") + "}}";
    }
    QPushButton* compare() { return page.findChild<QPushButton*>("compareRemedies"); }
};

}

TEST_CASE("a run that learns on top of an old task shows what is left of it, dashed and as a figure")
{
    Shown shown;
    REQUIRE(shown.page.forgetting()->isVisible());
    const auto told = ui::models::forgettingOf(*shown.workbench->front());
    REQUIRE(told);
    CHECK(told->metric == "accuracy");
    CHECK(told->atStart == Approx(told->now + told->forgotten));
    bool since = false;
    for (const auto* label : shown.page.forgetting()->findChildren<ui::style::Label*>())
        since = since || label->text().endsWith("points since the start");
    CHECK(since);
    shown.page.curves()->plot()->refreshNow();
    CHECK(shown.page.curves()->plot()->valuesAt(40).join('\n').contains("old task"));
    CHECK_FALSE(shown.page.forgetting()->toolTip().isEmpty());
    CHECK(shown.page.inspected().contains("train.incremental"));
}

TEST_CASE("one click trains every remedy in turn and lays them beside none")
{
    Shown shown;
    REQUIRE(shown.compare()->isEnabled());
    QTest::mouseClick(shown.compare(), Qt::LeftButton);
    REQUIRE(tests::spinUntil([&] { return shown.workbench->training(); }));
    CHECK_FALSE(shown.compare()->isEnabled());
    REQUIRE(shown.ended());
    CHECK(shown.troubles.empty());
    QTableWidget* table = shown.page.forgetting()->table();
    REQUIRE(tests::spinUntil([&] { return table->isVisible() && table->rowCount() == 4; }));
    QStringList remedies;
    for (int row = 0; row < table->rowCount(); ++row) {
        remedies << table->item(row, 0)->text();
        CHECK(table->item(row, 1)->text().endsWith("%"));
        CHECK(table->item(row, 3)->text().endsWith("points"));
    }
    CHECK(remedies.front() == "None");
    remedies.sort();
    CHECK(remedies == QStringList{"EWC", "L2-SP", "None", "Rehearsal"});
    CHECK(shown.compare()->isEnabled());
}

TEST_CASE("what is forgotten is said with its sign")
{
    CHECK(ui::models::forgottenText({"accuracy", 0.9, 0.777, 0, 0.123}) == "−12.3 points since the start");
    CHECK(ui::models::forgottenText({"accuracy", 0.9, 0.95, 0, -0.05}) == "+5.0 points since the start");
    CHECK(ui::models::forgottenText({"accuracy", 0.9, 0.9, 0, 0}) == "0.0 points since the start");
    CHECK(ui::models::forgottenText({"loss", 0.1, 0.5, 0, 0.4}).startsWith("+0.4"));
}

}
