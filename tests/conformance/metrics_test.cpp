// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/train/early_stopping.h"
#include "core/train/loss.h"
#include "core/train/metric.h"

namespace tests::metrics {

using namespace core;
using base::Object;

std::unique_ptr<train::Metric> made(const std::string& kind)
{
    auto metric = train::allMetrics().make({kind, Object{}});
    REQUIRE(metric);
    return std::move(*metric);
}

double valueOf(const std::string& kind, const std::vector<double>& output, const std::vector<double>& target,
               at::ScalarType type = at::kFloat)
{
    const auto metric = made(kind);
    const std::int64_t rows = std::int64_t(target.size());
    metric->add(tensorOf(output, {rows, -1}, type),
                tensorOf(target, {rows}, metric->classifies() ? at::kLong : at::kFloat));
    return metric->value();
}

TEST_CASE("accuracy is the share of rows whose largest output is the true class's")
{
    const std::vector<double> output{2, 1, 0, /**/ 0, 3, 1, /**/ 1, 0, 5, /**/ -1, -2, -3};
    CHECK(valueOf("accuracy", output, {0, 1, 2, 0}) == 1);
    CHECK(valueOf("accuracy", output, {0, 2, 1, 0}) == 0.5);
    CHECK(valueOf("accuracy", output, {1, 2, 1, 2}) == 0);
    CHECK(valueOf("accuracy", output, {0, 2, 1, 0}, at::kDouble) == 0.5);
}

TEST_CASE("mae and r2 as scikit-learn defines them")
{
    CHECK(valueOf("mae", {2.5, 0, 2, 8}, {3, -0.5, 2, 7}) == Approx(0.5));
    CHECK(valueOf("r2", {2.5, 0, 2, 8}, {3, -0.5, 2, 7}) == Approx(0.9486081370449679));
    CHECK(valueOf("r2", {2, 2, 2}, {1, 2, 3}) == Approx(0));
    CHECK(valueOf("r2", {4, 4}, {4, 4}) == 1);
    CHECK(valueOf("r2", {4, 5}, {4, 4}) == 0);
}

TEST_CASE("several numbers a row: mae and r2 are scikit-learn's, the loss is PyTorch's")
{
    const at::Tensor truth = tensorOf(wave(12, 0.2), {4, 3}), said = tensorOf(wave(12, 0.9), {4, 3});
    for (const base::Value& peers : golden("features.json")) {
        if (peers["kind"].text() != "metrics")
            continue;
        for (const char* kind : {"mae", "r2"}) {
            const auto metric = made(kind);
            metric->add(said.slice(0, 0, 1), truth.slice(0, 0, 1));
            metric->add(said.slice(0, 1, 4), truth.slice(0, 1, 4));
            CHECK(metric->value() == Approx(peers[kind].toReal()));
        }
        const auto loss = train::allLosses().make({"mse", Object{}});
        REQUIRE(loss);
        CHECK((*loss)->compute(said, truth).item<double>() == Approx(peers["mse"].toReal()));
        const at::Tensor each = (*loss)->perItem(said, truth);
        CHECK(each.sizes().vec() == std::vector<std::int64_t>{4});
        CHECK(each.mean().item<double>() == Approx(peers["mse"].toReal()));
        return;
    }
    FAIL("no golden");
}

TEST_CASE("every metric is the same over parts as over the whole, and forgets on reset")
{
    checkEntries(train::allMetrics().family());
    for (const base::Entry& entry : train::allMetrics().family().entries) {
        INFO(entry.kind);
        const auto whole = made(entry.kind), parts = made(entry.kind);
        CHECK(std::isnan(whole->value()));
        const bool classes = whole->classifies();
        const at::Tensor output = tensorOf(wave(classes ? 30 : 10, 0.4), {10, -1}, at::kFloat);
        std::vector<double> truths = wave(10, 1.9);
        for (double& truth : truths)
            truth = classes ? std::floor(1.5 + 1.4 * truth) : 1000 + truth;
        const at::Tensor target = tensorOf(truths, {10}, classes ? at::kLong : at::kFloat);
        whole->add(output, target);
        parts->add(output.slice(0, 0, 3), target.slice(0, 0, 3));
        parts->add(output.slice(0, 3, 10), target.slice(0, 3, 10));
        CHECK(parts->value() == Approx(whole->value()));
        parts->reset();
        CHECK(std::isnan(parts->value()));
        parts->add(output, target);
        CHECK(parts->value() == Approx(whole->value()));
    }
}

TEST_CASE("early stopping knows which metrics rise")
{
    for (const base::Entry& entry : train::allMetrics().family().entries) {
        INFO(entry.kind);
        CHECK(train::higherIsBetter("validation/" + entry.kind) == made(entry.kind)->higherIsBetter());
    }
}

}
