// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/stroke_raster.h"

#include "ui/plots/cover_blend.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace ui::plots {

namespace {

constexpr int tileWidth = 16; ///< pixel columns
constexpr float none = std::numeric_limits<float>::infinity();

}

StrokeRaster::StrokeRaster(QImage& image, double pixelRatio, QPointF origin)
    : m_ratio(pixelRatio),
      m_origin(origin),
      m_width(image.width()),
      m_height(image.height()),
      m_bits(image.bits()),
      m_stride(image.bytesPerLine()),
      m_cover(std::size_t(m_height + 2) * tileWidth),
      m_pixels(std::size_t(m_height) * tileWidth)
{
}

StrokeRaster::~StrokeRaster()
{
    finish();
}

void StrokeRaster::begin(int samples, const QColor& color)
{
    m_samples = samples;
    m_count = m_width * samples;
    const std::size_t at = m_uppers.size();
    m_uppers.resize(at + std::size_t(m_count), none);
    m_lowers.resize(at + std::size_t(m_count), -none);
    m_upper = m_uppers.data() + at;
    m_lower = m_lowers.data() + at;
    m_firstSample = m_count;
    m_lastSample = -1;
    m_layers.push_back({qPremultiply(color.rgba()), samples, at, m_count, -1});
}

/// The samples whose middles lie in [from, to].
std::pair<int, int> StrokeRaster::reach(double from, double to)
{
    // Rounding by truncation: what is left of the picture is cut to its edge anyway.
    const int first = std::max(0, int(from * m_samples + 0.5));
    const int last = std::min(m_count, int(to * m_samples + 0.5)) - 1;
    m_firstSample = std::min(m_firstSample, first);
    m_lastSample = std::max(m_lastSample, last);
    return {first, last};
}

void StrokeRaster::disc(double x, double y, double radius)
{
    const auto [first, last] = reach(x - radius, x + radius);
    const float step = 1.0F / float(m_samples), square = float(radius * radius), middle = float(y);
    float dx = (float(first) + 0.5F) * step - float(x);
    for (int i = first; i <= last; ++i, dx += step) {
        const float half = std::sqrt(std::max(0.0F, square - dx * dx));
        m_upper[i] = std::min(m_upper[i], middle - half);
        m_lower[i] = std::max(m_lower[i], middle + half);
    }
}

/// The straight sides: at x the stroke reaches r √(1 + s²) up and down, as far as the foot points lie on the segment.
void StrokeRaster::segment(const QPointF& a, const QPointF& b, double radius)
{
    const double dx = b.x() - a.x(), dy = b.y() - a.y();
    if (dx <= 0) {
        // A wall: both ends' discs and all between them.
        const auto [first, last] = reach(a.x() - radius, a.x() + radius);
        const float top = float(std::min(a.y(), b.y())), bottom = float(std::max(a.y(), b.y()));
        for (int i = first; i <= last; ++i) {
            m_upper[i] = std::min(m_upper[i], top);
            m_lower[i] = std::max(m_lower[i], bottom);
        }
        return;
    }
    const double slope = dy / dx, root = std::sqrt(1 + slope * slope), shift = radius * slope / root;
    // The foot point of an edge point at x lies at x − lean; it must be on the segment.
    const auto side = [&](double offset, double lean, float* edge, auto pick) {
        const auto [first, last] = reach(a.x() + lean, b.x() + lean);
        const double step = slope / m_samples;
        double y = a.y() + offset + slope * ((first + 0.5) / m_samples - a.x());
        for (int i = first; i <= last; ++i, y += step)
            edge[i] = pick(edge[i], float(y));
    };
    side(-radius * root, shift, m_upper, [](float x, float y) { return std::min(x, y); });
    side(radius * root, -shift, m_lower, [](float x, float y) { return std::max(x, y); });
}

void StrokeRaster::stroke(const Trace& line, double width, const QColor& color, bool fine)
{
    const bool dense = isDense(line);
    begin(fine ? (dense ? 2 : 4) : (dense ? 1 : 2), color);
    const double radius = std::max(0.35, width * m_ratio / 2);
    !fine&& line.size() > std::size_t(m_width) ? band(line, radius) : curve(line, radius);
    m_layers.back().first = m_firstSample;
    m_layers.back().last = m_lastSample;
}

/// Where points are many, edges are rough anyway, and fewer places a column are enough.
bool StrokeRaster::isDense(const Trace& line) const
{
    return 2 * line.size() > std::size_t(m_width);
}

void StrokeRaster::curve(const Trace& line, double radius)
{
    const double margin = radius + 1, right = m_width + margin;
    bool begun = false;
    QPointF previous;
    for (const QPointF& point : line) {
        if (std::isnan(point.y())) {
            begun = false;
            continue;
        }
        const QPointF p = (point - m_origin) * m_ratio;
        if (begun && previous.x() < right && p.x() > -margin)
            segment(previous, p, radius);
        if (p.x() > -margin && p.x() < right)
            disc(p.x(), p.y(), radius);
        previous = p;
        begun = true;
    }
}

/// A line with several points in most columns: from the highest to the lowest of each column. Between two columns that
/// have no row in common both reach half of the way.
void StrokeRaster::band(const Trace& line, double radius)
{
    const auto rows = float(radius);
    int column = -2;
    QPointF previous;
    for (const QPointF& point : line) {
        if (std::isnan(point.y())) {
            column = -2;
            continue;
        }
        const QPointF p = (point - m_origin) * m_ratio;
        const int here = int(std::floor(std::clamp(p.x(), -1.0, double(m_width))));
        if (column >= -1 && here > column + 1)
            segment(previous, p, radius);
        previous = p;
        const bool next = here == column + 1 && column >= 0;
        column = here;
        if (here < 0 || here >= m_width)
            continue;
        const float y = float(p.y());
        m_upper[here] = std::min(m_upper[here], y - rows);
        m_lower[here] = std::max(m_lower[here], y + rows);
        m_firstSample = std::min(m_firstSample, here);
        m_lastSample = std::max(m_lastSample, here);
        if (!next)
            continue;
        if (const float low = m_lower[here - 1], high = m_upper[here]; low < high)
            m_lower[here - 1] = m_upper[here] = (low + high) / 2;
        else if (const float top = m_upper[here - 1], bottom = m_lower[here]; bottom < top)
            m_upper[here - 1] = m_lower[here] = (top + bottom) / 2;
    }
}

void StrokeRaster::fillBetween(const Trace& a, const Trace& b, const QColor& color)
{
    begin(isDense(a) || isDense(b) ? 1 : 4, color);
    std::size_t hintA = 0, hintB = 0;
    for (int i = 0; i < m_count; ++i) {
        const double x = (double(i) + 0.5) / m_samples / m_ratio + m_origin.x();
        const double ya = valueOf(a, x, hintA), yb = valueOf(b, x, hintB);
        if (std::isnan(ya) || std::isnan(yb))
            continue;
        m_upper[i] = float((std::min(ya, yb) - m_origin.y()) * m_ratio);
        m_lower[i] = float((std::max(ya, yb) - m_origin.y()) * m_ratio);
        m_firstSample = std::min(m_firstSample, i);
        m_lastSample = std::max(m_lastSample, i);
    }
    m_layers.back().first = m_firstSample;
    m_layers.back().last = m_lastSample;
}

void StrokeRaster::finish()
{
    for (int tile = 0; tile * tileWidth < m_width; ++tile) {
        m_top = m_height;
        m_bottom = -1;
        for (const Layer& layer : m_layers) {
            int top = m_height, bottom = -1;
            if (!gather(layer, tile, top, bottom))
                continue;
            fetch(tile, top, bottom);
            blend(tile, top, bottom, layer.color);
        }
        store(tile);
    }
    m_layers.clear();
    m_uppers.clear();
    m_lowers.clear();
}

/// Adds up how the cover of the tile's columns changes from row to row; false if nothing is covered.
bool StrokeRaster::gather(const Layer& layer, int tile, int& top, int& bottom)
{
    const float height = float(m_height), weight = float(wholeCover) / float(layer.samples);
    const int begin = tile * tileWidth * layer.samples, share = wholeCover / layer.samples;
    const int from = std::max(begin, layer.first);
    const int to = std::min({m_width * layer.samples, begin + tileWidth * layer.samples, layer.last + 1});
    const float *uppers = m_uppers.data() + layer.at, *lowers = m_lowers.data() + layer.at;
    for (int i = from; i < to; ++i) {
        const float upper = std::max(0.0F, uppers[i]), lower = std::min(height, lowers[i]);
        if (!(upper < lower))
            continue;
        const int first = int(upper), last = int(lower);
        const int in = int((upper - float(first)) * weight + 0.5F), out = int((lower - float(last)) * weight + 0.5F);
        std::int16_t* column = &m_cover[std::size_t((i - begin) / layer.samples)];
        std::int16_t* start = column + std::ptrdiff_t(first) * tileWidth;
        std::int16_t* end = column + std::ptrdiff_t(last) * tileWidth;
        start[0] = std::int16_t(start[0] + share - in);
        start[tileWidth] = std::int16_t(start[tileWidth] + in);
        end[0] = std::int16_t(end[0] - share + out);
        end[tileWidth] = std::int16_t(end[tileWidth] - out);
        top = std::min(top, first);
        bottom = std::max(bottom, last);
    }
    bottom = std::min(bottom, m_height - 1);
    return bottom >= top;
}

/// Copies rows of the tile's columns out of the image, those that are not there yet.
void StrokeRaster::fetch(int tile, int top, int bottom)
{
    const std::size_t bytes = sizeof(QRgb) * std::size_t(std::min(tileWidth, m_width - tile * tileWidth));
    const auto rows = [&](int from, int to) {
        for (int y = from; y <= to; ++y)
            std::memcpy(&m_pixels[std::size_t(y) * tileWidth],
                        m_bits + std::ptrdiff_t(y) * m_stride + std::ptrdiff_t(sizeof(QRgb)) * tile * tileWidth, bytes);
    };
    if (m_bottom < m_top) {
        rows(top, bottom);
        m_top = top;
        m_bottom = bottom;
        return;
    }
    rows(top, m_top - 1);
    rows(m_bottom + 1, bottom);
    m_top = std::min(m_top, top);
    m_bottom = std::max(m_bottom, bottom);
}

void StrokeRaster::store(int tile)
{
    const std::size_t bytes = sizeof(QRgb) * std::size_t(std::min(tileWidth, m_width - tile * tileWidth));
    for (int y = m_top; y <= m_bottom; ++y)
        std::memcpy(m_bits + std::ptrdiff_t(y) * m_stride + std::ptrdiff_t(sizeof(QRgb)) * tile * tileWidth,
                    &m_pixels[std::size_t(y) * tileWidth], bytes);
}

void StrokeRaster::blend(int tile, int top, int bottom, QRgb color)
{
    const int columns = std::min(tileWidth, m_width - tile * tileWidth);
    for (int part = 0; part < columns; part += 8)
        blendColumns({reinterpret_cast<std::uint8_t*>(&m_pixels[std::size_t(top) * tileWidth + std::size_t(part)]),
                      std::ptrdiff_t(sizeof(QRgb)) * tileWidth, 8, bottom - top + 1},
                     &m_cover[std::size_t(top) * tileWidth + std::size_t(part)], tileWidth, color);
    // Also what was added below the last row of this tile.
    const int rows = std::min(bottom + 3, m_height + 2) - top;
    std::fill_n(&m_cover[std::size_t(top) * tileWidth], rows * tileWidth, std::int16_t(0));
}

double valueOf(const Trace& line, double x, std::size_t& hint)
{
    if (line.size() < 2 || x < line.front().x() || x > line.back().x())
        return std::numeric_limits<double>::quiet_NaN();
    if (hint >= line.size() || line[hint].x() > x)
        hint = 0;
    while (hint + 2 < line.size() && line[hint + 1].x() < x)
        ++hint;
    const QPointF &a = line[hint], &b = line[hint + 1];
    const double dx = b.x() - a.x();
    return dx <= 0 ? b.y() : a.y() + (b.y() - a.y()) * (x - a.x()) / dx;
}

}
