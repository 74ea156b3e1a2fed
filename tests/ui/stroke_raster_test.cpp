// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/stroke_raster.h"

#include <catch2/catch.hpp>

#include <QPainter>
#include <QPainterPath>

#include <cmath>
#include <limits>
#include <random>

namespace tests::stroke_raster_test {

using ui::plots::StrokeRaster;
using ui::plots::Trace;
using ui::plots::valueOf;

namespace {

QImage blank(int width, int height)
{
    QImage image(width, height, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    return image;
}

/// The same stroke by Qt's own stroker: round joins and caps.
QImage byQt(const Trace& line, QSize size, double width, const QColor& color)
{
    QImage image = blank(size.width(), size.height());
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(color, width, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.drawPolyline(line.data(), int(line.size()));
    return image;
}

double meanDifference(const QImage& a, const QImage& b)
{
    double sum = 0;
    for (int y = 0; y < a.height(); ++y)
        for (int x = 0; x < a.width(); ++x)
            sum += std::abs(qAlpha(a.pixel(x, y)) - qAlpha(b.pixel(x, y)));
    return sum / (255.0 * a.width() * a.height());
}

double ink(const QImage& image)
{
    double sum = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            sum += qAlpha(image.pixel(x, y)) / 255.0;
    return sum;
}

}

TEST_CASE("a stroke looks like the one of a general stroker")
{
    std::mt19937 random(2);
    std::normal_distribution<double> normal;
    for (const double roughness : {0.0, 1.0, 6.0})
        for (const double width : {1.25, 2.75, 5.0}) {
            Trace line;
            for (int i = 0; i <= 40; ++i)
                line.emplace_back(10 + 4.5 * i, 60 + 30 * std::sin(i / 6.0) + roughness * normal(random));
            QImage image = blank(203, 120);
            StrokeRaster(image).stroke(line, width, Qt::black);
            const QImage expected = byQt(line, image.size(), width, Qt::black);
            CAPTURE(roughness, width);
            CHECK(meanDifference(image, expected) < 0.004);
            CHECK(ink(image) == Approx(ink(expected)).epsilon(0.03));
        }
}

TEST_CASE("walls and steps have their full width")
{
    const Trace stairs{{10, 20}, {50.5, 20}, {50.5, 80}, {90, 80}};
    QImage image = blank(100, 100);
    StrokeRaster(image).stroke(stairs, 3, Qt::black);
    CHECK(qAlpha(image.pixel(50, 50)) == 255);
    CHECK(qAlpha(image.pixel(47, 50)) == 0);
    CHECK(qAlpha(image.pixel(54, 50)) == 0);
    CHECK(qAlpha(image.pixel(30, 20)) == 255);
    CHECK(ink(image) == Approx(ink(byQt(stairs, image.size(), 3, Qt::black))).epsilon(0.03));
}

TEST_CASE("half a colour over another is their mixture, and covering it twice never overflows")
{
    QImage image = blank(40, 40);
    image.fill(Qt::white);
    QColor half(0, 114, 178, 51);
    for (int i = 0; i < 400; ++i)
        StrokeRaster(image).stroke({{-5, 20}, {45, 20}}, 12, half);
    // Each of the 400 layers rounds down.
    CHECK(qRed(image.pixel(20, 20)) <= 3);
    CHECK(std::abs(qBlue(image.pixel(20, 20)) - 178) <= 6);
    CHECK(qAlpha(image.pixel(20, 20)) == 255);
    CHECK(image.pixel(20, 2) == qRgb(255, 255, 255));
}

TEST_CASE("gaps, points outside and wild values leave the picture whole")
{
    const double notANumber = std::numeric_limits<double>::quiet_NaN();
    QImage image = blank(37, 21);
    StrokeRaster raster(image, 1, {100, 50});
    raster.stroke({{90, 60}, {110, 60}, {111, notANumber}, {125, 60}, {180, 60}}, 2, Qt::black);
    raster.finish();
    CHECK(qAlpha(image.pixel(5, 10)) > 200);
    CHECK(qAlpha(image.pixel(17, 10)) == 0);
    CHECK(qAlpha(image.pixel(30, 10)) > 200);
    raster.stroke({{100, -1e9}, {110, 1e9}, {120, -1e9}, {1e7, 1e9}}, 2, Qt::black);
    raster.stroke({}, 2, Qt::black);
    raster.stroke({{110, 60}}, 2, Qt::black);
    QImage tiny = blank(1, 1);
    StrokeRaster(tiny).stroke({{0, 0}, {1, 1}}, 2.75, Qt::black);
    CHECK(qAlpha(tiny.pixel(0, 0)) > 0);
}

TEST_CASE("the area between two curves is filled where both are")
{
    QImage image = blank(100, 60);
    StrokeRaster(image).fillBetween({{0, 10}, {80, 10}}, {{20, 50}, {100, 30}}, Qt::black);
    CHECK(qAlpha(image.pixel(50, 25)) == 255);
    CHECK(qAlpha(image.pixel(10, 25)) == 0);
    CHECK(qAlpha(image.pixel(90, 25)) == 0);
    CHECK(qAlpha(image.pixel(50, 5)) == 0);
    CHECK(qAlpha(image.pixel(50, 55)) == 0);
}

TEST_CASE("a curve's value is read between its points")
{
    const Trace line{{0, 0}, {10, 100}, {10, 200}, {20, 300}};
    std::size_t hint = 0;
    CHECK(valueOf(line, 5, hint) == Approx(50));
    CHECK(valueOf(line, 15, hint) == Approx(250));
    CHECK(valueOf(line, 2, hint) == Approx(20));
    CHECK(std::isnan(valueOf(line, 21, hint)));
    CHECK(std::isnan(valueOf(line, -1, hint)));
    CHECK(std::isnan(valueOf({}, 0, hint)));
}

}
