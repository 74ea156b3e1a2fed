// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "tests/support/workbench.h"
#include "ui/pages/debug_page.h"
#include "ui/pages/profile_comparison.h"
#include "ui/pages/profiler_view.h"
#include "ui/plots/phase_bar.h"
#include "ui/plots/profile_timeline.h"

#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QUndoStack>
#include <QWheelEvent>

namespace tests::profiler_page_test {

using namespace core;
using tests::Bench;
using tests::spinUntil;

namespace {

constexpr double begun = 1'700'000'000;

// A run of 200 steps, each of which waits 6 ms for its rows and computes for 4.
store::RunRecord starvedRun(const base::Value& spec)
{
    store::RunRecord record;
    record.id = "starved-0001";
    record.spec = spec;
    record.state = events::RunState::Completed;
    const auto put = [&](events::Event event) {
        record.events.push_back(std::move(event));
        record.eventTimes.push_back(begun);
    };
    events::RunOpened opened;
    opened.id = record.id;
    opened.spec = spec;
    opened.device = "cpu";
    opened.totalSteps = 200;
    record.opened = opened;
    put(opened);
    for (int block = 0; block < 20; ++block) {
        events::StepTimes times{block * 10, 10, begun + 0.1 * block};
        times.phases = {0.06, 0, 0.02, 0.015, 0.005, 0, 0, 0, 0};
        times.durations.assign(10, 0.01f);
        times.slowest = block * 10;
        times.slowestPhases = {0.006, 0, 0.002, 0.0015, 0.0005, 0, 0, 0, 0};
        put(times);
        events::SystemSample sample{block * 10, begun + 0.1 * block};
        sample.cores = {100, 30};
        sample.resident = 4e8;
        sample.total = 8e9;
        put(sample);
    }
    put(events::LayerTimes{50, {{"0", 0.001, 0.002}, {"2", 0.0005, 0.001}}});
    events::RunFinished finished{events::RunState::Completed, 200};
    record.finished = finished;
    put(finished);
    return record;
}

struct Page {
    explicit Page(Bench& bench) : page(*bench.workbench)
    {
        page.resize(960, 700);
        page.show();
        QTest::mouseClick(page.findChild<QPushButton*>("section-profiler"), Qt::LeftButton);
    }
    ui::pages::ProfilerView& view() { return page.profiler(); }

    ui::pages::DebugPage page;
};

}

TEST_CASE("Without a run the Profiler says what will stand there")
{
    Bench bench;
    ui::pages::DebugPage page(*bench.workbench);
    page.resize(960, 700);
    page.show();
    auto* empty = page.findChild<QLabel*>("profilerEmpty");
    CHECK_FALSE(empty->isVisible());
    QTest::mouseClick(page.findChild<QPushButton*>("section-profiler"), Qt::LeftButton);
    CHECK(empty->isVisible());
    CHECK(empty->text().startsWith("Where the time of a run goes"));
}

TEST_CASE("A recorded run shows what its steps are made of, and its advice is applied by a click and taken back")
{
    Bench bench;
    bench.open(tests::quickOverfit);
    bench.workbench->showRecord(starvedRun(bench.workbench->document().resolved()));
    Page shown(bench);
    REQUIRE(spinUntil([&] { return !shown.view().bar().parts().empty(); }));
    CHECK(shown.view().headline() == "Of 10 ms a step, data wait takes 60 %. Steps waited for data 60 % of the time.");
    // The step of the time bar is the end of what is summed up.
    CHECK(shown.view().profile().summary(100).steps < 200);
    CHECK(shown.view().profile().summary(100).steps >= 100);
    const auto& parts = shown.view().bar().parts();
    REQUIRE(parts.size() == 4);
    CHECK(parts[0].name == "data wait");
    CHECK(parts[0].share == Approx(0.6));
    CHECK_FALSE(parts[0].tip.isEmpty());
    auto* apply = shown.page.findChild<QPushButton*>("apply-data.num_workers");
    REQUIRE(apply);
    QTest::mouseClick(apply, Qt::LeftButton);
    auto& document = bench.workbench->document();
    CHECK(document.resolved().at("data.num_workers")->toInt() == 2);
    // What is done already says so, until it is taken back.
    const auto button = [&] { return shown.page.findChild<QPushButton*>("apply-data.num_workers"); };
    REQUIRE(spinUntil([&] { return button() && !button()->isEnabled(); }));
    CHECK(button()->text() == "Applied");
    document.undoStack()->undo();
    REQUIRE(spinUntil([&] { return button() && button()->isEnabled(); }));
    CHECK(document.resolved().at("data.num_workers")->isNull());
    CHECK(bench.troubles.empty());
}

TEST_CASE("The timeline zooms about the pointer, moves, tells what was there, and shows all again")
{
    Bench bench;
    bench.open(tests::quickOverfit);
    bench.workbench->showRecord(starvedRun(bench.workbench->document().resolved()));
    Page shown(bench);
    auto& timeline = shown.view().timeline();
    REQUIRE(spinUntil([&] { return timeline.lanes().size() == 4; }));
    CHECK(timeline.shown() == std::pair(0.0, timeline.end()));
    const QPointF middle(timeline.width() / 2.0, 20);
    for (int i = 0; i < 4; ++i) {
        QWheelEvent wheel(middle, timeline.mapToGlobal(middle), {}, {0, 120}, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QApplication::sendEvent(&timeline, &wheel);
    }
    const auto [from, to] = timeline.shown();
    CHECK(to - from == Approx(timeline.end() * 0.8 * 0.8 * 0.8 * 0.8));
    QTest::mousePress(&timeline, Qt::LeftButton, {}, {400, 20});
    QTest::mouseMove(&timeline, {300, 20});
    QMouseEvent drag(QEvent::MouseMove, QPointF(300, 20), timeline.mapToGlobal(QPointF(300, 20)), Qt::NoButton,
                     Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&timeline, &drag);
    QTest::mouseRelease(&timeline, Qt::LeftButton, {}, {300, 20});
    CHECK(timeline.shown().first > from);
    QTest::mouseDClick(&timeline, Qt::LeftButton, {}, {400, 20});
    CHECK(timeline.shown() == std::pair(0.0, timeline.end()));
    const QString said = timeline.describe(0.55);
    CHECK(said.contains("steps 50 to 59"));
    CHECK(said.contains("data wait 60"));
    CHECK(said.contains("core 1 30"));
}

TEST_CASE("Live the page follows the run; the time bar's step is the end of what is summed up")
{
    Bench bench;
    Page shown(bench);
    const QString first = bench.train(tests::quickOverfit);
    REQUIRE(spinUntil([&] { return shown.view().profile().finished() && !shown.view().bar().parts().empty(); }));
    // What a busy window let go by is read again from the run when it has ended.
    REQUIRE(spinUntil([&] { return shown.view().profile().summary({}).steps == bench.workbench->front()->step(); }));
    const auto all = shown.view().profile().summary({});
    CHECK(all.seconds > 0);
    const auto half = shown.view().profile().summary(all.steps / 2);
    CHECK(half.steps > 0);
    CHECK(half.steps <= all.steps);
    // Another run beside it, chosen from the list by its keys.
    bench.train(tests::quickOverfit);
    auto* others = shown.page.findChild<QComboBox*>("profilerOther");
    REQUIRE(spinUntil([&] { return others->findData(first) > 0; }));
    others->setCurrentIndex(others->findData(first));
    Q_EMIT others->activated(others->currentIndex());
    REQUIRE(spinUntil([&] { return shown.view().comparison().shown(); }));
    const tests::TempFolder folder;
    const auto report = QString::fromStdString((folder.path() / "report.html").string());
    REQUIRE(shown.view().exportReport(report));
    CHECK(base::readFile(report.toStdString())->find("Where the time of a step goes") != std::string::npos);
    const auto trace = QString::fromStdString((folder.path() / "trace.json").string());
    REQUIRE(shown.view().exportTrace(trace));
    CHECK(base::readJson(trace.toStdString()));
}

TEST_CASE("A run without a profile offers to turn the profiler on")
{
    Bench bench;
    Page shown(bench);
    bench.open(tests::quickOverfit);
    bench.workbench->document().set("profiler.enabled", false);
    bench.workbench->train();
    REQUIRE(bench.ended());
    auto* on = shown.page.findChild<QPushButton*>("profilerOn");
    REQUIRE(spinUntil([&] { return on->isVisible(); }));
    QTest::mouseClick(on, Qt::LeftButton);
    CHECK(bench.workbench->document().resolved().at("profiler.enabled")->toBool());
}

}
