// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/tensor/statistics.h"

#include <limits>
#include <numeric>

namespace tests::histogram {

using namespace core;

std::vector<std::uint32_t> countsOf(const at::Tensor& values, std::size_t bins, std::int64_t most, tensor::Span& span)
{
    std::vector<std::uint32_t> counts(bins, 99);
    span = tensor::countInto(values, tensor::statisticsOf(values), counts, most);
    return counts;
}

TEST_CASE("counts of known statistics are those of a histogram")
{
    for (const at::ScalarType type : {at::kFloat, at::kDouble})
        for (const std::int64_t count : {1, 5, 63, 1000, 4099}) {
            const at::Tensor values = tensorOf(wave(count, 0.3), {count}, type);
            const tensor::Histogram slow = tensor::histogramOf(values, 32);
            tensor::Span span;
            const auto counts = countsOf(values, 32, 1 << 20, span);
            CHECK(span.low == Approx(slow.low));
            CHECK(span.high == Approx(slow.high));
            std::int64_t moved = 0;
            for (std::size_t i = 0; i < counts.size(); ++i)
                moved += std::abs(std::int64_t(counts[i]) - slow.counts[i]);
            // An element on an edge may fall to either side.
            CHECK(moved <= 2 + count / 200);
            CHECK(std::accumulate(counts.begin(), counts.end(), std::int64_t(0)) == count);
        }
}

TEST_CASE("of large tensors elements evenly apart are counted, and what is not finite is left out")
{
    tensor::Span span;
    const at::Tensor large = tensorOf(wave(100000, 0), {100, 1000}, at::kFloat);
    const auto some = countsOf(large, 16, 1000, span);
    const auto sum = std::accumulate(some.begin(), some.end(), std::int64_t(0));
    CHECK(sum >= 900);
    CHECK(sum <= 1100);
    // A sine is most at its ends.
    CHECK(some.front() > some[8]);
    CHECK(some.back() > some[8]);

    const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
    const auto broken = countsOf(tensorOf({nan, 1, inf, 2, -inf, 1}, {6}, at::kFloat), 2, 100, span);
    CHECK(broken == std::vector<std::uint32_t>{2, 1});
    CHECK(span.low == 1);
    CHECK(span.high == 2);
    CHECK(countsOf(tensorOf({3, 3, 3}, {3}, at::kFloat), 4, 100, span) == std::vector<std::uint32_t>{3, 0, 0, 0});
    CHECK(countsOf(tensorOf({}, {0}, at::kFloat), 4, 100, span) == std::vector<std::uint32_t>{0, 0, 0, 0});
}

}
