// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/stroke_raster.h"

#include "ui/plots/cover_blend.h"

#include <algorithm>
#include <cmath>
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
      m_cover(std::size_t(m_height + 2) * tileWidth)
{
}

void StrokeRaster::reset(int samples)
{
    m_samples = samples;
    m_upper.assign(std::size_t(m_width) * std::size_t(m_samples), none);
    m_lower.assign(m_upper.size(), -none);
    m_firstSample = int(m_upper.size());
    m_lastSample = -1;
}

/// The samples whose middles lie in [from, to].
std::pair<int, int> StrokeRaster::reach(double from, double to)
{
    // Rounding by truncation: what is left of the picture is cut to its edge anyway.
    const int first = std::max(0, int(from * m_samples + 0.5));
    const int last = std::min(int(m_upper.size()), int(to * m_samples + 0.5)) - 1;
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
        m_upper[std::size_t(i)] = std::min(m_upper[std::size_t(i)], middle - half);
        m_lower[std::size_t(i)] = std::max(m_lower[std::size_t(i)], middle + half);
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
            m_upper[std::size_t(i)] = std::min(m_upper[std::size_t(i)], top);
            m_lower[std::size_t(i)] = std::max(m_lower[std::size_t(i)], bottom);
        }
        return;
    }
    const double slope = dy / dx, root = std::sqrt(1 + slope * slope), shift = radius * slope / root;
    // The foot point of an edge point at x lies at x − lean; it must be on the segment.
    const auto side = [&](double offset, double lean, std::vector<float>& edge, auto pick) {
        const auto [first, last] = reach(a.x() + lean, b.x() + lean);
        const double step = slope / m_samples;
        double y = a.y() + offset + slope * ((first + 0.5) / m_samples - a.x());
        for (int i = first; i <= last; ++i, y += step)
            edge[std::size_t(i)] = pick(edge[std::size_t(i)], float(y));
    };
    side(-radius * root, shift, m_upper, [](float x, float y) { return std::min(x, y); });
    side(radius * root, -shift, m_lower, [](float x, float y) { return std::max(x, y); });
}

void StrokeRaster::stroke(const Trace& line, double width, const QColor& color, bool fine)
{
    // Where points are many, edges are rough anyway.
    const bool dense = line.size() > std::size_t(m_width);
    reset(fine ? (dense ? 2 : 4) : (dense ? 1 : 2));
    const double radius = std::max(0.35, width * m_ratio / 2);
    const double margin = radius + 1, right = m_width + margin;
    const QPointF* before = nullptr;
    QPointF previous;
    for (const QPointF& point : line) {
        if (std::isnan(point.y())) {
            before = nullptr;
            continue;
        }
        const QPointF p = (point - m_origin) * m_ratio;
        if (before && previous.x() < right && p.x() > -margin)
            segment(previous, p, radius);
        if (p.x() > -margin && p.x() < right)
            disc(p.x(), p.y(), radius);
        previous = p;
        before = &point;
    }
    paint(color);
}

void StrokeRaster::fillBetween(const Trace& a, const Trace& b, const QColor& color)
{
    reset(4);
    std::size_t hintA = 0, hintB = 0;
    for (std::size_t i = 0; i < m_upper.size(); ++i) {
        const double x = (double(i) + 0.5) / m_samples / m_ratio + m_origin.x();
        const double ya = valueOf(a, x, hintA), yb = valueOf(b, x, hintB);
        if (std::isnan(ya) || std::isnan(yb))
            continue;
        m_upper[i] = float((std::min(ya, yb) - m_origin.y()) * m_ratio);
        m_lower[i] = float((std::max(ya, yb) - m_origin.y()) * m_ratio);
        m_firstSample = std::min(m_firstSample, int(i));
        m_lastSample = std::max(m_lastSample, int(i));
    }
    paint(color);
}

void StrokeRaster::paint(const QColor& color)
{
    if (m_lastSample < m_firstSample)
        return;
    const int last = std::min((m_width - 1) / tileWidth, m_lastSample / m_samples / tileWidth);
    for (int tile = m_firstSample / m_samples / tileWidth; tile <= last; ++tile) {
        int top = m_height, bottom = -1;
        if (gather(tile, top, bottom))
            blend(tile, top, bottom, color);
    }
}

/// Adds up how the cover of the tile's columns changes from row to row; false if nothing is covered.
bool StrokeRaster::gather(int tile, int& top, int& bottom)
{
    const float height = float(m_height), weight = float(wholeCover) / float(m_samples);
    const int from = tile * tileWidth * m_samples, share = wholeCover / m_samples;
    const int to = std::min(int(m_upper.size()), from + tileWidth * m_samples);
    for (int i = from; i < to; ++i) {
        const float upper = std::max(0.0F, m_upper[std::size_t(i)]), lower = std::min(height, m_lower[std::size_t(i)]);
        if (!(upper < lower))
            continue;
        const int first = int(upper), last = int(lower);
        const int in = int((upper - float(first)) * weight + 0.5F), out = int((lower - float(last)) * weight + 0.5F);
        std::int16_t* column = &m_cover[std::size_t((i - from) / m_samples)];
        std::int16_t* begin = column + std::ptrdiff_t(first) * tileWidth;
        std::int16_t* end = column + std::ptrdiff_t(last) * tileWidth;
        begin[0] = std::int16_t(begin[0] + share - in);
        begin[tileWidth] = std::int16_t(begin[tileWidth] + in);
        end[0] = std::int16_t(end[0] - share + out);
        end[tileWidth] = std::int16_t(end[tileWidth] - out);
        top = std::min(top, first);
        bottom = std::max(bottom, last);
    }
    bottom = std::min(bottom, m_height - 1);
    return bottom >= top;
}

void StrokeRaster::blend(int tile, int top, int bottom, const QColor& color)
{
    const QRgb premultiplied = qPremultiply(color.rgba());
    const int left = tile * tileWidth;
    for (int part = 0; part < tileWidth && left + part < m_width; part += 8)
        blendColumns({m_bits + std::ptrdiff_t(top) * m_stride + 4 * (left + part), m_stride,
                      std::min(8, m_width - left - part), bottom - top + 1},
                     &m_cover[std::size_t(top) * tileWidth + std::size_t(part)], tileWidth, premultiplied);
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
