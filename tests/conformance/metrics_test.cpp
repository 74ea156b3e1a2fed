// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/train/early_stopping.h"
#include "core/train/metric_set.h"

#include <ATen/ops/cat.h>

namespace tests::metrics {

using namespace core;
using base::Object;
using train::Says;

std::unique_ptr<train::Metric> made(const std::string& kind, const base::Value& params = Object{})
{
    auto metric = train::allMetrics().make({kind, params});
    REQUIRE(metric);
    return std::move(*metric);
}

std::unique_ptr<train::Loss> lossOf(const std::string& kind)
{
    auto loss = train::allLosses().make({kind, Object{}});
    REQUIRE(loss);
    return std::move(*loss);
}

constexpr train::Needs everything{true, true, true, true, true};

train::Tally tallyOf(Says says, const at::Tensor& said, const at::Tensor& target,
                     const std::optional<train::Quantiles>& quantiles = {})
{
    train::Tally tally(says, everything);
    tally.add(said, target, quantiles);
    return tally;
}

double valueOf(const std::string& kind, const std::vector<double>& output, const std::vector<double>& target,
               at::ScalarType type = at::kFloat)
{
    const auto metric = made(kind);
    const std::int64_t rows = std::int64_t(target.size());
    return metric->value(tallyOf(metric->of(), tensorOf(output, {rows, -1}, type),
                                 tensorOf(target, {rows}, metric->of() == Says::Classes ? at::kLong : at::kFloat)));
}

/// Of a golden: what was said and what is true, as evaluation hands it over.
struct Case {
    Says says;
    at::Tensor said, target;
    std::optional<train::Quantiles> quantiles;
};

Case caseOf(const base::Value& golden)
{
    const std::string of = golden["of"].text();
    const Says says = of == "classes" ? Says::Classes : of == "vectors" ? Says::Vectors : Says::Numbers;
    const std::int64_t rows = std::int64_t(golden["output"].array().size());
    const at::Tensor output = tensorOf(flat(golden["output"]), {rows, -1});
    at::Tensor target = tensorOf(flat(golden["target"]), {rows, -1}, says == Says::Numbers ? at::kDouble : at::kLong);
    if (target.size(1) == 1)
        target = target.select(1, 0);
    if (of != "quantiles")
        return {says, output, target, {}};
    return {says, output.select(1, 1), target, train::Quantiles{flat(golden["levels"]), output.unsqueeze(1)}};
}

std::unique_ptr<train::Metric> named(const std::string& name)
{
    return name.starts_with("top_") ? made("top_k", Object{{"k", std::int64_t(std::stoll(name.substr(4)))}})
                                    : made(name);
}

TEST_CASE("metrics are scikit-learn's, over the whole as over parts")
{
    std::vector<std::string> seen;
    for (const base::Value& golden : golden("metrics.json")) {
        const Case rows = caseOf(golden);
        const train::Tally whole = tallyOf(rows.says, rows.said, rows.target, rows.quantiles);
        train::Tally parts(rows.says, everything);
        for (std::int64_t first = 0; first < rows.target.size(0); first += 7) {
            const std::int64_t last = std::min(rows.target.size(0), first + 7);
            auto quantiles = rows.quantiles;
            if (quantiles)
                quantiles->values = quantiles->values.slice(0, first, last);
            parts.add(rows.said.slice(0, first, last), rows.target.slice(0, first, last), quantiles);
        }
        for (const auto& [name, expected] : golden["expected"].object()) {
            INFO(golden["name"].text() << " " << name);
            seen.push_back(name);
            CHECK(named(name)->value(whole) == Approx(expected.toReal()).epsilon(1e-12).margin(1e-12));
            CHECK(named(name)->value(parts) == Approx(expected.toReal()).epsilon(1e-12).margin(1e-12));
        }
        if (rows.says != Says::Classes)
            continue;
        std::vector<double> each[4];
        for (const train::ClassCounts& one : whole.classes()) {
            each[0].push_back(one.precision());
            each[1].push_back(one.recall());
            each[2].push_back(one.f1());
            each[3].push_back(double(one.there));
        }
        for (std::size_t i = 0; i < 4; ++i)
            CHECK(distance(each[i], flat(golden["per_class"].array()[i])) < 1e-12);
    }
    for (const base::Entry& entry : train::allMetrics().family().entries) {
        INFO(entry.kind);
        CHECK(std::ranges::any_of(seen, [&](const std::string& name) {
            return name == entry.kind || (entry.kind == "top_k" && name.starts_with("top_"));
        }));
    }
}

TEST_CASE("accuracy is the share of rows whose largest output is the true class's")
{
    const std::vector<double> output{2, 1, 0, /**/ 0, 3, 1, /**/ 1, 0, 5, /**/ -1, -2, -3};
    CHECK(valueOf("accuracy", output, {0, 1, 2, 0}) == 1);
    CHECK(valueOf("accuracy", output, {0, 2, 1, 0}) == 0.5);
    CHECK(valueOf("accuracy", output, {1, 2, 1, 2}) == 0);
    CHECK(valueOf("accuracy", output, {0, 2, 1, 0}, at::kDouble) == 0.5);
}

TEST_CASE("r2 of a constant target is 1 if all is right, else 0")
{
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
        for (const char* kind : {"mae", "r2"})
            CHECK(made(kind)->value(tallyOf(Says::Numbers, said, truth)) == Approx(peers[kind].toReal()));
        const auto loss = lossOf("mse");
        CHECK(loss->compute(said, truth).item<double>() == Approx(peers["mse"].toReal()));
        const at::Tensor each = loss->perItem(said, truth);
        CHECK(each.sizes().vec() == std::vector<std::int64_t>{4});
        CHECK(each.mean().item<double>() == Approx(peers["mse"].toReal()));
        return;
    }
    FAIL("no golden");
}

TEST_CASE("no rows say nothing, and a score that is no number spoils what is made of it alone")
{
    checkEntries(train::allMetrics().family());
    for (const base::Entry& entry : train::allMetrics().family().entries) {
        INFO(entry.kind);
        const auto metric = made(entry.kind);
        CHECK(std::isnan(metric->value(train::Tally(metric->of(), metric->needs()))));
    }
    const std::vector<double> output{2, 1, NAN, NAN, 0, 3};
    CHECK(std::isnan(valueOf("auc", output, {0, 1, 1})));
    CHECK(std::isnan(valueOf("log_loss", output, {0, 1, 1})));
    CHECK(valueOf("accuracy", output, {0, 0, 1}) == 1); // of no number the first class
}

TEST_CASE("pixels are rows, and those of no class are left out")
{
    // One picture of 1×4 pixels and two classes: said 0 1 1 0, true 0 1 0 none.
    const at::Tensor scores = tensorOf({3, 0, 0, 3, /**/ 0, 3, 3, 0}, {1, 2, 1, 4});
    const train::Tally tally = tallyOf(Says::Classes, scores, tensorOf({0, 1, 0, -100}, {1, 1, 4}, at::kLong));
    CHECK(tally.rows() == 3);
    CHECK(made("accuracy")->value(tally) == Approx(2.0 / 3));
    CHECK(made("iou")->value(tally) == Approx(0.5)); // 1 of 2 and 1 of 2
}

TEST_CASE("early stopping knows which metrics rise")
{
    for (const base::Entry& entry : train::allMetrics().family().entries) {
        INFO(entry.kind);
        const auto metric = made(entry.kind);
        const std::string name = metric->name().empty() ? entry.kind : metric->name();
        CHECK(train::higherIsBetter("validation/" + name) == metric->higherIsBetter());
    }
}

data::DatasetInfo infoOf(const std::string& task)
{
    data::DatasetInfo info;
    info.task = task;
    if (info.classifies() || info.locates())
        info.classes = {"a", "b", "c"};
    return info;
}

TEST_CASE("each task has its usual metrics; others are asked for, and what early stopping watches comes along")
{
    using Names = std::vector<std::string>;
    const auto usual = [](const std::string& task, const std::string& loss) {
        return train::MetricSet::usual(*lossOf(loss), infoOf(task)).names();
    };
    CHECK(usual("classification", "hinge") == Names{"accuracy", "f1"});
    CHECK(usual("segmentation", "cross_entropy") == Names{"accuracy", "iou"});
    CHECK(usual("regression", "huber") == Names{"mae", "r2"});
    CHECK(usual("forecasting", "quantile") == Names{"coverage", "mae", "r2"});
    CHECK(usual("embedding", "triplet") == Names{"recall_at_1"});

    const auto loss = lossOf("cross_entropy");
    spec::TrainSpec spec;
    spec.metrics = {{"auc", Object{}}, {"top_k", Object{{"k", 2}}}, {"top_k", Object{{"k", 1}}}};
    spec.earlyStopping.emplace().metric = "validation/recall";
    const auto set = train::MetricSet::of(spec, *loss, infoOf("classification"));
    REQUIRE(set);
    CHECK(set->names() == Names{"auc", "top_2", "top_1", "recall"});
    CHECK(set->needs().scores);
    CHECK_FALSE(set->needs().quantiles);

    spec.metrics = {{"accuracy", Object{}}, {"mae", Object{}}};
    const auto misfit = train::MetricSet::of(spec, *loss, infoOf("classification"));
    REQUIRE_FALSE(misfit);
    CHECK(misfit.error().where == "/train/metrics/1");
    CHECK(misfit.error().advice.find("average_precision") != std::string::npos);
    spec.metrics = {{"f1", Object{}}, {"f1", Object{}}};
    CHECK(train::MetricSet::of(spec, *loss, infoOf("classification")).error().where == "/train/metrics/1");
}

}
