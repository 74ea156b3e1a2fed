// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QImage>
#include <QPointF>

#include <cstdint>
#include <utility>
#include <vector>

namespace ui::plots {

/// A line in pixels whose x never decreases; a point whose y is NaN is a gap.
using Trace = std::vector<QPointF>;

/// Paints curves of one value per x, antialiased, into a premultiplied ARGB32 image: some twenty times as fast as a
/// general stroker at the widths of a plot. A stroke with round joins of such a curve covers at each x one interval,
/// from the lowest to the highest point of the discs along it; the intervals are taken at up to four places a pixel
/// column and their exact cover of the rows is added up, sixteen columns at a time. Sixteen columns get all layers
/// before the next sixteen: the pixels are then read from memory and written to it only once.
class StrokeRaster {
public:
    /// The image must outlive the raster. `origin` is its upper left corner in the coordinates of the curves,
    /// `pixelRatio` its pixels a unit of them.
    explicit StrokeRaster(QImage& image, double pixelRatio = 1, QPointF origin = {});
    /// Finishes.
    ~StrokeRaster();
    StrokeRaster(const StrokeRaster&) = delete;
    StrokeRaster& operator=(const StrokeRaster&) = delete;

    /// `fine` false is enough for what is faint: edges are then smooth from row to row only.
    void stroke(const Trace& line, double width, const QColor& color, bool fine = true);
    /// The area between two curves where both are.
    void fillBetween(const Trace& a, const Trace& b, const QColor& color);
    /// Lays what was stroked and filled since the last time on the image, the first at the bottom.
    void finish();

private:
    /// A colour and where it goes: the samples [first, last] have intervals, from `at` on in the two edges.
    struct Layer {
        QRgb color;
        int samples; ///< places a pixel column
        std::size_t at;
        int first, last;
    };
    void begin(int samples, const QColor& color);
    std::pair<int, int> reach(double from, double to);
    void disc(double x, double y, double radius);
    void segment(const QPointF& a, const QPointF& b, double radius);
    bool isDense(const Trace& line) const;
    void band(const Trace& line, double radius);
    void curve(const Trace& line, double radius);
    bool gather(const Layer& layer, int tile, int& top, int& bottom);
    void fetch(int tile, int top, int bottom);
    void blend(int tile, int top, int bottom, QRgb color);
    void store(int tile);

    double m_ratio;
    QPointF m_origin;
    int m_width, m_height;
    std::uint8_t* m_bits;
    std::ptrdiff_t m_stride;
    std::vector<Layer> m_layers;
    int m_samples = 4, m_count = 0;               ///< of the layer that is being made: places a column and in all
    int m_firstSample = 0, m_lastSample = -1;     ///< touched so far
    float *m_upper = nullptr, *m_lower = nullptr; ///< its intervals, in rows; empty: upper > lower
    std::vector<float> m_uppers, m_lowers;
    std::vector<std::int16_t> m_cover; ///< change of cover by row, sixteen columns
    std::vector<QRgb> m_pixels;        ///< of the same columns
    int m_top = 0, m_bottom = -1;      ///< rows of them that are in use
};

/// y of the curve at x, between its points; NaN outside or in a gap. `hint` is where the last search ended.
double valueOf(const Trace& line, double x, std::size_t& hint);

}
