// SPDX-License-Identifier: GPL-3.0-or-later
// A new task learned on top of an old one: what is forgotten is told, and what is done against it repeats bit for bit.
#include "tests/support/torch_test.h"

#include "core/session/certificate.h"
#include "core/store/exporter.h"
#include "core/store/run_record.h"
#include "core/train/engine.h"
#include "tests/support/sessions.h"

#include <cmath>
#include <fstream>
#include <set>

namespace tests::incremental {

using base::Array;
using base::Object;
using base::Value;
using train::Engine;

/// Rows about places on a circle, one for each letter.
std::filesystem::path written(const TempFolder& folder, const std::string& classes, std::int64_t each)
{
    const std::filesystem::path file = folder.path() / (classes + ".csv");
    std::ofstream out(file);
    out << "x,y,letter\n";
    const base::Draw draw(7, classes);
    std::uint64_t at = 0;
    for (std::int64_t i = 0; i < each; ++i)
        for (const char letter : classes) {
            const double angle = double(letter - 'a') * 1.57;
            out << 3 * std::cos(angle) + 0.5 * draw.normal(at) << "," << 3 * std::sin(angle) + 0.5 * draw.normal(at + 1)
                << "," << letter << "\n";
            at += 2;
        }
    return file;
}

Value specOf(const std::filesystem::path& file, const std::vector<std::pair<std::string, Value>>& more = {})
{
    Value given = Object{};
    const auto set = [&](const std::string& path, Value value) { REQUIRE(given.setAt(path, std::move(value))); };
    set("data.source", file.string());
    set("split.validation", 0.3);
    set("model.kind", "mlp");
    set("model.hidden", Array{12});
    set("train.epochs", 4);
    set("train.batch_size", 8);
    set("train.threads", 1);
    set("train.optimizer", Object{{"kind", "adam"}, {"lr", 0.03}});
    for (const auto& [path, value] : more)
        set(path, value);
    const spec::Checked checked = spec::resolve(given, {session::catalog()});
    for (const base::Error& problem : checked.problems)
        FAIL(base::describe(problem));
    return checked.value;
}

/// A run that has learned a and b, and rows of c and d.
struct Tasks {
    TempFolder folder;
    std::filesystem::path run, fresh;

    Tasks()
    {
        const auto old = made(specOf(written(folder, "ab", 60)), folder);
        old->start();
        REQUIRE(old->wait().state == events::RunState::Completed);
        run = old->folder();
        fresh = written(folder, "cd", 40);
    }

    Value spec(const Value& remedy, std::vector<std::pair<std::string, Value>> more = {}) const
    {
        more.insert(more.begin(), {{"train.incremental.old", run.string()}, {"train.incremental.remedy", remedy}});
        return specOf(fresh, more);
    }
};

std::unique_ptr<Engine> engineOf(const Value& spec, const store::Checkpoint* from = nullptr)
{
    auto engine = Engine::make(spec, "cpu", from, 1);
    if (!engine)
        FAIL(base::describe(engine.error()));
    if (!from) {
        const auto begun = (*engine)->initialize();
        if (!begun)
            FAIL(base::describe(begun.error()));
    }
    return std::move(*engine);
}

base::Error refusedBy(const Value& spec)
{
    auto engine = Engine::make(spec, "cpu", nullptr, 1);
    if (!engine)
        return engine.error();
    const auto begun = (*engine)->initialize();
    REQUIRE_FALSE(begun);
    return begun.error();
}

void go(Engine& engine, std::int64_t step)
{
    while (engine.step() < step) {
        if (engine.judgeDue())
            engine.judge();
        engine.advance();
    }
}

double figure(Engine& engine, const std::string& wanted)
{
    for (const auto& [name, value] : engine.oldFigures())
        if (name == wanted)
            return value;
    FAIL("no figure " << wanted);
    return 0;
}

TEST_CASE("under every remedy a run repeats, goes on after a kill, branches and is gone back in, bit for bit")
{
    const Tasks tasks;
    const std::int64_t end = 19;
    for (const base::Entry& entry : train::allRemedies().family().entries) {
        INFO(entry.kind);
        const Value spec = tasks.spec(entry.kind);
        const auto first = engineOf(spec), second = engineOf(spec);
        const auto digest = [](const Engine& engine) { return tensor::digestOf(engine.learner().state()); };
        CHECK(digest(*first) == digest(*second));
        const std::int64_t epoch = first->timeline().plan().stepsPerEpoch;
        for (const std::int64_t cut : {epoch + 2, 2 * epoch}) {
            go(*first, cut);
            go(*second, cut);
            CHECK(digest(*first) == digest(*second));
            const store::Checkpoint kept = first->snapshot();
            const auto branch = first->branch(spec, "cpu", 1);
            REQUIRE(branch);
            const auto resumed = engineOf(spec, &kept);
            CHECK(resumed->oldFigures() == first->oldFigures());
            CHECK((*branch)->oldFigures() == first->oldFigures());
            go(*first, end);
            const std::string last = digest(*first);
            go(*resumed, end);
            CHECK(digest(*resumed) == last);
            go(**branch, end);
            CHECK(digest(**branch) == last);
            REQUIRE(first->load(kept));
            go(*first, end);
            CHECK(digest(*first) == last);
            REQUIRE(first->load(kept));
        }
    }
}

TEST_CASE("classes of the old task keep their numbers, and the outputs of new ones begin at random")
{
    const Tasks tasks;
    const auto engine = engineOf(tasks.spec("none"));
    CHECK(engine->data().info().classes == std::vector<std::string>{"a", "b", "c", "d"});
    CHECK(engine->data().info().oldClasses == 2);
    for (const std::int64_t row : engine->data().rows(data::SplitName::Train).all())
        CHECK(engine->data().target(row) >= 2);
    // Both tasks are scaled by the old one, as the weights know it.
    CHECK(engine->data().shift() == engine->data().old()->shift());
    const auto file = store::checkpointAt(tasks.run, "last");
    REQUIRE(file);
    const auto saved = store::readSafetensors(*file);
    REQUIRE(saved);
    for (const base::Blob& blob : store::modelWeights(saved->tensors))
        for (const auto& [name, tensor] : engine->learner().weights())
            if (name == blob.name) {
                INFO(name);
                const base::Blob now = tensor::toBlob(name, tensor);
                CHECK(now.bytes.substr(0, blob.bytes.size()) == blob.bytes);
                CHECK((now.shape == blob.shape || (now.shape[0] == 4 && blob.shape[0] == 2)));
            }
}

TEST_CASE("what is forgotten is told from the first step on, and remedies forget less")
{
    const Tasks tasks;
    double loss = 0;
    const auto forgotten = [&](const Value& remedy) {
        const auto engine = engineOf(tasks.spec(remedy));
        CHECK(figure(*engine, "old/forgetting") == 0);
        const double start = figure(*engine, "old/accuracy");
        CHECK(start > 0.9);
        go(*engine, engine->timeline().totalSteps());
        CHECK(figure(*engine, "old/forgetting") == Approx(start - figure(*engine, "old/accuracy")));
        loss = figure(*engine, "old/loss");
        return figure(*engine, "old/forgetting");
    };
    const double none = forgotten("none"), worst = loss;
    CHECK(none > 0.2);
    CHECK(forgotten("rehearsal") < none / 2);
    for (const Value& remedy : {Value("l2_sp"), Value(Object{{"kind", "ewc"}, {"lambda", 1e6}})}) {
        INFO(base::writeJson(remedy));
        CHECK(forgotten(remedy) <= none);
        CHECK(loss < 0.9 * worst);
    }
}

TEST_CASE("the meter is recorded: a value before the first step and one an evaluation")
{
    const Tasks tasks;
    const auto run = made(tasks.spec("l2_sp"), tasks.folder);
    run->start();
    const events::RunFinished result = run->wait();
    INFO(base::describe(result.error));
    REQUIRE(result.state == events::RunState::Completed);
    const auto record = store::readRun(run->folder());
    REQUIRE(record);
    const auto& forgetting = record->scalars.at("old/forgetting");
    REQUIRE(forgetting.steps.size() == 5);
    CHECK(forgetting.steps.front() == 0);
    CHECK(forgetting.values.front() == 0);
    CHECK(record->scalars.at("old/loss").values.size() == 5);
    const auto& accuracy = record->scalars.at("old/accuracy").values;
    CHECK(accuracy.front() - accuracy.back() == Approx(forgetting.values.back()));
    bool told = false;
    for (const auto& [name, value] : result.metrics)
        told = told || (name == "old/forgetting" && value == forgetting.values.back());
    CHECK(told);
    const auto proof = session::certify(run->folder(), -1, -1);
    REQUIRE(proof);
    CHECK(proof->identical);
}

TEST_CASE("L2-SP needs no old rows; remedies that do say so")
{
    const Tasks tasks;
    const std::vector<std::pair<std::string, Value>> gone{{"model.initialize_from", tasks.run.string()},
                                                          {"train.incremental.classes", Array{"a", "b"}}};
    const auto without = [&](const Value& remedy) {
        auto settings = gone;
        settings.emplace_back("train.incremental.remedy", remedy);
        return specOf(tasks.fresh, settings);
    };
    const auto engine = engineOf(without("l2_sp"));
    CHECK(engine->oldNames().empty());
    CHECK(engine->data().info().classes.size() == 4);
    go(*engine, 5);
    CHECK(engine->judge().old.empty());
    CHECK(refusedBy(without("rehearsal")).where == "/train/incremental/old");
    CHECK(refusedBy(without("ewc")).where == "/train/incremental/old");
    CHECK(refusedBy(specOf(tasks.fresh, {{"train.incremental.remedy", "l2_sp"}})).where == "/model/initialize_from");
    const base::Error nowhere =
        refusedBy(specOf(tasks.fresh, {{"train.incremental.old", (tasks.folder.path() / "nothing").string()}}));
    CHECK(nowhere.where == "/train/incremental/old");
    CHECK(nowhere.message.find("there is no") != std::string::npos);
    CHECK(refusedBy(tasks.spec("none", {{"train.incremental.classes", Array{"a"}}})).where ==
          "/train/incremental/classes");
    const auto other = tasks.folder.file("uv.csv", "u,v,letter\n1,2,c\n2,1,d\n3,2,c\n1,3,d\n");
    CHECK(refusedBy(tasks.spec("none", {{"data.source", other.string()}})).message.find("x") != std::string::npos);
}

TEST_CASE("an old task may be named by its experiment file or its rows")
{
    const Tasks tasks;
    const std::filesystem::path file = tasks.folder.path() / "old.experiment.json";
    std::ofstream(file) << R"({"data": {"source": "ab.csv"}, "split": {"validation": 0.3}})";
    const auto by = [&](const std::filesystem::path& old) {
        return engineOf(specOf(tasks.fresh, {{"model.initialize_from", tasks.run.string()},
                                             {"train.incremental.old", old.string()}}))
            ->oldFigures();
    };
    const auto figures = engineOf(tasks.spec("none"))->oldFigures();
    CHECK(by(file) == figures);
    CHECK(by(tasks.folder.path() / "ab.csv") == figures);
}

TEST_CASE("a rehearsed batch has its share of old rows, drawn for its step")
{
    const Tasks tasks;
    const auto engine = engineOf(tasks.spec(Object{{"kind", "rehearsal"}, {"share", 0.25}, {"rows", 3}}));
    const auto old = train::OldTask::make(engine->experiment(), engine->data(), {});
    REQUIRE(old);
    const std::vector<std::int64_t> rows = engine->data().rows(data::SplitName::Train).some(0, 6);
    const data::Batch plain = engine->data().gather(rows), mixed = (*old)->mixed(plain, 5, 0);
    CHECK(mixed.input.size(0) == 8);
    CHECK(mixed.input.narrow(0, 0, 6).equal(plain.input));
    CHECK(mixed.target.narrow(0, 6, 2).lt(2).all().item<bool>());
    CHECK((*old)->mixed(plain, 5, 0).input.equal(mixed.input));
    std::set<std::string> seen;
    for (std::int64_t step = 0; step < 50; ++step)
        for (std::int64_t i = 6; i < 8; ++i)
            seen.insert(tensor::toBlob("", (*old)->mixed(plain, step, 1).input[i]).bytes);
    CHECK(seen.size() == 3);
}

TEST_CASE("a branch may take up a remedy, which holds to what was known where it begins")
{
    const Tasks tasks;
    const auto plain = engineOf(tasks.spec("none"));
    go(*plain, 6);
    const auto branch = plain->branch(tasks.spec(Object{{"kind", "l2_sp"}, {"alpha", 1e3}}), "cpu", 1);
    REQUIRE(branch);
    // What is forgotten is still told against the start of the first run.
    CHECK((*branch)->oldFigures() == plain->oldFigures());
    for (const auto& [name, tensor] : (*branch)->learner().state())
        if (name == "remedy/l2_sp/anchor/0.weight")
            for (const auto& [other, weight] : (*branch)->learner().weights())
                if (other == "0.weight")
                    CHECK(tensor.equal(weight));
    const auto back = (*branch)->branch(tasks.spec("none"), "cpu", 1);
    CHECK(back);
}

}
