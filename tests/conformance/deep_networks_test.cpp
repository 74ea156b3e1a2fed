// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/model/network.h"

#include <numeric>

namespace tests::deep_networks {

using namespace core;

using Shape = std::vector<std::int64_t>;

Shape shapeOf(const base::Value& list)
{
    Shape shape;
    for (const base::Value& length : list.array())
        shape.push_back(length.toInt());
    return shape;
}

std::unique_ptr<model::Network> built(const base::Value& golden)
{
    const auto architecture = model::allArchitectures().make({golden["model"]["kind"].text(), golden["model"]});
    REQUIRE(architecture);
    auto network = (*architecture)
                       ->build({.inputShape = shapeOf(golden["input_shape"]),
                                .outputs = golden["outputs"].toInt(),
                                .vocabulary = golden["vocabulary"].toInt(),
                                .pixels = golden["pixels"].toBool()});
    if (!network)
        FAIL(network.error().message);
    return std::move(*network);
}

// The same waves as the script's fill().
void fill(model::Network& network, at::ScalarType type)
{
    double salt = 1;
    for (const auto& [name, tensor] : network.parameters()) {
        std::vector<double> values = wave(tensor.numel(), salt++);
        const double fanIn = double(tensor.numel()) / double(tensor.size(0));
        const double base = tensor.dim() == 1 && name.ends_with("weight") ? 1 : 0;
        for (double& value : values)
            value = tensor.dim() > 1 ? value / std::sqrt(fanIn) : 0.2 * value + base;
        tensor.set_data(tensorOf(values, tensor.sizes().vec(), type));
    }
    for (const auto& [name, tensor] : network.buffers())
        if (tensor.is_floating_point())
            tensor.set_data(tensor.to(type));
}

at::Tensor batch(const base::Value& golden, at::ScalarType type)
{
    Shape shape{golden["rows"].toInt()};
    for (const std::int64_t length : shapeOf(golden["input_shape"]))
        shape.push_back(length);
    std::vector<double> values =
        wave(std::accumulate(shape.begin(), shape.end(), std::int64_t(1), std::multiplies<>()), 0.2);
    if (const std::int64_t vocabulary = golden["vocabulary"].toInt())
        for (double& value : values)
            value = std::floor((value + 1) / 2 * double(vocabulary));
    return tensorOf(values, shape, type).clone();
}

std::vector<double> digestOf(const at::Tensor& tensor)
{
    const std::vector<double> values = numbersIn(tensor);
    std::vector<double> digest{0, 0};
    for (const double value : values) {
        digest[0] += value;
        digest[1] += std::abs(value);
    }
    digest.insert(digest.end(), values.begin(),
                  values.begin() + std::min<std::ptrdiff_t>(3, std::ptrdiff_t(values.size())));
    return digest;
}

// Sums are of many numbers: the distance is taken against their size.
double distanceOf(const std::vector<double>& digest, const std::vector<double>& wanted)
{
    const double size = 1 + (wanted.size() > 1 ? wanted[1] : 0);
    return distance(digest, wanted) / size;
}

TEST_CASE("networks of many layers compute what PyTorch's and torchvision's modules compute")
{
    for (const base::Value& golden : golden("deep_networks.json")) {
        INFO(base::writeJson(golden["model"]));
        const auto network = built(golden);
        fill(*network, at::kDouble);
        at::Tensor input = batch(golden, at::kDouble);
        const bool tokens = golden["vocabulary"].toInt() > 0;
        input.set_requires_grad(!tokens);
        const at::Tensor output = network->forward(input, {.training = true});
        CHECK(distance(numbersIn(output), flat(golden["output"])) < 1e-8);
        output.backward(tensorOf(wave(output.numel(), 3.0), output.sizes().vec()));
        for (const auto& [name, tensor] : network->parameters()) {
            INFO(name);
            REQUIRE(tensor.grad().defined());
            CHECK(tensor.grad().sizes() == tensor.sizes());
            if (const base::Value* wanted = golden["gradients"].object().find(name))
                CHECK(distanceOf(digestOf(tensor.grad()), flat(*wanted)) < 1e-8);
        }
        if (!tokens)
            CHECK(distanceOf(digestOf(input.grad()), flat(golden["input_gradient"])) < 1e-8);
        for (const auto& [name, tensor] : network->buffers())
            if (const base::Value* wanted = golden["buffers"].object().find(name)) {
                INFO(name);
                CHECK(distanceOf(digestOf(tensor), flat(*wanted)) < 1e-8);
            }
        at::NoGradGuard noGraph;
        CHECK(distance(numbersIn(network->forward(input.detach(), {})), flat(golden["evaluated"])) < 1e-8);
    }
}

TEST_CASE("networks of many layers compute the same in float32, channels last")
{
    for (const base::Value& golden : golden("deep_networks.json")) {
        INFO(base::writeJson(golden["model"]));
        const auto network = built(golden);
        fill(*network, at::kFloat);
        at::NoGradGuard noGraph;
        const at::Tensor input = batch(golden, at::kFloat);
        const at::Tensor output = network->forward(input, {.training = true});
        CHECK(distance(numbersIn(output), flat(golden["output"])) < 1e-2 * (1 + largest(flat(golden["output"]))));
        const at::Tensor evaluated = network->forward(input, {});
        CHECK(distance(numbersIn(evaluated), flat(golden["evaluated"])) <
              1e-2 * (1 + largest(flat(golden["evaluated"]))));
    }
}

TEST_CASE("networks of many layers have the state dict of PyTorch's and torchvision's modules")
{
    for (const base::Value& golden : golden("deep_networks.json")) {
        INFO(base::writeJson(golden["model"]));
        const auto state = model::stateOf(*built(golden));
        REQUIRE(state.size() == golden["state"].object().size());
        std::size_t i = 0;
        for (const auto& [name, shape] : golden["state"].object()) {
            CHECK(state[i].name == name);
            CHECK(state[i].tensor.sizes().vec() == shapeOf(shape));
            ++i;
        }
    }
}

}
