// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/plot_scene.h"
#include "ui/plots/series_buffer.h"
#include "ui/plots/smoothing.h"

#include <QLocale>
#include <QTextStream>

namespace ui::plots {

namespace {

QString exact(double value)
{
    return std::isfinite(value) ? QString::number(value, 'g', QLocale::FloatingPointShortest) : QString();
}

QString quoted(const QString& text)
{
    if (!text.contains(QLatin1Char(',')) && !text.contains(QLatin1Char('"')) && !text.contains(QLatin1Char('\n')))
        return text;
    return QLatin1Char('"') + QString(text).replace(QLatin1Char('"'), QLatin1String("\"\"")) + QLatin1Char('"');
}

/// The points that lie in view, without their neighbours.
Stretch inside(const PlotScene& scene, const CurveSource& source)
{
    Stretch points = visible(source, scene.x);
    points.first += points.size() && source.x(points.first) < scene.x.range.lo;
    points.last -= points.size() && source.x(points.last - 1) > scene.x.range.hi;
    return points;
}

void writeCurve(QTextStream& out, const PlotScene& scene, std::size_t c)
{
    const CurveSpec& spec = scene.curves[c];
    const SeriesBuffer& buffer = *spec.buffer;
    const Stretch points = inside(scene, scene.shapes[c].source);
    const bool smooth = spec.smoothed && scene.smoothing > 0;
    const QString start = quoted(scene.panels[std::size_t(spec.panel)].title) + QLatin1Char(',') + quoted(spec.run) +
                          QLatin1Char(',') + quoted(spec.label) + QLatin1Char(',');
    DebiasedAverage average(scene.smoothing);
    for (std::size_t i = smooth ? 0 : points.first; i < points.last; ++i) {
        const double value = buffer.value(i), mean = smooth ? average.next(value) : value;
        if (i < points.first)
            continue;
        const double step = buffer.step(i);
        out << start << exact(step) << ','
            << (spec.epochs              ? exact(spec.epochs->epochOf(step))
                : spec.stepsPerEpoch > 0 ? exact(step / spec.stepsPerEpoch)
                                         : QString())
            << ',' << QString::number(buffer.time(i), 'f', 3) << ',' << exact(value) << ','
            << (smooth ? exact(mean) : QString()) << '\n';
    }
}

}

std::size_t pointsInView(const PlotScene& scene)
{
    std::size_t count = 0;
    for (const PlotScene::Curve& shape : scene.shapes)
        if (shape.source.buffer)
            count += inside(scene, shape.source).size();
    return count;
}

void writeCsv(QTextStream& out, const PlotScene& scene)
{
    out << "panel,run,curve,step,epoch,time,value,smoothed\n";
    for (std::size_t c = 0; c < scene.shapes.size(); ++c)
        if (scene.curves[c].buffer && std::size_t(scene.curves[c].panel) < scene.panels.size())
            writeCurve(out, scene, c);
}

}
