// SPDX-License-Identifier: GPL-3.0-or-later
// Every fix, made to an experiment that it is for, is an experiment again, and differs in what the fix says alone.
#include "tests/support/torch_test.h"

#include "core/debug/fix.h"
#include "core/session/rules.h"
#include "tests/support/sessions.h"

#include <algorithm>
#include <set>

using namespace core;
using base::Array;
using base::Value;

namespace {

const char* const samples[] = {
    R"({"data": {"source": "two-moons"}, "model": {"kind": "mlp", "hidden": [16, 16], "dropout": 0.1, "freeze": ["0"]},
        "train": {"batch_size": 64, "shuffle": false, "deterministic": false,
                  "optimizer": {"kind": "sgd", "lr": 0.1, "momentum": 0.99, "weight_decay": 0.001},
                  "schedule": {"kind": "exponential"}, "loss": "hinge"}})",
    R"({"data": {"source": "two-moons", "normalize": "none", "mode": "pipe"}, "split": {"kind": "random"},
        "model": {"kind": "mlp", "activation": "tanh"},
        "train": {"loss": "cross_entropy", "early_stopping": {"patience": 2}, "precision": "bf16-mixed"}})",
    R"({"data": {"source": "seattle-weather"}, "split": {"kind": "random"}, "model": "mlp"})",
    R"({"data": {"source": "seattle-weather"}, "split": {"kind": "chronological"}, "model": "mlp"})",
    R"({"data": {"source": "regression"}, "model": "mlp", "train": {"loss": "mse"}})",
    R"({"data": {"source": "fashion-mnist", "num_workers": 1}, "model": "cnn"})",
    R"({"data": {"source": "fashion-mnist", "rows": 100}, "augment": [{"kind": "RandAugment"}], "model": "linear"})",
    R"({"data": {"source": "two-moons", "edits": [{"kind": "add_noise", "column": "x", "rows": [1, 2], "std": 0.5}]},
        "model": "mlp"})",
    R"({"data": {"source": {"kind": "csv", "path": "texts.csv"}, "tokens": {"kind": "word"}}, "model": "transformer"})",
    R"({"data": {"source": "two-moons"}, "model": "mlp", "distributed": {"strategy": "ddp", "world_size": 4,
        "shard_data": false, "sync_batchnorm": false, "same_seed": false}})",
    R"({"data": {"source": "two-moons"}, "model": {"kind": "xgboost", "max_depth": 8}})"};

bool covers(const debug::Changes& changes, const std::string& path)
{
    return std::ranges::any_of(changes, [&](const auto& change) {
        return path == change.first || path.starts_with(change.first + ".") || change.first.starts_with(path + ".");
    });
}

const debug::Offer* offered(const std::vector<debug::Offer>& offers, const std::string& key)
{
    const auto found = std::ranges::find(offers, key, &debug::Offer::key);
    return found == offers.end() ? nullptr : &*found;
}

}

TEST_CASE("a fix makes an experiment of an experiment, and changes what it says")
{
    std::vector<Value> experiments;
    for (const char* sample : samples)
        experiments.push_back(tests::resolved(sample));
    for (const debug::Fix& fix : debug::allFixes()) {
        if (!fix.problem.empty())
            continue;
        INFO(fix.key);
        std::size_t applied = 0;
        for (const Value& before : experiments) {
            const auto changes = fix.changes(before);
            if (!changes)
                continue;
            ++applied;
            Value next = before;
            for (const auto& [path, value] : *changes)
                REQUIRE(next.setAt(path, value));
            const spec::Checked checked = spec::resolve(next, {session::catalog()});
            for (const base::Error& problem : checked.problems)
                FAIL(base::describe(problem));
            const auto differences = spec::difference(before, checked.value);
            CHECK_FALSE(differences.empty());
            for (const spec::Difference& difference : differences) {
                CAPTURE(difference.path);
                CHECK(covers(*changes, difference.path));
            }
        }
        CHECK(applied > 0);
    }
}

TEST_CASE("what the doctor would do about the rows is offered as an exact edit")
{
    const Value noisy = tests::resolved(R"({"data": {"source": {"kind": "two-moons", "noise": 0.1}, "rows": 400,
        "edits": [{"kind": "set_cells", "column": "class", "rows": [20, 40, 60, 75, 90, 110, 130, 150, 170, 185], "value": "lower"}]},
        "model": "mlp"})");
    const auto offers = session::offersFor("LabelNoise", noisy);
    const debug::Offer* drop = offered(offers, "drop_suspects");
    REQUIRE(drop);
    REQUIRE(drop->changes.size() == 1);
    CHECK(drop->changes[0].first == "data.edits");
    const Array edits = drop->changes[0].second.array();
    REQUIRE(edits.size() == 2); // the one that was there stays
    CHECK(edits[1]["kind"].text() == "drop_rows");
    const Array rows = edits[1]["rows"].array();
    const std::set<std::int64_t> wrong{20, 40, 60, 75, 90, 110, 130, 150, 170, 185};
    const auto found = std::ranges::count_if(rows, [&](const Value& row) { return wrong.contains(row.toInt()); });
    CHECK(found >= 5);
    CHECK(2 * found >= std::ptrdiff_t(rows.size()));
    // Data that nothing is wrong with have no such fix, and the others stay.
    const auto clean = session::offersFor("LabelNoise", tests::resolved(R"({"data": {"source": {"kind": "two-moons",
        "noise": 0.05}, "rows": 400}, "model": "mlp"})"));
    CHECK_FALSE(offered(clean, "drop_suspects"));
    CHECK(offered(clean, "stop_best"));
}

TEST_CASE("fixes start from what was in force when the rule fired, not from what the run began with")
{
    const Value spec =
        tests::resolved(R"({"data": {"source": "two-moons"}, "model": "mlp", "rules": ["LossNotDecreasing"],
        "train": {"optimizer": {"kind": "sgd", "lr": 0.5}}})");
    const std::vector<events::Event> made{events::Edited{40, "train.optimizer.lr", 0.5, 0.25},
                                          events::Edited{90, "train.optimizer.lr", 0.25, 0.125}};
    const auto rateOf = [](const Value& resolved) { return resolved["train"]["optimizer"]["lr"].toReal(); };
    CHECK(rateOf(session::settingsAt(spec, made, 39)) == 0.5);
    CHECK(rateOf(session::settingsAt(spec, made, 40)) == 0.25);
    CHECK(rateOf(session::settingsAt(spec, made, 1000)) == 0.125);
    const auto offeredRate = [&](std::int64_t step) {
        const Value list =
            session::toList({{.step = step, .rule = "LossNotDecreasing"}}, spec::read(spec).rules, spec, made);
        for (const Value& fix : list.array().front()["fixes"].array())
            if (fix["fix"].text() == "lr_down")
                return fix["changes"]["train.optimizer.lr"].toReal();
        return -1.0;
    };
    CHECK(offeredRate(30) == Approx(0.05));
    CHECK(offeredRate(60) == Approx(0.025));
    CHECK(offeredRate(90) == Approx(0.0125));
}

TEST_CASE("a rule of an unknown class, or of a run that was imported, has no fixes of the data")
{
    CHECK(session::offersFor("NoSuchRule", Value{}).empty());
    CHECK(session::offersFor("LabelNoise", Value{}).empty());
}
