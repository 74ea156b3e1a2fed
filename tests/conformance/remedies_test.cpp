// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/train/old_task.h"

#include <ATen/ops/linear.h>
#include <ATen/ops/log_softmax.h>

namespace tests::remedies {

using namespace core;
using tensor::NamedTensor;

const std::vector<std::vector<std::int64_t>> shapes{{4, 3}, {4}, {3, 4}, {3}};
const std::vector<std::int64_t> oldRows{4, 4, 2, 2};

// As the script beside the goldens makes them.
std::vector<NamedTensor> parameters()
{
    std::vector<NamedTensor> all;
    const char* names[] = {"0.weight", "0.bias", "2.weight", "2.bias"};
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        std::int64_t count = 1;
        for (const std::int64_t side : shapes[i])
            count *= side;
        all.push_back({names[i], tensorOf(wave(count, 1.0 + double(i)), shapes[i]).clone().set_requires_grad(true)});
    }
    return all;
}

void move(const std::vector<NamedTensor>& all)
{
    at::NoGradGuard noGraph;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const at::Tensor& weight = all[i].tensor;
        const_cast<at::Tensor&>(weight).add_(tensorOf(wave(weight.numel(), 9.0 + double(i)), shapes[i]), 0.3);
        const_cast<at::Tensor&>(weight).mutable_grad() = tensor::zeros(shapes[i], at::kDouble);
    }
}

train::Memory memoryOf(const base::Value& golden, const std::vector<NamedTensor>& all)
{
    train::Memory memory{oldRows};
    if (!golden.object().find("inputs"))
        return memory;
    const std::vector<double> inputs = flat(golden["inputs"]);
    const std::vector<double> labels = flat(golden["labels"]);
    memory.rows = std::int64_t(labels.size());
    memory.surprise = [&all, inputs, labels](std::int64_t row, bool own) {
        CHECK_FALSE(own);
        const at::Tensor x = tensorOf({inputs.begin() + row * 3, inputs.begin() + row * 3 + 3}, {3});
        const at::Tensor hidden = at::linear(x, all[0].tensor, all[1].tensor).tanh();
        const at::Tensor scores = at::linear(hidden, all[2].tensor, all[3].tensor).narrow(0, 0, 2);
        return at::log_softmax(scores, 0)[std::int64_t(labels[std::size_t(row)])].neg();
    };
    return memory;
}

TEST_CASE("penalties against forgetting and their slopes are those of autograd")
{
    for (const base::Value& golden : golden("remedies.json")) {
        INFO(base::writeJson(golden["remedy"]));
        const auto all = parameters();
        const auto remedy = train::allRemedies().make({golden["remedy"]["kind"].text(), golden["remedy"]}, all);
        REQUIRE(remedy);
        REQUIRE((*remedy)->remember(all, memoryOf(golden, all)));
        move(all);
        CHECK((*remedy)->penalize(all) == Approx(golden["penalty"].toReal()).epsilon(1e-12));
        for (std::size_t i = 0; i < all.size(); ++i) {
            INFO(all[i].name);
            CHECK(distance(numbersIn(all[i].tensor.grad()), flat(golden["gradients"].array()[i])) < 1e-10);
            for (const auto& [name, kept] : (*remedy)->state())
                if (name == "fisher/" + all[i].name)
                    CHECK(distance(numbersIn(kept), flat(golden["fisher"].array()[i])) < 1e-10);
        }
    }
}

TEST_CASE("every remedy can be shown, penalizes nothing where it stands, and leaves frozen parameters alone")
{
    checkEntries(train::allRemedies().family());
    for (const base::Entry& entry : train::allRemedies().family().entries) {
        INFO(entry.kind);
        const auto all = parameters();
        const auto remedy = train::allRemedies().make({entry.kind, base::Object{}}, all);
        REQUIRE(remedy);
        train::Memory memory{
            {4, 4, 3, 3}, 3, [&](std::int64_t row, bool) { return all[0].tensor.select(0, row).square().sum(); }};
        REQUIRE((*remedy)->remember(all, memory));
        for (const auto& [name, weight] : all)
            CHECK_FALSE(weight.grad().defined());
        for (const auto& [name, weight] : all)
            const_cast<at::Tensor&>(weight).mutable_grad() = tensor::zeros(weight.sizes().vec(), at::kDouble);
        CHECK((*remedy)->penalize(all) == 0);
        move(all);
        const_cast<at::Tensor&>(all[0].tensor).mutable_grad().reset();
        (*remedy)->penalize(all);
        CHECK_FALSE(all[0].tensor.grad().defined());
    }
}

TEST_CASE("a last layer grows by new outputs, and the old ones keep their bits")
{
    const std::vector<NamedTensor> network{{"0.weight", tensor::zeros({4, 3})}, {"2.weight", tensor::zeros({3, 4})}};
    std::vector<base::Blob> saved{tensor::toBlob("0.weight", tensorOf(wave(12, 1), {4, 3}, at::kFloat)),
                                  tensor::toBlob("2.weight", tensorOf(wave(8, 2), {2, 4}, at::kFloat))};
    const auto grown = train::grownToFit(saved, network, 2);
    CHECK((grown[0] == saved[0]));
    CHECK(grown[1].shape == std::vector<std::int64_t>{3, 4});
    CHECK(grown[1].bytes.substr(0, saved[1].bytes.size()) == saved[1].bytes);
    CHECK(grown[1].bytes.substr(saved[1].bytes.size()) == std::string(4 * sizeof(float), '\0'));
    // Where another number of outputs is old, nothing fits.
    CHECK((train::grownToFit(saved, network, 1) == saved));
}

}
