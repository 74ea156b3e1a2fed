// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/model/network_fields.h"
#include "core/model/sequence.h"

#include <ATen/ops/ones.h>

namespace tests::sequence {

using namespace core;
using namespace core::model;

std::unique_ptr<Network> made(std::vector<PlainLayer> list, std::vector<std::int64_t> inputShape,
                              const std::string& init = "default")
{
    auto network = makeSequence({.list = std::move(list), .init = {init}}, {std::move(inputShape), 1, 3});
    REQUIRE(network);
    return std::move(*network);
}

struct Moments {
    double mean = 0, deviation = 0, largest = 0;
};

Moments momentsOf(const at::Tensor& tensor)
{
    const std::vector<double> values = numbersIn(tensor);
    Moments moments{0, 0, largest(values)};
    for (const double value : values)
        moments.mean += value / double(values.size());
    for (const double value : values)
        moments.deviation += (value - moments.mean) * (value - moments.mean) / double(values.size());
    moments.deviation = std::sqrt(moments.deviation);
    return moments;
}

TEST_CASE("first weights are spread as PyTorch spreads them")
{
    const auto network = made({Linear{400}, BatchNorm{}, Linear{200}}, {100});
    const auto& all = network->parameters();
    for (const auto& [place, fanIn] : {std::pair(0, 100.0), {1, 100.0}, {4, 400.0}, {5, 400.0}}) {
        INFO(all[std::size_t(place)].name);
        const double bound = 1 / std::sqrt(fanIn);
        const Moments moments = momentsOf(all[std::size_t(place)].tensor);
        CHECK(moments.largest <= bound);
        CHECK(moments.largest > 0.97 * bound);
        CHECK(moments.mean == Approx(0).margin(0.1 * bound));
        CHECK(moments.deviation == Approx(bound / std::sqrt(3)).epsilon(0.1));
    }
    CHECK(numbersIn(all[2].tensor) == std::vector<double>(400, 1));
    CHECK(numbersIn(all[3].tensor) == std::vector<double>(400, 0));
}

TEST_CASE("each named initialization has the spread of its formula")
{
    const double kaiming = std::sqrt(2.0 / (20 * 9)), xavier = std::sqrt(2.0 / (20 * 9 + 50 * 9));
    for (const auto& [init, deviation] : {std::pair("default", 1 / std::sqrt(3 * 20 * 9.0)),
                                          {"kaiming_uniform", kaiming},
                                          {"kaiming_normal", kaiming},
                                          {"xavier_uniform", xavier},
                                          {"xavier_normal", xavier}}) {
        INFO(init);
        const auto network = made({Conv2d{50, 3, 1}}, {20, 5, 5}, init);
        const Moments moments = momentsOf(network->parameters()[0].tensor);
        CHECK(moments.deviation == Approx(deviation).epsilon(0.03));
        const bool uniform = !std::string(init).ends_with("normal");
        CHECK((moments.largest <= deviation * std::sqrt(3) * 1.000001) == uniform);
    }
}

TEST_CASE("dropout acts while training and only then, with the step's mask for the batch")
{
    const auto network = made({Dropout{0.5}}, {50});
    const at::Tensor ones = at::ones({4, 50});
    CHECK(numbersIn(network->forward(ones, {})) == std::vector<double>(200, 1));
    const Mode mode{true, base::Draw(1, "dropout", 9)};
    const std::vector<double> masked = numbersIn(network->forward(ones, mode));
    CHECK(std::count(masked.begin(), masked.end(), 2.0) + std::count(masked.begin(), masked.end(), 0.0) == 200);
    const std::vector<double> fewer = numbersIn(network->forward(ones.slice(0, 0, 2), mode));
    CHECK(fewer == std::vector<double>(masked.begin(), masked.begin() + 100));
    at::Tensor input = at::ones({4, 50}).set_requires_grad(true);
    network->forward(input, mode).sum().backward();
    CHECK(numbersIn(input.grad()) == masked);
}

TEST_CASE("two dropouts of one step have masks of their own")
{
    const auto network = made({Dropout{0.5}, Dropout{0.5}}, {1000});
    const std::vector<double> values =
        numbersIn(network->forward(at::ones({1, 1000}), {true, base::Draw(1, "dropout", 9)}));
    CHECK(std::count(values.begin(), values.end(), 4.0) == Approx(250).margin(60));
}

TEST_CASE("gradients add up over two passes before a step")
{
    const auto network = made({Linear{3}, Activation::Tanh, Linear{1}}, {2});
    const at::Tensor input = tensorOf(wave(8, 1), {4, 2}, at::kFloat);
    network->forward(input, {true}).sum().backward();
    const std::vector<double> once = numbersIn(network->parameters()[0].tensor.grad());
    network->forward(input, {true}).sum().backward();
    std::vector<double> twice = numbersIn(network->parameters()[0].tensor.grad());
    for (double& value : twice)
        value /= 2;
    CHECK(distance(once, twice) < 1e-6);
}

TEST_CASE("going backward twice through one pass needs its graph kept")
{
    const auto network = made({Linear{1}}, {2});
    const at::Tensor loss = network->forward(at::ones({3, 2}), {true}).sum();
    loss.backward({}, true);
    loss.backward();
    CHECK_THROWS(loss.backward());
}

TEST_CASE("a pass that is never gone back through leaves nothing behind")
{
    const auto network = made({Linear{4}, Activation::ReLU}, {2});
    const at::Tensor input = at::ones({3, 2});
    at::Tensor held;
    {
        const at::Tensor output = network->forward(input, {true});
        REQUIRE(output.requires_grad());
        held = input;
        CHECK(input.use_count() > 2);
    }
    CHECK(input.use_count() == 2);
}

TEST_CASE("batch norm refuses a single row while training and takes it when evaluating")
{
    const auto network = made({BatchNorm{}}, {3});
    CHECK_THROWS_WITH(network->forward(at::ones({1, 3}), {true}), Catch::Contains("drop_last"));
    CHECK(network->forward(at::ones({1, 3}), {}).numel() == 3);
    CHECK(network->buffers()[2].tensor.item<std::int64_t>() == 0);
}

TEST_CASE("weights go into a network by name, whole or not at all")
{
    const auto source = made({Linear{3}, BatchNorm{}}, {2});
    const auto target = makeSequence({.list = {Linear{3}, BatchNorm{}}}, {{2}, 1, 99});
    REQUIRE(target);
    std::vector<base::Blob> saved;
    for (const auto& named : stateOf(*source))
        saved.push_back(tensor::toBlob(named.name, named.tensor));
    const std::string before = tensor::digestOf(stateOf(**target));

    std::vector<base::Blob> wrong = saved;
    wrong.erase(wrong.begin() + 1);
    wrong[0].shape = {2, 3};
    wrong.push_back({"7.weight", "F32", {1}, std::string(4, '\0')});
    const auto refused = loadWeights(**target, wrong, "file.safetensors");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().where == "file.safetensors");
    CHECK_THAT(refused.error().message, Catch::Contains("missing: 0.bias") &&
                                            Catch::Contains("0.weight (2×3 instead of 3×2)") &&
                                            Catch::Contains("not in this network: 7.weight"));
    CHECK(tensor::digestOf(stateOf(**target)) == before);

    REQUIRE(loadWeights(**target, saved, "file.safetensors"));
    CHECK(tensor::digestOf(stateOf(**target)) == tensor::digestOf(stateOf(*source)));
}

}
