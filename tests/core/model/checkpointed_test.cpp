// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/model/checkpointed.h"

#include <ATen/ops/tanh.h>

namespace tests::checkpointed {

using namespace core;
using base::Array;
using base::Object;
using base::Pick;

struct Step {
    std::vector<double> output, gradients, buffers, inputGradient;

    bool operator==(const Step&) const = default;
};

Step stepOf(const Pick& kind, const std::vector<std::int64_t>& inputShape, std::int64_t parts)
{
    const auto architecture = model::allArchitectures().make(kind);
    REQUIRE(architecture);
    const auto network = (*architecture)->build({inputShape, 3, 1});
    REQUIRE(network);
    std::vector<std::int64_t> shape{4};
    shape.insert(shape.end(), inputShape.begin(), inputShape.end());
    std::int64_t elements = 1;
    for (const std::int64_t side : shape)
        elements *= side;
    const at::Tensor input = tensorOf(wave(elements, 0.3), shape, at::kFloat).requires_grad_();
    model::Mode mode{true, base::Draw(1, "dropout", 2)};
    mode.checkpoints = parts;
    const at::Tensor output = (*network)->forward(input, mode);
    output.square().sum().backward();
    Step step{numbersIn(output.detach()), {}, {}, numbersIn(input.grad())};
    for (const auto& parameter : (*network)->parameters())
        for (const double number : numbersIn(parameter.tensor.grad()))
            step.gradients.push_back(number);
    for (const auto& buffer : (*network)->buffers())
        for (const double number : numbersIn(buffer.tensor))
            step.buffers.push_back(number);
    return step;
}

TEST_CASE("a network of which only some inputs are kept has the same outputs, gradients and statistics, bit for bit")
{
    const Object norms{{"norm", "batch"}, {"dropout", 0.3}};
    Object mlp = norms, cnn = norms;
    mlp.set("hidden", Array{16, 8, 8});
    cnn.set("channels", Array{4, 4});
    const std::vector<std::pair<Pick, std::vector<std::int64_t>>> kinds{
        {{"mlp", mlp}, {5}},
        {{"cnn", cnn}, {1, 8, 8}},
        {{"resnet", Object{{"stem", "small"}, {"width", 4}}}, {1, 8, 8}},
        {{"rnn", Object{{"hidden_size", 8}, {"num_layers", 2}, {"dropout", 0.2}}}, {6, 5}},
        {{"transformer", Object{}}, {6, 5}},
    };
    for (const auto& [kind, shape] : kinds) {
        INFO(kind.kind);
        const Step whole = stepOf(kind, shape, 0);
        CHECK(whole.gradients.size() > 10);
        for (const std::int64_t parts : {2, 3, 100})
            CHECK(stepOf(kind, shape, parts) == whole);
    }
}

TEST_CASE("a part that is gone through again is gone through twice, and the cuts are even")
{
    int passes = 0;
    bool again = false;
    const model::Pass pass = [&](const at::Tensor& x, const model::Mode& mode) {
        ++passes;
        again = mode.again;
        return at::tanh(x);
    };
    const at::Tensor input = tensorOf(wave(6, 0), {6}, at::kFloat).requires_grad_();
    const at::Tensor output = model::checkpointed(pass, input, {true});
    CHECK(passes == 1);
    CHECK_FALSE(again);
    output.sum().backward();
    CHECK(passes == 2);
    CHECK(again);
    CHECK(distance(numbersIn(input.grad()), numbersIn(at::tanh(input.detach()).square().mul(-1).add(1))) < 1e-6);
    CHECK(model::cuts(7, 3) == std::vector<std::size_t>{0, 2, 4, 7});
    CHECK(model::cuts(2, 9) == std::vector<std::size_t>{0, 1, 2});
    CHECK(model::cuts(5, 0) == std::vector<std::size_t>{0, 5});
}

}
