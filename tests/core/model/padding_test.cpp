// SPDX-License-Identifier: GPL-3.0-or-later
// What fills up short texts is not looked at.
#include "tests/support/golden.h"

#include "core/model/network.h"

#include <ATen/ops/constant_pad_nd.h>

namespace tests::padding {

using namespace core;

std::unique_ptr<model::Network> networkOf(const base::Value& pick, std::int64_t length)
{
    const auto architecture = model::allArchitectures().make({pick["kind"].text(), pick});
    REQUIRE(architecture);
    auto network = (*architecture)->build({{length}, 3, 0, 11, 0});
    if (!network)
        FAIL(network.error().message);
    double salt = 1;
    for (const auto& [name, tensor] : (*network)->parameters()) {
        std::vector<double> values = wave(tensor.numel(), salt++);
        const double fanIn = double(tensor.numel()) / double(tensor.size(0));
        for (double& value : values)
            value = tensor.dim() > 1 ? value / std::sqrt(fanIn) : 0.2 * value + (name.ends_with("weight") ? 1 : 0);
        tensor.set_data(tensorOf(values, tensor.sizes().vec()));
    }
    return std::move(*network);
}

TEST_CASE("padded texts give PyTorch's logits and gradients, of packed sequences and masked attention")
{
    for (const base::Value& golden : golden("padding.json")) {
        INFO(base::writeJson(golden["model"]));
        const auto network = networkOf(golden["model"], 6);
        const at::Tensor ids = tensorOf(flat(golden["ids"]), {4, 6});
        const at::Tensor output = network->forward(ids, {.training = true});
        CHECK(distance(numbersIn(output), flat(golden["output"])) < 1e-10);
        output.backward(tensorOf(wave(output.numel(), 3.0), output.sizes().vec()));
        for (const auto& [name, tensor] : network->parameters()) {
            INFO(name);
            const base::Value& wanted = golden["gradients"][name];
            REQUIRE(tensor.grad().defined());
            CHECK(distance(numbersIn(tensor.grad()), flat(wanted)) < 1e-9);
        }
        at::NoGradGuard noGraph;
        CHECK(distance(numbersIn(network->forward(ids, {})), flat(golden["output"])) < 1e-10);
    }
}

TEST_CASE("how long the padding is changes no logit")
{
    for (const base::Value& golden : golden("padding.json")) {
        INFO(base::writeJson(golden["model"]));
        at::NoGradGuard noGraph;
        const at::Tensor ids = tensorOf(flat(golden["ids"]), {4, 6});
        const auto longer = networkOf(golden["model"], 17);
        CHECK(distance(numbersIn(longer->forward(at::constant_pad_nd(ids, {0, 11}), {})), flat(golden["output"])) <
              1e-10);
        // A text alone, as long as it is.
        const auto shorter = networkOf(golden["model"], 3);
        const std::vector<double> first = flat(golden["output"].array()[0]);
        CHECK(distance(numbersIn(shorter->forward(ids.narrow(0, 0, 1).narrow(1, 0, 3), {})), first) < 1e-10);
    }
}

TEST_CASE("dropout does not reach through the mask")
{
    base::Value pick = golden("padding.json").back()["model"];
    REQUIRE(pick["kind"].text() == "transformer");
    pick.object().set("dropout", 0.3);
    const auto network = networkOf(pick, 6);
    at::Tensor ids = tensorOf(flat(golden("padding.json").back()["ids"]), {4, 6});
    const at::Tensor output = network->forward(ids, {.training = true});
    CHECK(output.isfinite().all().item<bool>());
    output.sum().backward();
    for (const auto& [name, tensor] : network->parameters())
        if (name == "embedding.weight") {
            CHECK(tensor.grad()[0].abs().sum().item<double>() == 0);
            CHECK(tensor.grad()[3].abs().sum().item<double>() > 0);
        }
}

}
