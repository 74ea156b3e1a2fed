// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/model/tree.h"

#include <ATen/ops/ones.h>

namespace tests::layer {

using namespace core;
using namespace core::model;
using base::Array;
using base::Object;
using base::Pick;

// A network of these layers alone, without the task's own last one.
base::Result<std::unique_ptr<Network>> made(Array layers, Shape input, std::int64_t outputs)
{
    const auto architecture =
        allArchitectures().make({"sequential", Object{{"layers", std::move(layers)}, {"head", false}}});
    REQUIRE(architecture);
    return (*architecture)->build({std::move(input), outputs, 1});
}

std::string problemOf(const Object& layer, const Shape& input)
{
    const auto architecture = allArchitectures().make({"sequential", Object{{"layers", Array{layer}}}});
    REQUIRE(architecture);
    return (*architecture)->describe({input, 2}).front().problem;
}

TEST_CASE("a layer that does not fit says what it needs, what it gets and what helps")
{
    CHECK(problemOf({{"kind", "LSTM"}}, {16, 14, 14}) ==
          "needs steps × features, but gets 16×14×14: put ToSteps or an Embedding in front");
    CHECK(problemOf({{"kind", "Linear"}}, {1, 4, 4}) ==
          "needs rows of numbers or steps × features, but gets 1×4×4: put Flatten in front");
    CHECK_THAT(problemOf({{"kind", "Conv2d"}, {"kernel_size", 9}}, {1, 4, 4}), Catch::Contains("at least 9 points"));
    CHECK_THAT(problemOf({{"kind", "GroupNorm"}, {"num_groups", 3}}, {4, 4, 4}), Catch::Contains("3 groups"));
    CHECK_THAT(
        problemOf({{"kind", "Residual"}, {"layers", Array{Object{{"kind", "Linear"}, {"out_features", 3}}}}}, {5}),
        Catch::Contains("adds what it made, 3, to its input, 5"));
    CHECK_THAT(problemOf({{"kind", "TransformerEncoderLayer"}, {"nhead", 4}}, {7, 6}), Catch::Contains("4 heads"));
}

TEST_CASE("a list of layers must end with as many outputs as the task needs")
{
    const auto wrong = made({"Flatten"}, {2, 2}, 3);
    REQUIRE_FALSE(wrong);
    CHECK_THAT(wrong.error().message, Catch::Contains("gives 4") && Catch::Contains("needs 3 outputs"));
    CHECK(made({"Flatten", Object{{"kind", "Linear"}, {"out_features", 3}}}, {2, 2}, 3));
    const auto unknown = allArchitectures().make({"sequential", Object{{"layers", Array{"ReLU", "Flaten"}}}});
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().where == "/model/layers/1");
}

TEST_CASE("channel dropout takes whole channels, alpha dropout keeps mean and variance")
{
    const Mode mode{true, base::Draw(1, "dropout", 5)};
    const auto channels = made({"Dropout2d", "Flatten"}, {40, 3, 3}, 360);
    REQUIRE(channels);
    const at::Tensor fallen = (*channels)->forward(at::ones({2, 40, 3, 3}), mode).view({80, 9});
    int dropped = 0;
    for (std::int64_t i = 0; i < 80; ++i) {
        const std::vector<double> values = numbersIn(fallen[i]);
        CHECK((values == std::vector<double>(9, 0.0) || values == std::vector<double>(9, 2.0)));
        dropped += values[0] == 0;
    }
    CHECK((dropped > 20 && dropped < 60));

    const auto alpha = made({Object{{"kind", "AlphaDropout"}, {"p", 0.3}}}, {20000}, 20000);
    REQUIRE(alpha);
    const base::Draw normal(3, "input");
    at::Tensor input = tensor::empty({1, 20000});
    for (std::int64_t i = 0; i < 20000; ++i)
        input.mutable_data_ptr<float>()[i] = float(normal.normal(std::uint64_t(i)));
    const std::vector<double> kept = numbersIn((*alpha)->forward(input, mode));
    double mean = 0, square = 0;
    for (const double value : kept) {
        mean += value / double(kept.size());
        square += value * value / double(kept.size());
    }
    CHECK(mean == Approx(0).margin(0.03));
    CHECK(square - mean * mean == Approx(1).epsilon(0.04));
    CHECK(numbersIn((*alpha)->forward(input, {})) == numbersIn(input));
}

TEST_CASE("stochastic depth leaves the layers inside out for whole rows, and only while training")
{
    const auto network =
        made({Object{{"kind", "Residual"}, {"layers", Array{"Softplus"}}, {"stochastic_depth", 0.5}}}, {3}, 3);
    REQUIRE(network);
    const at::Tensor ones = at::ones({200, 3});
    const double inside = std::log1p(std::exp(1));
    const at::Tensor output = (*network)->forward(ones, {true, base::Draw(1, "dropout", 2)});
    int out = 0;
    for (std::int64_t row = 0; row < 200; ++row) {
        const std::vector<double> values = numbersIn(output[row]);
        const bool left = values[0] == 1;
        out += left;
        for (const double value : values)
            CHECK(value == Approx(left ? 1 : 1 + 2 * inside));
    }
    CHECK((out > 70 && out < 130));
    CHECK(numbersIn((*network)->forward(ones, {}))[0] == Approx(1 + inside));
}

TEST_CASE("every init has the size that it names; constant and zero begin all neurons alike")
{
    const auto weightOf = [](const std::string& init, double scale) {
        const auto architecture =
            allArchitectures().make({"sequential", Object{{"layers", Array{}}, {"init", init}, {"init_scale", scale}}});
        const auto network = (*architecture)->build({{60}, 40, 7});
        REQUIRE(network);
        return (*network)->parameters().front().tensor;
    };
    const at::Tensor orthogonal = weightOf("orthogonal", 1);
    const std::vector<double> product = numbersIn(orthogonal.mm(orthogonal.t()));
    for (std::size_t i = 0; i < product.size(); ++i)
        CHECK(product[i] == Approx(i % 41 == 0 ? 1 : 0).margin(1e-5));
    double square = 0;
    for (const double value : numbersIn(weightOf("normal", 0.3)))
        square += value * value / 2400;
    CHECK(std::sqrt(square) == Approx(0.3).epsilon(0.05));
    CHECK(numbersIn(weightOf("constant", 0.2)) == std::vector<double>(2400, double(0.2f)));
    CHECK(numbersIn(weightOf("zeros", 1)) == std::vector<double>(2400, 0));
}

TEST_CASE("a watcher is told every layer's output by its name, those inside blocks too")
{
    const auto network = made({Object{{"kind", "Residual"}, {"layers", Array{"ReLU", "Tanh"}}}, "Sigmoid"}, {3}, 3);
    REQUIRE(network);
    std::string names;
    at::Tensor said;
    const Watch watch = [&](const LayerPass& layer) {
        CHECK(layer.output.size(0) == 2);
        names += layer.name + " " + layer.type + " ";
        if (layer.name == "0.1")
            CHECK(layer.input.equal(said));
        said = layer.output;
    };
    Mode mode;
    mode.watch = &watch;
    (*network)->forward(at::ones({2, 3}), mode);
    CHECK(names == "0.0 ReLU 0.1 Tanh 0 Residual 1 Sigmoid ");
}

}
