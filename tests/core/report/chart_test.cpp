// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/chart.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>

namespace tests::chart_test {

using namespace core::report;

namespace {

std::size_t countOf(const std::string& text, const std::string& part)
{
    std::size_t count = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size()))
        ++count;
    return count;
}

std::string drawn(Curves curves)
{
    return svgOf({"loss", "step", "", std::move(curves)}, pagePaper()).svg;
}

}

TEST_CASE("axes show round numbers within their ends")
{
    CHECK(ticks(0, 100, 5) == std::vector<double>{0, 20, 40, 60, 80, 100});
    CHECK(ticks(-1, 1, 4) == std::vector<double>{-1, -0.5, 0, 0.5, 1});
    CHECK(ticks(3, 3, 4) == std::vector<double>{3});
    CHECK(logTicks(1, 1000) == std::vector<double>{1, 10, 100, 1000});
    const auto narrow = logTicks(0.2, 0.6);
    REQUIRE(narrow.size() == 2);
    CHECK(narrow[1] == Approx(0.5));
    CHECK(logTicks(-1, 5).size() == 1);
}

TEST_CASE("a long curve stays small and keeps its peak")
{
    Curve curve{"train", {}, {}, Stroke::Thin, 0};
    for (int i = 0; i < 200'000; ++i) {
        curve.x.push_back(i);
        curve.y.push_back(i == 77'777 ? 9 : 1 + 0.1 * std::sin(i));
    }
    const std::string svg = drawn({{curve}});
    CHECK(svg.size() < 60'000);
    // The peak touches the top of the drawing: nothing else comes near.
    CHECK(countOf(svg, ",4") >= 1);
    CHECK(svg.find(">train</text>") != svg.npos);
}

TEST_CASE("values that are no numbers leave a gap, and a log axis those below zero")
{
    const double no = std::nan("");
    CHECK(countOf(drawn({{{"a", {0, 1, 2, 3, 4}, {1, 2, no, 2, 1}}}}), "<polyline") == 2);
    CHECK(countOf(drawn({{{"a", {0, 1, 2, 3, 4}, {1, 2, -1, 2, 1}}}, {}, true}), "<polyline") == 2);
    CHECK(countOf(drawn({{{"a", {0, 1}, {no, no}}}}), "<polyline") == 0);
    CHECK(drawn({{{"a", {5}, {HUGE_VAL}}}}).find("inf\"") == std::string::npos);
    for (const auto& values : {std::vector<double>{}, {0}, {1e300, -1e300}, {1e-310, 0}, {no, 3}}) {
        std::vector<double> x;
        for (std::size_t i = 0; i < values.size(); ++i)
            x.push_back(double(i));
        const std::string svg = drawn({{{"a", x, values}}});
        CHECK(svg.find("nan") == svg.npos);
        CHECK(svg.find("\"inf") == svg.npos);
    }
}

TEST_CASE("a rate that differs by rounding alone is drawn as one value")
{
    const std::string svg = drawn({{{"train", {0, 1, 2}, {0.02, 0.02 * (1 + 1e-9), 0.02}}}});
    CHECK(countOf(svg, ">0.02</text>") == 2); // a tick, and the value at the end
}

TEST_CASE("marks stand where they are, and what lies outside is left out")
{
    const Curves curves{
        {{"a", {0, 10}, {1, 2}}},
        {{5, "Overfit", MarkKind::Finding}, {50, "later", MarkKind::Finding}, {7, "best", MarkKind::Best}}};
    const std::string svg = drawn(curves);
    CHECK(svg.find("▲ Overfit") != svg.npos);
    CHECK(svg.find("later") == svg.npos);
    CHECK(svg.find(">best<") != svg.npos);
}

TEST_CASE("names are safe, and cut where there is no room")
{
    const std::string name = "<b>&" + std::string(200, 'm');
    const std::string svg = svgOf({name, "", "", Bars{{{name, 1, "1 & 2"}}}}, whitePaper()).svg;
    CHECK(svg.find("<b>") == svg.npos);
    CHECK(svg.find("1 &amp; 2") != svg.npos);
    CHECK(svg.find("…") != svg.npos);
    CHECK(svg.find("var(") == svg.npos);
    const std::string matrix = svgOf({"m", "", "", Confusion{{"a<", "b"}, {3, 1, 0, 0}}}, pagePaper()).svg;
    CHECK(matrix.find("a&lt; taken for b: 1 of 4") != matrix.npos);
}

}
