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

// The height of a bowl above its bottom; leaves its slope as gradients.
double bowl(const std::vector<NamedTensor>& parameters)
{
    double height = 0;
    for (const auto& named : parameters) {
        const_cast<at::Tensor&>(named.tensor).mutable_grad() = named.tensor.detach().mul(2);
        for (const double value : numbersIn(named.tensor))
            height += value * value;
    }
    return height;
}

// A step with the script's gradients; to whoever looks again they are the slope of a bowl at its side.
void take(train::Optimizer& optimizer, const std::vector<NamedTensor>& all, int step, std::int64_t late, double lr)
{
    setGradients(all, step, late);
    if (!optimizer.looksAgain())
        return optimizer.step(lr);
    optimizer.step(lr, [&] {
        setGradients(all, step, late);
        double height = 0;
        for (const auto& named : all) {
            if (!named.tensor.grad().defined())
                continue;
            const at::Tensor weight = named.tensor.detach(), slope = named.tensor.grad();
            height += numbersIn(slope.mul(weight).add(weight.square().div(2)).sum())[0];
            const_cast<at::Tensor&>(named.tensor).mutable_grad() = slope.add(weight);
        }
        return height;
    });
}

TEST_CASE("optimizers step as PyTorch's do")
{
    for (const base::Value& golden : golden("optimizers.json")) {
        INFO(base::writeJson(golden["kind"]) << " " << base::writeJson(golden["params"]));
        const Pick pick{golden["kind"].text(), golden["params"]};
        for (const at::ScalarType type : {at::kDouble, at::kFloat}) {
            const auto all = parameters(type);
            const auto optimizer = made(pick, all);
            if (const base::Value* rate = golden.object().find("rate"))
                REQUIRE(optimizer->setRules({{rate->toReal(), true}, {1, false}}));
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

TEST_CASE("every optimizer walks down a bowl at some rate, the same way each time")
{
    for (const base::Entry& entry : train::allOptimizers().family().entries) {
        INFO(entry.kind);
        double best = HUGE_VAL;
        for (const double rate : {0.01, 0.1, 1.0}) {
            std::vector<double> ends[2];
            for (auto& end : ends) {
                const auto all = parameters(at::kFloat);
                const auto optimizer = made({entry.kind, Object{}}, all);
                for (int step = 0; step < 300; ++step) {
                    bowl(all);
                    optimizer->step(rate, [&] { return bowl(all); });
                }
                end = valuesOf(all);
            }
            CHECK(ends[0] == ends[1]);
            best = std::min(best, largest(ends[0]));
        }
        CHECK(best < 0.1 * largest(valuesOf(parameters(at::kFloat))));
    }
}

// The script's landscape and its slope.
double landscape(const std::vector<NamedTensor>& all)
{
    const std::vector<double> x = valuesOf(all);
    std::vector<double> slope(9);
    double height = 0;
    for (std::size_t i = 0; i < 9; ++i) {
        const double off = x[i] - double(i) / 9, steep = 1 + double(i);
        height += steep * off * off + 0.3 * std::sin(2 * x[i]);
        slope[i] += 2 * steep * off + 0.6 * std::cos(2 * x[i]);
        if (i == 8)
            continue;
        const double bend = x[i + 1] - x[i] * x[i];
        height += bend * bend;
        slope[i] -= 4 * bend * x[i];
        slope[i + 1] += 2 * bend;
    }
    const_cast<at::Tensor&>(all[0].tensor).mutable_grad() = tensorOf({slope.begin(), slope.begin() + 6}, {3, 2});
    const_cast<at::Tensor&>(all[1].tensor).mutable_grad() = tensorOf({slope.begin() + 6, slope.end()}, {3});
    return height;
}

TEST_CASE("L-BFGS looks and moves as PyTorch's does")
{
    for (const base::Value& golden : golden("lbfgs.json")) {
        INFO(base::writeJson(golden["params"]));
        const auto all = parameters(at::kDouble);
        const auto optimizer = made({"lbfgs", golden["params"]}, all);
        REQUIRE(optimizer->looksAgain());
        for (int step = 0; step < 8; ++step) {
            CHECK(landscape(all) == Approx(golden["losses"].array()[std::size_t(step)].toReal()).epsilon(1e-12));
            optimizer->step(golden["lr"].toReal(), [&] { return landscape(all); });
            if (const base::Value* then = golden["float64"].object().find(std::to_string(step + 1)))
                CHECK(distance(valuesOf(all), flat(*then)) < 1e-10);
        }
    }
}

TEST_CASE("a frozen parameter stays where it is, and so does what is remembered of it")
{
    for (const base::Entry& entry : train::allOptimizers().family().entries) {
        INFO(entry.kind);
        const auto all = parameters(at::kFloat);
        const auto optimizer = made({entry.kind, Object{}}, all);
        REQUIRE(optimizer->setRules({{1, true}, {0, true}}));
        const auto remembered = [&] {
            std::vector<NamedTensor> some;
            for (const auto& named : optimizer->state())
                if (named.name.ends_with("/bias"))
                    some.push_back(named);
            return tensor::digestOf(some);
        };
        const std::string before = remembered();
        for (int step = 0; step < 3; ++step)
            take(*optimizer, all, step, 0, 0.1);
        CHECK(numbersIn(all[0].tensor) != numbersIn(parameters(at::kFloat)[0].tensor));
        CHECK(numbersIn(all[1].tensor) == numbersIn(parameters(at::kFloat)[1].tensor));
        CHECK(remembered() == before);
        REQUIRE(optimizer->setRules({{1, true}, {1, true}}));
        take(*optimizer, all, 3, 0, 0.1);
        CHECK(numbersIn(all[1].tensor) != numbersIn(parameters(at::kFloat)[1].tensor));
    }
}

TEST_CASE("one rate for some weights and another for others is not L-BFGS")
{
    const auto all = parameters(at::kFloat);
    const auto refused = made({"lbfgs", Object{}}, all)->setRules({{1, true}, {0.5, true}});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().where == "/train/layer_decay");
}

TEST_CASE("an optimizer goes on from its saved state bit for bit")
{
    std::vector<Pick> picks;
    for (const base::Entry& entry : train::allOptimizers().family().entries)
        picks.push_back({entry.kind, Object{}});
    for (const base::Value& golden : golden("optimizers.json"))
        picks.push_back({golden["kind"].text(), golden["params"]});
    for (const base::Value& golden : golden("lbfgs.json"))
        picks.push_back({"lbfgs", golden["params"]});
    for (const Pick& pick : picks) {
        INFO(pick.kind << " " << base::writeJson(pick.params));
        const auto whole = parameters(at::kFloat), resumed = parameters(at::kFloat);
        const auto first = made(pick, whole);
        for (int step = 0; step < 7; ++step) {
            take(*first, whole, step, 3, 0.01);
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
            for (const auto& [optimizer, all] : {std::pair(first.get(), &whole), std::pair(second.get(), &resumed)})
                take(*optimizer, *all, step, 0, 0.01);
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
        optimizer->step(0.1, [] { return 0; });
        CHECK(valuesOf(all) == valuesOf(parameters(at::kFloat)));
        take(*optimizer, all, 0, 1, 0.1);
        CHECK(numbersIn(all[0].tensor) != numbersIn(parameters(at::kFloat)[0].tensor));
        CHECK(numbersIn(all[1].tensor) == numbersIn(parameters(at::kFloat)[1].tensor));
    }
}

}
