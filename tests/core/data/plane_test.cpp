// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/base/json.h"
#include "core/data/open.h"
#include "tests/support/data_sets.h"

#include <algorithm>
#include <cmath>

using namespace core;
using tests::floatsOf;
using tests::longsOf;

namespace {

data::Loaded pointsOf(const std::string& source, base::Object params, std::int64_t rows)
{
    data::SourceRequest request;
    request.data.source = {source, std::move(params)};
    request.data.rows = rows;
    auto loaded = data::loadSource(request);
    REQUIRE(loaded);
    return std::move(*loaded);
}

// Points with their class in an order of their own, so that two sets can be compared.
std::vector<std::array<double, 3>> sortedPoints(const data::Loaded& loaded)
{
    std::vector<std::array<double, 3>> points;
    const auto values = floatsOf(loaded.inputs);
    const auto labels = longsOf(loaded.targets);
    for (std::size_t i = 0; i < labels.size(); ++i)
        points.push_back({double(labels[i]), values[2 * i], values[2 * i + 1]});
    std::sort(points.begin(), points.end());
    return points;
}

void checkAgainstGolden(const data::Loaded& loaded, const std::string& name)
{
    const auto golden = base::readJson(DESCENT_SOURCE_DIR "/tests/golden/splits.json");
    REQUIRE(golden);
    std::vector<std::array<double, 3>> expected;
    for (const base::Value& point : (*golden)[name].array())
        expected.push_back({point.array()[2].toReal(), point.array()[0].toReal(), point.array()[1].toReal()});
    const auto points = sortedPoints(loaded);
    REQUIRE(points.size() == expected.size());
    // A coordinate near zero may come with either sign, so the nearest point counts, not the one in the same place.
    for (const auto& e : expected)
        CHECK(std::any_of(points.begin(), points.end(), [&](const auto& p) {
            return p[0] == e[0] && std::abs(p[1] - e[1]) < 1e-6 && std::abs(p[2] - e[2]) < 1e-6;
        }));
}

}

TEST_CASE("generators: moons and circles without noise are scikit-learn's")
{
    checkAgainstGolden(pointsOf("two-moons", {{"noise", 0.0}}, 9), "moons");
    checkAgainstGolden(pointsOf("circles", {{"noise", 0.0}, {"factor", 0.5}}, 9), "circles");
}

TEST_CASE("generators: noise has the standard deviation that was asked for")
{
    const auto clean = pointsOf("two-moons", {{"noise", 0.0}}, 4000),
               noisy = pointsOf("two-moons", {{"noise", 0.3}}, 4000);
    const auto a = floatsOf(clean.inputs), b = floatsOf(noisy.inputs);
    double square = 0, sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        sum += b[i] - a[i];
        square += (b[i] - a[i]) * (b[i] - a[i]);
    }
    CHECK(std::sqrt(square / double(a.size())) == Approx(0.3).epsilon(0.03));
    CHECK(sum / double(a.size()) == Approx(0).margin(0.015));
}

TEST_CASE("generators: xor's class is whether the signs differ")
{
    const auto loaded = pointsOf("xor", {{"noise", 0.0}, {"margin", 0.2}}, 200);
    const auto xy = floatsOf(loaded.inputs);
    const auto labels = longsOf(loaded.targets);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        CHECK(labels[i] == ((xy[2 * i] < 0) != (xy[2 * i + 1] < 0)));
        CHECK(std::min(std::abs(xy[2 * i]), std::abs(xy[2 * i + 1])) >= 0.2f);
    }
}

TEST_CASE("generators: an arm of a spiral turns as often as asked for")
{
    const auto loaded = pointsOf("spirals", {{"noise", 0.0}, {"turns", 2.0}, {"arms", 3}}, 900);
    CHECK(loaded.info.classes.size() == 3);
    auto points = sortedPoints(loaded);
    std::erase_if(points, [](const auto& p) { return p[0] != 0; });
    REQUIRE(points.size() == 300);
    std::sort(points.begin(), points.end(),
              [](const auto& a, const auto& b) { return std::hypot(a[1], a[2]) < std::hypot(b[1], b[2]); });
    double turned = 0;
    for (std::size_t i = 1; i < points.size(); ++i)
        turned += std::remainder(
            std::atan2(points[i][2], points[i][1]) - std::atan2(points[i - 1][2], points[i - 1][1]), 2 * M_PI);
    CHECK(turned / (2 * M_PI) == Approx(2 * 299.0 / 300));
    CHECK(std::hypot(points.back()[1], points.back()[2]) == Approx(1));
}

TEST_CASE("generators: blobs lie around as many centres as asked for, each with its share of the rows")
{
    const auto loaded = pointsOf("blobs", {{"centers", 4}, {"cluster_std", 0.0}}, 10);
    const auto points = sortedPoints(loaded);
    std::vector<std::int64_t> counts(4);
    for (const auto& point : points) {
        ++counts[std::size_t(point[0])];
        for (const auto& other : points)
            CHECK((point[0] == other[0]) == (point[1] == other[1] && point[2] == other[2]));
    }
    CHECK(counts == std::vector<std::int64_t>{3, 3, 2, 2});
}

TEST_CASE("generators: classes are mixed through the rows")
{
    const auto labels = longsOf(pointsOf("two-moons", {}, 200).targets);
    const auto inFirstHalf = std::count(labels.begin(), labels.begin() + 100, 0);
    CHECK(inFirstHalf > 30);
    CHECK(inFirstHalf < 70);
}

TEST_CASE("generators: one feature can be chosen, another is refused by name")
{
    data::SourceRequest request;
    request.data.source = {"xor"};
    request.data.features = {"y"};
    const auto one = data::loadSource(request);
    REQUIRE(one);
    CHECK(one->inputs.sizes().vec() == std::vector<std::int64_t>{300, 1});
    request.data.features = {"z"};
    CHECK(data::loadSource(request).error().where == "/data/features/0");
    request.data.features = {};
    request.data.task = "regression";
    CHECK(data::loadSource(request).error().where == "/data/task");
    request.data.task = "auto";
    request.data.rows = 1;
    CHECK(data::loadSource(request).error().where == "/data/rows");
}

TEST_CASE("canvas: classes stand in the order of their names, whatever was painted first")
{
    const auto painted = [](const std::vector<std::string>& order) {
        base::Array rows;
        for (const std::string& name : order)
            for (int i = 0; i < 6; ++i)
                rows.push_back(base::Array{double(i), double(order.size()), name});
        spec::Experiment experiment = tests::experimentOn("canvas");
        experiment.data.edits = {
            {"add_rows", base::Object{{"columns", base::Array{"x", "y", "label"}}, {"rows", std::move(rows)}}}};
        auto module = data::DataModule::open(experiment);
        INFO((module ? "" : base::describe(module.error())));
        REQUIRE(module);
        return std::move(*module);
    };
    const auto module = painted({"10", "2", "1"});
    CHECK(module.info().classes == std::vector<std::string>{"1", "2", "10"});
    CHECK(module.target(0) == 2);
    CHECK(module.target(17) == 0);
    CHECK(painted({"red", "3", "blue"}).info().classes == std::vector<std::string>{"3", "blue", "red"});
}
