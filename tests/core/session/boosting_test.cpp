// SPDX-License-Identifier: GPL-3.0-or-later
// Estimators take part in everything that networks do: their rounds are the steps of a run.
#include "tests/support/torch_test.h"

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/session/certificate.h"
#include "core/session/past.h"
#include "core/session/rewinder.h"
#include "core/store/run_record.h"
#include "core/train/evaluator.h"
#include "tests/support/sessions.h"

#include <condition_variable>

namespace tests::boosting {

using namespace core;
using session::Session;

namespace fs = std::filesystem;

struct Trained {
    fs::path folder;
    events::RunFinished result;
};

base::Value boosted(std::int64_t threads = 2, std::int64_t rounds = 40)
{
    base::Value value = tests::resolved(
        R"({"data": {"source": "two-moons", "rows": 300}, "model": {"kind": "xgboost", "max_depth": 3,
        "subsample": 0.6, "colsample_bynode": 0.5}})");
    (void)value.setAt("train.threads", threads);
    (void)value.setAt("train.epochs", rounds);
    return value;
}

Trained ended(base::Result<std::unique_ptr<Session>> run)
{
    if (!run)
        FAIL(base::describe(run.error()));
    (*run)->start();
    Trained trained{(*run)->folder(), (*run)->wait()};
    INFO(base::describe(trained.result.error));
    CHECK(trained.result.error.message.empty());
    return trained;
}

using Edits = std::vector<std::pair<std::int64_t, session::Edit>>;

/// Trains with edits before some of its rounds, and stops after `last` of them unless that is −1.
Trained conducted(std::unique_ptr<Session> run, const Edits& edits, std::int64_t last = -1)
{
    tests::Watcher watcher;
    const auto watching = run->events().subscribe(watcher);
    run->start();
    const auto walk = [&](std::int64_t step) {
        while (watcher.steps() < step) {
            const std::int64_t next = watcher.steps() + 1;
            REQUIRE(run->post(session::SingleStep{}));
            REQUIRE(tests::until([&] { return watcher.steps() >= next; }));
        }
    };
    for (const auto& [step, edit] : edits) {
        walk(step);
        const base::Status posted = run->post(edit);
        INFO(edit.path << (posted ? "" : base::describe(posted.error())));
        REQUIRE(posted);
    }
    if (last >= 0) {
        walk(last);
        REQUIRE(run->post(session::Stop{}));
    } else
        REQUIRE(run->post(session::Continue{}));
    const events::RunFinished result = run->wait();
    CHECK(result.error.message.empty());
    return {run->folder(), result};
}

Trained branched(const TempFolder& folder, const fs::path& parent, std::int64_t step,
                 const std::vector<std::pair<std::string, base::Value>>& changes = {})
{
    return ended(Session::branch(parent, step, changes, {folder.path(), "cpu"}));
}

const Edits edits{{8, {"model.eta", 0.1}},
                  {15, {"model.max_depth", 6}},
                  {22, {"train.schedule", "cosine"}},
                  {30, {"data.source.noise", 0.3}}};

TEST_CASE("boosting: the loss falls, every round is recorded, and an epoch is a round")
{
    const TempFolder folder;
    const Trained run = ended(tests::made(boosted(), folder));
    CHECK(run.result.state == events::RunState::Completed);
    CHECK(run.result.steps == 40);
    CHECK(run.result.epochs == 40);
    const auto record = store::readRun(run.folder);
    REQUIRE(record);
    for (const char* name : {"train/loss", "train/lr", "train/grad_norm", "train/accuracy", "validation/loss",
                             "validation/accuracy", "train_eval/loss"})
        CHECK(record->scalars.at(name).values.size() == 40);
    const auto& loss = record->scalars.at("train/loss").values;
    CHECK(loss.front() == Approx(std::log(2.0)));
    CHECK(loss.back() < 0.4 * loss.front());
    CHECK(record->scalars.at("train/lr").values == std::vector<double>(40, 0.3));
    CHECK(record->opened->tensors.front() == "trees.begin");
    CHECK(record->spec["train"]["batch_size"].text() == "full");
}

TEST_CASE("boosting: a schedule starts from eta, and train/lr is the rate of each round")
{
    const TempFolder folder;
    base::Value spec = boosted(1, 6);
    (void)spec.setAt("model.eta", 0.4);
    (void)spec.setAt("train.schedule", base::Object{{"kind", "step"}, {"step_size", 2}, {"gamma", 0.5}});
    spec = tests::resolved(base::writeJson(spec));
    const auto preview = session::previewSchedule(spec);
    REQUIRE(preview);
    const std::vector<double> rates{0.4, 0.4, 0.2, 0.2, 0.1, 0.1};
    CHECK(preview->lr == rates);
    const auto record = store::readRun(ended(tests::made(spec, folder)).folder);
    CHECK(record->scalars.at("train/lr").values == rates);
}

TEST_CASE("boosting: a run that was stopped anywhere ends in the same bits, edits included")
{
    const TempFolder whole;
    const std::string digest = conducted(tests::made(boosted(), whole, true), edits).result.digest;
    CHECK(digest != ended(tests::made(boosted(), whole)).result.digest);
    for (const std::int64_t stop : {1, 9, 16, 33}) {
        INFO(stop);
        const TempFolder folder;
        Edits before, after;
        for (const auto& edit : edits)
            (edit.first < stop ? before : after).push_back(edit);
        const Trained part = conducted(tests::made(boosted(), folder, true), before, stop);
        CHECK(part.result.state == events::RunState::Stopped);
        auto resumed = Session::resume(part.folder, {folder.path(), "cpu", true});
        REQUIRE(resumed);
        CHECK(conducted(std::move(*resumed), after).result.digest == digest);
    }
}

TEST_CASE("boosting: branches without changes end in their parent's bits, others go their own way")
{
    const TempFolder folder;
    const Trained parent = conducted(tests::made(boosted(), folder, true), edits);
    for (const std::int64_t step : {0, 1, 8, 19, 30, 39, 40})
        CHECK(branched(folder, parent.folder, step).result.digest == parent.result.digest);
    const Trained child = branched(folder, parent.folder, 12, {{"model.lambda", 5}, {"train.epochs", 50}});
    CHECK(child.result.steps == 50);
    CHECK(child.result.digest != parent.result.digest);
    CHECK(branched(folder, child.folder, 5).result.digest == parent.result.digest);
    CHECK(session::certify(child.folder, -1, -1)->identical);
    const auto misfit = Session::branch(parent.folder, 12, {{"model", "mlp"}}, {folder.path(), "cpu"});
    REQUIRE_FALSE(misfit);
    CHECK(misfit.error().message.find("do not fit") != std::string::npos);
}

TEST_CASE("boosting: a replay proves an edited run identical, and names the round of an altered one")
{
    const TempFolder folder;
    const Trained run = conducted(tests::made(boosted(), folder, true), edits);
    const auto whole = session::certify(run.folder, -1, -1);
    REQUIRE(whole);
    INFO(session::describe(*whole));
    CHECK(whole->identical);
    CHECK(whole->identicalThrough == 40);
    CHECK(whole->keyframesChecked > 0);
    CHECK(session::certify(run.folder, 20, 35)->identical);

    const auto files = store::listCheckpoints(run.folder / "checkpoints");
    store::Checkpoint last = *store::readCheckpoint(files.back().file);
    const auto values = std::ranges::find(last.tensors, "model/trees.value", &base::Blob::name);
    REQUIRE(values != last.tensors.end());
    values->bytes[values->bytes.size() - 2] ^= 1;
    REQUIRE(store::writeCheckpoint(run.folder / "checkpoints", last));
    const auto touched = session::certify(run.folder, -1, -1);
    REQUIRE(touched);
    REQUIRE(touched->first);
    CHECK(touched->first->cause == "checkpoint");
    CHECK(touched->first->tensor == "model/trees.value");

    const fs::path spec = run.folder / "spec.json";
    base::Value settings = *base::readJson(spec);
    REQUIRE(settings.setAt("model.min_child_weight", 4));
    REQUIRE(base::writeFileAtomically(spec, base::writeJson(settings)));
    const auto altered = session::certify(run.folder, -1, -1);
    REQUIRE(altered);
    REQUIRE(altered->first);
    CHECK(altered->first->cause == "settings");
    CHECK(altered->first->tensor.starts_with("trees."));
    CHECK(altered->first->message.find("model.min_child_weight") != std::string::npos);
}

TEST_CASE("boosting: early stopping goes back to the best round")
{
    const TempFolder folder;
    base::Value spec = boosted(1, 400);
    (void)spec.setAt("data.source", base::Object{{"kind", "two-moons"}, {"noise", 0.5}});
    (void)spec.setAt("train.early_stopping", base::Object{{"patience", 4}});
    spec = tests::resolved(base::writeJson(spec));
    const Trained run = ended(tests::made(spec, folder));
    REQUIRE(run.result.state == events::RunState::EarlyStopped);
    CHECK(run.result.steps < 400);
    CHECK(run.result.bestStep == run.result.steps - 4);
    const auto last = store::newestWhole(run.folder / "checkpoints");
    REQUIRE(last);
    const auto begins = std::ranges::find(last->tensors, "model/trees.begin", &base::Blob::name);
    REQUIRE(begins != last->tensors.end());
    CHECK(begins->shape == std::vector<std::int64_t>{run.result.bestStep + 1});
    CHECK(session::certify(run.folder, -1, -1)->identical);
}

TEST_CASE("boosting: any round is shown at once, and as training to it again shows it")
{
    const TempFolder folder;
    base::Value spec = boosted(1, 60);
    (void)spec.setAt("train.checkpoint.keyframes_mb", 0);
    const Trained run = conducted(tests::made(spec, folder, true), {{20, {"model.eta", 0.15}}});
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<session::Moment> moments;
    session::Rewinder rewinder(run.folder, [&](base::Result<session::Moment> moment) {
        const std::lock_guard lock(mutex);
        if (moment)
            moments.push_back(std::move(*moment));
        changed.notify_all();
    });
    for (const std::int64_t step : {60, 45, 50, 21, 58, 3, 20}) {
        INFO(step);
        std::unique_lock lock(mutex);
        moments.clear();
        rewinder.seek(step);
        REQUIRE(
            changed.wait_for(lock, std::chrono::seconds(60), [&] { return !moments.empty() && moments.back().exact; }));
        // Behind the edit no keyframe but the last is there, and none is needed.
        if (step > 20)
            CHECK(moments.size() == 1);
        CHECK(moments.back().step == step);
        const auto past = session::Past::openFor(run.folder, step);
        REQUIRE(past);
        const auto engine = past->at(step, "cpu", {});
        REQUIRE(engine);
        const auto surface = train::surface((*engine)->learner(), (*engine)->data(), 72);
        REQUIRE(surface);
        REQUIRE(moments.back().surface);
        CHECK(moments.back().surface->values == surface->values);
    }
}

TEST_CASE("boosting: every round is evaluated, predicted with and exported")
{
    const TempFolder folder;
    const Trained run = ended(tests::made(boosted(), folder));
    const auto record = store::readRun(run.folder);
    for (const std::int64_t step : {1, 17, 40}) {
        REQUIRE(session::reach(run.folder, std::to_string(step)));
        const auto evaluation = session::evaluate(run.folder, "validation", std::to_string(step));
        REQUIRE(evaluation);
        CHECK(evaluation->metrics.front().second ==
              record->scalars.at("validation/loss").values[std::size_t(step - 1)]);
    }
}

TEST_CASE("boosting: what a round does not take is told, and what no network takes is refused")
{
    const auto given = base::parseJson(
        R"({"data": {"source": "two-moons"}, "model": "xgboost", "train": {"batch_size": 64, "accumulate": 1}})");
    const spec::Checked checked = spec::resolve(*given, {session::catalog()});
    CHECK(checked.problems.empty());
    REQUIRE(checked.notes.size() == 1);
    CHECK(checked.notes.front().find("train.batch_size") != std::string::npos);
    CHECK(checked.value["train"]["batch_size"].text() == "full");
    CHECK(spec::resolve(checked.value, {session::catalog()}).notes.empty());

    const TempFolder folder;
    const fs::path csv = folder.path() / "gaps.csv";
    std::string text = "a,b,c\n";
    for (int row = 0; row < 120; ++row)
        text += (row % 5 ? std::to_string(row % 11) : "") + "," + std::to_string(row % 7) + "," +
                (row % 11 > 5 ? "yes" : "no") + "\n";
    REQUIRE(base::writeFileAtomically(csv, text));
    base::Value spec = tests::resolved(
        base::writeJson(base::Object{{"data", base::Object{{"source", csv.string()}, {"missing", "keep"}}},
                                     {"model", base::Object{{"kind", "xgboost"}}},
                                     {"train", base::Object{{"epochs", 20}}}}));
    const Trained run = ended(tests::made(spec, folder));
    CHECK(run.result.metrics.front().second < 0.4);
    const fs::path rows = folder.path() / "rows.csv", said = folder.path() / "said.csv";
    REQUIRE(base::writeFileAtomically(rows, "a,b\n9,1\n,2\n"));
    CHECK(*session::predict(run.folder, rows, said, "last") == 2);
    CHECK(session::predict(run.folder, rows, said, "7").error().message.find("no checkpoint") != std::string::npos);
    REQUIRE(spec.setAt("model", base::Object{{"kind", "mlp"}}));
    auto network = tests::made(tests::resolved(base::writeJson(spec)), folder);
    network->start();
    const auto& refused = network->wait();
    CHECK(refused.state == events::RunState::Failed);
    CHECK(refused.error.where == "/data/missing");
}

}
