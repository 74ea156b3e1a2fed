// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/view_window.h"

#include <catch2/catch.hpp>

namespace tests::view_window_test {

using ui::plots::Range;
using ui::plots::ViewWindow;

TEST_CASE("a new view shows everything and grows with it")
{
    const ViewWindow view;
    CHECK(view.resolve({0, 100}) == Range{0, 100});
    CHECK(view.resolve({0, 250}) == Range{0, 250});
}

TEST_CASE("zooming keeps the value under the pointer where it is")
{
    ViewWindow view;
    view.zoom(0.25, 0.5, {0, 100}, false);
    const Range now = view.resolve({0, 100});
    CHECK(now.lo == Approx(12.5));
    CHECK(now.hi == Approx(62.5));
    CHECK(now.lo + 0.25 * now.span() == Approx(25));
}

TEST_CASE("on a logarithmic axis zooming works in decades")
{
    ViewWindow view;
    view.zoom(0.5, 0.5, {1, 10000}, true);
    const Range now = view.resolve({1, 10000});
    CHECK(now.lo == Approx(10));
    CHECK(now.hi == Approx(1000));
}

TEST_CASE("zooming out beyond everything is showing everything")
{
    ViewWindow view;
    view.show({20, 30}, {0, 100});
    CHECK_FALSE(view.showsAll());
    for (int i = 0; i < 8; ++i)
        view.zoom(0.5, 2, {0, 100}, false);
    CHECK(view.showsAll());
}

TEST_CASE("a view that ends at the newest step moves along; one that looks back stays")
{
    ViewWindow newest, past;
    newest.show({80, 100}, {0, 100});
    past.show({20, 40}, {0, 100});
    CHECK(newest.resolve({0, 130}) == Range{110, 130});
    CHECK(past.resolve({0, 130}) == Range{20, 40});
    newest.setFollow(false);
    CHECK(newest.resolve({0, 130}) == Range{80, 100});
}

TEST_CASE("the data never leave the view altogether, and a view never becomes a point")
{
    ViewWindow view;
    view.show({40, 60}, {0, 100});
    for (int i = 0; i < 50; ++i)
        view.pan(0.9, {0, 100}, false);
    CHECK(view.resolve({0, 100}).lo < 100);
    for (int i = 0; i < 300; ++i)
        view.zoom(0.5, 0.5, {0, 100}, false);
    CHECK(view.resolve({0, 100}).span() > 0);
    view.reset();
    CHECK(view.resolve({0, 100}) == Range{0, 100});
}

}
