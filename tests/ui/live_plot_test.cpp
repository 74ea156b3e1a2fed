// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/window.h"

#include "ui/plots/live_plot.h"
#include "ui/plots/plot_scene.h"
#include "ui/plots/series_buffer.h"
#include "ui/plots/smoothing.h"
#include "ui/style/theme.h"

#include <QAction>
#include <QFile>
#include <QMenu>
#include <QSignalSpy>
#include <QWheelEvent>
#include <QXmlStreamReader>

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

namespace tests::live_plot_test {

using namespace ui::plots;
using tests::application;

namespace {

/// A run of 1 000 steps, 50 an epoch: loss and accuracy of training and validation.
struct Run {
    SeriesBuffer trainLoss, validationLoss, trainAccuracy, validationAccuracy;

    explicit Run(int steps = 1000)
    {
        for (int s = 0; s < steps; ++s) {
            const double e = s / 50.0;
            trainLoss.append(s, std::exp(-e / 4) + 0.05 + (s % 2 ? 0.02 : -0.02), 1.7e9 + s);
            trainAccuracy.append(s, 1 - 0.5 * std::exp(-e / 2), 1.7e9 + s);
            if (s % 50 == 0) {
                validationLoss.append(s, std::exp(-e / 4) + 0.3 + 0.01 * e, 1.7e9 + s);
                validationAccuracy.append(s, 0.9 - 0.4 * std::exp(-e / 2), 1.7e9 + s);
            }
        }
    }

    std::vector<CurveSpec> curves(const QString& name = QStringLiteral("moons-0001"), int color = 0) const
    {
        std::vector<CurveSpec> specs;
        for (const auto& [panel, buffer, line] :
             {std::tuple{0, &trainLoss, Line::Training}, std::tuple{0, &validationLoss, Line::Validation},
              std::tuple{1, &trainAccuracy, Line::Training}, std::tuple{1, &validationAccuracy, Line::Validation}}) {
            CurveSpec spec;
            spec.panel = panel;
            spec.buffer = buffer;
            spec.label = line == Line::Training ? QStringLiteral("training") : QStringLiteral("validation");
            spec.color = color;
            spec.line = line;
            spec.run = name;
            spec.smoothed = line == Line::Training && panel == 0;
            spec.stepsPerEpoch = 50;
            specs.push_back(spec);
        }
        return specs;
    }
};

std::vector<PanelSpec> twoPanels()
{
    PanelSpec loss, accuracy;
    loss.title = QStringLiteral("Loss");
    loss.logY = true;
    loss.weight = 2;
    accuracy.title = QStringLiteral("Accuracy");
    accuracy.format = ValueFormat::Percent;
    return {loss, accuracy};
}

struct Shown {
    Run run;
    LivePlot plot;

    explicit Shown(int steps = 1000) : run((application(), steps))
    {
        ui::style::setTheme(ui::style::Scheme::Light);
        plot.setPanels(twoPanels());
        plot.setCurves(run.curves());
        plot.resize(640, 480);
        plot.show();
        plot.refreshNow();
    }

    QWidget* canvas() const { return plot.childAt(plot.rect().center()); }
    QRectF area(int panel = 0) const { return plot.scene().places[std::size_t(panel)].area; }
    QPoint at(double share, double height = 0.5, int panel = 0) const
    {
        return (area(panel).topLeft() + QPointF(share * area(panel).width(), height * area(panel).height())).toPoint();
    }
    void wheel(QPoint at, int notches, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
    {
        QWheelEvent event(at, canvas()->mapToGlobal(at), {}, {0, 120 * notches}, Qt::NoButton, modifiers,
                          Qt::NoScrollPhase, false);
        QApplication::sendEvent(canvas(), &event);
        plot.refreshNow();
    }
    /// Presses, moves in steps and lets go.
    void drag(QPoint from, QPoint to, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
    {
        QTest::mousePress(canvas(), Qt::LeftButton, modifiers, from);
        for (const double t : {0.3, 0.7, 1.0}) {
            const QPointF place = QPointF(from) + t * QPointF(to - from);
            QMouseEvent event(QEvent::MouseMove, place, canvas()->mapToGlobal(place), Qt::LeftButton, Qt::LeftButton,
                              modifiers);
            QApplication::sendEvent(canvas(), &event);
        }
        QTest::mouseRelease(canvas(), Qt::LeftButton, modifiers, to);
        plot.refreshNow();
    }
    Range x() const { return plot.scene().x.range; }
};

QString plain(QString text)
{
    return text.replace(QChar(0x2009), QLatin1Char(' ')).replace(QChar(0x00A0), QLatin1Char(' '));
}

}

TEST_CASE("everything is in view at first, and the panels share one x axis")
{
    const Shown shown;
    CHECK(shown.x() == Range{0, 1000});
    CHECK(shown.area(0).left() == shown.area(1).left());
    CHECK(shown.area(0).right() == shown.area(1).right());
    CHECK(shown.area(0).bottom() < shown.area(1).top());
    CHECK(shown.area(0).height() == Approx(2 * shown.area(1).height()).margin(2));
    const PlotScene& scene = shown.plot.scene();
    CHECK(scene.places[0].y.range.lo <= scene.shapes[0].values.back().y());
    CHECK(scene.places[1].y.range.hi >= 1);
}

TEST_CASE("axes have names at their ticks and lines")
{
    Shown shown;
    const QImage picture = shown.plot.grab().toImage();
    const auto inked = [&](const QRect& area) {
        int count = 0;
        for (int y = area.top(); y <= area.bottom(); ++y)
            for (int x = area.left(); x <= area.right(); ++x)
                count += picture.pixelColor(x, y) != ui::style::theme().ground;
        return count;
    };
    for (int panel = 0; panel < 2; ++panel) {
        const QRect area = shown.area(panel).toRect();
        CHECK(inked({0, area.top(), area.left() - 4, area.height() - 4}) > 80);
        CHECK(inked({area.left(), area.top(), 1, area.height()}) >= area.height() - 1);
        CHECK(inked({area.right() + 4, area.top(), picture.width() - area.right() - 5, area.height()}) > 80);
    }
    const QRect last = shown.area(1).toRect();
    CHECK(inked({last.left(), last.bottom() + 4, last.width(), picture.height() - last.bottom() - 5}) > 200);
}

TEST_CASE("the wheel zooms about the pointer, with Ctrl along y, and a double click shows everything again")
{
    Shown shown;
    const Range y = shown.plot.scene().places[1].y.range;
    const double before = shown.plot.scene().x.value(shown.at(0.3).x());
    shown.wheel(shown.at(0.3), 3);
    CHECK(shown.x().span() == Approx(1000 * 0.512).epsilon(0.01));
    CHECK(shown.plot.scene().x.value(shown.at(0.3).x()) == Approx(before).epsilon(0.01));

    const double span = shown.plot.scene().places[1].y.range.span();
    shown.wheel(shown.at(0.3, 0.5, 1), 2, Qt::ControlModifier);
    CHECK(shown.plot.scene().places[1].y.range.span() == Approx(0.64 * span));
    CHECK(shown.x().span() == Approx(1000 * 0.512).epsilon(0.01));

    QTest::mouseDClick(shown.canvas(), Qt::LeftButton, {}, shown.at(0.5));
    shown.plot.refreshNow();
    CHECK(shown.x() == Range{0, 1000});
    CHECK(shown.plot.scene().places[1].y.range == y);
}

TEST_CASE("dragging with Shift zooms into the rectangle, dragging without pans")
{
    Shown shown;
    const double left = shown.plot.scene().x.value(shown.at(0.2).x()),
                 right = shown.plot.scene().x.value(shown.at(0.6).x());
    shown.drag(shown.at(0.2, 0.2), shown.at(0.6, 0.8), Qt::ShiftModifier);
    CHECK(shown.x().lo == Approx(left).margin(3));
    CHECK(shown.x().hi == Approx(right).margin(3));
    CHECK(shown.plot.scene().places[0].y.range.hi < shown.plot.scene().places[0].data.hi);

    const Range before = shown.x();
    shown.drag(shown.at(0.5), shown.at(0.75));
    CHECK(shown.x().span() == Approx(before.span()).epsilon(1e-6));
    CHECK(shown.x().lo == Approx(before.lo - 0.25 * before.span()).margin(3));
}

TEST_CASE("the crosshair says every curve's value as it is drawn")
{
    Shown shown;
    QSignalSpy moved(&shown.plot, &LivePlot::cursorMoved);
    const QPoint place = shown.at(0.5);
    QTest::mouseMove(shown.canvas(), place);
    REQUIRE(moved.size() >= 1);
    const double step = moved.last()[0].toDouble();
    CHECK(step == Approx(shown.plot.scene().x.value(place.x())).margin(1));

    const QStringList lines = shown.plot.valuesAt(500);
    CHECK(plain(lines[0]).toStdString() == "step 500, epoch 10");
    CHECK(plain(lines[1]) ==
          QStringLiteral("Loss · training: ") + plain(ui::style::number(shown.run.trainLoss.value(500))));
    CHECK(plain(lines[2]) ==
          QStringLiteral("Loss · validation: ") + plain(ui::style::number(shown.run.validationLoss.value(10))));
    CHECK(plain(lines[3]) ==
          QStringLiteral("Loss · gap: ") +
              plain(ui::style::number(shown.run.validationLoss.value(10) - shown.run.trainLoss.value(500))));
    CHECK(plain(lines[4]).startsWith(QStringLiteral("Accuracy · training: 99.7 %")));

    shown.plot.setSmoothing(0.9);
    shown.plot.showSteps(400, 600);
    shown.plot.refreshNow();
    std::vector<double> values;
    for (std::size_t i = 0; i < 1000; ++i)
        values.push_back(shown.run.trainLoss.value(i));
    CHECK(plain(shown.plot.valuesAt(500)[1]) ==
          QStringLiteral("Loss · training: ") + plain(ui::style::number(smoothed(values, 0.9)[500])));
}

TEST_CASE("between two evaluations the drawn line counts")
{
    Shown shown;
    const double a = shown.run.validationLoss.value(4), b = shown.run.validationLoss.value(5);
    CHECK(shown.plot.scene().valueAt(1, 225) == Approx((a + b) / 2));
    CHECK(std::isnan(shown.plot.scene().valueAt(1, 980)));
    CHECK(std::isnan(shown.plot.scene().valueAt(1, -40)));
}

TEST_CASE("steps, epochs and seconds are three ways to see the same curves")
{
    Shown shown;
    shown.plot.setXAxis(XAxis::Epoch);
    shown.plot.refreshNow();
    CHECK(shown.x() == Range{0, 20});
    CHECK(plain(shown.plot.valuesAt(500)[0]).toStdString() == "epoch 10, step 500");
    shown.plot.setXAxis(XAxis::Time);
    shown.plot.refreshNow();
    CHECK(shown.x().hi == Approx(999));
    shown.plot.showSteps(100, 200);
    shown.plot.refreshNow();
    CHECK(shown.x().lo == Approx(100).margin(0.01));
    CHECK(shown.x().hi == Approx(200).margin(0.01));
}

TEST_CASE("logarithmic axes live with zeros, negative values and steps from 0")
{
    Shown shown;
    SeriesBuffer bad;
    for (int i = 0; i < 3000; ++i)
        bad.append(i,
                   i % 5 == 0   ? 0
                   : i % 5 == 1 ? -3
                   : i % 5 == 2 ? std::numeric_limits<double>::quiet_NaN()
                                : 0.2,
                   i);
    SeriesBuffer never;
    never.append(0, -1, 0);
    for (const SeriesBuffer* buffer : {&bad, &never}) {
        std::vector<CurveSpec> curves = shown.run.curves();
        curves[0].buffer = buffer;
        shown.plot.setCurves(curves);
        for (const bool log : {true, false}) {
            shown.plot.setLogX(log);
            shown.plot.setSmoothing(log ? 0.8 : 0);
            shown.plot.setLogY(1, log);
            shown.plot.refreshNow();
            CHECK(shown.plot.grab().size() == QSize(640, 480));
            CHECK((!log || shown.x().lo > 0));
            for (const PlotScene::Panel& place : shown.plot.scene().places)
                CHECK(place.y.range.lo < place.y.range.hi);
        }
    }
    shown.plot.setCurves({});
    shown.plot.refreshNow();
    CHECK(shown.plot.scene().empty);
}

TEST_CASE("names at the line ends never overlap and stay inside the widget")
{
    Shown shown;
    std::vector<Run> runs(7);
    std::vector<CurveSpec> all;
    for (std::size_t r = 0; r < runs.size(); ++r)
        for (CurveSpec spec : runs[r].curves(QStringLiteral("moons-%1").arg(r), int(r)))
            all.push_back(spec);
    for (const auto& curves : {shown.run.curves(), all})
        for (const QSize size : {QSize(640, 480), QSize(1200, 300), QSize(300, 260)}) {
            shown.plot.setCurves(curves);
            shown.plot.resize(size);
            shown.plot.refreshNow();
            const auto& labels = shown.plot.scene().endLabels;
            // A small plot has no margin for them.
            CHECK(labels.empty() == (size.width() < 320));
            for (std::size_t i = 0; i < labels.size(); ++i) {
                CHECK(labels[i].area.top() >= 0);
                CHECK(labels[i].area.bottom() <= size.height());
                for (std::size_t k = 0; k < i; ++k)
                    CHECK_FALSE(labels[i].area.adjusted(0.01, 0.01, -0.01, -0.01).intersects(labels[k].area));
            }
        }
}

TEST_CASE("marks are named once, beside their lines, clear of each other")
{
    Shown shown;
    shown.plot.setMarks({{MarkSpec::Kind::Edit, 300, QStringLiteral("lr 0.1 → 0.01")},
                         {MarkSpec::Kind::Best, 450, QStringLiteral("best"), QStringLiteral("epoch 9"), 1},
                         {MarkSpec::Kind::EarlyStop, 520, QStringLiteral("early stop"), QStringLiteral("epoch 10"), 1},
                         {MarkSpec::Kind::Finding, 5000, QStringLiteral("not in view")}});
    shown.plot.refreshNow();
    const auto& labels = shown.plot.scene().markLabels;
    REQUIRE(labels.size() == 3);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        REQUIRE_FALSE(labels[i].area.isEmpty());
        CHECK(shown.area().contains(labels[i].area));
        CHECK(labels[i].top <= labels[i].area.top());
        for (std::size_t k = 0; k < labels.size(); ++k) {
            if (k == i)
                continue;
            CHECK_FALSE(labels[i].area.intersects(labels[k].area));
            // No other mark's line goes through the name.
            const bool through = labels[k].x > labels[i].area.left() && labels[k].x < labels[i].area.right() &&
                                 labels[k].top < labels[i].area.bottom();
            CHECK_FALSE(through);
        }
    }
}

TEST_CASE("a plot is redrawn for new points only, and its newest step stays in view")
{
    Shown shown;
    shown.plot.showSteps(900, 1000);
    shown.plot.refreshNow();
    for (int s = 1000; s < 1200; ++s)
        shown.run.trainLoss.append(s, 0.1, 1.7e9 + s);
    shown.plot.refresh();
    REQUIRE(tests::spinUntil([&] { return shown.x().hi > 1190; }, 5));
    CHECK(shown.x().span() == Approx(100).margin(2));
    shown.plot.setFollowLive(false);
    shown.plot.showSteps(0, 100);
    shown.plot.refreshNow();
    CHECK(shown.x() == Range{0, 100});
}

TEST_CASE("keys move the crosshair, zoom and reset")
{
    Shown shown;
    QSignalSpy moved(&shown.plot, &LivePlot::cursorMoved), left(&shown.plot, &LivePlot::cursorLeft);
    shown.plot.showCursor(400);
    CHECK(moved.isEmpty());
    QTest::keyClick(&shown.plot, Qt::Key_Right);
    REQUIRE(moved.size() == 1);
    const double one = moved.last()[0].toDouble();
    CHECK((one > 400 && one <= 405));
    QTest::keyClick(&shown.plot, Qt::Key_Left, Qt::ShiftModifier);
    CHECK(moved.last()[0].toDouble() < 400);
    QTest::keyClick(&shown.plot, Qt::Key_Plus);
    shown.plot.refreshNow();
    CHECK(shown.x().span() == Approx(500));
    QTest::keyClick(&shown.plot, Qt::Key_Minus);
    QTest::keyClick(&shown.plot, Qt::Key_Minus);
    QTest::keyClick(&shown.plot, Qt::Key_Home);
    shown.plot.refreshNow();
    CHECK(shown.x() == Range{0, 1000});
    QTest::keyClick(&shown.plot, Qt::Key_Escape);
    CHECK(left.size() == 1);
}

TEST_CASE("a threshold is dragged where it stands")
{
    Shown shown;
    std::vector<PanelSpec> panels = twoPanels();
    panels[1].handle = HandleSpec{0.8};
    shown.plot.setPanels(panels);
    shown.plot.refreshNow();
    QSignalSpy moved(&shown.plot, &LivePlot::handleMoved);
    const double from = shown.plot.scene().places[1].y.pixel(0.8);
    shown.drag({shown.at(0.5).x(), int(from)}, {shown.at(0.5).x(), int(from) - 12});
    REQUIRE(moved.size() >= 2);
    CHECK(moved.last()[0].toInt() == 1);
    CHECK(moved.last()[1].toDouble() > 0.8);
    CHECK(moved.last()[2].toBool());
    CHECK_FALSE(moved.first()[2].toBool());
}

TEST_CASE("exported drawings are valid and hold what is named; numbers are those in view")
{
    Shown shown;
    const tests::TempFolder folder;
    const auto path = [&](const char* name) { return QString::fromStdString((folder.path() / name).string()); };
    shown.plot.showSteps(100, 110);
    shown.plot.setSmoothing(0.5);
    shown.plot.refreshNow();

    REQUIRE(shown.plot.saveSvg(path("plot.svg")));
    QFile svg(path("plot.svg"));
    REQUIRE(svg.open(QIODevice::ReadOnly));
    QXmlStreamReader xml(&svg);
    QString text;
    int paths = 0;
    while (!xml.atEnd())
        if (xml.readNext() == QXmlStreamReader::StartElement) {
            paths += xml.name() == QLatin1String("path") || xml.name() == QLatin1String("polyline");
            if (xml.name() == QLatin1String("text"))
                text += xml.readElementText();
        }
    CHECK_FALSE(xml.hasError());
    CHECK(paths > 4);
    CHECK(text.contains(QStringLiteral("Accuracy")));

    REQUIRE(shown.plot.savePng(path("plot.png")));
    CHECK(QImage(path("plot.png")).size() == QSize(1280, 960));

    REQUIRE(shown.plot.saveCsv(path("plot.csv")));
    const QStringList rows = shown.plot.csv().trimmed().split(QLatin1Char('\n'));
    CHECK(rows[0].toStdString() == "panel,run,curve,step,epoch,time,value,smoothed");
    // Eleven steps of each training curve, one evaluation of each validation curve.
    CHECK(rows.size() == 1 + 2 * 11 + 2);
    const QStringList cells = rows[1].split(QLatin1Char(','));
    CHECK(cells[0].toStdString() == "Loss");
    CHECK(cells[1].toStdString() == "moons-0001");
    CHECK(cells[3].toDouble() == 100);
    CHECK(cells[4].toDouble() == 2);
    CHECK(cells[6].toDouble() == shown.run.trainLoss.value(100));
    CHECK(cells[7].toDouble() != cells[6].toDouble());

    const auto refused = shown.plot.savePng(QStringLiteral("/no/such/folder/plot.png"));
    REQUIRE_FALSE(refused);
    CHECK_FALSE(refused.error().advice.empty());
}

TEST_CASE("the menu switches axes and tells who listens")
{
    Shown shown;
    QSignalSpy switched(&shown.plot, &LivePlot::logYChanged);
    QContextMenuEvent event(QContextMenuEvent::Mouse, shown.at(0.5, 0.5, 1),
                            shown.plot.mapToGlobal(shown.at(0.5, 0.5, 1)));
    QApplication::sendEvent(&shown.plot, &event);
    auto* menu = shown.plot.findChild<QMenu*>();
    REQUIRE(menu);
    bool found = false;
    for (QAction* action : menu->actions())
        if (action->text().startsWith(QStringLiteral("Accuracy"))) {
            action->trigger();
            found = true;
        }
    REQUIRE(found);
    CHECK(shown.plot.logY(1));
    CHECK(switched.size() == 1);
    menu->close();
}

TEST_CASE("new themes, presenter's scale and tiny sizes leave nothing broken")
{
    Shown shown;
    for (const auto& [scheme, scale] :
         {std::pair{ui::style::Scheme::Dark, 1.0}, std::pair{ui::style::Scheme::Light, 1.6}})
        for (const QSize size : {QSize(640, 480), QSize(60, 40), QSize(1, 1), QSize(1600, 900)}) {
            ui::style::setTheme(scheme, scale);
            shown.plot.resize(size);
            shown.plot.refreshNow();
            shown.plot.showCursor(500);
            const QImage picture = shown.plot.grab().toImage();
            CHECK(picture.size() == size);
            if (size.width() > 100)
                CHECK(picture.pixelColor(2, size.height() - 3) == ui::style::theme().ground);
        }
    ui::style::setTheme(ui::style::Scheme::Light);
}

}
