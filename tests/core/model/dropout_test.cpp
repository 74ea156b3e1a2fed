// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/model/dropout.h"

#include <ATen/Parallel.h>

namespace tests::dropout {

using namespace core;
using model::dropoutMask;

const base::Draw draw(5, "dropout", 17);

std::vector<double> mask(std::int64_t elements, double p, const base::Draw& from = draw,
                         at::ScalarType type = at::kFloat)
{
    return numbersIn(dropoutMask(elements, type, at::kCPU, p, from));
}

double keptShare(const std::vector<double>& mask)
{
    return double(mask.size() - std::size_t(std::count(mask.begin(), mask.end(), 0.0))) / double(mask.size());
}

// Correlation of two masks' kept elements; near 0 if they have nothing to do with each other.
double correlation(const std::vector<double>& a, const std::vector<double>& b)
{
    const std::size_t n = std::min(a.size(), b.size());
    double both = 0, first = 0, second = 0;
    for (std::size_t i = 0; i < n; ++i) {
        both += (a[i] > 0) && (b[i] > 0);
        first += a[i] > 0;
        second += b[i] > 0;
    }
    const double pa = first / double(n), pb = second / double(n);
    return (both / double(n) - pa * pb) / std::sqrt(pa * (1 - pa) * pb * (1 - pb));
}

TEST_CASE("a mask keeps 1 − p of the elements and scales them so that the mean stays")
{
    for (const double p : {0.1, 0.5, 0.9, 0.999}) {
        const std::vector<double> values = mask(400000, p);
        CHECK(keptShare(values) == Approx(1 - p).margin(0.003));
        for (std::size_t i = 0; i < 1000; ++i)
            CHECK((values[i] == 0 || values[i] == double(float(1 / (1 - p)))));
    }
}

TEST_CASE("an element depends neither on the batch nor on the number of threads")
{
    const int threads = at::get_num_threads();
    const std::vector<double> whole = mask(300001, 0.4);
    for (const std::int64_t count : {1, 15, 16, 17, 1000, 299999}) {
        const std::vector<double> part = mask(count, 0.4);
        CHECK(part == std::vector<double>(whole.begin(), whole.begin() + count));
    }
    for (const int n : {1, 2, 3}) {
        at::set_num_threads(n);
        CHECK(mask(300001, 0.4) == whole);
    }
    at::set_num_threads(threads);
}

TEST_CASE("tensor operators make the same bits, so that every device does")
{
    for (const double p : {0.0, 0.1, 0.5, 0.9999999999})
        for (const at::ScalarType type : {at::kFloat, at::kDouble})
            CHECK(numbersIn(model::dropoutMaskByOperators(10007, type, at::kCPU, p, draw)) ==
                  mask(10007, p, draw, type));
}

TEST_CASE("steps, layers and neighbours have nothing to do with each other")
{
    const std::vector<double> here = mask(200000, 0.5);
    CHECK(here == mask(200000, 0.5));
    for (const base::Draw& other :
         {base::Draw(5, "dropout", 18), base::Draw(6, "dropout", 17), draw.within(0), draw.within(1)})
        CHECK(correlation(here, mask(200000, 0.5, other)) == Approx(0).margin(0.01));
    for (const std::ptrdiff_t shift : {1, 2, 3, 16, 64, 1024})
        CHECK(correlation(here, {here.begin() + shift, here.end()}) == Approx(0).margin(0.01));
}

}
