// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/series_buffer.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>
#include <random>

namespace tests::series_buffer_test {

using ui::plots::SeriesBuffer;

namespace {

constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// What the pyramid must say of [from, to), found by looking at every point.
SeriesBuffer::Summary bySearch(const std::vector<double>& values, std::size_t from, std::size_t to)
{
    SeriesBuffer::Summary all{infinity, -infinity, infinity, 0, 0};
    for (std::size_t i = from; i < to; ++i) {
        if (!std::isfinite(values[i]))
            continue;
        all.min = std::min(all.min, values[i]);
        all.max = std::max(all.max, values[i]);
        if (values[i] > 0)
            all.minPositive = std::min(all.minPositive, values[i]);
        all.sum += values[i];
        ++all.count;
    }
    return all;
}

void check(const SeriesBuffer& buffer, const std::vector<double>& values, std::size_t from, std::size_t to)
{
    const SeriesBuffer::Summary expected = bySearch(values, from, to);
    CAPTURE(from, to);
    if (expected.count == 0)
        CHECK(std::isnan(buffer.mean(from, to)));
    else
        CHECK(buffer.mean(from, to) == Approx(expected.sum / double(expected.count)).margin(1e-9));
    const SeriesBuffer::Extent extent = buffer.extent(from, to), positive = buffer.extentAboveZero(from, to);
    REQUIRE(extent.empty == (expected.count == 0));
    if (!extent.empty) {
        CHECK(extent.min == expected.min);
        CHECK(extent.max == expected.max);
    }
    REQUIRE(positive.empty == std::isinf(expected.minPositive));
    if (!positive.empty) {
        CHECK(positive.min == expected.minPositive);
        CHECK(positive.max == expected.max);
    }
}

}

TEST_CASE("the pyramid says what a search over every point says, gaps and all")
{
    std::mt19937_64 random(7);
    std::normal_distribution<double> normal;
    for (const std::size_t size : {1, 15, 16, 17, 255, 257, 4096, 5000}) {
        SeriesBuffer buffer;
        std::vector<double> values;
        for (std::size_t i = 0; i < size; ++i) {
            const auto kind = random() % 20;
            values.push_back(kind == 0 ? notANumber : kind == 1 ? infinity : kind == 2 ? -infinity : normal(random));
            buffer.append(double(i), values.back(), double(i));
        }
        check(buffer, values, 0, size);
        for (int i = 0; i < 200; ++i) {
            const std::size_t a = random() % (size + 1), b = random() % (size + 1);
            check(buffer, values, std::min(a, b), std::max(a, b));
        }
    }
}

TEST_CASE("a stretch of nothing but gaps is empty")
{
    SeriesBuffer buffer;
    for (int i = 0; i < 100; ++i)
        buffer.append(i, notANumber, i);
    CHECK(buffer.extent(0, 100).empty);
    CHECK(std::isnan(buffer.mean(0, 100)));
    CHECK(std::isnan(buffer.value(3)));
}

TEST_CASE("steps come back as they went in, even or not, and are found again")
{
    std::mt19937 random(3);
    SeriesBuffer buffer;
    std::vector<double> steps;
    double step = 5;
    for (int i = 0; i < 3000; ++i) {
        steps.push_back(step);
        buffer.append(step, i, i);
        // Even stretches, repeated steps and jumps.
        step += i % 500 < 300 ? 10 : double(random() % 4);
    }
    for (std::size_t i = 0; i < steps.size(); ++i)
        REQUIRE(buffer.step(i) == steps[i]);
    for (int i = 0; i < 2000; ++i) {
        const double wanted = double(random() % 30000) / 2;
        const auto expected = std::size_t(std::lower_bound(steps.begin(), steps.end(), wanted) - steps.begin());
        CAPTURE(wanted);
        CHECK(buffer.lowerBound(wanted) == expected);
    }
    CHECK(buffer.lowerBound(-infinity) == 0);
    CHECK(buffer.lowerBound(infinity) == steps.size());
}

TEST_CASE("a step that falls back is taken as the last one")
{
    SeriesBuffer buffer;
    for (const double step : {0.0, 10.0, 7.0, 20.0})
        buffer.append(step, 1, 0);
    CHECK(buffer.step(2) == 10);
    CHECK(buffer.step(3) == 20);
}

TEST_CASE("times are kept to a fraction of a millisecond over a day")
{
    SeriesBuffer buffer;
    const double start = 1.7637e9;
    for (int i = 0; i < 86400; i += 7)
        buffer.append(i, 0, start + i);
    for (std::size_t i = 0; i < buffer.size(); i += 97)
        CHECK(buffer.time(i) == Approx(start + 7 * double(i)).margin(5e-4).epsilon(0));
    CHECK(buffer.lowerBoundOfTime(start + 700.5) == 101);
}

TEST_CASE("a rewind cuts at its step, and what is appended then continues")
{
    SeriesBuffer buffer, fresh;
    for (int i = 0; i < 1000; ++i)
        buffer.append(2 * i, std::sin(i), i);
    const std::uint64_t before = buffer.version();
    buffer.cutAt(601);
    CHECK(buffer.size() == 301);
    CHECK(buffer.version() > before);
    std::vector<double> values;
    for (int i = 0; i < 1500; ++i) {
        values.push_back(i < 301 ? std::sin(i) : std::cos(i));
        fresh.append(i < 301 ? 2 * i : 600 + 3 * (i - 300), values.back(), i);
        if (i >= 301)
            buffer.append(600 + 3 * (i - 300), values.back(), i);
    }
    for (std::size_t i = 0; i < 1500; i += 13) {
        REQUIRE(buffer.step(i) == fresh.step(i));
        REQUIRE(buffer.value(i) == fresh.value(i));
    }
    check(buffer, values, 10, 1490);
    buffer.cutAt(0);
    CHECK(buffer.empty());
    buffer.append(4, 1, 1);
    CHECK(buffer.step(0) == 4);
}

TEST_CASE("clearing keeps the version growing")
{
    SeriesBuffer buffer;
    buffer.append(0, 1, 0);
    const std::uint64_t before = buffer.version();
    buffer.clear();
    CHECK(buffer.empty());
    CHECK(buffer.version() > before);
}

}
