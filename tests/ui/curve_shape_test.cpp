// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/curve_shape.h"

#include "ui/plots/series_buffer.h"
#include "ui/plots/smoothing.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>
#include <random>

namespace tests::curve_shape_test {

using namespace ui::plots;

namespace {

SeriesBuffer noisy(std::size_t size, unsigned seed = 1)
{
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    SeriesBuffer buffer;
    for (std::size_t i = 0; i < size; ++i)
        buffer.append(double(i), 2 + normal(random), 1.7e9 + 0.5 * double(i));
    return buffer;
}

AxisMap across(double lo, double hi, double pixels = 400, bool log = false)
{
    return {{lo, hi}, 0, pixels, log};
}

}

TEST_CASE("few points are all drawn, with one on either side of the view")
{
    const SeriesBuffer buffer = noisy(1000);
    const Trace line = decimated({&buffer}, across(100, 200), 1, false, false);
    CHECK(line.front().x() == 99);
    CHECK(line.back().x() == 201);
    CHECK(line.size() == 103);
    for (const QPointF& point : line)
        CHECK(point.y() == buffer.value(std::size_t(point.x())));
}

TEST_CASE("many points keep their extremes in a number that the screen decides")
{
    const SeriesBuffer buffer = noisy(300000);
    const Trace line = decimated({&buffer}, across(0, 300000), 1, false, false);
    CHECK(line.size() <= 1600);
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (std::size_t i = 0; i < line.size(); ++i) {
        low = std::min(low, line[i].y());
        high = std::max(high, line[i].y());
        if (i > 0)
            REQUIRE(line[i].x() >= line[i - 1].x());
    }
    CHECK(low == buffer.extent(0, buffer.size()).min);
    CHECK(high == buffer.extent(0, buffer.size()).max);
}

TEST_CASE("a single spike among a million points is drawn")
{
    SeriesBuffer buffer;
    for (int i = 0; i < 1000000; ++i)
        buffer.append(i, i == 654321 ? 50 : 1, i);
    bool seen = false;
    for (const QPointF& point : decimated({&buffer}, across(0, 1e6), 1, false, false))
        seen = seen || (point.y() == 50 && std::abs(point.x() - 654321) < 2 * 1e6 / 400);
    CHECK(seen);
}

TEST_CASE("stairs hold each value until the next point")
{
    SeriesBuffer buffer;
    for (const auto& [step, value] : {std::pair{0, 1.0}, std::pair{10, 2.0}, std::pair{20, 3.0}})
        buffer.append(step, value, 0);
    const Trace line = decimated({&buffer}, across(0, 20), 1, false, true);
    CHECK(line == Trace{{0, 1}, {10, 1}, {10, 2}, {20, 2}, {20, 3}});
}

TEST_CASE("smoothing few points is exact, also when only their end is in view")
{
    const SeriesBuffer buffer = noisy(4000);
    std::vector<double> values;
    for (std::size_t i = 0; i < buffer.size(); ++i)
        values.push_back(buffer.value(i));
    for (const double weight : {0.6, 0.95}) {
        const std::vector<double> expected = smoothed(values, weight);
        for (const double from : {0.0, 3700.0})
            for (const QPointF& point : smoothedTrace({&buffer}, across(from, from + 300), 1, weight))
                REQUIRE(point.y() == Approx(expected[std::size_t(point.x())]).epsilon(1e-5));
    }
}

TEST_CASE("smoothing many points costs what the screen has, and means the same on the screen")
{
    const SeriesBuffer few = noisy(400), many = noisy(1 << 20, 9);
    const Trace fewLine = smoothedTrace({&few}, across(0, 400), 1, 0.9),
                manyLine = smoothedTrace({&many}, across(0, 1 << 20), 1, 0.9);
    CHECK(manyLine.size() <= 520);
    CHECK(manyLine.size() >= 250);
    CHECK(manyLine.back().y() == Approx(2).margin(0.05));
    CHECK(std::abs(manyLine[200].y() - 2) < 0.05);
    CHECK(fewLine.size() == 400);
}

TEST_CASE("dragging does not change how the smoothed curve looks where it was")
{
    const SeriesBuffer buffer = noisy(200000);
    const Trace one = smoothedTrace({&buffer}, across(50000, 150000), 1, 0.9);
    const Trace two = smoothedTrace({&buffer}, across(50300, 150300), 1, 0.9);
    std::size_t hint = 0;
    for (std::size_t i = 10; i + 10 < two.size(); i += 7)
        CHECK(valueOf(one, two[i].x(), hint) == Approx(two[i].y()).margin(1e-6));
}

TEST_CASE("values that have no place on a logarithmic axis are gaps, not crashes")
{
    SeriesBuffer buffer;
    for (int i = 0; i < 5000; ++i)
        buffer.append(i, i % 3 == 0 ? 0 : i % 3 == 1 ? -1 : 0.5, i);
    const AxisMap y{{0.1, 1}, 100, 0, true};
    for (const bool dense : {false, true}) {
        const AxisMap x = across(0, dense ? 5000 : 50);
        bool drawn = false;
        for (const QPointF& point : mapped(decimated({&buffer}, x, 1, true, false), x, y)) {
            REQUIRE((std::isnan(point.y()) || std::isfinite(point.y())));
            drawn = drawn || point.y() == Approx(y.pixel(0.5));
        }
        CHECK(drawn);
    }
}

TEST_CASE("x is told in steps, epochs or seconds, and back again")
{
    const SeriesBuffer buffer = noisy(1000);
    const CurveSource steps{&buffer}, epochs{&buffer, XAxis::Epoch, 50}, time{&buffer, XAxis::Time};
    CHECK(steps.x(700) == 700);
    CHECK(epochs.x(700) == 14);
    CHECK(time.x(700) == Approx(350).margin(1e-3));
    CHECK(epochs.lowerBound(14) == 700);
    CHECK(time.lowerBound(349.9) == 700);
    for (const CurveSource& source : {steps, epochs, time})
        CHECK(source.stepOf(source.xOfStep(700)) == Approx(700).margin(1));
    CHECK(time.xOfStep(700.5) == Approx(350.25).margin(1e-3));
}

TEST_CASE("on a logarithmic x axis the first steps are not lumped together")
{
    const SeriesBuffer buffer = noisy(1000000);
    const AxisMap x = across(1, 1e6, 600, true);
    for (const Trace& line : {decimated({&buffer}, x, 1, false, false), smoothedTrace({&buffer}, x, 1, 0.5)}) {
        std::size_t early = 0;
        for (const QPointF& point : line)
            early += point.x() >= 1 && point.x() <= 20;
        CHECK(early >= 20);
        CHECK(line.size() <= 2400);
    }
}

}
