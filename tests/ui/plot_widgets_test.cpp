// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/window.h"

#include "ui/plots/bar_chart.h"
#include "ui/plots/image_wall.h"
#include "ui/plots/series_buffer.h"
#include "ui/plots/sparkline.h"
#include "ui/style/theme.h"

#include <QPainter>
#include <QScrollBar>
#include <QSignalSpy>

#include <catch2/catch.hpp>

#include <cmath>

namespace tests::plot_widgets_test {

using namespace ui::plots;

namespace {

/// Pixels that are not the ground.
int inked(const QImage& image, const QColor& ground)
{
    int count = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            count += image.pixelColor(x, y) != ground;
    return count;
}

QImage paint(const SparkData& data)
{
    QImage image(96, 32, QImage::Format_RGB32);
    image.fill(ui::style::theme().ground);
    QPainter painter(&image);
    paintSparkline(painter, image.rect(), data, ui::style::theme());
    return image;
}

std::vector<WallImage> pictures(int count)
{
    std::vector<WallImage> wall;
    for (int i = 0; i < count; ++i) {
        QImage image(28, 28, QImage::Format_Grayscale8);
        image.fill(uint(i % 256));
        wall.push_back({image, QStringLiteral("Shirt"), {}, i % 7 == 0});
    }
    return wall;
}

}

TEST_CASE("a thumbnail keeps a curve's extremes in few points")
{
    SeriesBuffer buffer;
    for (int i = 0; i < 100000; ++i)
        buffer.append(i, i == 70000 ? 9 : std::sin(i / 1000.0), i);
    const SparkCurve curve = thin(buffer, 0, Line::Validation, 100);
    CHECK(curve.x.size() <= 101);
    CHECK(curve.x.size() == curve.y.size());
    CHECK(*std::max_element(curve.y.begin(), curve.y.end()) == 9);
    SeriesBuffer few;
    few.append(3, 1, 0);
    CHECK(thin(few, 0, Line::Plain).x == std::vector<double>{3});
}

TEST_CASE("thumbnails are drawn, and empty, constant or broken ones do no harm")
{
    tests::application();
    ui::style::setTheme(ui::style::Scheme::Light);
    const QColor ground = ui::style::theme().ground;
    CHECK(inked(paint({}), ground) == 0);
    SparkData data;
    data.curves = {{{0, 1, 2, 3}, {3, 2, 1, 2}, 0, Line::Training},
                   {{0, 1, 2, 3}, {3, 2.5, 2, 3}, 0, Line::Validation}};
    data.gap = true;
    data.mark = 2;
    CHECK(inked(paint(data), ground) > 100);
    data.broken = 2;
    data.end = 6;
    CHECK(inked(paint(data), ground) > 50);
    for (const std::vector<double>& y :
         {std::vector<double>{1, 1, 1, 1}, {0, -1, 0, -1}, {std::nan(""), 1, std::nan(""), HUGE_VAL}}) {
        SparkData odd;
        odd.logY = true;
        odd.curves = {{{0, 1, 2, 3}, y}};
        CHECK(paint(odd).size() == QSize(96, 32));
    }
}

TEST_CASE("bars tell their numbers and shares")
{
    tests::application();
    BarChart chart;
    chart.resize(300, 160);
    chart.setBars({QStringLiteral("cat"), QStringLiteral("dog")},
                  {{QStringLiteral("train"), {30, 10}}, {QStringLiteral("validation"), {6, 2}, 0, true}});
    CHECK(chart.describe(0, 0).replace(QChar(0x00A0), QLatin1Char(' ')).toStdString() == "train · cat: 30 (75 %)");
    CHECK(chart.describe(1, 1).replace(QChar(0x00A0), QLatin1Char(' ')).toStdString() == "validation · dog: 2 (25 %)");
    CHECK(chart.describe(2, 0).isEmpty());
    CHECK(chart.describe(0, 2).isEmpty());
    chart.setHistogram({0, 0.5, 1}, {{QString(), {3, 1}}});
    CHECK(chart.describe(0, 1).replace(QChar(0x00A0), QLatin1Char(' ')).toStdString() == "0.5 to 1: 1 (25 %)");
}

TEST_CASE("bars of any kind and size are painted")
{
    tests::application();
    ui::style::setTheme(ui::style::Scheme::Light);
    BarChart chart;
    chart.setTitle(QStringLiteral("Class balance"));
    const auto painted = [&] {
        for (const QSize size : {QSize(300, 160), QSize(40, 30), QSize(1, 1)}) {
            chart.resize(size);
            chart.grab();
        }
        chart.resize(300, 160);
        return inked(chart.grab().toImage(), ui::style::theme().ground);
    };
    const int empty = painted();
    chart.setBars({QStringLiteral("a"), QStringLiteral("b")}, {{QString(), {5, 9}}});
    CHECK(painted() > empty + 500);
    chart.setBars({QStringLiteral("a"), QStringLiteral("b")}, {{QString(), {5, 9}}}, Qt::Horizontal);
    CHECK(painted() > empty + 500);
    chart.setLogCount(true);
    chart.setHistogram({-1, 0, 1, 2}, {{QStringLiteral("one"), {0, 5, 1000}}, {QStringLiteral("two"), {3, 2, 1}, 2}},
                       QStringLiteral("cm"));
    CHECK(painted() > empty + 500);
    chart.setHistogram({1, 1}, {{QString(), {3}}});
    CHECK(painted() >= empty);
    chart.setBars({QStringLiteral("a")}, {{QString(), {std::nan("")}}});
    CHECK(painted() >= empty);
    chart.clear();
    CHECK(painted() == empty);
}

TEST_CASE("the wall is walked by keys and by mouse")
{
    tests::application();
    ImageWall wall;
    wall.setImages(pictures(100));
    wall.resize(420, 300);
    wall.show();
    QSignalSpy current(&wall, &ImageWall::currentChanged), activated(&wall, &ImageWall::activated);
    QTest::keyClick(&wall, Qt::Key_Right);
    CHECK(wall.current() == 0);
    QTest::keyClick(&wall, Qt::Key_Right);
    CHECK(wall.current() == 1);
    QTest::keyClick(&wall, Qt::Key_Down);
    const int below = wall.current();
    CHECK(below > 2);
    QTest::keyClick(&wall, Qt::Key_Up);
    CHECK(wall.current() == 1);
    QTest::keyClick(&wall, Qt::Key_End);
    CHECK(wall.current() == 99);
    CHECK(wall.verticalScrollBar()->value() > 0);
    QTest::keyClick(&wall, Qt::Key_Return);
    REQUIRE(activated.size() == 1);
    CHECK(activated[0][0].toInt() == 99);
    QTest::keyClick(&wall, Qt::Key_Home);
    QTest::mouseClick(wall.viewport(), Qt::LeftButton, {}, QPoint(10, 10));
    CHECK(wall.current() == 0);
    CHECK(current.size() >= 5);
    wall.setImages(pictures(3));
    CHECK(wall.verticalScrollBar()->maximum() == 0);
    wall.setImages({});
    CHECK(wall.current() == -1);
    wall.grab();
}

}
