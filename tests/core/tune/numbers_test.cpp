// SPDX-License-Identifier: GPL-3.0-or-later
// The numbers that strategies are made of, against SciPy, scikit-learn and Optuna.
#include "core/tune/acquisition.h"
#include "core/tune/forest.h"
#include "core/tune/gp.h"
#include "core/tune/math/minimize.h"
#include "core/tune/math/normal.h"
#include "core/tune/math/quasi.h"
#include "core/tune/math/wilcoxon.h"
#include "core/tune/pareto.h"
#include "core/tune/parzen.h"

#include "tests/support/tuning_golden.h"

#include <set>

namespace tests::numbers_test {

using namespace core::tune;
using tests::numbersOf;
using tests::rowsOf;
using tests::tuningGolden;

namespace {

bool near(double a, double b, double share = 1e-9)
{
    return std::abs(a - b) <= share * std::max(1.0, std::abs(b));
}

math::Matrix matrixOf(const std::vector<std::vector<double>>& rows)
{
    math::Matrix made(rows.size(), rows.front().size());
    for (std::size_t i = 0; i < made.rows; ++i)
        for (std::size_t k = 0; k < made.columns; ++k)
            made(i, k) = rows[i][k];
    return made;
}

}

TEST_CASE("Sobol and Halton points are SciPy's")
{
    const std::uint32_t sobolIndex[] = {1, 2, 3, 17, 63}, haltonIndex[] = {1, 2, 5, 50, 99};
    const auto sobol = rowsOf(tuningGolden()["sobol"]), halton = rowsOf(tuningGolden()["halton"]);
    for (std::size_t i = 0; i < 5; ++i) {
        for (std::size_t k = 0; k < math::sobolDimensions; ++k)
            REQUIRE(near(math::sobol(sobolIndex[i], k), sobol[i][k]));
        for (std::size_t k = 0; k < halton[i].size(); ++k)
            REQUIRE(near(math::halton(haltonIndex[i], k), halton[i][k]));
    }
}

TEST_CASE("scrambling moves points and keeps them even")
{
    for (const std::uint64_t key : {1u, 2u, 77u})
        for (std::size_t k = 0; k < math::sobolDimensions; ++k) {
            std::set<int> sobol, halton;
            for (std::uint32_t i = 0; i < 64; ++i)
                sobol.insert(int(64 * math::scrambledSobol(i, k, key)));
            REQUIRE(sobol.size() == 64);
            if (k == 2) { // base 5
                for (std::uint32_t i = 0; i < 25; ++i)
                    halton.insert(int(25 * math::scrambledHalton(i, k, key)));
                REQUIRE(halton.size() == 25);
            }
        }
    CHECK(math::scrambledSobol(5, 3, 1) != math::scrambledSobol(5, 3, 2));
    CHECK(math::scrambledHalton(5, 3, 1) != math::scrambledHalton(5, 3, 2));
}

TEST_CASE("the normal is right far into its tails, and so is expected improvement")
{
    const auto& golden = tuningGolden()["normal"];
    const auto z = numbersOf(golden["z"]), logCdf = numbersOf(golden["log_cdf"]), logH = numbersOf(golden["log_h"]);
    for (std::size_t i = 0; i < z.size(); ++i) {
        INFO(z[i]);
        CHECK(near(math::logNormalCdf(z[i]), logCdf[i]));
        CHECK(near(math::logH(z[i]), logH[i], 1e-8));
        const double step = 1e-5 * std::max(1.0, std::abs(z[i]));
        CHECK(near(math::logHSlope(z[i]), (math::logH(z[i] + step) - math::logH(z[i] - step)) / (2 * step), 1e-4));
    }
    const auto p = numbersOf(golden["p"]), quantile = numbersOf(golden["quantile"]);
    for (std::size_t i = 0; i < p.size(); ++i)
        CHECK(near(math::normalQuantile(p[i]), quantile[i], 1e-8));
    for (const auto& row : rowsOf(tuningGolden()["truncated"])) {
        INFO(row[0] << " of " << row[1] << " to " << row[2]);
        CHECK(near(math::truncatedQuantile(row[0], row[1], row[2]), row[3], 1e-8));
    }
    CHECK(near(expectedImprovement(1, 2, 1.5), 2 * (math::normalPdf(0.25) + 0.25 * math::normalCdf(0.25))));
    CHECK(expectedImprovement(3, 0, 1) == 0);
    CHECK(confidenceBound(3, 2, 1.5) == 0);
    CHECK(logAugmentation(0.5, 0) == 0);
    for (const double deviation : {1e-9, 0.3, 4.0}) {
        double slope = 0;
        const double found = logAugmentation(deviation, 0.4, &slope), step = 1e-5 * deviation;
        CHECK(near(slope,
                   (logAugmentation(deviation + step, 0.4) - logAugmentation(deviation - step, 0.4)) / (2 * step),
                   1e-7));
        // Beside so little doubt the plain formula has no digits left: σ² / 2τ².
        CHECK(near(found, deviation < 1e-6 ? std::log(deviation * deviation / (2 * 0.4 * 0.4))
                                           : std::log(1 - 0.4 / std::sqrt(deviation * deviation + 0.4 * 0.4))));
    }
}

TEST_CASE("posterior and marginal likelihood of a Gaussian process are scikit-learn's")
{
    const auto& golden = tuningGolden()["gp"];
    const auto lengths = numbersOf(golden["lengths"]);
    Kernel kernel;
    for (const double length : lengths)
        kernel.weights.push_back(1 / (length * length));
    kernel.scale = golden["scale"].toReal();
    kernel.noise = golden["noise"].toReal();
    kernel.categorical.assign(3, false);
    const GpData data{matrixOf(rowsOf(golden["x"])), numbersOf(golden["y"])};
    for (const char* which : {"gp", "gp_level"}) {
        INFO(which);
        const auto& expected = tuningGolden()[which];
        const auto* level = expected.object().find("level");
        kernel.level = level ? level->toReal() : 0;
        const GaussianProcess process(data, kernel);
        const auto at = rowsOf(golden["at"]);
        const auto mean = numbersOf(expected["mean"]), variance = numbersOf(expected["variance"]);
        for (std::size_t i = 0; i < at.size(); ++i) {
            const Prediction found = process.at(at[i]);
            CHECK(near(found.mean, mean[i]));
            CHECK(near(found.variance, variance[i], 1e-8));
            std::vector<double> meanSlope(3), varianceSlope(3);
            process.at(at[i], meanSlope, varianceSlope);
            for (std::size_t k = 0; k < 3; ++k) {
                auto left = at[i], right = at[i];
                left[k] -= 1e-5;
                right[k] += 1e-5;
                CHECK(near(meanSlope[k], (process.at(right).mean - process.at(left).mean) / 2e-5, 1e-5));
                CHECK(near(varianceSlope[k], (process.at(right).variance - process.at(left).variance) / 2e-5, 1e-5));
            }
        }
        std::vector<double> gradient;
        CHECK(near(logMarginalLikelihood(data, kernel, &gradient), expected["likelihood"].toReal()));
        // Theirs by log length, ours by log 1/length²; scale first there.
        const auto theirs = numbersOf(expected["gradient"]);
        for (std::size_t k = 0; k < 3; ++k)
            CHECK(near(-2 * gradient[k], theirs[k + 1], 1e-7));
        CHECK(near(gradient[3], theirs[0], 1e-7));
        CHECK(near(gradient[4], theirs[4], 1e-7));
    }
    kernel.level = 0;
    const Kernel fitted = fitKernel(data, kernel.categorical, {});
    CHECK(logMarginalLikelihood(data, fitted) > logMarginalLikelihood(data, kernel));
    // The third coordinate hardly matters.
    CHECK(fitted.weights[2] < fitted.weights[0] / 4);
}

TEST_CASE("a category that was not observed has the share that it is given")
{
    const std::vector<Distribution> ranges{{Type::Categorical, 0, 1, {}, Scale::Linear, {"x", "y", "z"}}};
    // One observation, x, and the prior, each with weight 1/2. x: (1 + p/2) / (1 + 3p/2), the others (p/2) / (1 +
    // 3p/2).
    for (const double prior : {1.0, 3.0}) {
        const Parzen density(ranges, {{0}}, {1}, prior);
        const double whole = 1 + 1.5 * prior;
        CHECK(near(density.logPdf(std::vector{0.0}), std::log((1 + prior / 2) / whole / 2 + 1.0 / 6), 1e-12));
        CHECK(near(density.logPdf(std::vector{2.0}), std::log(prior / 2 / whole / 2 + 1.0 / 6), 1e-12));
    }
}

TEST_CASE("Parzen densities are Optuna's")
{
    const std::vector<Distribution> ranges{{Type::Continuous, -2, 3},
                                           {Type::Continuous, 1e-4, 1, {}, Scale::Log},
                                           {Type::Integer, 1, 9},
                                           {Type::Continuous, 0, 1, 0.25},
                                           {Type::Categorical, 0, 1, {}, Scale::Linear, {"x", "y", "z"}},
                                           {Type::Integer, 1, 100, {}, Scale::Log}};
    const auto scaled = [&](std::vector<std::vector<double>> rows) {
        for (auto& row : rows)
            for (std::size_t k = 0; k < row.size(); ++k)
                row[k] = ranges[k].type == Type::Categorical ? row[k] : ranges[k].scaled(row[k]);
        return rows;
    };
    for (const auto& each : tuningGolden()["parzen"].array()) {
        const auto observed = scaled(rowsOf(each["observed"])), points = scaled(rowsOf(each["points"]));
        const Parzen density(ranges, observed, parzenWeights(observed.size()));
        const auto expected = numbersOf(each["log_pdf"]);
        for (std::size_t i = 0; i < points.size(); ++i) {
            // In Optuna a continuum on a log scale has its density by log x too.
            INFO(observed.size() << " observations, point " << i);
            CHECK(near(density.logPdf(points[i]), expected[i], 1e-8));
        }
        // Draws follow the density: the mean of what it says of them is above that of even points.
        double own = 0, even = 0;
        const core::base::Draw draw(1, "test");
        for (std::uint64_t i = 0; i < 200; ++i) {
            own += density.logPdf(density.sample(draw, i)) / 200;
            std::vector<double> x;
            for (std::size_t k = 0; k < ranges.size(); ++k)
                x.push_back(Parzen::coordinateOf(ranges[k], ranges[k].fromUnit(draw.uniform(1000 + i * 10 + k))));
            even += density.logPdf(x) / 200;
        }
        CHECK((observed.size() < 2 || own > even));
    }
}

TEST_CASE("ranks, hypervolumes and rank sums are Optuna's and SciPy's")
{
    for (const auto& each : tuningGolden()["pareto"].array()) {
        const auto points = rowsOf(each["points"]);
        const auto ranks = nondominationRanks(points);
        CHECK(std::vector<double>(ranks.begin(), ranks.end()) == numbersOf(each["ranks"]));
        CHECK(near(hypervolume(points, numbersOf(each["reference"])), each["hypervolume"].toReal()));
    }
    const auto room = crowdingDistances({{0, 4}, {1, 2}, {3, 1}, {4, 0}});
    CHECK(std::isinf(room[0]));
    CHECK(room[1] == Approx(3.0 / 4 + 3.0 / 4));
    CHECK(room[2] == Approx(3.0 / 4 + 2.0 / 4));
    for (const auto& each : tuningGolden()["wilcoxon"].array())
        CHECK(near(math::wilcoxonGreater(numbersOf(each["differences"])), each["p"].toReal()));
}

TEST_CASE("a forest knows what it was shown and doubts what it was not")
{
    math::Matrix x(40, 2);
    std::vector<double> y;
    for (std::size_t i = 0; i < 40; ++i) {
        x(i, 0) = (double(i % 20) + 0.5) / 40; // nothing above a half
        x(i, 1) = i < 20 ? 0.25 : 0.75;        // of a category
        y.push_back((i < 20 ? 0 : 5) + 4 * x(i, 0));
    }
    const Forest forest(x, y, {false, true}, {32, 1, 1}, 3);
    CHECK(forest.trees().size() == 32);
    for (std::size_t i = 0; i < 40; i += 3)
        CHECK(forest.at(x.row(i)).first == Approx(y[i]).margin(0.3));
    const std::vector<double> seen{0.2, 0.25}, unseen{0.99, 0.25};
    CHECK(forest.at(seen).second < 0.05);
    CHECK(forest.at(unseen).first == Approx(2).margin(0.3));
    const Forest again(x, y, {false, true}, {32, 1, 1}, 3), other(x, y, {false, true}, {32, 1, 1}, 4);
    CHECK(forest.at(unseen) == again.at(unseen));
    CHECK(forest.at(seen) != other.at(seen));
}

TEST_CASE("the minimizer goes down Rosenbrock's valley, and to a wall")
{
    const auto rosenbrock = [](std::span<const double> x, std::span<double> g) {
        const double a = x[1] - x[0] * x[0];
        g[0] = -2 * (1 - x[0]) - 400 * x[0] * a;
        g[1] = 200 * a;
        return (1 - x[0]) * (1 - x[0]) + 100 * a * a;
    };
    const auto found = math::minimize(rosenbrock, {-1.2, 1}, -2, 2, 200);
    CHECK(found.x[0] == Approx(1).margin(1e-4));
    const auto held = math::minimize(rosenbrock, {-1.2, 0.2}, -2, 0.5, 200);
    CHECK(held.x[0] == Approx(0.5).margin(1e-4));
    CHECK(held.x[1] == Approx(0.25).margin(1e-4));
}

}
