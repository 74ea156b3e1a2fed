// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/data/ops/draws.h"

#include <algorithm>

namespace tests::transforms_draws {

using namespace core;
using base::Draw;
using base::Value;
using Row = std::vector<double>;

constexpr std::uint64_t draws = 20'000;

template <class Make>
std::vector<Row> drawn(Make make)
{
    std::vector<Row> rows;
    for (std::uint64_t i = 0; i < draws; ++i)
        if (Row row = make(Draw(17, "draws").within(i)); !row.empty())
            rows.push_back(std::move(row));
    return rows;
}

double quantile(std::vector<double> values, double share)
{
    const auto at = values.begin() + std::ptrdiff_t(share * double(values.size() - 1));
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

// Means within four standard errors of both samples, spreads and deciles within a few percent of the spread (or a
// pixel, where draws are whole).
void compare(const std::vector<Row>& ours, const Value& peer, double step = 1)
{
    const auto means = flat(peer["mean"]), stds = flat(peer["std"]), lows = flat(peer["low"]),
               highs = flat(peer["high"]);
    REQUIRE(ours.front().size() == means.size());
    for (std::size_t column = 0; column < means.size(); ++column) {
        INFO("column " << column);
        std::vector<double> values;
        double sum = 0, squares = 0;
        for (const Row& row : ours) {
            values.push_back(row[column]);
            sum += row[column];
            squares += row[column] * row[column];
        }
        const double n = double(values.size()), mean = sum / n, spread = std::sqrt(squares / n - mean * mean);
        CHECK(std::abs(mean - means[column]) < 4 * 1.5 * stds[column] / std::sqrt(n) + 1e-9);
        CHECK(spread == Approx(stds[column]).epsilon(0.04).margin(1e-9));
        CHECK(std::abs(quantile(values, 0.1) - lows[column]) <= std::max(step, 0.08 * stds[column]));
        CHECK(std::abs(quantile(values, 0.9) - highs[column]) <= std::max(step, 0.08 * stds[column]));
    }
}

Row of(const data::Frame& frame)
{
    return {double(frame.top), double(frame.left), double(frame.height), double(frame.width)};
}

TEST_CASE("draws: crops, erased parts and canvases are distributed as torchvision's")
{
    const Value peer = golden("transforms.json")[0]["draws"];
    compare(drawn([](const Draw& d) {
                return of(data::drawResizedCrop(30, 40, {0.08, 1}, {3.0 / 4, 4.0 / 3}, d));
            }),
            peer["resized_crop"]);
    compare(drawn([](const Draw& d) {
                return of(data::drawErased(30, 40, {0.02, 0.33}, {0.3, 3.3}, d));
            }),
            peer["erased"]);
    compare(drawn([](const Draw& d) {
                const data::Frame frame = data::drawZoomOut(30, 40, {1, 4}, d);
                return Row{-double(frame.top), -double(frame.left), double(frame.height), double(frame.width)};
            }),
            peer["zoom_out"]);
    compare(drawn([](const Draw& d) {
                const data::Frame frame = data::drawCrop(30, 40, 20, 20, 4, d);
                return Row{double(frame.top), double(frame.left)};
            }),
            peer["crop"]);
}

TEST_CASE("draws: angles, shifts, scales and shears are distributed as torchvision's")
{
    const data::AffineRanges ranges{{-30, 30}, {0.1, 0.2}, {0.8, 1.4}, {-5, 10}, {0, 20}};
    compare(drawn([&](const Draw& d) {
                const auto p = data::drawAffine(ranges, 30, 40, d);
                return Row{p.angle, p.translate[0], p.translate[1], p.scale, p.shear[0], p.shear[1]};
            }),
            golden("transforms.json")[0]["draws"]["affine"], 0.7);
}

TEST_CASE("draws: shares of mixtures are distributed as torch's Beta, and CutMix's rectangles as torchvision's")
{
    const Value peer = golden("transforms.json")[0]["draws"];
    for (const double alpha : {0.2, 1.0, 4.0}) {
        INFO(alpha);
        const std::string name = alpha == 0.2 ? "beta_0.2" : alpha == 1 ? "beta_1.0" : "beta_4.0";
        compare(drawn([&](const Draw& d) { return Row{data::drawBeta(alpha, d)}; }), peer[name], 0.02);
    }
    compare(drawn([](const Draw& d) {
                const data::Frame f = data::drawCutMix(30, 40, data::drawBeta(1, d.within(0)), d.within(1));
                Row row = of(f);
                row.push_back(1 - double(f.width * f.height) / 1200);
                return row;
            }),
            peer["cut_mix"], 1);
}

TEST_CASE("draws: masked stripes are distributed as torchaudio's")
{
    const Value peer = golden("transforms.json")[0]["draws"]["stripe"];
    const auto rows = drawn([](const Draw& d) {
        const data::Stripe stripe = data::drawStripe(20, 50, 1, d);
        return stripe.to > stripe.from ? Row{double(stripe.to - stripe.from), double(stripe.from)} : Row{};
    });
    compare(rows, peer);
    CHECK(1 - double(rows.size()) / double(draws) == Approx(peer["empty"].toReal()).margin(0.006));
    CHECK(data::drawStripe(0, 50, 1, Draw(1, "s")).to == 0);
    CHECK(data::drawStripe(20, 50, 0, Draw(1, "s")).to == 0);
    for (std::uint64_t i = 0; i < 100; ++i)
        CHECK(data::drawStripe(500, 50, 1, Draw(1, "s").within(i)).to <= 50);
}

TEST_CASE("draws: corners of a perspective stay in their quarters, and its coefficients undo them")
{
    for (std::uint64_t i = 0; i < 200; ++i) {
        const auto corners = data::drawCorners(30, 40, 0.5, Draw(5, "corners").within(i));
        const auto c = data::perspectiveTo(corners, 30, 40);
        const double ends[4][2] = {{0, 0}, {29, 0}, {29, 39}, {0, 39}};
        for (std::size_t k = 0; k < 4; ++k) {
            const double x = corners[k][0], y = corners[k][1], z = c[6] * x + c[7] * y + 1;
            CHECK((c[0] * x + c[1] * y + c[2]) / z == Approx(ends[k][0]).margin(1e-3));
            CHECK((c[3] * x + c[4] * y + c[5]) / z == Approx(ends[k][1]).margin(1e-3));
            CHECK((ends[k][0] > 0 ? x >= 22 && x <= 29 : x >= 0 && x <= 7));
            CHECK((ends[k][1] > 0 ? y >= 29 && y <= 39 : y >= 0 && y <= 10));
        }
    }
}

}
