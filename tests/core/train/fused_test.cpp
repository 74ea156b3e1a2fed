// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/base/rng.h"
#include "core/session/certificate.h"
#include "core/train/batched/fused_net.h"
#include "core/train/engine.h"
#include "tests/support/sessions.h"

namespace tests::fused {

using namespace core;
using base::Object;
using base::Value;

Value with(Value spec, const std::vector<std::pair<std::string, Value>>& settings)
{
    for (const auto& [path, value] : settings)
        REQUIRE(spec.setAt(path, value));
    const spec::Checked checked = spec::resolve(spec, {session::catalog()});
    for (const base::Error& problem : checked.problems)
        FAIL(base::describe(problem));
    return checked.value;
}

std::unique_ptr<train::Engine> engineOf(const Value& spec)
{
    auto engine = train::Engine::make(spec, "cpu", nullptr, 1);
    if (!engine)
        FAIL(base::describe(engine.error()));
    return std::move(*engine);
}

/// The largest differences of two trainings of the same experiment, by operators and by the kernel; of what is above 1
/// as shares of it.
struct Apart {
    double weights = 0, losses = 0, norms = 0, evaluations = 0;
    std::int64_t rightRows = 0;
};

Apart apart(const Value& spec, std::int64_t steps)
{
    const auto single = engineOf(with(spec, {{"model.fused", false}})),
               fused = engineOf(with(spec, {{"model.fused", true}}));
    Apart found;
    for (std::int64_t step = 0; step < steps; ++step) {
        const train::StepResult one = single->advance(), other = fused->advance();
        REQUIRE(one.rows == other.rows);
        found.losses = std::max(found.losses, std::abs(one.loss - other.loss) / std::max(1.0, one.loss));
        found.norms = std::max(found.norms, std::abs(one.gradNorm - other.gradNorm) / std::max(1.0, one.gradNorm));
        found.rightRows += std::abs(std::llround((one.accuracy - other.accuracy) * double(one.rows)));
    }
    const auto weights = single->learner().state(), others = fused->learner().state();
    REQUIRE(weights.size() == others.size());
    for (std::size_t i = 0; i < weights.size(); ++i) {
        INFO(weights[i].name);
        REQUIRE(weights[i].name == others[i].name);
        const std::vector<double> here = numbersIn(weights[i].tensor);
        found.weights =
            std::max(found.weights, distance(here, numbersIn(others[i].tensor)) / std::max(1.0, largest(here)));
    }
    const train::Judgement one = single->judge(), other = fused->judge();
    for (std::size_t i = 0; i < one.values.size(); ++i)
        found.evaluations = std::max(found.evaluations, std::abs(one.values[i].second - other.values[i].second));
    return found;
}

const std::string classes = R"({"data": {"source": "spirals", "rows": 150},
    "model": {"kind": "mlp", "hidden": [16, 16]}, "train": {"epochs": 4, "batch_size": 32, "threads": 1}})";

TEST_CASE("a fused network learns what its operators learn, within 1e-5, on drawn settings")
{
    const std::vector<std::string> activations = model::activationNames(),
                                   optimizers{"sgd", "adam", "adamw", "rmsprop"};
    const base::Draw draw(7, "fused settings");
    for (std::uint64_t i = 0; i < 24; ++i) {
        const base::Draw own = draw.within(i);
        Value optimizer = Object{{"kind", optimizers[own.below(0, optimizers.size())]},
                                 {"lr", std::pow(10.0, own.uniform(1, -3.5, -2))},
                                 {"weight_decay", own.uniform(2) < 0.5 ? 0 : own.uniform(3, 0, 0.1)}};
        if (optimizer["kind"].text() == "sgd")
            optimizer.object().set("momentum", own.uniform(4) < 0.5 ? 0 : 0.9);
        base::Array hidden;
        for (std::uint64_t layer = 0; layer < own.below(5, 4); ++layer)
            hidden.emplace_back(std::int64_t(1 + own.below(6 + layer, 40)));
        const Value spec =
            with(resolved(classes), {{"train.optimizer", optimizer},
                                     {"model.hidden", hidden},
                                     {"model.activation", activations[i % activations.size()]},
                                     {"model.dropout", own.uniform(10) < 0.5 ? 0 : own.uniform(11, 0, 0.6)},
                                     {"train.seed", std::int64_t(own.below(12, 1000))},
                                     {"train.batch_size", std::int64_t(1 + own.below(13, 50))},
                                     {"train.accumulate", std::int64_t(1 + own.below(14, 3))},
                                     {"train.schedule", own.uniform(15) < 0.5 ? Value("constant") : Value("cosine")}});
        INFO(base::writeJson(spec["model"]) << base::writeJson(spec["train"]));
        const Apart found = apart(spec, 25);
        CHECK(found.weights < 1e-5);
        CHECK(found.losses < 1e-5);
        CHECK(found.norms < 1e-4);
        CHECK(found.rightRows <= 1);
        CHECK(found.evaluations < 1e-2); // accuracy goes by whole rows
    }
}

TEST_CASE("every loss is learned by a fused network as by its operators")
{
    const auto regression = [](const std::string& loss) {
        return resolved(
            R"({"data": {"source": "regression", "rows": 120}, "model": {"kind": "mlp", "hidden": [9]},
            "train": {"epochs": 3, "batch_size": 16, "threads": 1, "loss": )" +
            loss + "}}");
    };
    const auto classification = [](const std::string& loss) {
        return with(resolved(classes), {{"train.loss", *base::parseJson(loss)}});
    };
    std::vector<Value> specs;
    for (const char* loss : {R"("cross_entropy")", R"({"kind": "cross_entropy", "label_smoothing": 0.1})",
                             R"({"kind": "cross_entropy", "class_weights": "balanced"})", R"("bce")",
                             R"({"kind": "bce", "pos_weight": [3]})", R"("focal")", R"("hinge")"})
        specs.push_back(classification(loss));
    for (const char* loss : {R"("mse")", R"("mae")", R"("huber")"})
        specs.push_back(regression(loss));
    for (const Value& spec : specs) {
        INFO(base::writeJson(spec["train"]["loss"]));
        const Apart found = apart(spec, 15);
        // Where a residual is next to zero, rounding decides which way its slope points.
        const std::string kind = spec["train"]["loss"]["kind"].text();
        CHECK(found.weights < (kind == "mae" || kind == "huber" ? 1e-3 : 1e-5));
        CHECK(found.losses < 1e-5);
    }
}

TEST_CASE("the kernel of any processor learns what the one for this one learns")
{
    const train::batched::Kernel &here = train::batched::kernel(), &any = train::batched::plainKernel();
    const std::int64_t rows = 21, inputs = 11, outputs = 13, stride = train::batched::strideOf(rows);
    const base::Draw draw(3, "kernels");
    std::vector<float> given(std::size_t(rows * inputs)), weight(std::size_t(inputs * outputs)),
        bias(std::size_t(outputs), 0.5F);
    for (std::size_t i = 0; i < given.size(); ++i)
        given[i] = float(draw.normal(i));
    for (std::size_t i = 0; i < weight.size(); ++i)
        weight[i] = float(draw.within(1).normal(i));
    std::vector<std::vector<float>> found;
    for (const train::batched::Kernel* kernel : {&here, &any}) {
        std::vector<float> in(std::size_t(inputs * stride)), out(std::size_t(outputs * stride)), slope(out.size()),
            ofWeight(weight.size()), ofBias(bias.size()), pulled(in.size());
        kernel->turn(given.data(), rows, inputs, in.data());
        kernel->affine(weight.data(), bias.data(), in.data(), inputs, outputs, stride, out.data());
        for (const model::Activation each :
             {model::Activation::ReLU, model::Activation::Tanh, model::Activation::Sigmoid,
              model::Activation::LeakyReLU, model::Activation::ELU, model::Activation::GELU, model::Activation::SiLU}) {
            std::vector<float> values(out.size());
            slope = out;
            kernel->activate(each, out.data(), std::int64_t(out.size()), values.data());
            kernel->activateBack(each, out.data(), values.data(), std::int64_t(out.size()), slope.data());
            out = values;
        }
        kernel->affineSlopes(in.data(), slope.data(), inputs, outputs, stride, false, ofWeight.data(), ofBias.data());
        kernel->affineBack(weight.data(), slope.data(), inputs, outputs, stride, pulled.data());
        std::vector<float> all = out;
        for (const auto* part : {&slope, &ofWeight, &ofBias, &pulled})
            all.insert(all.end(), part->begin(), part->end());
        found.push_back(all);
    }
    for (std::size_t i = 0; i < found[0].size(); ++i) {
        INFO(i);
        CHECK(std::abs(found[0][i] - found[1][i]) < 1e-5 * (1 + std::abs(found[1][i])));
    }
}

TEST_CASE("a run of a fused network ends in the same bits when it is replayed, resumed or branched")
{
    const TempFolder folder;
    const Value spec = with(moons(3, 1, 0.2), {{"model.fused", true}, {"train.checkpoint.every_steps", 20}});
    const auto run = made(spec, folder);
    run->start();
    const events::RunFinished end = run->wait();
    REQUIRE(end.error.message.empty());
    const auto certificate = session::certify(run->folder(), -1, -1);
    REQUIRE(certificate);
    CHECK(certificate->identical);
    CHECK(certificate->stepsChecked > 1);
    auto branch = Session::branch(run->folder(), 20, {}, {folder.path(), "cpu"});
    REQUIRE(branch);
    (*branch)->start();
    CHECK((*branch)->wait().digest == end.digest);

    auto halted = made(spec, folder, true);
    halted->start();
    for (int step = 0; step < 33; ++step)
        REQUIRE(halted->post(session::SingleStep{}));
    REQUIRE(halted->post(session::Stop{true}));
    REQUIRE(halted->wait().state == events::RunState::Interrupted);
    const std::filesystem::path there = halted->folder();
    halted.reset();
    auto again = Session::resume(there, {folder.path(), "cpu"});
    REQUIRE(again);
    (*again)->start();
    CHECK((*again)->wait().digest == end.digest);
}

TEST_CASE("what a fused network cannot be is said with its place")
{
    const auto where = [](const std::vector<std::pair<std::string, Value>>& settings,
                          const std::string& device = "cpu") {
        const Value spec = with(moons(0, 1, 0), settings);
        const auto why = train::batched::whyNotFused(spec::read(spec), device);
        return why ? why->where : std::string();
    };
    CHECK(where({}).empty());
    CHECK(where({{"model", "linear"}}) == "/model/kind");
    CHECK(where({{"model.norm", "batch"}}) == "/model/norm");
    CHECK(where({{"model.freeze", base::Array{"0"}}}) == "/model/freeze");
    CHECK(where({{"model.lora", Object{}}}) == "/model/lora");
    CHECK(where({{"train.precision", "bf16-mixed"}}) == "/train/precision");
    CHECK(where({}, "cuda:0") == "/model/fused");
    const auto refused =
        train::Engine::make(with(moons(0, 1, 0), {{"model.fused", true}, {"model.norm", "layer"}}), "cpu");
    REQUIRE(!refused);
    CHECK(refused.error().where == "/model/norm");
    CHECK(refused.error().advice.find("model.fused") != std::string::npos);
}

}
