// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/window.h"

#include "ui/plots/heat_table.h"
#include "ui/style/theme.h"

#include <QSignalSpy>

#include <catch2/catch.hpp>

#include <set>

namespace tests::heat_table_test {

using core::events::ConfusionFrame;
using ui::plots::HeatTable;
using ui::style::Scheme;
using ui::style::theme;

namespace {

struct Bench {
    QApplication& app = tests::application();
    HeatTable table;

    explicit Bench(const QStringList& names = {"T-shirt", "Shirt", "Bag"},
                   std::vector<std::int64_t> counts = {8, 2, 0, 3, 1, 0, 0, 0, 4000})
    {
        ui::style::setTheme(Scheme::Light);
        table.resize(330, 330);
        table.setClasses(names);
        table.setFrame({0, 0, names.size(), std::move(counts)});
        table.show();
    }

    QImage shot()
    {
        QImage image(table.size(), QImage::Format_RGB32);
        image.fill(theme().ground);
        table.render(&image, {}, {}, QWidget::DrawChildren);
        return image;
    }

    /// A place inside the cell, found with the pointer as a person would.
    QPoint placeOf(int truth, int said)
    {
        QSignalSpy hovers(&table, &HeatTable::cellHovered);
        for (int y = 2; y < table.height(); y += 5)
            for (int x = 2; x < table.width(); x += 5) {
                QTest::mouseMove(&table, {x, y});
                QCoreApplication::processEvents();
                if (!hovers.empty() && hovers.back() == QList<QVariant>{truth, said})
                    return {x, y};
            }
        return {-1, -1};
    }
};

}

TEST_CASE("A cell says what was taken for what, in counts and as the share of its row")
{
    Bench bench({"T-shirt", "Shirt"}, {1000, 24, 112, 888});
    CHECK(bench.table.describe(1, 0).toStdString() == "Shirt taken for T-shirt: 112 of 1\u2009000 (11.2\u00a0%)");
    CHECK(bench.table.describe(1, 1).toStdString() == "Shirt recognised: 888 of 1\u2009000 (88.8\u00a0%)");
    CHECK(bench.table.describe(2, 0).isEmpty());
    CHECK(bench.table.describe(-1, -1).isEmpty());
}

TEST_CASE("A class without rows has no share")
{
    Bench bench({"a", "b"}, {5, 0, 0, 0});
    CHECK(bench.table.describe(1, 0) == "b taken for a: no rows");
    CHECK_FALSE(bench.shot().isNull());
}

TEST_CASE("A click tells its cell; beside the cells it tells nothing")
{
    Bench bench;
    QSignalSpy clicks(&bench.table, &HeatTable::cellClicked);
    const QPoint place = bench.placeOf(1, 0);
    REQUIRE(place.x() >= 0);
    QTest::mouseClick(&bench.table, Qt::LeftButton, {}, place);
    QTest::mouseClick(&bench.table, Qt::LeftButton, {}, {1, 1});
    REQUIRE(clicks.size() == 1);
    CHECK(clicks[0] == QList<QVariant>{1, 0});
    CHECK(bench.table.accessibleDescription() == bench.table.describe(1, 0));
}

TEST_CASE("Arrows walk over the cells and stop at the edges, Enter activates, Escape lets go")
{
    Bench bench;
    QSignalSpy clicks(&bench.table, &HeatTable::cellClicked), hovers(&bench.table, &HeatTable::cellHovered);
    QTest::keyClick(&bench.table, Qt::Key_Return);
    CHECK(clicks.empty());
    QTest::keyClick(&bench.table, Qt::Key_Right);
    CHECK(hovers.back() == QList<QVariant>{0, 0});
    for (const Qt::Key key : {Qt::Key_Up, Qt::Key_Left, Qt::Key_Down, Qt::Key_Right, Qt::Key_Right, Qt::Key_Right})
        QTest::keyClick(&bench.table, key);
    CHECK(hovers.back() == QList<QVariant>{1, 2});
    QTest::keyClick(&bench.table, Qt::Key_Return);
    REQUIRE(clicks.size() == 1);
    CHECK(clicks[0] == QList<QVariant>{1, 2});
    QTest::keyClick(&bench.table, Qt::Key_Escape);
    CHECK(hovers.back() == QList<QVariant>{-1, -1});
}

TEST_CASE("Ten named classes fit into 330 pixels with figures in their cells")
{
    const QStringList names{"T-shirt", "Trouser", "Pullover", "Dress", "Coat",
                            "Sandal",  "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
    std::vector<std::int64_t> counts(100, 0);
    for (std::size_t i = 0; i < 10; ++i)
        counts[i * 11] = 1000;
    Bench bench(names, counts);
    const QPoint first = bench.placeOf(0, 0), last = bench.placeOf(9, 9);
    REQUIRE((first.x() >= 0 && last.x() >= 0));
    CHECK((last.x() - first.x()) / 9.0 >= 20);
    // A figure in the last cell: more than one colour inside it.
    const QImage image = bench.shot();
    std::set<QRgb> colors;
    for (int dx = 0; dx < 16; ++dx)
        for (int dy = 0; dy < 16; ++dy)
            colors.insert(image.pixel(last.x() + dx, last.y() + dy));
    CHECK(colors.size() > 4);
}

TEST_CASE("What is confused is darker than what is right, and the more the darker")
{
    Bench bench({"a", "b", "c"}, {600, 300, 100, 0, 1000, 0, 0, 0, 1000});
    const QImage image = bench.shot();
    const auto shade = [&](int truth, int said) {
        return image.pixelColor(bench.placeOf(truth, said) + QPoint(6, 6)).lightness();
    };
    CHECK(shade(0, 1) < shade(0, 2));
    CHECK(shade(0, 2) < shade(0, 0));
    CHECK(shade(0, 0) < shade(1, 0));
}

TEST_CASE("Two hundred classes are drawn and pointed at without names")
{
    std::vector<std::int64_t> counts(200 * 200, 1);
    QStringList names;
    for (int i = 0; i < 200; ++i)
        names << QStringLiteral("class number %1").arg(i);
    Bench bench(names, counts);
    QSignalSpy clicks(&bench.table, &HeatTable::cellClicked);
    QTest::mouseClick(&bench.table, Qt::LeftButton, {}, {100, 50});
    REQUIRE(clicks.size() == 1);
    CHECK(clicks[0][1].toInt() > clicks[0][0].toInt());
    CHECK(bench.shot().pixelColor(100, 50) != theme().ground);
}

TEST_CASE("Without a matrix the text says what will stand here; a broken one counts as none")
{
    Bench bench;
    const QImage full = bench.shot();
    bench.table.clear();
    const QImage blank = bench.shot();
    bench.table.setEmptyText("The first matrix comes with the first evaluation.");
    const QImage told = bench.shot();
    CHECK(told != blank);
    CHECK(told != full);
    bench.table.setFrame({0, 0, 3, {1, 2, 3}});
    CHECK(bench.shot() == told);
    CHECK(bench.table.describe(0, 0).isEmpty());
    QTest::keyClick(&bench.table, Qt::Key_Right);
    CHECK(bench.shot() == told);
}

TEST_CASE("The matrix follows the theme")
{
    Bench bench;
    const QImage light = bench.shot();
    ui::style::setTheme(Scheme::Dark);
    CHECK(bench.shot() != light);
    ui::style::setTheme(Scheme::Light);
    CHECK(bench.shot() == light);
}

}
