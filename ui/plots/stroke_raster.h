// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QImage>
#include <QPointF>

#include <cstdint>
#include <vector>

namespace ui::plots {

/// A line in pixels whose x never decreases; a point whose y is NaN is a gap.
using Trace = std::vector<QPointF>;

/// Paints curves of one value per x, antialiased, into a premultiplied ARGB32 image: some twenty times as fast as a general
/// stroker at the widths of a plot. A stroke with round joins of such a curve covers at each x one interval, from the lowest
/// to the highest point of the discs along it; the intervals are taken at four places a pixel column and their exact
/// cover of the rows is added up, sixteen columns at a time.
class StrokeRaster {
public:
    /// The image must outlive the raster. `origin` is its upper left corner in the coordinates of the curves, `pixelRatio`
    /// its pixels a unit of them.
    explicit StrokeRaster(QImage& image, double pixelRatio = 1, QPointF origin = {});

    void stroke(const Trace& line, double width, const QColor& color);
    /// The area between two curves where both are.
    void fillBetween(const Trace& a, const Trace& b, const QColor& color);

private:
    void reset();
    void disc(double x, double y, double radius);
    void segment(const QPointF& a, const QPointF& b, double radius);
    void paint(const QColor& color);
    bool gather(int tile, int& top, int& bottom);
    void blend(int tile, int top, int bottom, const QColor& color);

    QImage& m_image;
    double m_ratio;
    QPointF m_origin;
    int m_firstColumn = 0, m_lastColumn = -1;  ///< columns touched, in samples
    std::vector<float> m_upper, m_lower;       ///< the interval at each sample, in rows; empty: upper > lower
    std::vector<std::int16_t> m_cover;         ///< change of cover by row, sixteen columns
};

/// y of the curve at x, between its points; NaN outside or in a gap. `hint` is where the last search ended.
double valueOf(const Trace& line, double x, std::size_t& hint);

}
