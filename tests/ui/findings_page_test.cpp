// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "tests/support/workbench.h"
#include "ui/bridge/cure_desk.h"
#include "ui/bridge/rule_desk.h"
#include "ui/pages/cure_view.h"
#include "ui/pages/debug_page.h"
#include "ui/pages/findings_view.h"
#include "ui/pages/run_curves.h"
#include "ui/plots/evidence_plot.h"
#include "ui/plots/futures_plot.h"
#include "ui/plots/live_plot.h"
#include "ui/plots/rule_lanes.h"

#include <QPushButton>

namespace tests::findings_page_test {

using tests::spinUntil;

namespace {

constexpr const char* vanishing = R"({"name": "vanishing",
    "data": {"source": {"kind": "two-moons", "noise": 0.2}, "rows": 300},
    "model": {"kind": "mlp", "hidden": [16, 16, 16, 16, 16, 16, 16, 16], "activation": "sigmoid"},
    "train": {"epochs": 8, "batch_size": 16, "optimizer": {"kind": "sgd", "lr": 0.1}, "threads": 1},
    "rules": [{"rule": "VanishingGradient", "threshold": 1e-5}, "ExplodingTensor"]})";

struct Shown : tests::Bench {
    ui::pages::DebugPage page{*workbench};
    ui::pages::FindingsView& view = page.findings();

    Shown()
    {
        page.resize(960, 760);
        page.show();
    }
    bool studied()
    {
        return spinUntil([&] { return view.rules().result() && !view.evidence()->spec().lines.empty(); });
    }
};

}

TEST_CASE("what rules found stands in lanes; a chosen one shows its evidence, why it matters and what may help")
{
    Shown shown;
    shown.train(vanishing);
    REQUIRE(spinUntil([&] { return !shown.view.rows().empty() && shown.view.rows().front().fired(); }));
    CHECK(shown.view.rows().size() == 2);
    // Until a person chooses, the first that fired is shown.
    REQUIRE(shown.view.chosen());
    CHECK(shown.view.chosen()->name == "VanishingGradient");
    // It stands on the curves too, where it fired first.
    ui::pages::RunCurves curves;
    curves.setRuns({shown.workbench->front()});
    curves.refresh();
    curves.plot()->refreshNow();
    CHECK(std::ranges::any_of(curves.plot()->marks(), [&](const auto& mark) {
        return mark.name == "VanishingGradient" && mark.step == shown.view.rows().front().steps.front();
    }));
    CHECK(shown.view.lanes()->lanes()[0].name == "VanishingGradient");
    CHECK(shown.view.lanes()->lanes()[1].state == "quiet");
    REQUIRE(shown.studied());
    const auto& spec = shown.view.evidence()->spec();
    CHECK(spec.title == "mean |gradient|");
    REQUIRE(spec.threshold);
    CHECK(*spec.threshold == Approx(1e-5));
    CHECK(spec.lines.front().fires);
    // What else was seen ranks the causes.
    REQUIRE(spinUntil([&] { return shown.view.findChild<QWidget*>("causeSeen") != nullptr; }));
    // The lower lane is chosen by a click; it has found nothing.
    QTest::mouseClick(shown.view.lanes(), Qt::LeftButton, {}, shown.view.lanes()->laneAt(1).center().toPoint());
    REQUIRE(shown.view.chosen());
    CHECK(shown.view.chosen()->name == "ExplodingTensor");
    QTest::keyClick(shown.view.lanes(), Qt::Key_Up);
    CHECK(shown.view.chosen()->name == "VanishingGradient");
    CHECK(shown.troubles.empty());
}

TEST_CASE("evidence that was shown while a run went holds what it recorded to its end")
{
    Shown shown;
    shown.train(vanishing);
    REQUIRE(spinUntil([&] { return !shown.view.rows().empty() && shown.view.rows().front().fired(); }));
    REQUIRE(spinUntil([&] { return !shown.workbench->front()->live(); }));
    core::session::RecordedRuns recorded;
    const auto run = recorded.read(shown.workbench->front()->folder().toStdString());
    REQUIRE(run);
    const auto whole = core::debug::evidenceOf(shown.view.chosen()->spec, (*run)->trace, (*run)->facts, (*run)->ending);
    REQUIRE_FALSE(whole.lines.empty());
    CHECK(spinUntil([&] {
        const auto& seen = shown.view.rules().result();
        return seen && !seen->lines.empty() && seen->lines.front().steps == whole.lines.front().steps;
    }));
}

TEST_CASE("a threshold that is dragged tells at once where the rule would have fired")
{
    Shown shown;
    shown.train(vanishing);
    REQUIRE(spinUntil([&] { return !shown.view.rows().empty() && shown.view.rows().front().fired(); }));
    REQUIRE(shown.studied());
    const std::size_t before = shown.view.rules().result()->found.findings.size();
    auto* plot = shown.view.evidence();
    const QPoint from = plot->handle().toPoint(), to(from.x(), plot->height() - 30);
    QTest::mousePress(plot, Qt::LeftButton, {}, from);
    QTest::mouseMove(plot, to);
    QTest::mouseRelease(plot, Qt::LeftButton, {}, to);
    CHECK(*plot->spec().threshold < 1e-5);
    REQUIRE(spinUntil([&] { return shown.view.rules().result()->found.findings.size() < before; }));
    // The run itself keeps what it found.
    CHECK(shown.view.rows().front().fired());
}

TEST_CASE("a fix is tried by a click: both futures, a verdict, and one of them is kept")
{
    Shown shown;
    const QString folder = shown.train(vanishing);
    REQUIRE(spinUntil([&] { return shown.page.findChild<QPushButton*>("fix-relu") != nullptr; }));
    QTest::mouseClick(shown.page.findChild<QPushButton*>("fix-relu"), Qt::LeftButton);
    REQUIRE(spinUntil([&] { return shown.view.desk().going(); }));
    REQUIRE(spinUntil([&] { return !shown.view.desk().going(); }, 60));
    CHECK(shown.view.desk().problem().toStdString() == "");
    REQUIRE(shown.view.desk().verdict());
    CHECK(shown.view.desk().verdict()->figures.front().verdict == 1);
    CHECK(shown.view.cure()->verdict().endsWith("better."));
    const auto& plot = shown.view.cure()->plot()->spec();
    REQUIRE_FALSE(plot.changed.empty());
    CHECK_FALSE(plot.changed.front().values.empty());
    CHECK_FALSE(plot.asItIs.values.empty());
    QTest::mouseClick(shown.page.findChild<QPushButton*>("keepFix"), Qt::LeftButton);
    REQUIRE(spinUntil([&] { return shown.workbench->front()->folder() != folder; }));
    CHECK(shown.workbench->front()->opened().parent == "vanishing-0001");
    CHECK(shown.troubles.empty());
}

TEST_CASE("a trial that is discarded leaves no run behind")
{
    Shown shown;
    shown.train(vanishing);
    REQUIRE(spinUntil([&] { return shown.page.findChild<QPushButton*>("fix-relu") != nullptr; }));
    QTest::mouseClick(shown.page.findChild<QPushButton*>("fix-relu"), Qt::LeftButton);
    REQUIRE(spinUntil([&] { return shown.view.desk().verdict().has_value(); }, 60));
    QTest::mouseClick(shown.page.findChild<QPushButton*>("discardFix"), Qt::LeftButton);
    REQUIRE(spinUntil([&] { return shown.view.desk().fix() == nullptr; }));
    CHECK(core::store::listRuns(shown.runs.path()).size() == 1);
}

}
