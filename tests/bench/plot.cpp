// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/plot.h"

#include "ui/plots/live_plot.h"
#include "ui/plots/series_buffer.h"
#include "ui/style/theme.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QPixmap>

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace {

constexpr int curves = 10, repeats = 9;
constexpr std::size_t points = 10'000'000;
const QSize window(1280, 800);

/// A falling loss with a broad noise; the same at every run.
double lossAt(int curve, std::size_t step, std::size_t of)
{
    std::uint64_t x = step * 0x9E3779B97F4A7C15ULL + std::uint64_t(curve) * 0xBF58476D1CE4E5B9ULL;
    x ^= x >> 31;
    x *= 0x94D049BB133111EBULL;
    const double noise = double(x >> 11) / 9007199254740992.0 - 0.5;
    const double t = double(step) / double(of);
    return (0.1 + 0.05 * curve + 2.0 / (1 + 40 * t)) * (1 + 0.8 * noise);
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

template <class Redraw>
double medianOf(Redraw redraw)
{
    redraw();
    std::vector<double> times;
    for (int i = 0; i < repeats; ++i) {
        QElapsedTimer timer;
        timer.start();
        redraw();
        times.push_back(double(timer.nsecsElapsed()) / 1e6);
    }
    return median(times);
}

double ours()
{
    std::vector<ui::plots::SeriesBuffer> buffers(curves);
    std::vector<ui::plots::CurveSpec> specs(curves);
    for (int c = 0; c < curves; ++c) {
        for (std::size_t i = 0; i < points; ++i)
            buffers[std::size_t(c)].append(double(i), lossAt(c, i, points), 1.7e9 + 0.001 * double(i));
        specs[std::size_t(c)].buffer = &buffers[std::size_t(c)];
        specs[std::size_t(c)].label = QStringLiteral("layers.%1").arg(c);
        specs[std::size_t(c)].color = c;
        specs[std::size_t(c)].smoothed = true;
        specs[std::size_t(c)].line = c == 0   ? ui::plots::Line::Training
                                     : c == 1 ? ui::plots::Line::Validation
                                              : ui::plots::Line::Plain;
    }
    ui::plots::LivePlot plot;
    plot.setPanels({{QStringLiteral("Loss"), QStringLiteral("cross-entropy"), true}});
    plot.setCurves(specs);
    plot.resize(window);
    plot.refreshNow();

    QPixmap picture(window);
    double worst = 0;
    for (const double smoothing : {0.0, 0.9}) {
        plot.setSmoothing(smoothing);
        for (double width = double(points); width >= 10; width /= 4) {
            plot.showSteps(0.37 * double(points) - 0.37 * width, 0.37 * double(points) + 0.63 * width);
            const double time = medianOf([&] {
                plot.refreshNow();
                plot.render(&picture);
            });
            std::fprintf(stderr, "  %11.0f steps in view, smoothing %.1f: %.2f ms\n", width, smoothing, time);
            worst = std::max(worst, time);
        }
    }
    return worst;
}

/// QCustomPlot as it comes, with a tenth of the points.
double peer()
{
    QCustomPlot plot;
    plot.resize(window);
    plot.setViewport(QRect(QPoint(), window));
    for (int c = 0; c < curves; ++c) {
        QVector<QCPGraphData> data;
        for (std::size_t i = 0; i < points / 10; ++i)
            data.append(QCPGraphData(double(i), lossAt(c, i, points / 10)));
        plot.addGraph();
        plot.graph(c)->setPen(QPen(ui::style::theme().run(c)));
        plot.graph(c)->data()->set(data, true);
    }
    plot.rescaleAxes();
    QPixmap picture(window);
    return medianOf([&] {
        plot.replot(QCustomPlot::rpQueuedRefresh);
        plot.render(&picture);
    });
}

}

int runPlotBench(bool json)
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    int argc = 1;
    char name[] = "descent-bench";
    char* argv[] = {name, nullptr};
    QApplication app(argc, argv);
    ui::style::setTheme(ui::style::Scheme::Light);
    const double mine = ours(), theirs = peer();
    if (json)
        std::printf("{\"redraw_ms\": %.3f, \"peer_redraw_ms\": %.3f, \"ratio\": %.4f}\n", mine, theirs, mine / theirs);
    else
        std::printf("plot\n  redraw_ms  %.2f\n  peer_redraw_ms  %.2f\n  ratio  %.3f\n", mine, theirs, mine / theirs);
    return 0;
}
