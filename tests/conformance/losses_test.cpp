// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/train/learner.h"

#include <ATen/ops/mean.h>

namespace tests::losses {

using namespace core;
using base::Object;

struct Case {
    at::Tensor output, target;
};

Case caseOf(const base::Value& golden, bool classes, at::ScalarType type)
{
    const std::int64_t rows = std::int64_t(golden["output"].array().size());
    Case made{tensorOf(flat(golden["output"]), {rows, -1}, type).clone(),
              tensorOf(flat(golden["target"]), {rows}, classes ? at::kLong : at::kFloat)};
    if (!classes && type == at::kDouble)
        made.target = tensorOf(flat(golden["target"]), {rows});
    made.output.set_requires_grad(true);
    return made;
}

TEST_CASE("losses and their gradients are PyTorch's")
{
    for (const base::Value& golden : golden("losses.json")) {
        INFO(base::writeJson(golden["kind"]) << " " << base::writeJson(golden["params"]));
        const auto loss = train::allLosses().make({golden["kind"].text(), golden["params"]});
        REQUIRE(loss);
        // As many classes as there are outputs; how many rows each has does not matter to weights that are given.
        REQUIRE((*loss)->begin(std::vector<std::int64_t>(golden["output"].array().front().array().size(), 1)));
        for (const auto& [type, tolerance] : {std::pair(at::kDouble, 1e-12), std::pair(at::kFloat, 1e-6)}) {
            const Case rows = caseOf(golden, (*loss)->classifies(), type);
            const at::Tensor mean = (*loss)->compute(rows.output, rows.target);
            CHECK(mean.item<double>() == Approx(golden["mean"].toReal()).epsilon(tolerance));
            mean.backward();
            CHECK(distance(numbersIn(rows.output.grad()), flat(golden["gradient"])) < tolerance);
            const at::Tensor each = (*loss)->perItem(rows.output, rows.target);
            CHECK(distance(numbersIn(each), flat(golden["per_item"])) < 10 * tolerance);
            CHECK_FALSE(each.requires_grad());
            CHECK(each.sum().item<double>() / (*loss)->weightOf(rows.target) ==
                  Approx(golden["mean"].toReal()).epsilon(10 * tolerance));
        }
    }
}

TEST_CASE("cross-entropy takes shares of classes: the mean of that of each class, weighed")
{
    for (const double smoothing : {0.0, 0.2}) {
        const auto loss = train::allLosses().make({"cross_entropy", Object{{"label_smoothing", smoothing}}});
        REQUIRE(loss);
        const at::Tensor output = tensorOf(wave(12, 0.3), {4, 3}, at::kFloat).clone().set_requires_grad(true);
        const at::Tensor shares = tensorOf({0.7, 0.3, 0, 0, 0, 1, 0.2, 0.2, 0.6, 0.5, 0.5, 0}, {4, 3}, at::kFloat);
        double expected = 0;
        for (std::int64_t c = 0; c < 3; ++c) {
            const at::Tensor each =
                (*loss)->perItem(output, tensorOf(std::vector<double>(4, double(c)), {4}, at::kLong));
            expected += each.mul(shares.select(1, c)).sum().item<double>() / 4;
        }
        const at::Tensor mean = (*loss)->compute(output, shares);
        CHECK(mean.item<double>() == Approx(expected).epsilon(1e-5));
        CHECK((*loss)->perItem(output, shares).mean().item<double>() == Approx(expected).epsilon(1e-5));
        mean.backward();
        CHECK(largest(numbersIn(output.grad())) > 0);
        CHECK(train::countCorrect(output, shares) ==
              train::countCorrect(output, tensorOf({0, 2, 2, 0}, {4}, at::kLong)));
    }
}

TEST_CASE("balanced class weights are scikit-learn's, and as many as there are classes")
{
    // compute_class_weight("balanced", classes=[0, 1, 2], y=[0] * 6 + [1] * 3 + [2]) = 0.5556, 1.1111, 3.3333
    const auto loss = train::allLosses().make({"cross_entropy", Object{{"class_weights", "balanced"}}});
    REQUIRE(loss);
    REQUIRE((*loss)->begin({6, 3, 1}));
    const auto weight = [&](double c) { return (*loss)->weightOf(tensorOf({c}, {1}, at::kLong)); };
    CHECK(weight(0) == Approx(10.0 / 18));
    CHECK(weight(1) == Approx(10.0 / 9));
    CHECK(weight(2) == Approx(10.0 / 3));
    CHECK((*loss)->weightOf(tensorOf({0, 2}, {2}, at::kLong)) == Approx(35.0 / 9));

    const auto given = train::allLosses().make({"cross_entropy", Object{{"class_weights", base::Array{1.0, 2.0}}}});
    REQUIRE(given);
    const auto refused = (*given)->begin({6, 3, 1});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().where == "/train/loss/class_weights");
    CHECK((*given)->begin({6, 3}));
}

TEST_CASE("every loss can be shown, and is the mean of its items")
{
    checkEntries(train::allLosses().family());
    for (const base::Entry& entry : train::allLosses().family().entries) {
        INFO(entry.kind);
        const auto loss = train::allLosses().make({entry.kind, Object{}});
        REQUIRE(loss);
        const bool classes = (*loss)->classifies();
        const at::Tensor output = tensorOf(wave(classes ? 15 : 5, 0.1), {5, -1}, at::kFloat);
        const at::Tensor target =
            classes ? tensorOf({0, 2, 1, 1, 0}, {5}, at::kLong) : tensorOf(wave(5, 2), {5}, at::kFloat);
        const at::Tensor each = (*loss)->perItem(output, target);
        REQUIRE(each.sizes() == at::IntArrayRef{5});
        CHECK(each.mean().item<double>() == Approx((*loss)->compute(output, target).item<double>()).epsilon(1e-6));
    }
}

}
