// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/train/learner.h"

#include <ATen/ops/log_softmax.h>
#include <ATen/ops/mean.h>

namespace tests::losses {

using namespace core;
using base::Object;

std::vector<std::int64_t> shapeOf(const base::Value& value)
{
    std::vector<std::int64_t> shape;
    for (const base::Value* at = &value; !at->isNumber(); at = &at->array().front())
        shape.push_back(std::int64_t(at->array().size()));
    return shape;
}

struct Case {
    at::Tensor output, target;
};

Case caseOf(const base::Value& golden, bool ids, at::ScalarType type)
{
    Case made{tensorOf(flat(golden["output"]), shapeOf(golden["output"]), type).clone(),
              tensorOf(flat(golden["target"]), shapeOf(golden["target"]), ids ? at::kLong : type)};
    made.output.set_requires_grad(true);
    return made;
}

std::unique_ptr<train::Loss> made(const std::string& kind, const base::Value& params = Object{})
{
    auto loss = train::allLosses().make({kind, params});
    REQUIRE(loss);
    return std::move(*loss);
}

// Shares of classes are no whole numbers.
bool givesIds(const base::Value& golden, const train::Loss& loss)
{
    bool whole = true;
    for (const double number : flat(golden["target"]))
        whole = whole && number == std::floor(number);
    return whole && loss.says() != train::Says::Numbers;
}

TEST_CASE("losses and their gradients are PyTorch's")
{
    for (const base::Value& golden : golden("losses.json")) {
        INFO(base::writeJson(golden["kind"]) << " " << base::writeJson(golden["params"]));
        const auto loss = made(golden["kind"].text(), golden["params"]);
        // As many classes as there are outputs; how many rows each has does not matter to weights that are given.
        const std::int64_t width = shapeOf(golden["output"])[1];
        REQUIRE(loss->begin(std::vector<std::int64_t>(std::size_t(std::max<std::int64_t>(2, width)), 1)));
        for (const auto& [type, tolerance] : {std::pair(at::kDouble, 1e-12), std::pair(at::kFloat, 2e-6)}) {
            const Case rows = caseOf(golden, givesIds(golden, *loss), type);
            const at::Tensor mean = loss->compute(rows.output, rows.target);
            CHECK(mean.item<double>() == Approx(golden["mean"].toReal()).epsilon(tolerance));
            mean.backward();
            CHECK(distance(numbersIn(rows.output.grad()), flat(golden["gradient"])) < tolerance);
            const at::Tensor each = loss->perItem(rows.output, rows.target);
            CHECK(distance(numbersIn(each), flat(golden["per_item"])) < 10 * tolerance);
            CHECK_FALSE(each.requires_grad());
            CHECK(each.sum().item<double>() / loss->weightOf(rows.target) ==
                  Approx(golden["mean"].toReal()).epsilon(10 * tolerance));
            if (golden["prediction"].isArray())
                CHECK(distance(numbersIn(loss->predictionOf(rows.output)), flat(golden["prediction"])) < tolerance);
        }
    }
}

TEST_CASE("every loss has a golden, can be shown, and is the mean of its items")
{
    checkEntries(train::allLosses().family());
    const base::Array goldens = golden("losses.json");
    for (const base::Entry& entry : train::allLosses().family().entries) {
        INFO(entry.kind);
        CHECK(std::ranges::any_of(goldens, [&](const base::Value& one) { return one["kind"].text() == entry.kind; }));
        const auto loss = made(entry.kind);
        const bool ids = loss->says() != train::Says::Numbers;
        data::DatasetInfo info;
        info.task = ids ? "classification" : "regression";
        info.classes = ids ? std::vector<std::string>{"a", "b", "c"} : std::vector<std::string>{};
        const std::int64_t outputs = loss->outputs(info);
        const at::Tensor output = tensorOf(wave(5 * outputs, 0.1), {5, outputs}, at::kFloat);
        const at::Tensor target =
            ids ? tensorOf({0, 2, 1, 1, 0}, {5}, at::kLong) : tensorOf(wave(5, 2), {5}, at::kFloat);
        const at::Tensor each = loss->perItem(output, target);
        REQUIRE(each.sizes() == at::IntArrayRef{5});
        CHECK(each.sum().item<double>() / loss->weightOf(target) ==
              Approx(loss->compute(output, target).item<double>()).epsilon(1e-5));
        const at::Tensor said = loss->predictionOf(output);
        CHECK(said.size(0) == 5);
        CHECK(said.size(1) == (loss->says() == train::Says::Vectors ? outputs : ids ? 3 : 1));
    }
}

TEST_CASE("a loss says of its outputs what they mean")
{
    const auto probabilities = [](const train::Loss& loss, const at::Tensor& output) {
        return numbersIn(at::log_softmax(loss.predictionOf(output), 1).exp());
    };
    const at::Tensor odds = tensorOf({0, std::log(3.0)}, {2, 1});
    CHECK(distance(probabilities(*made("bce"), odds), {0.5, 0.5, 0.25, 0.75}) < 1e-12);
    CHECK(distance(probabilities(*made("focal", Object{{"form", "sigmoid"}}), odds), {0.5, 0.5, 0.25, 0.75}) < 1e-12);
    // Sigmoids of 0.5, 0.5 and 0.25 for themselves.
    const at::Tensor three = tensorOf({0, 0, -std::log(3.0)}, {1, 3});
    CHECK(distance(probabilities(*made("bce"), three), {0.4, 0.4, 0.2}) < 1e-12);
    CHECK(numbersIn(made("poisson_nll")->predictionOf(tensorOf({0}, {1, 1}))) == std::vector<double>{1});

    const auto told = made("gaussian_nll")->quantilesOf(tensorOf({3, std::log(std::exp(4.0) - 1)}, {1, 2}));
    REQUIRE(told); // mean 3, variance softplus(…) = 4
    CHECK(told->levels == std::vector<double>{0.05, 0.5, 0.95});
    CHECK(distance(numbersIn(told->values), {3 - 2 * 1.6448536269514722, 3, 3 + 2 * 1.6448536269514722}) < 1e-12);

    // Levels may come in any order; the outputs are theirs in rising order.
    const auto quantile = made("quantile", Object{{"quantiles", base::Array{0.9, 0.1, 0.5}}});
    CHECK(numbersIn(quantile->predictionOf(tensorOf({1, 2, 3, 4, 5, 6}, {2, 3}))) == std::vector<double>{2, 5});
    CHECK(quantile->quantilesOf(tensorOf({1, 2, 3}, {1, 3}))->levels == std::vector<double>{0.1, 0.5, 0.9});
}

TEST_CASE("a quantile that costs least has its share of the rows below it")
{
    const auto loss = made("quantile", Object{{"quantiles", base::Array{0.3}}});
    std::vector<double> truths;
    for (int i = 0; i < 100; ++i)
        truths.push_back(double((37 * i) % 100));
    const at::Tensor target = tensorOf(truths, {100});
    double best = -1, least = HUGE_VAL;
    for (double value = -0.5; value < 100; value += 1)
        if (const double cost =
                loss->compute(tensorOf(std::vector<double>(100, value), {100, 1}), target).item<double>();
            cost < least)
            least = cost, best = value;
    CHECK(best == Approx(29.5));
}

TEST_CASE("cross-entropy takes shares of classes: the mean of that of each class, weighed")
{
    for (const double smoothing : {0.0, 0.2}) {
        const auto loss = made("cross_entropy", Object{{"label_smoothing", smoothing}});
        const at::Tensor output = tensorOf(wave(12, 0.3), {4, 3}, at::kFloat).clone().set_requires_grad(true);
        const at::Tensor shares = tensorOf({0.7, 0.3, 0, 0, 0, 1, 0.2, 0.2, 0.6, 0.5, 0.5, 0}, {4, 3}, at::kFloat);
        double expected = 0;
        for (std::int64_t c = 0; c < 3; ++c) {
            const at::Tensor each = loss->perItem(output, tensorOf(std::vector<double>(4, double(c)), {4}, at::kLong));
            expected += each.mul(shares.select(1, c)).sum().item<double>() / 4;
        }
        const at::Tensor mean = loss->compute(output, shares);
        CHECK(mean.item<double>() == Approx(expected).epsilon(1e-5));
        CHECK(loss->perItem(output, shares).mean().item<double>() == Approx(expected).epsilon(1e-5));
        mean.backward();
        CHECK(largest(numbersIn(output.grad())) > 0);
        CHECK(train::countCorrect(output, shares) ==
              train::countCorrect(output, tensorOf({0, 2, 2, 0}, {4}, at::kLong)));
    }
}

TEST_CASE("balanced class weights are scikit-learn's, and as many as there are classes")
{
    // compute_class_weight("balanced", classes=[0, 1, 2], y=[0] * 6 + [1] * 3 + [2]) = 0.5556, 1.1111, 3.3333
    for (const char* kind : {"cross_entropy", "focal"}) {
        const auto loss = made(kind, Object{{"class_weights", "balanced"}});
        REQUIRE(loss->begin({6, 3, 1}));
        const auto weight = [&](double c) { return loss->weightOf(tensorOf({c}, {1}, at::kLong)); };
        CHECK(weight(0) == Approx(10.0 / 18));
        CHECK(weight(1) == Approx(10.0 / 9));
        CHECK(weight(2) == Approx(10.0 / 3));
        CHECK(loss->weightOf(tensorOf({0, 2}, {2}, at::kLong)) == Approx(35.0 / 9));

        const auto given = made(kind, Object{{"class_weights", base::Array{1.0, 2.0}}});
        const auto refused = given->begin({6, 3, 1});
        REQUIRE_FALSE(refused);
        CHECK(refused.error().where == "/train/loss/class_weights");
        CHECK(given->begin({6, 3}));
    }
    const auto bce = made("bce", Object{{"pos_weight", base::Array{1.0, 2.0}}});
    CHECK(bce->begin({6, 3}).error().where == "/train/loss/pos_weight"); // two classes, one output
    CHECK(made("bce", Object{{"pos_weight", base::Array{3.0}}})->begin({6, 3}));
}

TEST_CASE("a loss that does not fit the data is refused, and those that fit are named")
{
    struct Row {
        const char *task, *kind, *named;
        bool fits;
    };
    for (const Row& row : {Row{"classification", "mse", "cross_entropy", false},
                           {"classification", "hinge", "", true},
                           {"classification", "triplet", "bce", false},
                           {"embedding", "triplet", "", true},
                           {"embedding", "cross_entropy", "cosine, triplet", false},
                           {"regression", "quantile", "", true},
                           {"regression", "focal", "huber, mae, mse", false},
                           {"segmentation", "cross_entropy", "", true},
                           {"segmentation", "bce", "cross_entropy", false},
                           {"forecasting", "gaussian_nll", "", true}}) {
        INFO(row.task << " " << row.kind);
        data::DatasetInfo info;
        info.task = row.task;
        if (info.classifies() || info.locates()) {
            info.classes = {"a", "b", "c"};
            info.trainCounts = {1, 1, 1};
        }
        spec::Experiment experiment;
        experiment.train.loss = base::Pick{row.kind, Object{}};
        const auto loss = train::makeLoss(experiment, info);
        CHECK(bool(loss) == row.fits);
        if (loss)
            continue;
        CHECK(loss.error().where == "/train/loss");
        CHECK(loss.error().advice.find(row.named) != std::string::npos);
    }
    // Counts are no longer counts when a series is brought to its own scale; mixed rows have no single class.
    data::DatasetInfo series;
    series.task = "forecasting";
    series.targetShift = 3;
    CHECK_FALSE(made("poisson_nll")->misfit(series).empty());
    data::DatasetInfo classes;
    classes.task = "classification";
    classes.classes = {"a", "b"};
    classes.trainCounts = {1, 1};
    spec::Experiment mixed;
    mixed.augment = {{"MixUp", Object{}}};
    mixed.train.loss = base::Pick{"hinge", Object{}};
    CHECK(train::makeLoss(mixed, classes).error().where == "/train/loss");
    mixed.train.loss = base::Pick{"bce", Object{}};
    CHECK(train::makeLoss(mixed, classes));
}

}
