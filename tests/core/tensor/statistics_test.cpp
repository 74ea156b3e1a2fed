// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/base/rng.h"
#include "core/spec/capture.h"
#include "core/tensor/statistics.h"

#include <cmath>
#include <limits>
#include <numeric>

using namespace core;
using tensor::statisticsOf;

namespace {

constexpr float noNumber = std::numeric_limits<float>::quiet_NaN();
constexpr float endless = std::numeric_limits<float>::infinity();

at::Tensor tensorOf(const std::vector<float>& values)
{
    at::Tensor made = tensor::empty({std::int64_t(values.size())});
    std::copy(values.begin(), values.end(), made.mutable_data_ptr<float>());
    return made;
}

// In long double and two passes, as slowly as it takes.
tensor::Statistics reference(const std::vector<float>& values)
{
    tensor::Statistics s;
    s.count = std::int64_t(values.size());
    s.min = s.max = values[0];
    long double sum = 0, magnitudes = 0, squares = 0, spread = 0;
    for (const float value : values) {
        sum += value;
        magnitudes += std::fabs((long double)value);
        squares += (long double)value * value;
        s.min = std::min(s.min, double(value));
        s.max = std::max(s.max, double(value));
        s.absMax = std::max(s.absMax, std::fabs(double(value)));
        s.zeros += value == 0;
    }
    for (const float value : values)
        spread += (value - sum / s.count) * (value - sum / s.count);
    s.mean = double(sum / s.count);
    s.std = double(std::sqrt(spread / s.count));
    s.absMean = double(magnitudes / s.count);
    s.l2 = double(std::sqrt(squares));
    return s;
}

void checkSame(const tensor::Statistics& got, const tensor::Statistics& wanted, double tolerance = 1e-9)
{
    CHECK(got.count == wanted.count);
    CHECK(got.zeros == wanted.zeros);
    CHECK(got.nan == wanted.nan);
    CHECK(got.inf == wanted.inf);
    CHECK(got.min == wanted.min);
    CHECK(got.max == wanted.max);
    CHECK(got.absMax == wanted.absMax);
    const auto near = [&](double a, double b, double scale) {
        INFO(a << " against " << b);
        CHECK(std::fabs(a - b) <= tolerance * scale);
    };
    near(got.mean, wanted.mean, wanted.absMean);
    near(got.std, wanted.std, std::max(wanted.std, 1e-12 * wanted.absMean));
    near(got.absMean, wanted.absMean, wanted.absMean);
    near(got.l2, wanted.l2, wanted.l2);
}

}

TEST_CASE("statistics: as a slow reference has them, whatever the length, the place and the scale")
{
    const base::Draw draw(3, "statistics");
    std::uint64_t place = 0;
    for (const std::size_t length : {1, 2, 7, 8, 9, 15, 16, 17, 1000, 100003})
        for (const auto& [mean, std] :
             std::vector<std::pair<double, double>>{{0, 1}, {1000, 0.5}, {-3e-20, 1e-21}, {5e30, 1e29}, {0, 1e-41}}) {
            std::vector<float> values;
            for (std::size_t i = 0; i < length; ++i)
                values.push_back(i % 5 == 3 ? 0 : float(mean + std * draw.normal(place++)));
            INFO(length << " of " << mean << " ± " << std);
            checkSame(statisticsOf(tensorOf(values)), reference(values));
        }
}

TEST_CASE("statistics: values far from zero keep the digits of their spread")
{
    std::vector<float> values;
    for (int i = 0; i < 4096; ++i)
        values.push_back(16384 + float(i % 2) / 256);
    const tensor::Statistics s = statisticsOf(tensorOf(values));
    CHECK(s.std == Approx(1.0 / 512).epsilon(1e-12));
    // An outlier in the first place is what the others are measured from.
    values[0] = -1e6f;
    checkSame(statisticsOf(tensorOf(values)), reference(values));
    CHECK(statisticsOf(tensorOf(std::vector<float>(999, 0.1f))).std == 0);
}

TEST_CASE("statistics: of nothing, of one, of NaN and infinities, of both zeros, as NumPy")
{
    const tensor::Statistics none = statisticsOf(tensor::empty({0, 3}));
    CHECK(none.count == 0);
    CHECK(std::isnan(none.mean));
    CHECK(std::isnan(none.min));
    CHECK(none.l2 == 0);

    const tensor::Statistics one = statisticsOf(tensorOf({-2.5f}));
    CHECK(one.mean == -2.5);
    CHECK(one.std == 0);
    CHECK(one.l2 == 2.5);
    CHECK(one.absMax == 2.5);

    std::vector<float> values(20, 1.5f);
    values[11] = endless;
    const tensor::Statistics infinite = statisticsOf(tensorOf(values));
    CHECK(infinite.inf == 1);
    CHECK(infinite.nan == 0);
    CHECK(infinite.min == 1.5);
    CHECK(infinite.max == double(endless));
    CHECK(infinite.mean == double(endless));
    CHECK(std::isnan(infinite.std));
    CHECK(infinite.l2 == double(endless));
    values[3] = -endless;
    CHECK(std::isnan(statisticsOf(tensorOf(values)).mean));
    for (const std::size_t place : {0, 5, 19}) {
        values.assign(20, 1.5f);
        values[place] = noNumber;
        const tensor::Statistics s = statisticsOf(tensorOf(values));
        CHECK(s.nan == 1);
        CHECK(s.inf == 0);
        for (const double value : {s.min, s.max, s.mean, s.std, s.absMean, s.absMax, s.l2})
            CHECK(std::isnan(value));
    }
    CHECK(statisticsOf(tensorOf({0.f, -0.f, 1.f, 1e-45f, 0.f, 0.f, 0.f, 0.f, -0.f})).zeros == 7);
    CHECK(statisticsOf(tensorOf(std::vector<float>(9, 3e38f))).l2 == Approx(9e38).epsilon(1e-6));
}

TEST_CASE("statistics: the way through the device's operators tells the same, NaN and all")
{
    const base::Draw draw(4, "statistics");
    std::vector<float> values;
    for (std::uint64_t i = 0; i < 1000; ++i)
        values.push_back(float(draw.normal(i)));
    values[17] = 0;
    for (const bool broken : {false, true}) {
        if (broken)
            values[500] = noNumber;
        const at::Tensor plain = tensorOf(values);
        const at::Tensor both[] = {plain, plain.to(at::kDouble)};
        const auto all = statisticsOf(both);
        CHECK(all[0].nan == all[1].nan);
        CHECK(all[0].zeros == all[1].zeros);
        CHECK(std::isnan(all[1].mean) == broken);
        if (!broken)
            checkSame(all[1], all[0]);
    }
    const at::Tensor square = tensorOf(std::vector<float>(values.begin(), values.begin() + 12)).view({3, 4});
    checkSame(statisticsOf(square.t()), statisticsOf(square));
    checkSame(statisticsOf(square.select(1, 2)), statisticsOf(square.select(1, 2).contiguous()), 1e-6);
    // Every other element: neither dense nor on the raw way, and in float.
    const at::Tensor strided = tensorOf(values).slice(0, 0, 480, 2);
    checkSame(statisticsOf(strided), statisticsOf(strided.contiguous()), 1e-6);
    CHECK(statisticsOf(square.to(at::kLong)).count == 12);
    std::vector<float> broken(9, 1);
    broken[4] = -endless;
    const tensor::Statistics infinite = statisticsOf(tensorOf(broken).to(at::kDouble));
    CHECK(infinite.inf == 1);
    CHECK(infinite.nan == 0);
    CHECK(infinite.min == -double(endless));
}

TEST_CASE("statistics: every name that a capture may ask for has its value")
{
    for (const std::string& name : spec::reductionNames()) {
        INFO(name);
        spec::CaptureSpec capture;
        capture.reductions = {name};
        REQUIRE(spec::statisticsOf(capture).size() == 1);
        CHECK(tensor::statisticNamed(spec::statisticsOf(capture).front()) != nullptr);
    }
    CHECK(tensor::statisticNamed("meen") == nullptr);
    const at::Tensor t = tensorOf({3, -1, 2, 0, -4, 0.5});
    const tensor::Statistics s = statisticsOf(t);
    // By NumPy.
    const std::pair<const char*, double> wanted[] = {{"min", -4},
                                                     {"max", 3},
                                                     {"mean", 1.0 / 12},
                                                     {"sum", 0.5},
                                                     {"variance", 5.034722222222222},
                                                     {"std", 2.2438186696393765},
                                                     {"prod", 0},
                                                     {"median", 0.25},
                                                     {"l1", 10.5},
                                                     {"l2", 5.5},
                                                     {"abs_mean", 1.75},
                                                     {"abs_min", 0},
                                                     {"abs_max", 4},
                                                     {"abs_std", 1.4068285846778443},
                                                     {"abs_variance", 1.9791666666666667},
                                                     {"abs_sum", 10.5},
                                                     {"abs_prod", 0},
                                                     {"abs_median", 1.5},
                                                     {"zeros", 1},
                                                     {"count", 6}};
    for (const auto& [name, value] : wanted) {
        INFO(name);
        CHECK(tensor::statisticNamed(name)(s, t) == Approx(value).margin(1e-12));
    }
    CHECK(tensor::statisticNamed("prod")(s, tensorOf({2, -3, 4})) == -24);
    CHECK(tensor::statisticNamed("median")(s, tensorOf({2, -3, 4})) == 2);
}

TEST_CASE("statistics: a histogram counts every finite element once, the greatest in the last part")
{
    const tensor::Histogram histogram = tensor::histogramOf(tensorOf({0, 1, 2, 3, 4, noNumber, endless}), 4);
    CHECK(histogram.low == 0);
    CHECK(histogram.high == 4);
    CHECK(histogram.counts == std::vector<std::int64_t>{1, 1, 1, 2});
    CHECK(tensor::histogramOf(tensorOf({5, 5}), 4).counts == std::vector<std::int64_t>{2, 0, 0, 0});
    CHECK(tensor::histogramOf(tensorOf({noNumber}), 4).counts == std::vector<std::int64_t>{0, 0, 0, 0});
    CHECK(tensor::histogramOf(tensorOf({-3e38f, 3e38f}), 2).counts == std::vector<std::int64_t>{1, 1});
    const at::Tensor none = tensor::empty({0});
    CHECK(tensor::histogramOf(none, 2).counts == std::vector<std::int64_t>{0, 0});
}
