// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/rng.h"
#include "core/tune/parzen.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>

namespace tests::parzen_test {

using namespace core;

// By the formula alone: a mixture of normals cut off at the range's ends, each as wide as the farther of its two
// neighbours is away, but for the narrowest width and the one that is as wide as the range.
TEST_CASE("a density of numbers is that of its kernels, however the observations lie")
{
    const double power = GENERATE(1.0, 6.0); // all over, and most in one corner
    tune::Distribution range;
    range.type = tune::Type::Continuous;
    range.min = -1;
    range.max = 3;
    std::vector<std::vector<double>> rows;
    std::vector<double> all;
    for (std::uint64_t i = 0; i < 300; ++i) {
        all.push_back(-1 + 4 * std::pow(base::Draw(5, "parzen").uniform(i), power));
        rows.push_back({all.back()});
    }
    const std::size_t n = all.size();
    const tune::Parzen density({range}, rows, std::vector<double>(n, 1), 1);
    std::vector<double> sorted = all;
    std::sort(sorted.begin(), sorted.end());
    const auto below = [](double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); };
    for (const double x : {-0.999, -0.9, 0.0, 1.5, 2.99}) {
        CAPTURE(x);
        double sum = 0;
        for (std::size_t k = 0; k <= n; ++k) {
            const double centre = k < n ? sorted[k] : 1;
            const double left = k > 0 && k < n ? sorted[k] - sorted[k - 1] : 0,
                         right = k + 1 < n ? sorted[k + 1] - sorted[k] : 0;
            const double width = k < n ? std::clamp(std::max(left, right), 0.04, 4.0) : 4;
            const double z = (x - centre) / width;
            sum += std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi) / width /
                   (below((3 - centre) / width) - below((-1 - centre) / width));
        }
        const double point[] = {x};
        CHECK(density.logPdf(point) == Approx(std::log(sum / double(n + 1))).epsilon(1e-9));
    }
}

}
