// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/epoch_axis.h"
#include "ui/plots/plot_specs.h"
#include "ui/plots/stroke_raster.h"
#include "ui/plots/ticks.h"

#include <cmath>

namespace ui::plots {

/// Values ↔ pixels along one axis.
struct AxisMap {
    Range range;
    double from = 0, to = 1; ///< pixels of range.lo and range.hi
    bool log = false;

    double share(double value) const
    {
        return log ? std::log(value / range.lo) / std::log(range.hi / range.lo) : (value - range.lo) / range.span();
    }
    double pixel(double value) const { return from + (to - from) * share(value); }
    double value(double pixel) const
    {
        const double t = (pixel - from) / (to - from);
        return log ? range.lo * std::pow(range.hi / range.lo, t) : range.lo + t * range.span();
    }
};

/// A buffer seen along one of the x axes.
struct CurveSource {
    const SeriesBuffer* buffer = nullptr;
    XAxis axis = XAxis::Step;
    double stepsPerEpoch = 1;
    const EpochAxis* epochs = nullptr; ///< instead of `stepsPerEpoch`

    double x(std::size_t i) const;
    /// The first point not left of `x`; the buffer's size if there is none.
    std::size_t lowerBound(double x) const;
    double xOfStep(double step) const;
    double stepOf(double x) const;

private:
    double epochOf(double step) const { return epochs ? epochs->epochOf(step) : step / stepsPerEpoch; }
    double ofEpoch(double epoch) const { return epochs ? epochs->stepOf(epoch) : epoch * stepsPerEpoch; }
};

/// The points [first, last) that a view needs: those in it and one on either side.
struct Stretch {
    std::size_t first = 0, last = 0;
    std::size_t size() const { return last - first; }
};
Stretch visible(const CurveSource& source, const AxisMap& x);

/// The curve in the units of its axes, at most four points a pixel column: all of them where there are few, else each
/// column's smallest and largest value in the order that makes the shorter way. `positive` leaves out values not above
/// 0.
Trace decimated(const CurveSource& source, const AxisMap& x, double pixelRatio, bool positive, bool stairs);

/// The same smoothed: exact (TensorBoard's average of all points) while points are about one a pixel column, else the
/// average runs over the means of 2ⁿ points, so that the weight means the same on the screen however long the run is.
/// Blocks are counted from the first point: dragging does not make the curve shimmer.
Trace smoothedTrace(const CurveSource& source, const AxisMap& x, double pixelRatio, double weight);

/// In pixels; what has no place on a logarithmic axis becomes a gap.
Trace mapped(const Trace& values, const AxisMap& x, const AxisMap& y);

}
