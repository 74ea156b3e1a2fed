// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/train/optimizer.h"

namespace tests::optimizers {

using namespace core;
using base::Object;
using base::Pick;
using tensor::NamedTensor;

std::vector<NamedTensor> parameters(at::ScalarType type)
{
    std::vector<NamedTensor> all{{"weight", tensorOf(wave(6, 0.5), {3, 2}, type).clone()},
                                 {"bias", tensorOf(wave(3, 2.5), {3}, type).clone()}};
    for (auto& named : all)
        named.tensor.set_requires_grad(true);
    return all;
}

std::vector<double> valuesOf(const std::vector<NamedTensor>& tensors)
{
    std::vector<double> all;
    for (const auto& named : tensors)
        for (const double value : numbersIn(named.tensor))
            all.push_back(value);
    return all;
}

std::unique_ptr<train::Optimizer> made(const Pick& pick, const std::vector<NamedTensor>& parameters)
{
    auto optimizer = train::allOptimizers().make(pick, parameters);
    REQUIRE(optimizer);
    return std::move(*optimizer);
}

// The script's gradients of a step; the second parameter gets none in the first `late` steps.
void setGradients(const std::vector<NamedTensor>& parameters, int step, std::int64_t late)
{
    std::vector<double> first = wave(6, 1.3 * step), second = wave(3, 2.1 * step + 1);
    for (double& value : first)
        value = 0.3 * value + 0.1;
    for (double& value : second)
        value = 0.5 * value - 0.2;
    const at::ScalarType type = parameters[0].tensor.scalar_type();
    const_cast<at::Tensor&>(parameters[0].tensor).mutable_grad() = tensorOf(first, {3, 2}, type);
    if (step >= late)
        const_cast<at::Tensor&>(parameters[1].tensor).mutable_grad() = tensorOf(second, {3}, type);
}

void setBowlGradients(const std::vector<NamedTensor>& parameters)
{
    for (const auto& named : parameters)
        const_cast<at::Tensor&>(named.tensor).mutable_grad() = named.tensor.detach().mul(2);
}

TEST_CASE("optimizers step as PyTorch's do")
{
    for (const base::Value& golden : golden("optimizers.json")) {
        INFO(base::writeJson(golden["kind"]) << " " << base::writeJson(golden["params"]));
        const Pick pick{golden["kind"].text(), golden["params"]};
        for (const at::ScalarType type : {at::kDouble, at::kFloat}) {
            const auto all = parameters(type);
            const auto optimizer = made(pick, all);
            for (int step = 0; step < 40; ++step) {
                setGradients(all, step, golden["late"].toInt());
                optimizer->step(golden["lr"].toReal());
                if (const base::Value* then =
                        type == at::kDouble ? golden["float64"].object().find(std::to_string(step + 1)) : nullptr)
                    CHECK(distance(valuesOf(all), flat(*then)) < 1e-10);
            }
            if (type == at::kFloat)
                CHECK(distance(valuesOf(all), flat(golden["float32"])) < 2e-5 * largest(valuesOf(all)));
        }
    }
}

TEST_CASE("every optimizer can be shown in a form and has a rate that can be tuned live")
{
    checkEntries(train::allOptimizers().family());
    for (const base::Entry& entry : train::allOptimizers().family().entries) {
        INFO(entry.kind);
        const base::Field* rate = entry.schema.find("lr");
        REQUIRE(rate);
        CHECK(rate->live);
        CHECK(rate->tunable);
        CHECK(std::get<base::Real>(rate->domain).log);
        CHECK_FALSE(rate->help.tooLow.empty());
        CHECK_FALSE(rate->help.tooHigh.empty());
    }
}

TEST_CASE("every optimizer walks down a bowl, the same way each time")
{
    for (const base::Entry& entry : train::allOptimizers().family().entries) {
        INFO(entry.kind);
        std::vector<double> ends[2];
        for (auto& end : ends) {
            const auto all = parameters(at::kFloat);
            const double start = largest(valuesOf(all));
            const auto optimizer = made({entry.kind, Object{}}, all);
            for (int step = 0; step < 300; ++step) {
                setBowlGradients(all);
                optimizer->step(0.01);
            }
            end = valuesOf(all);
            CHECK(largest(end) < 0.1 * start);
        }
        CHECK(ends[0] == ends[1]);
    }
}

TEST_CASE("an optimizer goes on from its saved state bit for bit")
{
    std::vector<Pick> picks;
    for (const base::Entry& entry : train::allOptimizers().family().entries)
        picks.push_back({entry.kind, Object{}});
    for (const base::Value& golden : golden("optimizers.json"))
        picks.push_back({golden["kind"].text(), golden["params"]});
    for (const Pick& pick : picks) {
        INFO(pick.kind << " " << base::writeJson(pick.params));
        const auto whole = parameters(at::kFloat), resumed = parameters(at::kFloat);
        const auto first = made(pick, whole);
        for (int step = 0; step < 7; ++step) {
            setGradients(whole, step, 3);
            first->step(0.01);
        }
        std::vector<base::Blob> saved;
        for (const auto& named : first->state())
            saved.push_back(tensor::toBlob(named.name, named.tensor));
        const auto second = made(pick, resumed);
        REQUIRE(second->load(saved));
        {
            at::NoGradGuard noGraph;
            for (std::size_t i = 0; i < whole.size(); ++i)
                resumed[i].tensor.copy_(whole[i].tensor);
        }
        for (int step = 7; step < 20; ++step)
            for (const auto& [optimizer, all] : {std::pair(first.get(), &whole), std::pair(second.get(), &resumed)}) {
                setGradients(*all, step, 0);
                optimizer->step(0.01);
            }
        CHECK(tensor::digestOf(whole) == tensor::digestOf(resumed));
        CHECK(tensor::digestOf(first->state()) == tensor::digestOf(second->state()));
    }
}

TEST_CASE("a parameter without a gradient stays where it is")
{
    for (const base::Entry& entry : train::allOptimizers().family().entries) {
        INFO(entry.kind);
        const auto all = parameters(at::kFloat);
        const auto optimizer = made({entry.kind, Object{}}, all);
        optimizer->step(0.1);
        CHECK(valuesOf(all) == valuesOf(parameters(at::kFloat)));
        setGradients(all, 0, 1);
        optimizer->step(0.1);
        CHECK(numbersIn(all[0].tensor) != numbersIn(parameters(at::kFloat)[0].tensor));
        CHECK(numbersIn(all[1].tensor) == numbersIn(parameters(at::kFloat)[1].tensor));
    }
}

}
