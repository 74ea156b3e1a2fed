// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/model/relu_pool.h"
#include "core/model/sequence.h"

#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/relu.h>

#include <limits>

namespace tests::relu_pool {

using namespace core;
using namespace core::model;

std::unique_ptr<Network> made(std::vector<PlainLayer> list, std::vector<std::int64_t> inputShape)
{
    auto network = makeSequence({.list = std::move(list)}, {std::move(inputShape), 1, 3});
    REQUIRE(network);
    return std::move(*network);
}

// Of few different numbers, so that windows have several largest ones.
at::Tensor pictures(const std::vector<std::int64_t>& shape, at::ScalarType type = at::kFloat)
{
    std::vector<double> values = wave(shape[0] * shape[1] * shape[2] * shape[3], 0.3);
    for (double& value : values)
        value = std::round(value * 3) / 2;
    return tensorOf(values, shape, type);
}

std::vector<double> bitsOf(const at::Tensor& tensor)
{
    std::vector<double> numbers = numbersIn(tensor);
    for (double& number : numbers)
        number = std::isnan(number) ? 12345 : number;
    return numbers;
}

struct Answer {
    std::vector<double> output, gradient;
};

// `slopes`: as the gradient of the output.
template <class Forward>
Answer answer(const at::Tensor& input, const Forward& forward)
{
    const at::Tensor leaf = input.detach().clone().set_requires_grad(true);
    const at::Tensor output = forward(leaf);
    std::vector<double> slopes = wave(output.numel(), 2);
    slopes[0] = -0.0;
    output.backward(tensorOf(slopes, output.sizes().vec(), output.scalar_type()));
    return {bitsOf(output), bitsOf(leaf.grad())};
}

TEST_CASE("a ReLU and the pool behind it give at once what ATen's give one after the other")
{
    for (const std::int64_t channels : {1, 3, 8, 11, 16, 29})
        for (const std::int64_t size : {2, 3, 5})
            for (const bool last : {true, false}) {
                INFO(channels << " channels, windows of " << size << ", channels last " << last);
                at::Tensor input = pictures({3, channels, 11, 7});
                float* numbers = input.mutable_data_ptr<float>();
                numbers[1] = std::numeric_limits<float>::quiet_NaN();
                numbers[9] = std::numeric_limits<float>::infinity();
                numbers[40] = -std::numeric_limits<float>::infinity();
                numbers[60] = numbers[61] = std::numeric_limits<float>::quiet_NaN();
                if (last)
                    input = input.contiguous(at::MemoryFormat::ChannelsLast);
                const auto network = made({Activation::ReLU, MaxPool2d{size}}, {channels, 11, 7});
                const Answer ours = answer(input, [&](const at::Tensor& x) { return network->forward(x, {true}); });
                const Answer atens = answer(input, [&](const at::Tensor& x) {
                    return at::max_pool2d(at::relu(x), {size, size});
                });
                CHECK(ours.output == atens.output);
                CHECK(ours.gradient == atens.gradient);
                CHECK(bitsOf(network->forward(input, {})) == ours.output);
            }
}

TEST_CASE("a network is the same whether its layers are watched or not")
{
    for (const std::int64_t checkpoints : {0, 2, 3}) {
        INFO(checkpoints << " checkpoints");
        const auto network = made({Conv2d{9, 3, 1}, Activation::ReLU, MaxPool2d{2}, Conv2d{4, 3, 1}, BatchNorm{},
                                   Activation::ReLU, MaxPool2d{2}, Flatten{}, Linear{5}, Activation::ReLU, Linear{2}},
                                  {2, 12, 10});
        const at::Tensor input = tensorOf(wave(4 * 2 * 12 * 10, 1), {4, 2, 12, 10}, at::kFloat);
        std::vector<std::string> seen;
        std::vector<at::Tensor> outputs;
        const Watch watch = [&](const LayerPass& layer) {
            seen.push_back(layer.type);
            outputs.push_back(layer.output);
        };
        std::vector<std::vector<double>> gradients[2];
        std::vector<double> outcome[2];
        for (const bool watched : {false, true}) {
            Mode mode{true};
            mode.checkpoints = checkpoints;
            mode.watch = watched ? &watch : nullptr;
            const at::Tensor output = network->forward(input, mode);
            const auto [values, back] = std::pair(numbersIn(output), output.pow(2).sum());
            back.backward();
            outcome[watched] = values;
            for (const auto& parameter : network->parameters()) {
                gradients[watched].push_back(numbersIn(parameter.tensor.grad()));
                parameter.tensor.mutable_grad().reset();
            }
        }
        CHECK(outcome[0] == outcome[1]);
        CHECK(gradients[0] == gradients[1]);
        CHECK(seen.size() == 11);
        // What was seen stays as it was seen.
        CHECK(*std::min_element(outputs[0].const_data_ptr<float>(), outputs[0].const_data_ptr<float>() + 100) < 0);
        CHECK(numbersIn(at::relu(outputs[0])) == numbersIn(outputs[1]));
    }
}

TEST_CASE("between layers of 16 bits a pool of 32 goes along")
{
    const auto network =
        made({Conv2d{8, 3, 1}, BatchNorm{}, Activation::ReLU, MaxPool2d{2}, Conv2d{8, 3, 1}, Flatten{}}, {3, 8, 8});
    std::vector<std::string> seen;
    const Watch watch = [&](const LayerPass& layer) { seen.push_back(layer.type); };
    std::vector<double> gradients[2];
    for (const bool watched : {false, true}) {
        Mode mode{true};
        mode.compute = at::kBFloat16;
        mode.watch = watched ? &watch : nullptr;
        network->forward(tensorOf(wave(2 * 3 * 64, 1), {2, 3, 8, 8}, at::kFloat), mode).sum().backward();
        gradients[watched] = numbersIn(network->parameters()[0].tensor.grad());
        network->parameters()[0].tensor.mutable_grad().reset();
    }
    CHECK(gradients[0] == gradients[1]);
    CHECK(largest(gradients[0]) > 0);
}

TEST_CASE("what belongs to somebody else is not overwritten")
{
    const auto network = made({Activation::ReLU, Activation::ReLU}, {6});
    const at::Tensor input = tensorOf(wave(12, 1), {2, 6}, at::kFloat);
    const std::vector<double> before = numbersIn(input);
    network->forward(input, {});
    network->forward(input, {true});
    CHECK(numbersIn(input) == before);
}

TEST_CASE("numbers other than float32 and windows that fill no byte go one after the other")
{
    const auto network = made({Activation::ReLU, MaxPool2d{16}}, {2, 33, 40});
    const auto one = [&](const at::Tensor& x) { return network->forward(x, {true}); };
    const auto other = [&](const at::Tensor& x) { return at::max_pool2d(at::relu(x), {16, 16}); };
    for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
        const at::Tensor input = pictures({2, 2, 33, 40}, type).contiguous(at::MemoryFormat::ChannelsLast);
        CHECK(answer(input, one).gradient == answer(input, other).gradient);
    }
}

}
