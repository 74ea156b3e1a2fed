// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/replay.h"
#include "ui/bridge/session_bridge.h"
#include "ui/models/rank_moments.h"
#include "ui/models/run_figures.h"
#include "ui/models/run_model.h"

#include <catch2/catch.hpp>

#include <cmath>

namespace tests::run_model_test {

using namespace core::events;
using ui::bridge::Replay;
using ui::bridge::SessionBridge;
using ui::models::RunModel;

namespace {

RunOpened opened(std::int64_t firstStep = 0)
{
    RunOpened event;
    event.id = "moons-0001";
    event.folder = "/runs/moons-0001";
    event.groups = {{"train/loss", "train/lr"}, {"validation/loss"}};
    event.firstStep = firstStep;
    event.stepsPerEpoch = 10;
    event.totalSteps = 30;
    return event;
}

ScalarRow step(std::int64_t step, double loss)
{
    return {step, 100.0 + double(step), 0, 2, {loss, 0.1}};
}
ScalarRow evaluation(std::int64_t step, double loss)
{
    return {step, 100.0 + double(step), 1, 1, {loss}};
}

/// Three epochs of ten steps; the best after the second.
void train(RunModel& run)
{
    run.take({}, {opened(), StateChanged{RunState::Running}});
    for (int s = 0; s < 30; ++s) {
        run.take({step(s, 3.0 / (s + 1))}, {});
        if (s % 10 == 9)
            run.take({evaluation(s + 1, s == 19 ? 0.5 : 0.7)},
                     {SurfaceFrame{s + 1, (s + 1) / 10, 1, 1, 0, 1, 0, 1, {0.4f, 0.6f}, 2}});
    }
    RunFinished finished;
    finished.state = RunState::Completed;
    finished.steps = 30;
    finished.epochs = 3;
    finished.trainSeconds = 3;
    run.take({}, {BestChanged{"validation/loss", 0.5, 20, 2}, finished});
}

int signalsOf(RunModel& run, void (RunModel::*signal)(), auto action)
{
    int count = 0;
    const auto connection = QObject::connect(&run, signal, [&count] { ++count; });
    action();
    QObject::disconnect(connection);
    return count;
}

}

TEST_CASE("a run model is filled by events and rows")
{
    RunModel run;
    train(run);
    CHECK(run.id() == "moons-0001");
    CHECK(run.seriesNames() == QStringList{"train/loss", "train/lr", "validation/loss"});
    REQUIRE(run.series("train/loss"));
    CHECK(run.series("train/loss")->size() == 30);
    CHECK(run.series("validation/loss")->value(1) == 0.5);
    CHECK(run.series("no/such") == nullptr);
    CHECK(run.best()->epoch == 2);
    CHECK_FALSE(run.live());
    CHECK(run.step() == 30);
    CHECK(run.epochOf(25) == 2.5);
}

TEST_CASE("one delivery makes one signal")
{
    RunModel run;
    run.take({}, {opened()});
    CHECK(signalsOf(run, &RunModel::advanced, [&] {
              run.take({step(0, 1), step(1, 1), step(2, 1)}, {Progress{3}});
          }) == 1);
    CHECK(signalsOf(run, &RunModel::stateChanged, [&] { run.take({step(3, 1)}, {Progress{4}}); }) == 0);
    CHECK(signalsOf(run, &RunModel::stateChanged, [&] {
              run.take({}, {Edited{4, "train.optimizer.lr", 0.1, 0.01}, BestChanged{}});
          }) == 1);
}

TEST_CASE("a resumed run goes on at its checkpoint")
{
    RunModel run;
    train(run);
    run.take({}, {opened(20), StateChanged{RunState::Running}});
    CHECK(run.live());
    CHECK_FALSE(run.finished());
    CHECK(run.series("train/loss")->size() == 20);
    CHECK(run.series("validation/loss")->size() == 1);
    CHECK_FALSE(run.best());
    CHECK(run.surfaces().size() == 1);
    run.take({step(20, 0.1), evaluation(20, 0.5)}, {});
    CHECK(run.series("train/loss")->step(20) == 20);
}

TEST_CASE("a recorded run fills the same model")
{
    core::store::RunRecord record;
    record.id = "moons-0001";
    record.folder = "/runs/moons-0001";
    record.opened = opened();
    record.scalars["train/loss"] = {{0, 1, 2}, {3, 2, std::nan("")}, {0, 1, 2}};
    record.events = {opened(), BestChanged{"validation/loss", 0.5, 2, 1}, PatienceChanged{3, 1, 2, 5}};
    record.state = RunState::Interrupted;
    RunModel run;
    run.load(record);
    CHECK(run.series("train/loss")->size() == 3);
    CHECK(run.patience()->waited == 2);
    CHECK(run.state() == RunState::Interrupted);
    CHECK_FALSE(run.live());
    CHECK(ui::models::lastValue(run, "train/loss") == 2);
}

TEST_CASE("how uneven ranks are is told by what they differ in at one step, not by how a machine drifts")
{
    core::store::RunRecord record;
    record.id = "ranks-0001";
    record.folder = "/runs/ranks-0001";
    record.opened = opened();
    record.events = {opened()};
    StepTimes times{0, 40, 1.7e9};
    times.phases = {0, 0, 0.4, 0.8, 0.04};
    for (int step = 0; step < 40; ++step)
        times.durations.push_back(step % 2 ? 0.01f : 0.02f);
    record.events.push_back(times);
    record.eventTimes.assign(record.events.size(), 1.7e9);
    const auto spreadOf = [](const core::store::RunRecord& of) {
        RunModel run;
        run.load(of);
        return ui::models::scalingFactsOf(&run, {}).facts.spread;
    };
    // One process: of 10 and 20 ms in turns.
    CHECK(spreadOf(record) == Approx(0.5));
    // Both ranks become slower and slower, one of them by turns 4 % slower than the other: ± 2 % of their mean, which
    // are draws ± √2 · 2 % each.
    for (int rank = 0; rank < 2; ++rank) {
        core::store::Series& series = record.scalars["ranks/" + std::to_string(rank) + "/compute_seconds"];
        for (int step = 0; step < 40; ++step) {
            const double ahead = (step + rank) % 2 ? 0.02 : -0.02;
            series.steps.push_back(step);
            series.values.push_back((0.01 + 0.001 * step) * (1 + ahead));
            series.times.push_back(double(step));
        }
    }
    CHECK(spreadOf(record) == Approx(0.02 * std::sqrt(2)));
}

TEST_CASE("the bridge hands over everything in one take")
{
    RunModel run;
    SessionBridge bridge(run);
    bridge.onEvent(opened());
    for (int s = 0; s < 5; ++s)
        bridge.onScalars(step(s, 1));
    bridge.onEvent(Progress{1});
    bridge.onEvent(Notice{2, {core::base::ErrorKind::Resource, "disk full", {}, {}}});
    bridge.onEvent(Progress{5});
    CHECK(signalsOf(run, &RunModel::advanced, [&] { CHECK(bridge.deliver()); }) == 1);
    CHECK(run.series("train/loss")->size() == 5);
    CHECK(run.progress().step == 5);
    CHECK(run.notices().size() == 1);
    CHECK_FALSE(bridge.deliver());
}

TEST_CASE("a view that cannot keep up loses step scalars, never evaluations or events")
{
    RunModel run;
    SessionBridge bridge(run, 100);
    bridge.onEvent(opened());
    for (int s = 0; s < 1000; ++s) {
        bridge.onScalars(step(s, 1));
        if (s % 10 == 9) {
            bridge.onScalars(evaluation(s + 1, 1));
            bridge.onEvent(BestChanged{"validation/loss", 1.0 / s, s + 1, s / 10});
        }
    }
    bridge.deliver();
    CHECK(run.series("validation/loss")->size() == 100);
    CHECK(run.bests().size() == 100);
    CHECK(run.series("train/loss")->size() <= 100);
    CHECK(run.series("train/loss")->size() + std::size_t(bridge.dropped()) == 1000);
}

TEST_CASE("a replay shows a run as it stood at any step")
{
    RunModel source, shown;
    train(source);
    Replay replay(source, shown);
    replay.moveTo(10);
    CHECK(shown.series("train/loss")->size() == 10);
    CHECK(shown.series("validation/loss")->size() == 1);
    CHECK_FALSE(shown.best());
    CHECK(shown.live());
    replay.moveTo(20);
    CHECK(shown.best()->epoch == 2);
    CHECK(shown.surfaces().size() == 2);
    replay.moveTo(30);
    CHECK(shown.finished()->steps == 30);
    CHECK(shown.series("train/loss")->size() == 30);
    SECTION("and back again")
    {
        replay.moveTo(5);
        CHECK(shown.series("train/loss")->size() == 5);
        CHECK(shown.series("validation/loss") == nullptr);
        CHECK_FALSE(shown.finished());
    }
}

TEST_CASE("a replay of a run that still trains waits for it")
{
    RunModel source, shown;
    source.take({}, {opened(), StateChanged{RunState::Running}});
    source.take({step(0, 1), step(1, 1)}, {});
    Replay replay(source, shown);
    replay.moveTo(10);
    CHECK(shown.series("train/loss")->size() == 2);
    source.take({step(2, 1), evaluation(3, 0.4)}, {});
    replay.moveTo(10);
    CHECK(shown.series("train/loss")->size() == 3);
    CHECK(shown.series("validation/loss")->size() == 1);
}

TEST_CASE("the figures of the closing sentence come from the run")
{
    RunModel run;
    train(run);
    const auto figures = ui::models::figuresOf(run);
    CHECK(figures.epochs == std::vector<double>{1, 2, 3});
    CHECK(figures.validation == std::vector<double>{0.7, 0.5, 0.7});
    CHECK(figures.training.size() == 3);
    CHECK(figures.training[0] > figures.training[2]);
    CHECK_FALSE(figures.nonFinite);
    run.take({step(30, std::nan(""))}, {});
    CHECK(ui::models::figuresOf(run).nonFinite);
}

TEST_CASE("checkpoints stand in the order of their steps, in whatever order they were written")
{
    RunModel run;
    for (const std::int64_t step : {0, 40, 80, 20, 80, 100})
        run.take({}, {CheckpointWritten{step, "", 0, 1}});
    std::vector<std::int64_t> steps;
    for (const auto& written : run.checkpoints())
        steps.push_back(written.step);
    CHECK(steps == std::vector<std::int64_t>{0, 20, 40, 80, 100});
}

}
