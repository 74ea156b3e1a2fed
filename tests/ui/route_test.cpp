// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/route.h"

#include <catch2/catch.hpp>

namespace tests::route_test {

using namespace ui::plots;

namespace {

/// A hundred steps and values up to 1 on a hundred by a hundred pixels, 0 below.
const RouteMap square{[](QPointF at) { return QPointF(at.x(), 100 * (1 - at.y())); },
                      [](QPointF pixel) { return QPointF(pixel.x(), 1 - pixel.y() / 100); }};

Route level()
{
    Route route;
    route.points = {{0, 0.5}, {100, 0.5}};
    route.ends = 100;
    return route;
}

}

TEST_CASE("a press beside the line takes hold of nothing")
{
    RouteHand hand;
    CHECK_FALSE(hand.press(level(), square, {50, 20}, 6));
    CHECK_FALSE(hand.holds());
}

TEST_CASE("a press on the line pulls a new point out of it, between its neighbours")
{
    RouteHand hand;
    REQUIRE(hand.press(level(), square, {40, 52}, 6));
    hand.drag({150, 0.25});
    const auto route = hand.release();
    REQUIRE(route);
    REQUIRE(route->points.size() == 3);
    CHECK(route->points[1] == QPointF(99, 0.25));
    CHECK_FALSE(hand.holds());
}

TEST_CASE("a value stays at or above 0 and has three digits")
{
    RouteHand hand;
    hand.hold(level(), 1);
    hand.drag({100, 0.123456});
    CHECK(hand.route().points[1].y() == 0.123);
    hand.drag({100, -3});
    CHECK(hand.route().points[1].y() == 0);
}

TEST_CASE("what has happened is not moved, and the line goes on from where it is")
{
    Route route = level();
    route.begins = 30;
    RouteHand hand;
    CHECK_FALSE(hand.press(route, square, {10, 50}, 6));
    CHECK_FALSE(RouteHand::pointAt(route, square, {0, 50}, 6));
    REQUIRE(hand.press(route, square, {100, 50}, 6));
    hand.drag({100, 0});
    const auto dragged = hand.release();
    CHECK(dragged->points == std::vector<QPointF>{{0, 0.5}, {30, 0.5}, {100, 0}});
    CHECK(dragged->valueAt(65) == Approx(0.25));
}

TEST_CASE("points can be taken out, but one stays")
{
    RouteHand hand;
    hand.hold(level(), 0);
    hand.remove();
    CHECK(hand.route().points.size() == 1);
    hand.remove();
    CHECK(hand.route().points.size() == 1);
    CHECK(hand.route().valueAt(7) == 0.5);
}

}
