// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/curve_shape.h"
#include "ui/plots/route.h"
#include "ui/plots/view_window.h"

#include <QColor>
#include <QImage>
#include <QRectF>
#include <QStringList>

#include <vector>

class QPainter;
class QTextStream;

namespace ui::style {
struct Theme;
}

namespace ui::plots {

/// What a LivePlot shows and where: plain values that the functions below compute in this order and paint. The widget
/// wires them to QCustomPlot's axes and layers; a test reads them.
struct PlotScene {
    // What was asked for.
    std::vector<PanelSpec> panels;
    std::vector<CurveSpec> curves;
    std::vector<MarkSpec> marks;
    XAxis xAxis = XAxis::Step;
    bool logX = false, gaps = true, legend = true;
    double smoothing = 0;
    double now = std::numeric_limits<double>::infinity();
    int lit = -1;
    int routePanel = -1;
    Route route; ///< steps to come of `routePanel`, as they will be or as a hand holds them
    int routePoint = -1;
    double ahead = 0; ///< the x axis reaches this step, whether a curve does or not
    QString emptyText;
    ViewWindow window;
    std::vector<ViewWindow> panelWindows;

    // What follows from it.
    struct Panel {
        QRectF area; ///< inside the axes; whole pixels
        Range data;  ///< what the curves in view need
        AxisMap y;
        std::vector<Tick> ticks;
        mutable QImage canvas; ///< memory for the curves' pixels, kept from one painting to the next
    };
    struct Curve {
        CurveSource source;
        Trace values; ///< as drawn, in the units of the axes
        Trace line;   ///< as drawn, in pixels
        Trace raw;    ///< behind a smoothed one, in pixels
    };
    struct EndLabel {
        int curve = 0;
        QRectF area;
        QString name, value; ///< without a name: the value stands in the curve's colour
    };
    struct MarkLabel {
        int mark = 0;
        double x = 0, top = 0;
        QRectF area; ///< empty: no room
        bool onLeft = false;
    };
    Range xData;
    AxisMap x;
    std::vector<Tick> xTicks;
    std::vector<Panel> places;
    std::vector<Curve> shapes;
    std::vector<EndLabel> endLabels;
    std::vector<MarkLabel> markLabels;
    QRectF legendArea;
    bool empty = true;

    int panelAt(const QPointF& position) const;
    /// The first curve that knows its steps an epoch; 0 if none does.
    double stepsPerEpoch() const;
    /// That curve's epochs, where they change their length.
    const EpochAxis* epochs() const;
    double xOfStep(double step) const;
    double stepOfX(double x) const;
    /// The value of curve `i` at `x`: of the smoothed line if it is one, else of the nearest point, between distant
    /// points as the line is drawn; NaN where it has none.
    double valueAt(int i, double x) const;
    QColor color(int curve, const style::Theme& theme) const;
    QColor textColor(int curve, const style::Theme& theme) const;
    double width(int curve, const style::Theme& theme) const;
    /// Pairs of training and validation curve whose gap is shaded.
    std::vector<std::pair<int, int>> gapPairs() const;
    /// Lower and upper side of each band.
    std::vector<std::pair<int, int>> bands() const;
    bool hasBand(const QString& run) const;
    bool severalRuns() const;
    QString format(int panel, double value) const;
};

/// Ranges, areas and ticks for a widget of `size`.
void layOut(PlotScene& scene, const QSizeF& size, const style::Theme& theme);
/// The curves' traces for that lay-out, then the places of labels and marks.
void shapeCurves(PlotScene& scene, double pixelRatio);
void placeLabels(PlotScene& scene, const QSizeF& size, const style::Theme& theme);

/// Gaps, raw and drawn lines, clipped to their panels. With `vector` as lines a file format can hold, else as pixels.
void paintCurves(QPainter& painter, const PlotScene& scene, const style::Theme& theme, bool vector);
/// Titles, legend, marks, labels at the lines' ends, thresholds, the greyed future.
void paintNames(QPainter& painter, const PlotScene& scene, const style::Theme& theme);
void paintFuture(QPainter& painter, const PlotScene& scene, const style::Theme& theme);
void paintMarks(QPainter& painter, const PlotScene& scene, const style::Theme& theme);
void paintEndLabels(QPainter& painter, const PlotScene& scene, const style::Theme& theme);
void paintHandles(QPainter& painter, const PlotScene& scene, const style::Theme& theme);
/// The line ahead and its points.
void paintRoute(QPainter& painter, const PlotScene& scene, const style::Theme& theme);
/// Steps and values of the panel with the route ↔ pixels.
RouteMap routeMap(const PlotScene& scene);
/// The crosshair at `step` with its chip; `panel` is the one that the pointer is in, -1: the first.
void paintCursor(QPainter& painter, const PlotScene& scene, const style::Theme& theme, double step, int panel,
                 const QSizeF& size);

/// Heading of the chip and its lines (`training  0.08221`) at `step`.
QStringList describeAt(const PlotScene& scene, double step);
/// One row a point in view, `panel,run,curve,step,epoch,time,value,smoothed`.
void writeCsv(QTextStream& out, const PlotScene& scene);
/// How many rows that would be.
std::size_t pointsInView(const PlotScene& scene);

}
