// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/window.h"

#include "ui/plots/mini_surface.h"
#include "ui/plots/point_marks.h"
#include "ui/plots/surface_field.h"
#include "ui/plots/surface_plot.h"
#include "ui/style/theme.h"

#include <QFile>
#include <QSignalSpy>

#include <catch2/catch.hpp>

#include <cmath>

namespace tests::surface_plot_test {

using core::events::SurfaceFrame;
using namespace ui::plots;
using ui::style::Scheme;
using ui::style::theme;

namespace {

/// `says(x, y)` gives a probability for each class on [0, 1]².
template <class F>
SurfaceFrame frameOf(std::int64_t cells, std::int64_t classes, F&& says)
{
    SurfaceFrame frame;
    frame.width = frame.height = cells;
    frame.classes = classes;
    for (std::int64_t y = 0; y < cells; ++y)
        for (std::int64_t x = 0; x < cells; ++x)
            for (const double p : says((double(x) + 0.5) / double(cells), (double(y) + 0.5) / double(cells)))
                frame.values.push_back(float(p));
    return frame;
}

SurfaceFrame binary(std::int64_t cells, const std::function<double(double, double)>& logit)
{
    return frameOf(cells, 2, [&](double x, double y) {
        const double p = 1 / (1 + std::exp(-logit(x, y)));
        return std::vector<double>{1 - p, p};
    });
}

SurfaceFrame thirds()
{
    return frameOf(30, 3, [](double x, double) {
        std::vector<double> p{0.05, 0.05, 0.05};
        p[std::size_t(std::min(2.0, 3 * x))] = 0.9;
        return p;
    });
}

int distance(QRgb a, const QColor& b)
{
    return std::abs(qRed(a) - b.red()) + std::abs(qGreen(a) - b.green()) + std::abs(qBlue(a) - b.blue());
}

QImage shot(QWidget& widget)
{
    QImage image(widget.size(), QImage::Format_RGB32);
    image.fill(theme().ground);
    widget.render(&image, {}, {}, QWidget::DrawChildren);
    return image;
}

struct Bench {
    Bench()
    {
        tests::application();
        ui::style::setTheme(Scheme::Light);
    }
};

}

TEST_CASE("A surface is blue where class 0 is certain, orange where class 1 is, and white between")
{
    Bench bench;
    const SurfaceFrame frame = binary(40, [](double x, double) { return 40 * (x - 0.5); });
    for (const Scheme scheme : {Scheme::Light, Scheme::Dark}) {
        ui::style::setTheme(scheme);
        const QImage image = surfaceImage(frame, {201, 101}, theme(), false);
        REQUIRE(image.size() == QSize(201, 101));
        CHECK(distance(image.pixel(3, 50), theme().classGround(0)) <= 6);
        CHECK(distance(image.pixel(197, 50), theme().classGround(1)) <= 6);
        CHECK(distance(image.pixel(100, 50), theme().ground) <= 6);
    }
}

TEST_CASE("The first row of a surface is at the bottom of its picture")
{
    Bench bench;
    const QImage image =
        surfaceImage(binary(20, [](double, double y) { return 60 * (y - 0.5); }), {60, 60}, theme(), false);
    CHECK(distance(image.pixel(30, 57), theme().classGround(0)) <= 6);
    CHECK(distance(image.pixel(30, 2), theme().classGround(1)) <= 6);
}

TEST_CASE("The p = 0.5 contour of a disc is a ring of the disc's radius")
{
    // The logit is not linear here: the line may be off by what lies inside a cell.
    const SurfaceFrame frame =
        binary(50, [](double x, double y) { return 300 * (0.09 - (x - 0.5) * (x - 0.5) - (y - 0.5) * (y - 0.5)); });
    const auto lines = surfaceBorders(SurfaceField(frame), 2);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].isClosed());
    REQUIRE(lines[0].size() > 100);
    for (const QPointF& at : lines[0])
        CHECK(std::hypot(at.x() - 0.5, at.y() - 0.5) == Approx(0.3).margin(0.001));
}

TEST_CASE("The contour stands where the logit is zero, also between two certain cells, and reaches the edge")
{
    // In probabilities both cells are as good as certain, and the middle between them would be 0.5.
    const SurfaceFrame frame = binary(10, [](double x, double) { return 200 * (x - 0.47); });
    const auto lines = surfaceBorders(SurfaceField(frame), 2);
    REQUIRE(lines.size() == 1);
    double top = 1, bottom = 0;
    for (const QPointF& at : lines[0]) {
        CHECK(at.x() == Approx(0.47).margin(0.001));
        top = std::min(top, at.y());
        bottom = std::max(bottom, at.y());
    }
    CHECK(top == Approx(0).margin(1e-9));
    CHECK(bottom == Approx(1));
}

TEST_CASE("Three classes have their colours and two borders")
{
    Bench bench;
    const SurfaceFrame frame = thirds();
    const QImage image = surfaceImage(frame, {90, 90}, theme(), false);
    for (int cls = 0; cls < 3; ++cls) {
        const QColor shade = image.pixelColor(15 + 30 * cls, 45);
        int nearest = 0;
        for (int other = 1; other < 3; ++other)
            if (distance(shade.rgb(), theme().classGround(other)) < distance(shade.rgb(), theme().classGround(nearest)))
                nearest = other;
        CHECK(nearest == cls);
        CHECK(distance(shade.rgb(), theme().ground) > 20);
    }
    for (const QPolygonF& line : surfaceBorders(SurfaceField(frame), 3))
        for (const QPointF& at : line)
            CHECK(std::min(std::abs(at.x() - 1.0 / 3), std::abs(at.x() - 2.0 / 3)) < 0.01);
}

TEST_CASE("A regression surface runs over the sequential scale and has no border")
{
    Bench bench;
    const SurfaceFrame frame = frameOf(30, 1, [](double x, double) { return std::vector<double>{100 * x - 50}; });
    const QImage image = surfaceImage(frame, {100, 20}, theme());
    CHECK(distance(image.pixel(0, 10), theme().sequential(0)) <= 6);
    CHECK(distance(image.pixel(99, 10), theme().sequential(1)) <= 6);
    CHECK(surfaceBorders(SurfaceField(frame), 1).empty());
}

TEST_CASE("A diverged network's surface is grey and without a contour")
{
    Bench bench;
    const SurfaceFrame frame = frameOf(12, 2, [](double, double) {
        return std::vector<double>{std::nan(""), std::nan("")};
    });
    CHECK(distance(surfaceImage(frame, {40, 40}, theme()).pixel(20, 20), theme().line) == 0);
    CHECK(surfaceBorders(SurfaceField(frame), 2).empty());
    CHECK(answerAt(frame, 0.5, 0.5).cls == -2);
}

TEST_CASE("A surface whose numbers do not match its size is taken for none")
{
    Bench bench;
    SurfaceFrame frame = thirds();
    frame.values.pop_back();
    CHECK(SurfaceField(frame).empty());
    SurfacePlot plot;
    plot.resize(300, 300);
    const QImage before = shot(plot);
    plot.setFrame(frame);
    CHECK(shot(plot) == before);
}

TEST_CASE("What the network says at a place is its cell's most likely class")
{
    const SurfaceFrame frame = thirds();
    CHECK(answerAt(frame, 0.1, 0.9).cls == 0);
    CHECK(answerAt(frame, 0.9, 0.1).cls == 2);
    CHECK(answerAt(frame, 0.5, 0.5).value == Approx(0.9));
    CHECK(answerAt(frame, 1.5, 0.5).cls == -2);
}

TEST_CASE("The pointer finds the datum under it and the place in the features' units")
{
    Bench bench;
    SurfacePlot plot;
    plot.resize(352, 392);
    plot.setClasses({"moon", "sun"});
    SurfaceFrame frame = binary(20, [](double x, double) { return 20 * (x - 0.5); });
    frame.left = -2, frame.right = 2, frame.bottom = 10, frame.top = 30;
    plot.setFrame(frame);
    plot.setPoints({{-1, 15, 0, false}, {1, 25, 1, true}});
    plot.show();
    QSignalSpy spy(&plot, &SurfacePlot::hovered);
    int found = 0;
    for (int y = 0; y < plot.height(); y += 3)
        for (int x = 0; x < plot.width(); x += 3) {
            QTest::mouseMove(&plot, {x, y});
            QCoreApplication::processEvents();
        }
    for (const QList<QVariant>& hit : spy) {
        const double x = hit[0].toDouble(), y = hit[1].toDouble();
        CHECK((x >= -2 && x <= 2 && y >= 10 && y <= 30));
        if (const int point = hit[2].toInt(); point >= 0) {
            ++found;
            CHECK(x == Approx(point == 0 ? -1 : 1).margin(0.2));
            CHECK(y == Approx(point == 0 ? 15 : 25).margin(1));
        }
    }
    CHECK(found > 4);
}

TEST_CASE("Of very many marks those are painted that would be seen")
{
    const auto taken = [](std::size_t count, double square) {
        MarksInSight inSight(count, square);
        std::size_t painted = 0;
        for (std::size_t i = 0; i < count; ++i)
            painted += inSight.take({double(i % 300) - 20, double(i / 300 % 200) - 20}, int(i % 2), i % 4 < 2);
        return painted;
    };
    CHECK(taken(5000, 3) == 5000);
    const std::size_t squares = (300 / 3 + 1) * (200 / 3 + 2), kinds = 4;
    CHECK(taken(1'000'000, 3) <= squares * kinds);
    CHECK(taken(1'000'000, 3) >= (300 / 3) * (200 / 3));
}

TEST_CASE("Crowded points look the same where those that lie on others are left out")
{
    Bench bench;
    SurfacePlot plot;
    plot.resize(352, 392);
    plot.setClasses({"moon", "sun"});
    // Two solid fields with a gap between: the gap stays empty, the fields stay full.
    std::vector<SurfacePoint> points;
    for (int i = 0; i < 40000; ++i) {
        const double x = (i % 200) / 200.0, y = (i / 200) / 200.0;
        points.push_back({x < 0.5 ? 0.8 * x : 1 - 0.8 * (1 - x), y, x < 0.5 ? 0 : 1, false});
    }
    const QImage empty = shot(plot);
    plot.setPoints(points);
    const QImage full = shot(plot);
    const auto near = [&](int x, int y, const QColor& color) { return distance(full.pixel(x, y), color) < 60; };
    const int y = plot.height() / 2;
    int moons = 0, suns = 0, between = 0;
    for (int x = 0; x < plot.width(); ++x) {
        moons += near(x, y, theme().classColor(0));
        suns += near(x, y, theme().classColor(1));
        between += full.pixel(x, y) == empty.pixel(x, y);
    }
    CHECK(moons > 60);
    CHECK(suns > 60);
    CHECK(between > 30);
}

TEST_CASE("A new surface changes the picture, the same one does not; the theme changes it too")
{
    Bench bench;
    SurfacePlot plot;
    plot.resize(352, 392);
    plot.setEmptyText("Nothing yet.");
    const QImage empty = shot(plot);
    plot.setPoints({{0.2, 0.3, 0, false}, {0.7, 0.6, 1, true}});
    plot.setClasses({"a", "b"});
    const QImage points = shot(plot);
    CHECK(points != empty);
    plot.setFrame(binary(20, [](double x, double) { return 9 * (x - 0.5); }));
    const QImage first = shot(plot);
    CHECK(first != points);
    plot.setFrame(binary(20, [](double x, double) { return 9 * (x - 0.5); }));
    CHECK(shot(plot) == first);
    plot.setFrame(binary(20, [](double x, double) { return 9 * (x - 0.3); }));
    CHECK(shot(plot) != first);
    plot.clearFrame();
    CHECK(shot(plot) == points);
    ui::style::setTheme(Scheme::Dark);
    CHECK(shot(plot) != points);
}

TEST_CASE("A surface is exported as a picture of twice its size and as lines")
{
    Bench bench;
    SurfacePlot plot;
    plot.resize(300, 280);
    plot.setClasses({"moon", "sun"});
    plot.setFrame(binary(20, [](double x, double) { return 9 * (x - 0.5); }));
    tests::TempFolder folder;
    const QString png = QString::fromStdString((folder.path() / "s.png").string()),
                  svg = QString::fromStdString((folder.path() / "s.svg").string());
    REQUIRE(plot.savePng(png));
    CHECK(QImage(png).size() == QSize(600, 560));
    REQUIRE(plot.saveSvg(svg));
    QFile file(svg);
    REQUIRE(file.open(QIODevice::ReadOnly));
    const QByteArray text = file.readAll();
    CHECK(text.contains("<path"));
    CHECK(text.contains("moon"));
    CHECK_FALSE(plot.savePng(QString::fromStdString((folder.path() / "no" / "such" / "s.png").string())));
}

TEST_CASE("A keyframe is clicked, named for screen readers, and empty without a surface")
{
    Bench bench;
    MiniSurface mini;
    mini.resize(mini.sizeHint());
    const QImage empty = shot(mini);
    mini.setFrame(thirds());
    mini.setCaption("epoch 4");
    CHECK(mini.accessibleName().contains("epoch 4"));
    const QImage plain = shot(mini);
    CHECK(plain != empty);
    mini.setCheckable(true);
    mini.setChecked(true);
    CHECK(shot(mini) != plain);
    QSignalSpy clicks(&mini, &QAbstractButton::clicked);
    mini.show();
    QTest::mouseClick(&mini, Qt::LeftButton);
    CHECK(clicks.size() == 1);
}

}
