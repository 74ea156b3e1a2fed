// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/workbench.h"

#include "core/store/run_record.h"
#include "ui/models/cards.h"

#include <QUndoStack>

#include <utility>

namespace tests::workbench_test {

using core::base::parseJson;
using core::events::RunState;
using ui::bridge::Workbench;

TEST_CASE("the workbench trains a document and shows the run as it goes")
{
    tests::Bench bench;
    Workbench& workbench = *bench.workbench;
    int advances = 0;
    QObject::connect(&workbench, &Workbench::advanced, [&] { ++advances; });
    bench.train(tests::quickOverfit);
    CHECK(advances > 0);
    CHECK(workbench.front()->state() == RunState::Completed);
    CHECK(workbench.front()->series("train/loss")->size() == std::size_t(workbench.front()->finished()->steps));
    CHECK(workbench.front()->series("validation/loss")->size() == 60);
    CHECK_FALSE(workbench.front()->surfaces().empty());
    CHECK_FALSE(workbench.front()->confusions().empty());
    CHECK_FALSE(workbench.front()->predictions().empty());
    CHECK(bench.troubles.empty());
}

TEST_CASE("a document with a problem does not train; the problem is told")
{
    tests::Bench bench;
    bench.open(R"({"train": {"epochs": -3}})");
    bench.workbench->train();
    CHECK_FALSE(bench.workbench->training());
    REQUIRE(bench.troubles.size() == 1);
    CHECK(bench.troubles[0].where == "/train/epochs");
}

TEST_CASE("pause, single step, go on and stop")
{
    tests::Bench bench;
    Workbench& workbench = *bench.workbench;
    bench.open(R"({"data": {"source": "two-moons"}, "train": {"epochs": 1000000, "threads": 1}})");
    workbench.train(true);
    REQUIRE(tests::spinUntil([&] { return workbench.paused(); }));
    CHECK(workbench.front()->step() == 0);
    workbench.singleStep();
    REQUIRE(tests::spinUntil([&] { return workbench.front()->step() == 1; }));
    CHECK(workbench.paused());
    workbench.proceed();
    REQUIRE(tests::spinUntil([&] { return workbench.front()->step() > 20; }));
    workbench.stop();
    REQUIRE(bench.ended());
    CHECK(workbench.front()->state() == RunState::Stopped);

    SECTION("and the stopped run goes on where it was")
    {
        const qint64 step = workbench.front()->step();
        workbench.resumeRun(workbench.front()->folder());
        REQUIRE(tests::spinUntil([&] { return workbench.training() && workbench.front()->step() > step; }));
        CHECK(workbench.front()->series("train/loss")->step(0) == 0);
    }
    SECTION("and goes on for whoever asks in the moment of the stop")
    {
        workbench.resumeRun(workbench.front()->folder());
        REQUIRE(tests::spinUntil([&] { return workbench.training(); }));
        bool asked = false;
        const QObject here; // after the flag: no call comes when that is gone
        QObject::connect(&workbench, &Workbench::stateChanged, &here, [&] {
            if (workbench.front()->finished() && !workbench.training() && !std::exchange(asked, true))
                workbench.resumeRun(workbench.front()->folder());
        });
        workbench.stop();
        REQUIRE(tests::spinUntil([&] { return asked && workbench.training(); }));
        CHECK(bench.troubles.empty());
    }
}

TEST_CASE("training again changes the document as one undo step and keeps the earlier run behind")
{
    tests::Bench bench;
    Workbench& workbench = *bench.workbench;
    const QString first = bench.train(tests::quickOverfit);
    workbench.trainAgain({{"train.early_stopping", core::base::Object{{"patience", 5}}}},
                         "Run again with early stopping");
    REQUIRE(bench.ended());
    CHECK(workbench.front()->state() == RunState::EarlyStopped);
    REQUIRE(workbench.overlays().size() == 1);
    CHECK(workbench.overlays()[0]->folder() == first);
    CHECK(workbench.front()->color == 0);
    CHECK(workbench.overlays()[0]->color == 1);
    CHECK(workbench.document().resolved().at("train.early_stopping.patience")->toInt() == 5);
    workbench.document().undoStack()->undo();
    CHECK(workbench.document().resolved()["train"]["early_stopping"].isNull());
}

TEST_CASE("experiments train in turn and lie over each other")
{
    tests::Bench bench;
    auto slow = *parseJson(tests::quickOverfit), fast = slow;
    REQUIRE(slow.setAt("train.optimizer.lr", 0.001));
    REQUIRE(slow.setAt("name", "slow"));
    bench.workbench->trainInTurn({{slow}, {fast}});
    REQUIRE(tests::spinUntil([&] { return bench.workbench->overlays().size() == 1; }, 60));
    REQUIRE(bench.ended());
    CHECK(bench.workbench->front()->id() == "tiny-0001");
    CHECK(bench.workbench->overlays()[0]->id() == "slow-0001");
}

TEST_CASE("a finished run is played again and ends as it was")
{
    tests::Bench bench;
    Workbench& workbench = *bench.workbench;
    bench.train(tests::quickOverfit);
    const qint64 steps = workbench.front()->step();
    workbench.replay(0.001);
    REQUIRE(workbench.replaying());
    CHECK(workbench.front()->step() < steps);
    CHECK_FALSE(workbench.front()->finished());
    workbench.pause();
    CHECK(workbench.paused());
    workbench.proceed();
    workbench.replay(1e6);
    REQUIRE(tests::spinUntil([&] { return !workbench.replaying(); }));
    CHECK(workbench.front()->step() == steps);
    CHECK(workbench.front()->finished());
}

TEST_CASE("a cross-validated document trains every fold, each laid over those before, and stays as it is")
{
    tests::Bench bench;
    Workbench& workbench = *bench.workbench;
    bench.open(R"({"data": {"source": "two-moons", "rows": 60}, "split": {"kind": "k_fold", "folds": 3},
        "train": {"epochs": 2, "threads": 1}})");
    workbench.train();
    REQUIRE(tests::spinUntil(
        [&] { return workbench.overlays().size() == 2 && workbench.waiting() == 0 && !workbench.training(); }));
    CHECK(workbench.front()->spec()["split"]["fold"].toInt() == 2);
    CHECK(workbench.overlays()[0]->spec()["split"]["fold"].toInt() == 1);
    CHECK(workbench.document().resolved()["split"]["fold"].isNull());
    CHECK(bench.troubles.empty());
}

TEST_CASE("a recorded run is opened with its experiment, and laid over")
{
    tests::Bench bench;
    Workbench& workbench = *bench.workbench;
    const QString first = bench.train(tests::quickOverfit);
    auto other = *parseJson(tests::quickOverfit);
    REQUIRE(other.setAt("train.optimizer.lr", 0.01));
    workbench.document().open(other);
    workbench.train();
    REQUIRE(bench.ended());
    workbench.overlayRun(first, true);
    REQUIRE(tests::spinUntil([&] { return workbench.overlays().size() == 1; }));
    CHECK(workbench.overlays()[0]->series("validation/loss")->size() == 60);
    workbench.overlayRun(first, false);
    CHECK(workbench.overlays().empty());
    workbench.openRun(first);
    REQUIRE(tests::spinUntil([&] { return workbench.front()->folder() == first; }));
    CHECK(workbench.document().resolved().at("train.optimizer.lr")->toReal() == 0.1);
    workbench.openRun("/no/such/run");
    CHECK(tests::spinUntil([&] { return !bench.troubles.empty(); }));
}

}
