// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/train/engine.h"
#include "core/train/parameter_groups.h"
#include "core/train/weight_average.h"
#include "tests/support/sessions.h"

namespace tests::regularization {

using namespace core;
using base::Object;
using base::Value;
using tensor::NamedTensor;

/// Weights before and after one step of plain gradient descent at rate 0.5, under further settings of `train`.
struct Stepped {
    std::vector<std::pair<std::string, std::vector<double>>> before, after;
};

Stepped step(const Object& settings)
{
    Value spec = moons(5, 1, 0);
    REQUIRE(spec.setAt("train.optimizer", Object{{"kind", "sgd"}, {"lr", 0.5}}));
    for (const auto& [key, value] : settings)
        REQUIRE(spec.setAt("train." + key, value));
    const auto engine = train::Engine::make(spec::resolve(spec, {session::catalog()}).value, "cpu", nullptr, 1);
    REQUIRE(engine);
    const auto weights = [&] {
        std::vector<std::pair<std::string, std::vector<double>>> all;
        for (const NamedTensor& named : (*engine)->learner().weights())
            all.emplace_back(named.name, numbersIn(named.tensor));
        return all;
    };
    Stepped stepped;
    stepped.before = weights();
    (*engine)->advance();
    stepped.after = weights();
    return stepped;
}

double signOf(double value)
{
    return double(value > 0) - double(value < 0);
}

TEST_CASE("l1 and l2 together are the elastic net: their slopes add up, on weights and not on biases")
{
    const Stepped plain = step({}), elastic = step({{"l1", 0.03}, {"l2", 0.2}});
    for (std::size_t i = 0; i < plain.before.size(); ++i) {
        INFO(plain.before[i].first);
        const bool bias = plain.before[i].first.ends_with("bias");
        std::vector<double> expected = plain.after[i].second;
        for (std::size_t k = 0; k < expected.size() && !bias; ++k) {
            const double w = plain.before[i].second[k];
            expected[k] -= 0.5 * (0.2 * w + 0.03 * signOf(w));
        }
        CHECK(distance(elastic.after[i].second, expected) < 1e-6);
    }
}

TEST_CASE("clipping by value cuts each element of the gradient alone")
{
    const Stepped plain = step({}), clipped = step({{"clip_grad_value", 0.01}});
    for (std::size_t i = 0; i < plain.before.size(); ++i) {
        std::vector<double> expected = plain.before[i].second;
        for (std::size_t k = 0; k < expected.size(); ++k)
            expected[k] += std::clamp(plain.after[i].second[k] - expected[k], -0.005, 0.005);
        CHECK(distance(clipped.after[i].second, expected) < 1e-6);
    }
}

TEST_CASE("clipping by norm shortens the whole gradient and keeps its direction")
{
    const Stepped plain = step({}), clipped = step({{"clip_grad_norm", 0.05}});
    double length = 0;
    for (std::size_t i = 0; i < plain.before.size(); ++i)
        for (std::size_t k = 0; k < plain.before[i].second.size(); ++k)
            length += std::pow((plain.after[i].second[k] - plain.before[i].second[k]) / 0.5, 2);
    const double factor = 0.05 / (std::sqrt(length) + 1e-6);
    REQUIRE(factor < 1);
    for (std::size_t i = 0; i < plain.before.size(); ++i) {
        std::vector<double> expected = plain.before[i].second;
        for (std::size_t k = 0; k < expected.size(); ++k)
            expected[k] += factor * (plain.after[i].second[k] - expected[k]);
        CHECK(distance(clipped.after[i].second, expected) < 1e-6);
    }
}

TEST_CASE("max_norm shortens what leads into a neuron, and nothing that is short enough")
{
    constexpr double most = 0.6;
    const Stepped plain = step({}), held = step({{"max_norm", most}});
    std::int64_t shortened = 0, kept = 0;
    for (std::size_t i = 0; i < plain.before.size(); ++i) {
        INFO(plain.before[i].first);
        const bool bias = plain.before[i].first.ends_with("bias");
        const std::size_t rows = i + 2 < plain.before.size() ? 24 : 2;
        const std::size_t width = bias ? 1 : plain.before[i].second.size() / rows;
        std::vector<double> expected = plain.after[i].second;
        for (std::size_t first = 0; first < expected.size() && !bias; first += width) {
            double length = 0;
            for (std::size_t k = first; k < first + width; ++k)
                length += expected[k] * expected[k];
            length = std::sqrt(length);
            ++(length > most ? shortened : kept);
            for (std::size_t k = first; k < first + width; ++k)
                expected[k] *= std::min(1.0, most / length);
        }
        CHECK(distance(held.after[i].second, expected) < 1e-6);
    }
    CHECK(shortened > 0);
    CHECK(kept > 0);
}

std::vector<NamedTensor> shaped(const std::vector<std::pair<std::string, std::vector<std::int64_t>>>& shapes)
{
    std::vector<NamedTensor> all;
    for (const auto& [name, shape] : shapes)
        all.push_back({name, tensor::zeros(shape)});
    return all;
}

TEST_CASE("layers are counted from the input, with their norms, and blocks whole")
{
    CHECK(train::layersOf(shaped({{"0.weight", {6, 3}},
                                  {"0.bias", {6}},
                                  {"1.weight", {6}},
                                  {"1.bias", {6}},
                                  {"3.weight", {2, 6}},
                                  {"3.bias", {2}}})) == std::vector<std::int64_t>{0, 0, 0, 0, 1, 1});
    CHECK(train::layersOf(shaped({{"conv1.weight", {4, 1, 3, 3}},
                                  {"bn1.weight", {4}},
                                  {"layer1.0.conv1.weight", {4, 4, 3, 3}},
                                  {"layer1.0.bn1.weight", {4}},
                                  {"layer1.1.conv1.weight", {4, 4, 3, 3}},
                                  {"fc.weight", {2, 4}},
                                  {"fc.bias", {2}}})) == std::vector<std::int64_t>{0, 0, 1, 1, 2, 3, 3});
    CHECK(train::layersOf(shaped({{"conv_proj.weight", {4, 1, 3, 3}},
                                  {"encoder.layers.encoder_layer_0.ln_1.weight", {4}},
                                  {"encoder.layers.encoder_layer_0.mlp.0.weight", {4, 4}},
                                  {"encoder.layers.encoder_layer_1.mlp.0.weight", {4, 4}},
                                  {"encoder.ln.weight", {4}},
                                  {"heads.head.weight", {2, 4}}})) == std::vector<std::int64_t>{0, 1, 1, 2, 2, 3});
    CHECK(train::layersOf(shaped({{"weight", {2, 4}}, {"bias", {2}}})) == std::vector<std::int64_t>{0, 0});
}

TEST_CASE("lower layers get a smaller rate, biases and norms no decay, where that is asked for")
{
    const auto parameters = shaped({{"0.weight", {6, 3}}, {"0.bias", {6}}, {"1.weight", {6}}, {"3.weight", {2, 6}}});
    const std::vector<train::ParameterRule> plain(4);
    CHECK((train::rulesFor(parameters, {}) == plain));
    spec::TrainSpec train;
    train.layerDecay = 0.5;
    train.decayNormsAndBiases = false;
    const std::vector<train::ParameterRule> expected{{0.5, true}, {0.5, false}, {0.5, false}, {1, true}};
    CHECK((train::rulesFor(parameters, train) == expected));
}

TEST_CASE("averages and their statistics are those of torch.optim.swa_utils")
{
    const Value golden = tests::golden("averages.json").back();
    const auto architecture =
        model::allArchitectures().make({"mlp", Object{{"hidden", base::Array{4}}, {"norm", "batch"}}});
    REQUIRE(architecture);
    const auto network = (*architecture)->build({{3}, 1, 1});
    REQUIRE(network);
    train::WeightAverage ema(**network, false), swa(**network, true);
    REQUIRE(swa.hasStatistics());
    for (int step = 0; step < 5; ++step) {
        at::NoGradGuard noGraph;
        int place = 0;
        for (const NamedTensor& p : (*network)->parameters())
            p.tensor.copy_(tensorOf(wave(p.tensor.numel(), step + place++), p.tensor.sizes().vec(), at::kFloat));
        ema.update(0.1);
        swa.update(1 / double(swa.updates() + 1));
    }
    const std::string live = tensor::digestOf(model::stateOf(**network));
    const at::Tensor rows = tensorOf(wave(60, 0.2), {20, 3}, at::kFloat);
    swa.estimate(3, [&](std::int64_t batch) {
        (void)(*network)->forward(rows.narrow(0, 8 * batch, batch < 2 ? 8 : 4), {true});
    });
    CHECK(tensor::digestOf(model::stateOf(**network)) == live);
    const auto values = [&](const train::WeightAverage& average, bool buffers) {
        const train::WeightAverage::Borrowed borrowed(&average);
        std::vector<double> all;
        for (const NamedTensor& named : buffers ? (*network)->buffers() : (*network)->parameters())
            for (const double value : numbersIn(named.tensor))
                all.push_back(value);
        return all;
    };
    CHECK(distance(values(ema, false), flat(golden["ema"])) < 1e-6);
    CHECK(distance(values(swa, false), flat(golden["swa"])) < 1e-6);
    CHECK(distance(values(swa, true), flat(golden["swa_buffers"])) < 2e-6);
    CHECK(tensor::digestOf(model::stateOf(**network)) == live);
}

// A network of one tensor, for what a small one and a large one have to have in common.
class OneTensor final : public model::Network {
public:
    explicit OneTensor(std::int64_t length) : m_parameters{{"weight", tensor::zeros({length})}} {}
    at::Tensor forward(const at::Tensor& input, const model::Mode&) override { return input; }
    const std::vector<NamedTensor>& parameters() const override { return m_parameters; }
    const std::vector<NamedTensor>& buffers() const override { return m_buffers; }
    void moveTo(at::Device) override {}

private:
    std::vector<NamedTensor> m_parameters, m_buffers;
};

TEST_CASE("small tensors are averaged as large ones are")
{
    constexpr std::int64_t small = 100, large = 40'000;
    for (const double share : {0.001, 0.7}) {
        OneTensor few(small), many(large);
        train::WeightAverage averages[] = {{few, false}, {many, false}};
        for (int step = 0; step < 6; ++step) {
            many.parameters()[0].tensor.copy_(tensorOf(wave(large, step), {large}, at::kFloat));
            few.parameters()[0].tensor.copy_(many.parameters()[0].tensor.narrow(0, 0, small));
            for (auto& average : averages)
                average.update(share);
        }
        const auto here = numbersIn(averages[0].state()[0].tensor), there = numbersIn(averages[1].state()[0].tensor);
        CHECK(distance(here, {there.begin(), there.begin() + small}) < 1e-6);
        CHECK(distance(here, numbersIn(few.parameters()[0].tensor)) > 1e-3);
    }
}

}
