// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/base/blob.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/session/certificate.h"
#include "core/session/inspect.h"
#include "core/spec/experiment.h"
#include "core/store/checkpoint.h"
#include "core/store/run_folder.h"
#include "core/store/run_names.h"
#include "core/store/run_record.h"
#include "core/store/run_tree.h"
#include "tests/support/sessions.h"

using namespace core;
using session::Session;
using tests::TempFolder;

namespace {

namespace fs = std::filesystem;

using Changes = std::vector<std::pair<std::string, base::Value>>;

struct Trained {
    fs::path folder;
    events::RunFinished result;
};

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

/// A run with an edit before its step 20, another before step 40, a third before step 60.
Trained edited(const TempFolder& folder, const base::Value& spec)
{
    auto run = tests::made(spec, folder, true);
    tests::Watcher watcher;
    const auto watching = run->events().subscribe(watcher);
    run->start();
    const std::pair<std::int64_t, session::Edit> edits[] = {
        {20, {"train.optimizer.lr", 0.02}}, {40, {"train.batch_size", 9}}, {60, {"model.dropout", 0.4}}};
    for (const auto& [step, edit] : edits) {
        while (watcher.steps() < step) {
            const std::int64_t next = watcher.steps() + 1;
            REQUIRE(run->post(session::SingleStep{}));
            REQUIRE(tests::until([&] { return watcher.steps() >= next; }));
        }
        REQUIRE(run->post(edit));
    }
    REQUIRE(run->post(session::Continue{}));
    const events::RunFinished result = run->wait();
    CHECK(watcher.edits().size() == 3);
    return {run->folder(), result};
}

Trained branched(const TempFolder& folder, const fs::path& parent, std::int64_t step, const Changes& changes = {})
{
    return ended(Session::branch(parent, step, changes, {folder.path(), "cpu"}));
}

base::Value moons()
{
    return tests::moons(4, 1);
}

}

TEST_CASE("a branch without changes ends in its parent's bits, whatever was edited before or after")
{
    const TempFolder folder;
    const Trained parent = edited(folder, moons());
    for (const std::int64_t step : {0, 1, 20, 33, 40, 59, 60, 61, 90})
        CHECK(branched(folder, parent.folder, step).result.digest == parent.result.digest);
}

TEST_CASE("a branch of a branch, and one from before the branch began")
{
    const TempFolder folder;
    const Trained parent = edited(folder, moons());
    const Trained child = branched(folder, parent.folder, 30, {{"train.optimizer.lr", 0.001}});
    CHECK(child.result.digest != parent.result.digest);
    CHECK(branched(folder, child.folder, 50).result.digest == child.result.digest);
    CHECK(branched(folder, child.folder, 10).result.digest == parent.result.digest);
}

TEST_CASE("a branch says where it comes from, holds its past, and lives on without its parent")
{
    const TempFolder folder;
    const Trained parent = ended(tests::made(moons(), folder));
    const Trained child = branched(folder, parent.folder, 30, {{"train.l2", 0.01}});
    const auto before = store::readRun(parent.folder), after = store::readRun(child.folder);
    REQUIRE(after);
    CHECK(after->opened->parent == before->id);
    CHECK(after->opened->parentStep == 30);
    const auto changes = spec::difference(before->spec, after->spec);
    REQUIRE(changes.size() == 1);
    CHECK(changes.front().path == "train.l2");
    const store::Series& loss = after->scalars.at("train/loss");
    REQUIRE(std::int64_t(loss.steps.size()) == child.result.steps);
    CHECK(std::equal(loss.values.begin(), loss.values.begin() + 31, before->scalars.at("train/loss").values.begin()));
    CHECK(loss.values[31] != before->scalars.at("train/loss").values[31]);
    REQUIRE(store::removeRun(parent.folder));
    CHECK(branched(folder, child.folder, 40).result.digest == child.result.digest);
    CHECK_FALSE(Session::branch(child.folder, 10, {}, {folder.path(), "cpu"}));
}

TEST_CASE("a finished run goes on for more epochs")
{
    const TempFolder folder;
    base::Value longer = moons();
    (void)longer.setAt("train.epochs", 20);
    const std::string whole = ended(tests::made(longer, folder)).result.digest;
    const Trained parent = ended(tests::made(moons(), folder));
    const Trained more = branched(folder, parent.folder, parent.result.steps, {{"train.epochs", 20}});
    CHECK(more.result.epochs == 20);
    CHECK(more.result.digest == whole);
}

TEST_CASE("early stopping that put the best weights back does not keep a run from going on")
{
    const TempFolder folder;
    base::Value spec = moons();
    (void)spec.setAt("train.epochs", 60);
    (void)spec.setAt("train.optimizer.lr", 0.05);
    (void)spec.setAt("train.early_stopping", base::Object{{"patience", 2}});
    const Trained parent = ended(tests::made(spec, folder));
    REQUIRE(parent.result.state == events::RunState::EarlyStopped);
    CHECK(branched(folder, parent.folder, parent.result.steps - 3).result.digest == parent.result.digest);
    const Trained on = branched(folder, parent.folder, parent.result.steps, {{"train.early_stopping", nullptr}});
    base::Value without = spec;
    (void)without.setAt("train.early_stopping", nullptr);
    CHECK(on.result.digest == ended(tests::made(without, folder)).result.digest);
}

TEST_CASE("what cannot be branched says why")
{
    const TempFolder folder;
    const Trained parent = ended(tests::made(moons(), folder));
    const session::Options options{folder.path(), "cpu"};
    const auto tooLate = Session::branch(parent.folder, 100000, {}, options);
    REQUIRE_FALSE(tooLate);
    CHECK(tooLate.error().kind == base::ErrorKind::Usage);
    const auto misfit = Session::branch(parent.folder, 5, {{"model.hidden", base::Array{5}}}, options);
    REQUIRE_FALSE(misfit);
    CHECK(misfit.error().message.find("do not fit") != std::string::npos);
    const auto wrong = Session::branch(parent.folder, 5, {{"train.optimizer.lr", -1}}, options);
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().where == "/train/optimizer/lr");
    CHECK(store::listRuns(folder.path()).size() == 1);
}

TEST_CASE("a replay proves an edited run identical, in whole and in part")
{
    const TempFolder folder;
    const Trained parent = edited(folder, moons());
    const auto whole = session::certify(parent.folder, -1, -1);
    REQUIRE(whole);
    CHECK(whole->identical);
    CHECK(whole->identicalThrough == parent.result.steps);
    CHECK(whole->digest == parent.result.digest);
    CHECK(whole->stepsChecked > 2);
    const auto part = session::certify(parent.folder, 35, 70);
    REQUIRE(part);
    CHECK(part->identical);
    CHECK(part->to == 70);
    const Trained child = branched(folder, parent.folder, 30, {{"train.optimizer.lr", 0.001}});
    CHECK(session::certify(child.folder, -1, -1)->identical);
}

TEST_CASE("a replay of an altered run names the step, the tensor and the cause")
{
    const TempFolder folder;
    const Trained parent = ended(tests::made(moons(), folder));
    const fs::path spec = parent.folder / "spec.json";
    base::Value settings = *base::readJson(spec);
    REQUIRE(settings.setAt("train.optimizer.lr", 0.002));
    REQUIRE(base::writeFileAtomically(spec, base::writeJson(settings)));
    const auto other = session::certify(parent.folder, -1, -1);
    REQUIRE(other);
    CHECK_FALSE(other->identical);
    REQUIRE(other->first);
    CHECK(other->first->step >= 1);
    CHECK(other->first->tensor == "0.weight");
    CHECK(other->first->cause == "settings");
    CHECK(other->first->message.find("train.optimizer.lr") != std::string::npos);
    CHECK(session::toValue(*other)["first_difference"]["step"].toInt() == other->first->step);
}

TEST_CASE("a keyframe that was changed with its digests is found")
{
    const TempFolder folder;
    const Trained parent = ended(tests::made(moons(), folder));
    const auto files = store::listCheckpoints(parent.folder / "checkpoints");
    store::Checkpoint last = *store::readCheckpoint(files.front().file);
    last.tensors.front().bytes[0] ^= 1;
    REQUIRE(store::writeCheckpoint(parent.folder / "checkpoints", last));
    const auto found = session::certify(parent.folder, -1, -1);
    REQUIRE(found);
    CHECK_FALSE(found->identical);
    REQUIRE(found->first);
    CHECK(found->first->cause == "checkpoint");
    CHECK(found->first->step == files.front().step);
}

TEST_CASE("every live parameter changes between two steps, is recorded, and replays")
{
    const std::pair<const char*, base::Value> edits[] = {
        {"train.optimizer.lr", 0.05},
        {"train.optimizer.betas", base::Array{0.5, 0.9}},
        {"train.schedule", "cosine"},
        {"train.schedule", base::Object{{"kind", "step"}, {"step_size", 3}, {"unit", "step"}}},
        {"train.schedule", base::Object{{"kind", "reduce_on_plateau"}, {"patience", 0}, {"threshold", 1.0}}},
        {"train.schedule", "one_cycle"},
        {"train.max_norm", 0.3},
        {"train.layer_decay", 0.5},
        {"train.batch_size", 7},
        {"train.batch_size", "full"},
        {"train.accumulate", 2},
        {"train.epochs", 20},
        {"train.l1", 0.01},
        {"train.l2", 0.01},
        {"train.clip_grad_norm", 0.1},
        {"train.clip_grad_value", 0.01},
        {"train.early_stopping", base::Object{{"patience", 1}, {"min_delta", 1.0}}},
        {"model.dropout", 0.5},
        {"data.source.noise", 0.4},
        {"data.rows", 90}};
    base::Value plain = tests::moons(9, 1, 0);
    const TempFolder alone;
    const std::string unedited = ended(tests::made(plain, alone)).result.digest;
    for (const auto& [path, value] : edits) {
        INFO(path << " " << base::writeJson(value));
        const TempFolder folder;
        auto run = tests::made(plain, folder, true);
        tests::Watcher watcher;
        const auto watching = run->events().subscribe(watcher);
        run->start();
        for (std::int64_t step = 1; step <= 10; ++step) {
            REQUIRE(run->post(session::SingleStep{}));
            REQUIRE(tests::until([&] { return watcher.steps() >= step; }));
        }
        const base::Status posted = run->post(session::Edit{path, value});
        INFO((posted ? "" : base::describe(posted.error())));
        REQUIRE(posted);
        REQUIRE(run->post(session::Continue{}));
        const events::RunFinished result = run->wait();
        CHECK(result.error.message.empty());
        REQUIRE(watcher.edits().size() == 1);
        CHECK(watcher.edits().front().step == 10);
        CHECK(result.digest != unedited);
        const fs::path kept = run->folder();
        const auto certificate = session::certify(kept, -1, -1);
        REQUIRE(certificate);
        INFO(session::describe(*certificate));
        CHECK(certificate->identical);
        CHECK(branched(folder, kept, 14).result.digest == result.digest);
    }
}

TEST_CASE("any step can be exported and evaluated, not only those that were kept")
{
    const TempFolder folder;
    const Trained parent = ended(tests::made(moons(), folder));
    const std::int64_t step = 37;
    REQUIRE(session::reach(parent.folder, "37"));
    const auto checkpoint = store::newestWhole(parent.folder / "checkpoints", step);
    REQUIRE(checkpoint);
    CHECK(checkpoint->step == step);
    CHECK(branched(folder, parent.folder, step).result.digest == parent.result.digest);
    CHECK(session::evaluate(parent.folder, "validation", "37"));
    CHECK(session::reach(parent.folder, "last"));
    CHECK_FALSE(session::reach(parent.folder, "100000"));
}

TEST_CASE("a run that is renamed keeps its branches, and they find it under its new name")
{
    TempFolder folder;
    const base::Value spec = tests::moons(11, 1);
    const Trained parent = edited(folder, spec);
    const Trained child = ended(Session::branch(parent.folder, 50, {}, {folder.path(), "cpu"}));
    const std::string before = parent.folder.filename().string();
    const auto renamed = store::renameRun(parent.folder, "The First!");
    REQUIRE(renamed);
    CHECK(renamed->filename() == "the-first");
    const auto runs = store::listRuns(folder.path());
    REQUIRE(runs.size() == 2);
    const auto family = store::familyOf(runs, child.folder.filename().string());
    REQUIRE(family.size() == 2);
    CHECK(family[0].run.id == "the-first");
    CHECK(family[1].run.parent == "the-first");
    // A step before the branch began is the parent's: both names lead there.
    REQUIRE(session::reach(child.folder, "30"));
    const auto byOldName = store::findRun(before, folder.path());
    REQUIRE(byOldName);
    CHECK(*byOldName == *renamed);
    const auto certificate = session::certify(folder.path() / before, -1, -1);
    REQUIRE(certificate);
    CHECK(certificate->identical);
    CHECK(certificate->run == "the-first");
    // Nobody else gets the old name, and it can be had back.
    CHECK_FALSE(store::renameRun(child.folder, before));
    CHECK_FALSE(store::renameRun(child.folder, "///"));
    REQUIRE(store::renameRun(*renamed, "second"));
    REQUIRE(store::renameRun(folder.path() / "second", before));
    CHECK(store::familyOf(store::listRuns(folder.path()), before).size() == 2);
    REQUIRE(store::removeRun(folder.path() / "the-first"));
    CHECK(store::listRuns(folder.path()).size() == 1);
    for (const auto& entry : fs::directory_iterator(folder.path()))
        CHECK_FALSE(fs::is_symlink(entry));
}

TEST_CASE("another person checks a certificate without the runs, back to the first weights")
{
    TempFolder folder, elsewhere;
    const Trained parent = edited(folder, tests::moons(21, 1));
    const Trained child =
        ended(Session::branch(parent.folder, 50, {{"train.optimizer.lr", 0.004}}, {folder.path(), "cpu"}));
    const Trained grandchild = ended(Session::branch(child.folder, 70, {}, {folder.path(), "cpu"}));
    const auto certificate = session::certify(grandchild.folder, -1, -1);
    REQUIRE(certificate);
    CHECK(certificate->identical);
    REQUIRE(certificate->stages.size() == 3);
    const fs::path file = elsewhere.path() / "certificate.json";
    base::Value told = session::toValue(*certificate);
    REQUIRE(base::writeFileAtomically(file, base::writeJson(told, 2)));
    for (const Trained* run : {&grandchild, &child, &parent})
        REQUIRE(store::removeRun(run->folder));
    const auto checked = session::checkCertificate(file, "auto");
    if (!checked)
        FAIL(base::describe(checked.error()));
    INFO(session::describe(*checked));
    CHECK(checked->identical);
    CHECK(checked->stepsChecked >= 2);
    CHECK(checked->identicalThrough == grandchild.result.steps);
    CHECK(checked->digest == grandchild.result.digest);

    // Whoever changes the file is found out, by its check sum or by training again.
    const auto written = [&](bool summed) {
        if (summed) {
            told.object().erase("check_sum");
            const std::string text = base::writeJson(told);
            told.object().set("check_sum", base::digestOf(text.data(), text.size()));
        }
        REQUIRE(base::writeFileAtomically(file, base::writeJson(told)));
    };
    REQUIRE(told.object().find("stages"));
    base::Array stages = told["stages"].array();
    REQUIRE(stages[0].setAt("spec.train.seed", 22));
    told.object().set("stages", stages);
    written(false);
    const auto clumsy = session::checkCertificate(file, "auto");
    REQUIRE_FALSE(clumsy);
    CHECK_THAT(clumsy.error().message, Catch::Contains("was changed"));
    written(true);
    const auto skilful = session::checkCertificate(file, "auto");
    REQUIRE(skilful);
    CHECK_FALSE(skilful->identical);
    REQUIRE(skilful->first);
    CHECK(skilful->first->cause == "record");
    REQUIRE(base::writeFileAtomically(file, "{}"));
    CHECK_FALSE(session::checkCertificate(file, "auto"));
}
