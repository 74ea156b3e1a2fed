// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/workbench.h"
#include "ui/bridge/rule_desk.h"
#include "ui/models/rule_rows.h"
#include "ui/models/rule_trials_table.h"
#include "ui/pages/debug_page.h"
#include "ui/pages/rule_bench_view.h"
#include "ui/plots/bench_plot.h"

#include <QComboBox>
#include <QPushButton>
#include <QTableView>
#include <QUndoStack>
#include <algorithm>

namespace tests::rule_bench_page_test {

using tests::spinUntil;

namespace {

const std::string fading = R"({"name": "fading",
    "data": {"source": {"kind": "two-moons", "noise": 0.2}, "rows": 300},
    "model": {"kind": "mlp", "hidden": [16, 16, 16, 16, 16, 16], "activation": "sigmoid"},
    "train": {"epochs": 3, "batch_size": 16, "optimizer": {"kind": "sgd", "lr": 0.1}, "threads": 1}})";
const std::string sound = R"({"name": "sound",
    "data": {"source": {"kind": "two-moons", "noise": 0.2}, "rows": 300},
    "model": {"kind": "mlp", "hidden": [16], "activation": "relu"},
    "train": {"epochs": 3, "batch_size": 16, "optimizer": {"kind": "sgd", "lr": 0.1}, "threads": 1}})";

struct Shown : tests::Bench {
    ui::pages::DebugPage page{*workbench};
    ui::pages::RuleBenchView& view = page.bench();

    Shown()
    {
        train(fading.c_str());
        train(sound.c_str());
        page.resize(960, 760);
        page.show();
        QTest::mouseClick(page.findChild<QPushButton*>("section-bench"), Qt::LeftButton);
    }
    bool asked(std::int64_t marked)
    {
        return spinUntil([&] {
            const auto& trials = view.desk().trials();
            return trials && trials->runs.size() == 2 && trials->healthy + trials->sick == marked;
        });
    }
    void click(const char* name) { QTest::mouseClick(page.findChild<QPushButton*>(name), Qt::LeftButton); }
    int rowOf(const std::string& id) const
    {
        for (std::size_t i = 0; i < view.runs()->runs().size(); ++i)
            if (view.runs()->runs()[i].id.starts_with(id))
                return int(i);
        return -1;
    }
    void select(int row)
    {
        const QRect cell = view.table()->visualRect(view.runs()->index(row, 0));
        QTest::mouseClick(view.table()->viewport(), Qt::LeftButton, {}, cell.center());
    }
};

}

TEST_CASE("runs are marked healthy or sick by hand, and a rule's false alarms and misses stand over its threshold")
{
    Shown shown;
    REQUIRE(shown.asked(0));
    CHECK(shown.view.plot()->spec().points.empty());
    CHECK(shown.view.plot()->spec().empty.startsWith("Mark runs"));
    CHECK_FALSE(shown.page.findChild<QPushButton*>("markSick")->isEnabled());
    shown.select(shown.rowOf("fading"));
    shown.click("markSick");
    REQUIRE(shown.asked(1));
    shown.select(shown.rowOf("sound"));
    QTest::keyClick(shown.view.table(), Qt::Key_H);
    REQUIRE(shown.asked(2));
    REQUIRE(spinUntil([&] { return !shown.view.plot()->spec().points.empty(); }));
    const auto& spec = shown.view.plot()->spec();
    CHECK(spec.healthy == 1);
    CHECK(spec.sick == 1);
    CHECK(spec.points.front().misses == 1);
    CHECK(spec.points.back().falseAlarms == 1);
    REQUIRE(spec.best);
    CHECK(shown.view.sentence().contains("a hint, no proof"));
    CHECK(shown.troubles.empty());
    // A mark is taken back.
    shown.select(shown.rowOf("sound"));
    shown.click("markNone");
    CHECK(shown.asked(1));
}

TEST_CASE("the best threshold is found and taken over into the experiment, as one step that can be undone")
{
    Shown shown;
    REQUIRE(shown.asked(0));
    shown.select(shown.rowOf("fading"));
    shown.click("markSick");
    REQUIRE(shown.asked(1));
    shown.select(shown.rowOf("sound"));
    shown.click("markHealthy");
    REQUIRE(shown.asked(2));
    REQUIRE(spinUntil([&] { return shown.page.findChild<QPushButton*>("benchBest")->isEnabled(); }));
    shown.click("benchBest");
    REQUIRE(spinUntil([&] { return shown.view.desk().trials()->now.wrong() == 0; }));
    const double best = *shown.view.plot()->spec().threshold;
    shown.click("benchUse");
    const auto ruleIn = [&] {
        const auto& rules = shown.workbench->document().resolved()["rules"].array();
        for (const auto& rule : rules)
            if (rule["rule"].text() == "VanishingGradient")
                return rule["threshold"].toReal();
        return -1.0;
    };
    CHECK(ruleIn() == Approx(best));
    shown.workbench->document().undoStack()->undo();
    CHECK(ruleIn() != Approx(best));
}

TEST_CASE("a threshold that is taken over while a run trains watches that run too")
{
    Shown shown;
    REQUIRE(shown.asked(0));
    shown.workbench->train(true);
    REQUIRE(spinUntil([&] { return shown.workbench->training() && shown.workbench->paused(); }, 60));
    auto* kinds = shown.page.findChild<QComboBox*>("benchRule");
    kinds->setCurrentText("DeadRelu");
    Q_EMIT kinds->activated(kinds->currentIndex());
    REQUIRE(spinUntil([&] { return shown.view.plot()->spec().parameter == "threshold_layer"; }));
    shown.click("benchUse");
    REQUIRE(spinUntil([&] { return shown.workbench->front()->edits().size() == 1; }, 60));
    const core::events::Edited edit = shown.workbench->front()->edits().front();
    CHECK(edit.path == "rules");
    CHECK(edit.after == shown.workbench->document().resolved()["rules"]);
    // It stands among the run's findings, which had it not.
    const auto rows = ui::models::ruleRows(*shown.workbench->front());
    CHECK(std::ranges::find(rows, QString("DeadRelu"), &ui::models::RuleRow::name) != rows.end());
    shown.workbench->proceed();
    REQUIRE(shown.ended());
    CHECK(shown.troubles.empty());
}

TEST_CASE("the threshold is dragged on the plot, or moved by a key, and all runs are asked again")
{
    Shown shown;
    REQUIRE(shown.asked(0));
    shown.select(shown.rowOf("sound"));
    shown.click("markHealthy");
    REQUIRE(shown.asked(1));
    REQUIRE(spinUntil([&] { return !shown.view.plot()->spec().points.empty(); }));
    auto* plot = shown.view.plot();
    const QPoint from = plot->handle().toPoint(), to(plot->width() - 30, from.y());
    QTest::mousePress(plot, Qt::LeftButton, {}, from);
    QTest::mouseMove(plot, to);
    QTest::mouseRelease(plot, Qt::LeftButton, {}, to);
    REQUIRE(spinUntil([&] { return shown.view.desk().trials()->now.falseAlarms == 1; }));
    const double dragged = *plot->spec().threshold;
    QTest::keyClick(plot, Qt::Key_Left);
    CHECK(*plot->spec().threshold < dragged);
    // Another rule has a threshold of its own.
    auto* kinds = shown.page.findChild<QComboBox*>("benchRule");
    kinds->setCurrentText("DeadRelu");
    Q_EMIT kinds->activated(kinds->currentIndex());
    REQUIRE(spinUntil([&] { return plot->spec().parameter == "threshold_layer"; }));
    CHECK(shown.troubles.empty());
}

}
