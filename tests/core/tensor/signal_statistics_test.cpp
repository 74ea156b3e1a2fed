// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/tensor/signal_statistics.h"
#include "tests/support/golden.h"

using namespace core;

namespace {

double number(const base::Value& value)
{
    const std::string text = value.text();
    if (text.empty())
        return value.toReal();
    return text == "nan" ? std::nan("") : text == "inf" ? HUGE_VAL : -HUGE_VAL;
}

at::Tensor tensorIn(const base::Value& value)
{
    std::vector<double> numbers;
    for (const base::Value& each : value["values"].array())
        numbers.push_back(number(each));
    std::vector<std::int64_t> shape;
    for (const base::Value& side : value["shape"].array())
        shape.push_back(side.toInt());
    return tests::tensorOf(numbers, shape, at::kFloat);
}

}

TEST_CASE("signals: every statistic is what numpy computes of the same tensors")
{
    std::set<std::string> seen;
    for (const base::Value& one : tests::golden("signals.json")) {
        const at::Tensor tensor = tensorIn(one["tensor"]);
        std::vector<tensor::Save> before;
        for (const base::Value& save : one["before"].array())
            before.push_back({save["step"].toInt(), tensorIn(save)});
        tensor::Signal signal(tensor);
        signal.setPast(one["step"].toInt(), before);
        if (one["labels"].isObject())
            signal.setLabels(tensorIn(one["labels"]));
        for (const auto& [text, wanted] : one["statistics"].object()) {
            const auto statistic = spec::parseStatistic(text);
            INFO(text << " of a tensor of " << tensor.numel());
            REQUIRE(statistic);
            seen.insert(statistic->name);
            const double value = signal.take(*statistic), right = number(wanted);
            if (std::isnan(right))
                CHECK(std::isnan(value));
            else
                CHECK(value == Approx(right).epsilon(1e-6).margin(1e-12));
        }
    }
    for (const spec::StatisticKind& kind : spec::statisticKinds())
        if (!kind.arguments.empty() || kind.name == "p5" || kind.name == "images") {
            INFO(kind.name);
            CHECK(seen.count(std::string(kind.name)) == 1);
        }
}

TEST_CASE("signals: a tensor of no elements, or of no rows, has none of what is counted by rows")
{
    tensor::Signal signal(tensor::empty({0, 3}));
    for (const spec::StatisticKind& kind : spec::statisticKinds()) {
        spec::Statistic statistic{std::string(kind.name), std::vector<double>(kind.arguments.size(), 1)};
        INFO(kind.name);
        const double value = signal.take(statistic);
        CHECK((std::isnan(value) || value == 0 || value == 1));
    }
    CHECK(std::isnan(tensor::idleShare(tensor::empty({0, 3}), 0, {}, 1)));
    CHECK(tensor::classesOf(tensor::empty({})).empty());
}

TEST_CASE("signals: a unit is active where it lies between the bounds, the bounds themselves left out")
{
    const auto share = [](std::vector<double> values, double low, std::optional<double> high, double active) {
        const auto rows = std::int64_t(values.size());
        return tensor::idleShare(tests::tensorOf(values, {rows, 1}, at::kFloat), low, high, active);
    };
    CHECK(share({0, 0, 0, 1}, 0, {}, 25) == 0);
    CHECK(share({0, 0, 0, 1}, 0, {}, 25.1) == 100);
    CHECK(share({1, 1}, 1, {}, 1) == 100);
    CHECK(share({0.1, 0.1}, 0.1, 2, 50) == 0); // as a float it lies above 0.1
    CHECK(share({2, 2}, 0.1, 2, 50) == 100);
    CHECK(share({HUGE_VAL, HUGE_VAL}, 0, {}, 1) == 0);
    CHECK(share({HUGE_VAL, HUGE_VAL}, 0, HUGE_VAL, 1) == 100);
    CHECK(share({std::nan(""), 1}, 0, {}, 51) == 100);
}

TEST_CASE("signals: a star stands for every class or channel that there is")
{
    const auto closed = [](const char* text, std::int64_t classes, std::vector<std::int64_t> row) {
        std::vector<std::string> all;
        for (const spec::Statistic& one : tensor::closed(*spec::parseStatistic(text), classes, row))
            all.push_back(spec::spell(one));
        return all;
    };
    using Names = std::vector<std::string>;
    CHECK(closed("mean", 3, {}) == Names{"mean"});
    CHECK(closed("class_count(*)", 3, {}) == Names{"class_count(0)", "class_count(1)", "class_count(2)"});
    CHECK(closed("confusion(*,*)", 2, {}) ==
          Names{"confusion(0,0)", "confusion(0,1)", "confusion(1,0)", "confusion(1,1)"});
    CHECK(closed("confusion(1,*)", 2, {}) == Names{"confusion(1,0)", "confusion(1,1)"});
    CHECK(closed("channel_mean(*,1)", 9, {2, 28, 28}) == Names{"channel_mean(0,1)", "channel_mean(1,1)"});
    CHECK(closed("channel_mean(*,3)", 9, {2, 4}).empty());
    CHECK(closed("class_count(*)", 0, {}).empty());
    CHECK(closed("confusion(*,*)", 100, {}).empty());
}
