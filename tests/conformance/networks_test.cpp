// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/model/layer.h"
#include "core/spec/experiment.h"

#include <algorithm>
#include <numeric>

namespace tests::networks {

using namespace core;
using base::Object;
using base::Pick;
using model::Network;

using Shape = std::vector<std::int64_t>;

Shape shapeOf(const base::Value& list)
{
    Shape shape;
    for (const base::Value& length : list.array())
        shape.push_back(length.toInt());
    return shape;
}

std::unique_ptr<model::Architecture> architecture(const Pick& pick)
{
    auto made = model::allArchitectures().make(pick);
    REQUIRE(made);
    return std::move(*made);
}

std::unique_ptr<Network> built(const Pick& pick, const Shape& inputShape, std::int64_t outputs, std::uint64_t seed = 0)
{
    auto made = architecture(pick)->build({inputShape, outputs, seed});
    REQUIRE(made);
    return std::move(*made);
}

at::Tensor batch(std::int64_t rows, const Shape& inputShape, double salt, at::ScalarType type = at::kFloat)
{
    Shape shape{rows};
    shape.insert(shape.end(), inputShape.begin(), inputShape.end());
    return tensorOf(wave(std::accumulate(shape.begin(), shape.end(), std::int64_t(1), std::multiplies<>()), salt),
                    shape, type)
        .clone();
}

// Every parameter a wave of its own, as the script does.
void fill(Network& network, at::ScalarType type)
{
    double salt = 1;
    for (const auto& [name, tensor] : network.parameters()) {
        std::vector<double> values = wave(tensor.numel(), salt++);
        for (double& value : values)
            value *= 0.4;
        tensor.set_data(tensorOf(values, tensor.sizes().vec(), type));
    }
    for (const auto& [name, tensor] : network.buffers())
        if (tensor.is_floating_point())
            tensor.set_data(tensor.to(type));
}

std::vector<double> firstOf(const at::Tensor& tensor, std::size_t count)
{
    std::vector<double> all = numbersIn(tensor);
    all.resize(std::min(count, all.size()));
    return all;
}

void compareWithGolden(const base::Value& golden, at::ScalarType type, double tolerance)
{
    const Shape inputShape = shapeOf(golden["input_shape"]);
    const std::int64_t outputs = golden["outputs"].toInt();
    const auto network = built({golden["model"]["kind"].text(), golden["model"]}, inputShape, outputs);
    fill(*network, type);
    at::Tensor input = batch(golden["rows"].toInt(), inputShape, 0.2, type).set_requires_grad(true);
    const at::Tensor output = network->forward(input, {.training = true});
    REQUIRE(output.sizes() == at::IntArrayRef({golden["rows"].toInt(), outputs}));
    CHECK(distance(firstOf(output, std::size_t(3 * outputs)), flat(golden["output"])) < tolerance);
    output.backward(batch(golden["rows"].toInt(), {outputs}, 3.0, type));
    for (const auto& [name, tensor] : network->parameters()) {
        INFO(name);
        REQUIRE(tensor.grad().defined());
        CHECK(tensor.grad().sizes() == tensor.sizes());
        CHECK(tensor.grad().is_contiguous());
        CHECK(distance(numbersIn(tensor.grad()), flat(golden["gradients"][name])) < 10 * tolerance);
    }
    CHECK(distance(firstOf(input.grad(), 24), flat(golden["input_gradient"])) < tolerance);
    for (const auto& [name, tensor] : network->buffers()) {
        INFO(name);
        CHECK(distance(numbersIn(tensor), flat(golden["buffers"][name])) < tolerance);
    }
    at::NoGradGuard noGraph;
    CHECK(distance(firstOf(network->forward(input.detach(), {}), std::size_t(3 * outputs)), flat(golden["evaluated"])) <
          tolerance);
}

TEST_CASE("networks compute what the PyTorch modules of the same layers compute")
{
    for (const base::Value& golden : golden("networks.json")) {
        INFO(base::writeJson(golden["model"]));
        compareWithGolden(golden, at::kDouble, 1e-10);
        compareWithGolden(golden, at::kFloat, 2e-5);
    }
}

TEST_CASE("networks have the state dict of the PyTorch modules of the same layers")
{
    for (const base::Value& golden : golden("networks.json")) {
        INFO(base::writeJson(golden["model"]));
        const auto network = built({golden["model"]["kind"].text(), golden["model"]}, shapeOf(golden["input_shape"]),
                                   golden["outputs"].toInt());
        const auto state = model::stateOf(*network);
        REQUIRE(state.size() == golden["state"].object().size());
        std::size_t i = 0;
        for (const auto& [name, shape] : golden["state"].object()) {
            CHECK(state[i].name == name);
            CHECK(state[i].tensor.sizes().vec() == shapeOf(shape));
            ++i;
        }
    }
}

struct Variant {
    Pick pick;
    Shape inputShape;
};

// Every kind with its defaults, and what the goldens have, on pictures and on rows where the kind takes them.
std::vector<Variant> variants()
{
    std::vector<Variant> all;
    for (const base::Entry& entry : model::allArchitectures().family().entries)
        for (const Shape& shape : {Shape{7}, Shape{1, 28, 28}, Shape{3, 9, 12}, Shape{2, 10}})
            if (auto network = architecture({entry.kind, Object{}})->build({shape, 2, 0}))
                all.push_back({{entry.kind, Object{}}, shape});
    for (const base::Value& golden : golden("networks.json"))
        all.push_back({{golden["model"]["kind"].text(), golden["model"]}, shapeOf(golden["input_shape"])});
    all.push_back({{"mlp", Object{{"hidden", base::Array{8, 8}}, {"dropout", 0.5}, {"norm", "batch"}}}, {4}});
    all.push_back({{"cnn", Object{{"dropout", 0.3}}}, {1, 12, 12}});
    return all;
}

TEST_CASE("no network has a parameter by a name that all models have")
{
    for (const base::Entry& entry : model::allArchitectures().family().entries)
        for (const base::Field& field : spec::modelFields().schema().fields) {
            INFO(entry.kind << " " << field.key);
            CHECK_FALSE(entry.schema.find(field.key));
        }
}

TEST_CASE("the description is what is built")
{
    checkEntries(model::allArchitectures().family(), {model::allLayers().family()});
    checkEntries(model::allLayers().family(), {model::allLayers().family()});
    for (const auto& [pick, inputShape] : variants()) {
        INFO(pick.kind << " " << base::writeJson(pick.params) << " " << inputShape.size());
        const auto network = built(pick, inputShape, 3);
        const auto layers = architecture(pick)->describe({inputShape, 3});
        std::int64_t described = 0, made = 0;
        for (const model::LayerInfo& layer : layers) {
            CHECK(layer.problem.empty());
            described += layer.parameters;
            // Blocks may have layers inside; what stands beside layers of its own name cannot be told apart by it.
            const std::string inside = layer.name.empty() ? "" : layer.name + ".";
            const bool alone = std::ranges::count_if(layers, [&](const model::LayerInfo& other) {
                                   return (other.name + ".").starts_with(inside);
                               }) == 1;
            std::int64_t own = 0;
            for (const auto& [name, tensor] : network->parameters())
                if (name.starts_with(inside))
                    own += tensor.numel();
            if (alone)
                CHECK(own == layer.parameters);
        }
        for (const auto& named : network->parameters())
            made += named.tensor.numel();
        CHECK(described == made);
        at::NoGradGuard noGraph;
        const at::Tensor output = network->forward(batch(2, inputShape, 0), {});
        CHECK(output.sizes().slice(1).vec() == layers.back().outputShape);
        CHECK(layers.back().outputShape == Shape{3});
    }
}

TEST_CASE("a network is a function of its seed")
{
    for (const auto& [pick, inputShape] : variants()) {
        INFO(pick.kind << " " << base::writeJson(pick.params));
        const auto digest = [&, &pick = pick, &inputShape = inputShape](std::uint64_t seed) {
            return tensor::digestOf(model::stateOf(*built(pick, inputShape, 2, seed)));
        };
        CHECK(digest(1) == digest(1));
        CHECK(digest(1) != digest(2));
    }
}

TEST_CASE("a step has the same bits whatever ran before, and each step its own dropout")
{
    for (const auto& [pick, inputShape] : variants()) {
        INFO(pick.kind << " " << base::writeJson(pick.params));
        const at::Tensor input = batch(6, inputShape, 0.5);
        const auto trained = [&, &pick = pick, &inputShape = inputShape](bool disturbed, std::uint64_t step) {
            const auto network = built(pick, inputShape, 2);
            if (disturbed)
                built({"mlp", Object{{"dropout", 0.5}}}, {3}, 2)->forward(batch(2, {3}, 1), {.training = true});
            network->forward(input, {true, base::Draw(0, "dropout", step)}).sum().backward();
            std::vector<tensor::NamedTensor> gradients;
            for (const auto& [name, tensor] : network->parameters())
                gradients.push_back({name, tensor.grad()});
            return tensor::digestOf(gradients);
        };
        CHECK(trained(false, 1) == trained(true, 1));
        const base::Entry* entry = model::allArchitectures().family().find(pick.kind);
        const base::Field* dropout = entry->schema.find("dropout");
        const bool drops = dropout && pick.params["dropout"].toReal(dropout->fallback.toReal()) > 0;
        CHECK((trained(false, 1) == trained(false, 2)) == !drops);
    }
}

TEST_CASE("mixed precision computes nearly the same, and keeps weights and gradients in float32")
{
    for (const auto& [pick, inputShape] : variants()) {
        INFO(pick.kind << " " << base::writeJson(pick.params) << " " << inputShape.size());
        const auto network = built(pick, inputShape, 3);
        const at::Tensor input = batch(12, inputShape, 0.5);
        const auto gradients = [&, &network = *network](std::optional<at::ScalarType> type) {
            model::Mode mode{.training = true};
            mode.compute = type;
            const at::Tensor output = network.forward(input, mode);
            CHECK(output.scalar_type() == type.value_or(at::kFloat));
            output.to(at::kFloat).square().sum().backward();
            std::vector<double> all;
            for (const auto& [name, tensor] : network.parameters()) {
                INFO(name);
                CHECK(tensor.grad().scalar_type() == at::kFloat);
                for (const double value : numbersIn(tensor.grad()))
                    all.push_back(value);
                const_cast<at::Tensor&>(tensor).mutable_grad().reset();
            }
            return all;
        };
        const std::vector<double> whole = gradients({}), half = gradients(at::kBFloat16);
        double along = 0, first = 0, second = 0;
        for (std::size_t i = 0; i < whole.size(); ++i) {
            along += whole[i] * half[i];
            first += whole[i] * whole[i];
            second += half[i] * half[i];
        }
        CHECK(along / std::sqrt(first * second) > 0.98);
        CHECK(std::sqrt(second / first) == Approx(1).epsilon(0.1));
    }
}

}
