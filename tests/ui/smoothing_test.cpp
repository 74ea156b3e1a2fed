// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/smoothing.h"

#include <catch2/catch.hpp>

#include <limits>
#include <random>

namespace tests::smoothing_test {

using ui::plots::memoryOf;
using ui::plots::smoothed;

TEST_CASE("smoothing is TensorBoard's debiased average")
{
    std::mt19937 random(1);
    std::normal_distribution<double> normal;
    std::vector<double> values;
    for (int i = 0; i < 300; ++i)
        values.push_back(normal(random));
    for (const double w : {0.0, 0.3, 0.6, 0.99}) {
        const std::vector<double> found = smoothed(values, w);
        for (std::size_t n : {0, 1, 2, 50, 299}) {
            // The weighted mean itself: older values count w, w², … as much.
            double sum = 0, weights = 0;
            for (std::size_t i = 0; i <= n; ++i) {
                sum += std::pow(w, double(n - i)) * values[i];
                weights += std::pow(w, double(n - i));
            }
            CAPTURE(w, n);
            CHECK(found[n] == Approx(sum / weights).margin(1e-12));
        }
    }
}

TEST_CASE("the first value stands, and a constant stays constant")
{
    CHECK(smoothed({3, 5}, 0.9)[0] == Approx(3));
    for (const double value : smoothed(std::vector<double>(40, 2.5), 0.95))
        CHECK(value == Approx(2.5));
}

TEST_CASE("a gap stays a gap and pulls nothing after it")
{
    const double notANumber = std::numeric_limits<double>::quiet_NaN();
    const std::vector<double> with = smoothed({1, notANumber, 3}, 0.5), without = smoothed({1, 3}, 0.5);
    CHECK(std::isnan(with[1]));
    CHECK(with[2] == Approx(without[1]));
}

TEST_CASE("what lies beyond the memory weighs less than a millionth")
{
    CHECK(memoryOf(0) == 0);
    for (const double w : {0.1, 0.6, 0.99})
        CHECK(std::pow(w, double(memoryOf(w))) <= 1e-6 * (1 + 1e-9));
}

}
