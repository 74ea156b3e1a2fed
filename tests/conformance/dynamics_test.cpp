// SPDX-License-Identifier: GPL-3.0-or-later
// What every knob of training promises to a run: the same bits each time, after a kill, in a branch, and when gone
// back.
#include "tests/support/torch_test.h"

#include "core/session/certificate.h"
#include "core/store/run_record.h"
#include "core/train/engine.h"
#include "core/train/optimizer.h"
#include "tests/support/sessions.h"

namespace tests::dynamics {

using base::Array;
using base::Object;
using base::Value;
using train::Engine;

using Settings = std::vector<std::pair<std::string, Value>>;

Value specOf(const Settings& settings)
{
    Value spec = moons(3, 1);
    (void)spec.setAt("model.hidden", Array{6});
    (void)spec.setAt("model.norm", "batch");
    for (const auto& [path, value] : settings)
        REQUIRE(spec.setAt(path, value));
    const spec::Checked checked = spec::resolve(spec, {session::catalog()});
    for (const base::Error& problem : checked.problems)
        FAIL(base::describe(problem));
    return checked.value;
}

std::unique_ptr<Engine> engineOf(const Value& spec, const store::Checkpoint* from = nullptr)
{
    auto engine = Engine::make(spec, "cpu", from, 1);
    if (!engine)
        FAIL(base::describe(engine.error()));
    if (!from)
        REQUIRE((*engine)->initialize());
    return std::move(*engine);
}

// Stands right after update `step` − 1, before the evaluation there, as checkpoints do.
std::vector<double> go(Engine& engine, std::int64_t step)
{
    std::vector<double> rates;
    while (engine.step() < step) {
        if (engine.judgeDue())
            engine.judge();
        rates.push_back(engine.advance().lr);
    }
    return rates;
}

std::string digest(const Engine& engine)
{
    return tensor::digestOf(engine.learner().state());
}

std::vector<Settings> everyKnob()
{
    std::vector<Settings> all;
    for (const base::Entry& entry : train::allOptimizers().family().entries)
        all.push_back({{"train.optimizer", entry.kind}});
    const Value plateau = Object{{"kind", "reduce_on_plateau"}, {"patience", 0}, {"threshold", 0.5}, {"factor", 0.5}};
    for (const Value& schedule :
         {plateau, Value("one_cycle"), Value("cyclical"), Value(Object{{"kind", "cosine_warm_restarts"}, {"T_0", 1}}),
          Value(Object{{"kind", "reduce_on_plateau"}, {"patience", 0}, {"threshold", 0.5}, {"warmup_steps", 9}})})
        all.push_back({{"train.schedule", schedule}});
    all.push_back({{"train.precision", "bf16-mixed"}, {"model.dropout", 0.2}});
    all.push_back({{"train.precision", "16-mixed"}, {"train.accumulate", 2}});
    all.push_back({{"train.ema", Object{{"decay", 0.9}, {"update_every", 2}, {"start_step", 3}}}});
    all.push_back({{"train.swa", Object{{"start_epoch", 1}, {"anneal_epochs", 2}}}, {"train.schedule", plateau}});
    all.push_back({{"train.max_norm", 0.5}, {"train.l1", 0.001}, {"train.l2", 0.001}, {"train.clip_grad_value", 0.05}});
    all.push_back({{"train.optimizer", Object{{"kind", "adamw"}, {"weight_decay", 0.1}, {"amsgrad", true}}},
                   {"train.layer_decay", 0.5},
                   {"train.decay_norms_and_biases", false},
                   {"train.accumulate", 2}});
    all.push_back({{"model.freeze", "backbone"},
                   {"train.unfreeze", Object{{"every_epochs", 2}, {"rate_factor", 0.5}}},
                   {"train.ema", Object{{"decay", 0.9}}}});
    all.push_back({{"model.freeze", Array{"0", "1"}}, {"train.swa", Object{{"start_epoch", 1}, {"anneal_epochs", 2}}}});
    all.push_back({{"model.lora", Object{{"rank", 2}, {"alpha", 4}}}, {"train.ema", Object{{"decay", 0.9}}}});
    return all;
}

TEST_CASE("with every knob a run repeats, goes on after a kill, branches and is gone back in, bit for bit")
{
    constexpr std::int64_t end = 26;
    for (const Settings& settings : everyKnob()) {
        INFO(settings.front().first << " " << base::writeJson(settings.front().second));
        const Value spec = specOf(settings);
        const auto first = engineOf(spec), second = engineOf(spec);
        // In the middle of an epoch, and where one ends.
        const std::int64_t epoch = first->timeline().plan().stepsPerEpoch;
        for (const std::int64_t cut : {epoch + 2, 2 * epoch}) {
            go(*first, cut);
            go(*second, cut);
            CHECK(digest(*first) == digest(*second));
            const store::Checkpoint kept = first->snapshot();
            const auto branch = first->branch(spec, "cpu", 1);
            REQUIRE(branch);
            const auto resumed = engineOf(spec, &kept);
            const std::vector<double> rates = go(*first, end);
            const std::string last = digest(*first);
            CHECK(go(*resumed, end) == rates);
            CHECK(digest(*resumed) == last);
            CHECK(go(**branch, end) == rates);
            CHECK(digest(**branch) == last);
            REQUIRE(first->load(kept));
            CHECK(go(*first, end) == rates);
            CHECK(digest(*first) == last);
            REQUIRE(first->load(kept));
        }
    }
}

TEST_CASE("an evaluation that a stopped run has counted is not counted again when it goes on")
{
    // Nothing improves by so much, so each evaluation uses up patience.
    const Value spec = specOf({{"train.early_stopping", Object{{"patience", 9}, {"min_delta", 1000}}}});
    const auto engine = engineOf(spec);
    const std::int64_t epoch = engine->timeline().plan().stepsPerEpoch;
    go(*engine, 2 * epoch);
    const store::Checkpoint before = engine->snapshot();
    engine->judge();
    const std::int64_t waited = engine->stopping().waited();
    CHECK(waited == 1);
    // As a keyframe stands, and as the end of a stopped run does.
    for (const store::Checkpoint& kept : {before, engine->snapshot()}) {
        const auto resumed = engineOf(spec, &kept);
        resumed->judge();
        CHECK(resumed->stopping().waited() == waited);
        go(*resumed, 3 * epoch);
        resumed->judge();
        CHECK(resumed->stopping().waited() == waited + 1);
    }
}

TEST_CASE("a plateau lowers the rate of a run, which is recorded and replays")
{
    const Value spec =
        specOf({{"train.schedule",
                 Object{{"kind", "reduce_on_plateau"}, {"patience", 1}, {"threshold", 1.0}, {"factor", 0.5}}},
                {"train.epochs", 7}});
    const TempFolder folder;
    const auto run = made(spec, folder);
    run->start();
    const events::RunFinished result = run->wait();
    INFO(base::describe(result.error));
    REQUIRE(result.state == events::RunState::Completed);
    const auto record = store::readRun(run->folder());
    REQUIRE(record);
    const std::vector<double>& rates = record->scalars.at("train/lr").values;
    // The first figure is the best; every second one after it is a fall.
    const std::size_t epoch = rates.size() / 7;
    std::vector<double> shares;
    for (std::size_t i = 0; i < 7; ++i)
        shares.push_back(rates[i * epoch] / rates[0]);
    CHECK(shares == std::vector<double>{1, 1, 1, 0.5, 0.5, 0.25, 0.25});
    const auto proof = session::certify(run->folder(), -1, -1);
    REQUIRE(proof);
    CHECK(proof->identical);
}

TEST_CASE("the momentum that a schedule moves is recorded")
{
    const TempFolder folder;
    const auto run = made(specOf({{"train.schedule", "one_cycle"}, {"train.epochs", 2}}), folder);
    run->start();
    REQUIRE(run->wait().state == events::RunState::Completed);
    const auto record = store::readRun(run->folder());
    REQUIRE(record);
    const std::vector<double>& momenta = record->scalars.at("train/momentum").values;
    CHECK(momenta.front() == Approx(0.95));
    CHECK(*std::ranges::min_element(momenta) < 0.87);
    CHECK(momenta.back() == Approx(0.95));
}

TEST_CASE("what cannot be watched or averaged is refused with its place")
{
    const auto refused = [](const Settings& settings) {
        const auto engine = Engine::make(specOf(settings), "cpu", nullptr, 1);
        REQUIRE_FALSE(engine);
        return engine.error().where;
    };
    CHECK(refused({{"train.schedule", Object{{"kind", "reduce_on_plateau"}, {"metric", "validation/los"}}}}) ==
          "/train/schedule/metric");
    CHECK(refused({{"train.ema", Object{}}, {"train.swa", Object{}}}) == "/train/swa");
    CHECK(refused({{"train.optimizer", "lbfgs"}, {"train.layer_decay", 0.5}}) == "/train/layer_decay");
}

std::vector<base::Blob> weightsOf(const Engine& engine)
{
    std::vector<base::Blob> all;
    for (const auto& named : engine.learner().weights())
        all.push_back(tensor::toBlob(named.name, named.tensor));
    return all;
}

TEST_CASE("whoever evaluates, exports or predicts gets the averaged weights")
{
    for (const Settings& averaging :
         {Settings{{"train.ema", Object{{"decay", 0.9}}}}, Settings{{"train.swa", Object{{"start_epoch", 0}}}}}) {
        INFO(averaging.front().first);
        const auto averaged = engineOf(specOf(averaging)), plain = engineOf(specOf({}));
        go(*averaged, 2 * averaged->timeline().plan().stepsPerEpoch);
        const std::string live = tensor::digestOf(averaged->learner().weights());
        const auto figures = averaged->judge().values;
        CHECK(tensor::digestOf(averaged->learner().weights()) == live);
        const std::vector<base::Blob> exported = store::modelWeights(averaged->snapshot().tensors);
        CHECK(exported.size() == weightsOf(*averaged).size());
        CHECK_FALSE((exported == weightsOf(*averaged)));
        REQUIRE(plain->learner().initialize({exported, {}}, "the average"));
        CHECK(plain->judge().values == figures);
        REQUIRE(plain->learner().initialize({weightsOf(*averaged), {}}, "the last weights"));
        CHECK(plain->judge().values != figures);
    }
}

TEST_CASE("averaging changes nothing of the training itself")
{
    const auto plain = engineOf(specOf({})), averaged = engineOf(specOf({{"train.ema", Object{{"decay", 0.9}}}}));
    go(*plain, 20);
    go(*averaged, 20);
    CHECK(tensor::digestOf(plain->learner().weights()) == tensor::digestOf(averaged->learner().weights()));
}

}
