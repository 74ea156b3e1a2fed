// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/data/ops/nearest.h"
#include "core/data/tables/neighbours.h"
#include "core/data/transform.h"
#include "tests/support/samples.h"

#include <numeric>

namespace tests::transforms_table {

using namespace core;
using base::Value;

struct Points {
    data::DatasetInfo info;
    at::Tensor inputs, targets;

    explicit Points(const Value& tables)
    {
        info.task = "classification";
        info.classes = {"common", "rare", "rarer"};
        info.features = info.origins = {"a", "b", "c", "d"};
        inputs = tensorOf(flat(tables["points"]), {-1, 4}, at::kFloat);
        targets = tensorOf(flat(tables["labels"]), {-1}, at::kLong);
        info.inputShape = {4};
    }
    data::TrainingRows rows() const { return {info, inputs, targets}; }
    std::vector<std::int64_t> of(std::int64_t label) const
    {
        std::vector<std::int64_t> found;
        for (std::int64_t i = 0; i < targets.size(0); ++i)
            if (targets[i].item<std::int64_t>() == label)
                found.push_back(i);
        return found;
    }
};

data::Resampled resampled(const std::string& kind, const data::TrainingRows& rows, base::Object params = {})
{
    const auto transform = data::allTransforms().make({kind, std::move(params)});
    REQUIRE(transform);
    auto made = (*transform)->resample(rows, base::Draw(3, "resample"));
    REQUIRE(made);
    return std::move(*made);
}

at::Tensor chosen(const at::Tensor& rows, const at::Tensor& which)
{
    return rows.index_select(0, which.nonzero().squeeze(1));
}

std::vector<std::int64_t> countsOf(const data::Resampled& made, const at::Tensor& targets, std::size_t classes = 3)
{
    std::vector<std::int64_t> counts(classes);
    for (const std::int64_t row : made.kept)
        ++counts[std::size_t(targets[row].item<std::int64_t>())];
    for (std::int64_t i = 0; made.newTargets.defined() && i < made.newTargets.size(0); ++i)
        ++counts[std::size_t(made.newTargets[i].item<std::int64_t>())];
    return counts;
}

std::vector<std::int64_t> longs(const Value& value)
{
    std::vector<std::int64_t> all;
    for (const double number : flat(value))
        all.push_back(std::int64_t(number));
    return all;
}

// How far a point is from the line between two others, and where on it (0 … 1).
std::pair<double, double> onLine(const at::Tensor& p, const at::Tensor& a, const at::Tensor& b)
{
    const auto x = numbersIn(p), from = numbersIn(a), to = numbersIn(b);
    double dot = 0, length = 0, off = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        dot += (x[i] - from[i]) * (to[i] - from[i]);
        length += (to[i] - from[i]) * (to[i] - from[i]);
    }
    const double share = length > 0 ? dot / length : 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        off = std::max(off, std::abs(x[i] - from[i] - share * (to[i] - from[i])));
    return {off, share};
}

// Every new row lies between one of `starts` and one of its nearest among `among`, at most so far along.
void checkBetween(const at::Tensor& newRows, const at::Tensor& inputs, const std::vector<std::int64_t>& starts,
                  const std::vector<std::int64_t>& among, std::int64_t k)
{
    const at::Tensor part = inputs.index_select(0, tensorOf({among.begin(), among.end()}, {-1}, at::kLong));
    std::vector<std::int64_t> places;
    for (const std::int64_t start : starts)
        places.push_back(std::find(among.begin(), among.end(), start) - among.begin());
    const auto neighbours = data::nearestNeighbours(part, places, k);
    for (std::int64_t row = 0; row < newRows.size(0); ++row) {
        INFO("new row " << row);
        bool found = false;
        for (std::size_t s = 0; s < starts.size() && !found; ++s)
            for (std::int64_t n = 0; n < k && !found; ++n) {
                const auto [off, share] =
                    onLine(newRows[row], inputs[starts[s]], part[neighbours[s * std::size_t(k) + std::size_t(n)]]);
                found = off < 1e-5 && share > -1e-6 && share < 1;
            }
        CHECK(found);
    }
}

TEST_CASE("neighbours: scikit-learn's, in few and in many dimensions")
{
    const Value tables = golden("transforms.json")[0]["tables"];
    const Points points(tables);
    std::vector<std::int64_t> all(std::size_t(points.inputs.size(0)));
    std::iota(all.begin(), all.end(), 0);
    const auto found = data::nearestNeighbours(points.inputs, all, 5);
    const auto peer = longs(tables["neighbours"]);
    CHECK(std::vector<std::int64_t>(found.begin(), found.end()) == peer);

    std::vector<double> wide;
    for (int i = 0; i < 60; ++i)
        for (int f = 0; f < 12; ++f)
            wide.push_back(std::sin(0.91 * (i + 1) * (f + 1) + 0.3 * f * f));
    all.resize(60);
    std::iota(all.begin(), all.end(), 0);
    const auto far = data::nearestNeighbours(tensorOf(wide, {60, 12}, at::kFloat), all, 5);
    CHECK(std::vector<std::int64_t>(far.begin(), far.end()) == longs(tables["wide_neighbours"]));
}

TEST_CASE("neighbours: boxes and blocks find what comparing all with all finds")
{
    for (const std::int64_t dimensions : {1, 3, 5, 6, 30}) {
        INFO(dimensions << " dimensions");
        const base::Draw draw(9, "neighbours", std::uint64_t(dimensions));
        const std::int64_t n = 2500, k = 7;
        at::Tensor points = tensor::empty({n, dimensions});
        for (std::int64_t i = 0; i < points.numel(); ++i)
            // Far from the origin, some of them twice.
            points.mutable_data_ptr<float>()[i] = 50 + float(draw.normal(std::uint64_t(i % ((n - 40) * dimensions))));
        std::vector<std::int64_t> places{0, 1, 2, 777, 1300, 2459, 2460, 2499};
        const auto found = data::nearestNeighbours(points, places, k);
        const float* p = points.const_data_ptr<float>();
        for (std::size_t i = 0; i < places.size(); ++i) {
            std::vector<std::pair<double, std::int64_t>> all;
            for (std::int64_t other = 0; other < n; ++other) {
                double sum = 0;
                for (std::int64_t d = 0; d < dimensions; ++d)
                    sum += std::pow(double(p[places[i] * dimensions + d]) - double(p[other * dimensions + d]), 2);
                if (other != places[i])
                    all.emplace_back(sum, other);
            }
            std::sort(all.begin(), all.end());
            for (std::int64_t j = 0; j < k; ++j) {
                const std::int64_t is = found[i * std::size_t(k) + std::size_t(j)];
                CHECK(is != places[i]);
                double sum = 0;
                for (std::int64_t d = 0; d < dimensions; ++d)
                    sum += std::pow(double(p[places[i] * dimensions + d]) - double(p[is * dimensions + d]), 2);
                CHECK(sum == Approx(all[std::size_t(j)].first).epsilon(1e-5).margin(1e-12));
            }
        }
    }
}

TEST_CASE("SMOTE: as many new rows as imbalanced-learn, between a row and a neighbour of its class")
{
    const Value tables = golden("transforms.json")[0]["tables"];
    const Points points(tables);
    const auto made = resampled("SMOTE", points.rows());
    CHECK(countsOf(made, points.targets) == longs(tables["smote"]["counts"]));
    for (const char* strategy : {"minority", "not majority", "not minority", "all"})
        CHECK(countsOf(resampled("SMOTE", points.rows(), {{"sampling_strategy", strategy}}), points.targets) ==
              longs(tables["smote"][strategy]));
    for (const std::int64_t label : {1, 2}) {
        const auto own = points.of(label);
        checkBetween(chosen(made.newInputs, made.newTargets.eq(label)), points.inputs, own, own, 5);
    }
    // Two classes, and a number.
    const at::Tensor two = points.targets.lt(2);
    Points pair = points;
    pair.inputs = chosen(points.inputs, two);
    pair.targets = chosen(points.targets, two);
    CHECK(countsOf(resampled("SMOTE", pair.rows(), {{"sampling_strategy", 0.7}}), pair.targets, 2) ==
          longs(tables["smote"]["0.7"]));
}

TEST_CASE("SMOTE: what cannot be done says why")
{
    const Points points(golden("transforms.json")[0]["tables"]);
    const auto ratio = data::allTransforms().make({"SMOTE", base::Object{{"sampling_strategy", 0.5}}});
    const auto three = (*ratio)->resample(points.rows(), base::Draw(1, "r"));
    REQUIRE_FALSE(three);
    CHECK(three.error().where == "/sampling_strategy");
    const auto many = data::allTransforms().make({"SMOTE", base::Object{{"k_neighbors", 13}}});
    const auto few = (*many)->resample(points.rows(), base::Draw(1, "r"));
    REQUIRE_FALSE(few);
    CHECK(few.error().message.find("\"rarer\" has 12 training rows") != std::string::npos);
    CHECK(few.error().advice == "At most 11");
    data::DatasetInfo numbers = points.info;
    numbers.task = "regression";
    CHECK((*many)->misfit(numbers).find("number") != std::string::npos);
}

TEST_CASE("Borderline SMOTE: starts from the rows that imbalanced-learn finds in danger")
{
    const Value tables = golden("transforms.json")[0]["tables"];
    const Points points(tables);
    const auto made = resampled("BorderlineSMOTE", points.rows());
    CHECK(countsOf(made, points.targets) == longs(tables["borderline"]["counts"]));
    const auto wide = resampled("BorderlineSMOTE", points.rows(), {{"variant", "borderline-2"}});
    CHECK(countsOf(wide, points.targets) == longs(tables["borderline"]["counts"]));
    for (const auto& [label, danger] : tables["borderline"]["danger"].object()) {
        const std::int64_t id = std::stoll(label);
        std::vector<std::int64_t> all(std::size_t(points.inputs.size(0)));
        std::iota(all.begin(), all.end(), 0);
        checkBetween(chosen(made.newInputs, made.newTargets.eq(id)), points.inputs, longs(danger), points.of(id), 5);
        checkBetween(chosen(wide.newInputs, wide.newTargets.eq(id)), points.inputs, longs(danger), all, 5);
    }
}

TEST_CASE("ADASYN: as many new rows as imbalanced-learn, between rows of a class")
{
    const Value tables = golden("transforms.json")[0]["tables"];
    const Points points(tables);
    const auto made = resampled("ADASYN", points.rows());
    CHECK(countsOf(made, points.targets) == longs(tables["adasyn"]["counts"]));
    for (const std::int64_t label : {1, 2}) {
        const auto own = points.of(label);
        checkBetween(chosen(made.newInputs, made.newTargets.eq(label)), points.inputs, own, own, 5);
    }
    Points apart = points;
    apart.inputs = points.inputs.add(points.targets.to(at::kFloat).unsqueeze(1).mul(100));
    const auto adasyn = data::allTransforms().make({"ADASYN"});
    const auto none = (*adasyn)->resample(apart.rows(), base::Draw(1, "r"));
    REQUIRE_FALSE(none);
    CHECK(none.error().advice.find("SMOTE") != std::string::npos);
}

TEST_CASE("SMOTE-NC: no half categories, and the one that most neighbours have")
{
    const Value tables = golden("transforms.json")[0]["tables"];
    Points points(tables);
    // Two numbers, and a colour of three as one-hot columns on a scale of their own.
    at::Tensor mixed = tensor::empty({points.inputs.size(0), 5});
    for (std::int64_t row = 0; row < mixed.size(0); ++row) {
        float* out = mixed.mutable_data_ptr<float>() + row * 5;
        for (std::int64_t i = 0; i < 2; ++i)
            out[i] = points.inputs[row][i].item<float>();
        for (std::int64_t i = 0; i < 3; ++i)
            out[2 + i] = row % 3 == i ? 1.7f : -0.4f;
    }
    points.inputs = mixed;
    points.info.features = {"a", "b", "colour=blue", "colour=green", "colour=red"};
    points.info.origins = {"a", "b", "colour", "colour", "colour"};
    const auto made = resampled("SMOTENC", points.rows());
    CHECK(std::size_t(points.inputs.size(0) + made.newInputs.size(0)) ==
          std::size_t(tables["smotenc"]["rows"].toInt()));
    for (std::int64_t row = 0; row < made.newInputs.size(0); ++row) {
        int high = 0, low = 0;
        for (std::int64_t i = 2; i < 5; ++i) {
            high += made.newInputs[row][i].item<float>() == 1.7f;
            low += made.newInputs[row][i].item<float>() == -0.4f;
        }
        CHECK((high == 1 && low == 2));
    }
    const auto named = resampled("SMOTENC", points.rows(), {{"categorical_features", base::Array{"colour"}}});
    CHECK(named.newInputs.equal(made.newInputs));
    const auto wrong =
        data::allTransforms().make({"SMOTENC", base::Object{{"categorical_features", base::Array{"size"}}}});
    CHECK((*wrong)->resample(points.rows(), base::Draw(1, "r")).error().where == "/categorical_features");
}

TEST_CASE("over- and under-sampling: classes of one size, made of rows that are there")
{
    const Points points(golden("transforms.json")[0]["tables"]);
    const auto over = resampled("RandomOverSampler", points.rows());
    CHECK(countsOf(over, points.targets) == std::vector<std::int64_t>{40, 40, 40});
    CHECK_FALSE(over.newInputs.defined());
    const auto under = resampled("RandomUnderSampler", points.rows());
    CHECK(countsOf(under, points.targets) == std::vector<std::int64_t>{12, 12, 12});
    CHECK(std::adjacent_find(under.kept.begin(), under.kept.end()) == under.kept.end());
    CHECK(countsOf(resampled("RandomUnderSampler", points.rows(), {{"sampling_strategy", "majority"}}),
                   points.targets) == std::vector<std::int64_t>{12, 14, 12});
    CHECK(countsOf(resampled("RandomOverSampler", points.rows(), {{"sampling_strategy", "minority"}}),
                   points.targets) == std::vector<std::int64_t>{40, 14, 40});
}

TEST_CASE("tables: noise has its deviation, masks their share")
{
    data::Sample row{.shape = {20'000}};
    row.values.assign(20'000, 1);
    data::Sample noisy = row, masked = row;
    (*data::allTransforms().make({"FeatureNoise"}))->apply(noisy, base::Draw(1, "values"));
    (*data::allTransforms().make({"FeatureMasking"}))->apply(masked, base::Draw(1, "values"));
    double sum = 0, squares = 0;
    for (const float value : noisy.values) {
        sum += value - 1;
        squares += (value - 1) * (value - 1);
    }
    CHECK(sum / 20'000 == Approx(0).margin(0.003));
    CHECK(std::sqrt(squares / 20'000) == Approx(0.1).epsilon(0.03));
    CHECK(double(std::count(masked.values.begin(), masked.values.end(), 0.f)) / 20'000 == Approx(0.1).margin(0.01));
}

}
