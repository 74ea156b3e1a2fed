// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/stroke_raster.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace ui::plots {

namespace {

constexpr int samples = 4;   ///< a pixel column
constexpr int tileWidth = 16; ///< pixel columns
constexpr int whole = 256;   ///< cover of a pixel that is inside
constexpr float none = std::numeric_limits<float>::infinity();

/// Sixteen pixels of a row: source over destination with each pixel's own cover. The trip counts are constants, so that
/// the compiler makes vectors of them.
void blendRow(std::uint8_t* row, const std::int16_t* cover, const std::uint16_t* color, std::uint16_t alpha)
{
    std::uint16_t part[4 * tileWidth], rest[4 * tileWidth];
    for (int i = 0; i < 4 * tileWidth; ++i)
        part[i] = std::uint16_t(cover[i / 4]);
    for (int i = 0; i < 4 * tileWidth; ++i)
        rest[i] = std::uint16_t(whole - ((part[i] * alpha + 255) >> 8));
    for (int i = 0; i < 4 * tileWidth; ++i)
        row[i] = std::uint8_t((color[i] * part[i] + row[i] * rest[i] + 128) >> 8);
}

}

StrokeRaster::StrokeRaster(QImage& image, double pixelRatio, QPointF origin)
    : m_image(image), m_ratio(pixelRatio), m_origin(origin), m_upper(std::size_t(image.width()) * samples), m_lower(m_upper.size()),
      m_cover(std::size_t(image.height() + 2) * tileWidth)
{
}

void StrokeRaster::reset()
{
    std::fill(m_upper.begin(), m_upper.end(), none);
    std::fill(m_lower.begin(), m_lower.end(), -none);
    m_firstColumn = int(m_upper.size());
    m_lastColumn = -1;
}

void StrokeRaster::disc(double x, double y, double radius)
{
    const int from = std::max(0, int(std::ceil((x - radius) * samples - 0.5)));
    const int to = std::min(int(m_upper.size()) - 1, int(std::floor((x + radius) * samples - 0.5)));
    for (int i = from; i <= to; ++i) {
        const float dx = (float(i) + 0.5F) / samples - float(x);
        const float half = std::sqrt(std::max(0.0F, float(radius * radius) - dx * dx));
        m_upper[std::size_t(i)] = std::min(m_upper[std::size_t(i)], float(y) - half);
        m_lower[std::size_t(i)] = std::max(m_lower[std::size_t(i)], float(y) + half);
    }
    m_firstColumn = std::min(m_firstColumn, from);
    m_lastColumn = std::max(m_lastColumn, to);
}

/// The straight sides: at x the stroke reaches r √(1 + s²) up and down, as far as the foot points lie on the segment.
void StrokeRaster::segment(const QPointF& a, const QPointF& b, double radius)
{
    const double dx = b.x() - a.x(), dy = b.y() - a.y();
    if (dx <= 0) {
        // A wall: both ends' discs and all between them.
        const int from = std::max(0, int(std::ceil((a.x() - radius) * samples - 0.5)));
        const int to = std::min(int(m_upper.size()) - 1, int(std::floor((a.x() + radius) * samples - 0.5)));
        for (int i = from; i <= to; ++i) {
            m_upper[std::size_t(i)] = std::min(m_upper[std::size_t(i)], float(std::min(a.y(), b.y())));
            m_lower[std::size_t(i)] = std::max(m_lower[std::size_t(i)], float(std::max(a.y(), b.y())));
        }
        return;
    }
    const double slope = dy / dx, root = std::sqrt(1 + slope * slope), reach = radius * root, shift = radius * slope / root;
    const auto side = [&](double offset, double lean, std::vector<float>& edge, auto pick) {
        // The foot point of an edge point at x lies at x − lean; it must be on the segment.
        const int from = std::max(0, int(std::ceil((a.x() + lean) * samples - 0.5)));
        const int to = std::min(int(edge.size()) - 1, int(std::floor((b.x() + lean) * samples - 0.5)));
        const float start = float(a.y() + offset - slope * a.x());
        for (int i = from; i <= to; ++i) {
            const float y = start + float(slope) * ((float(i) + 0.5F) / samples);
            edge[std::size_t(i)] = pick(edge[std::size_t(i)], y);
        }
        m_firstColumn = std::min(m_firstColumn, from);
        m_lastColumn = std::max(m_lastColumn, to);
    };
    side(-reach, shift, m_upper, [](float x, float y) { return std::min(x, y); });
    side(reach, -shift, m_lower, [](float x, float y) { return std::max(x, y); });
}

void StrokeRaster::stroke(const Trace& line, double width, const QColor& color)
{
    reset();
    const double radius = std::max(0.35, width * m_ratio / 2);
    const double margin = radius + 1, right = m_image.width() + margin;
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
    reset();
    std::size_t hintA = 0, hintB = 0;
    for (std::size_t i = 0; i < m_upper.size(); ++i) {
        const double x = (double(i) + 0.5) / samples / m_ratio + m_origin.x();
        const double ya = valueOf(a, x, hintA), yb = valueOf(b, x, hintB);
        if (std::isnan(ya) || std::isnan(yb))
            continue;
        m_upper[i] = float((std::min(ya, yb) - m_origin.y()) * m_ratio);
        m_lower[i] = float((std::max(ya, yb) - m_origin.y()) * m_ratio);
        m_firstColumn = std::min(m_firstColumn, int(i));
        m_lastColumn = std::max(m_lastColumn, int(i));
    }
    paint(color);
}

void StrokeRaster::paint(const QColor& color)
{
    if (m_lastColumn < m_firstColumn)
        return;
    const int last = std::min((m_image.width() - 1) / tileWidth, m_lastColumn / samples / tileWidth);
    for (int tile = m_firstColumn / samples / tileWidth; tile <= last; ++tile) {
        int top = m_image.height(), bottom = -1;
        if (gather(tile, top, bottom))
            blend(tile, top, bottom, color);
    }
}

/// Adds up how the cover of the tile's columns changes from row to row; false if nothing is covered.
bool StrokeRaster::gather(int tile, int& top, int& bottom)
{
    const float height = float(m_image.height());
    const int from = tile * tileWidth * samples;
    const int to = std::min(int(m_upper.size()), from + tileWidth * samples);
    for (int i = from; i < to; ++i) {
        const float upper = std::max(0.0F, m_upper[std::size_t(i)]), lower = std::min(height, m_lower[std::size_t(i)]);
        if (!(upper < lower))
            continue;
        constexpr float weight = float(whole) / samples;
        const int first = int(upper), last = int(lower);
        const auto in = std::int16_t(std::lround((upper - float(first)) * weight));
        const auto out = std::int16_t(std::lround((lower - float(last)) * weight));
        std::int16_t* column = &m_cover[std::size_t((i - from) / samples)];
        column[first * tileWidth] += std::int16_t(whole / samples - in);
        column[(first + 1) * tileWidth] += in;
        column[last * tileWidth] -= std::int16_t(whole / samples - out);
        column[(last + 1) * tileWidth] -= out;
        top = std::min(top, first);
        bottom = std::max(bottom, std::min(last, m_image.height() - 1));
    }
    return bottom >= top;
}

void StrokeRaster::blend(int tile, int top, int bottom, const QColor& color)
{
    const QRgb premultiplied = qPremultiply(color.rgba());
    // 0 … 256, so that what is covered by an opaque colour leaves nothing of what was there.
    const auto alpha = std::uint16_t(qAlpha(premultiplied) + (qAlpha(premultiplied) >> 7));
    std::uint8_t pixel[4];
    std::memcpy(pixel, &premultiplied, 4);
    std::uint16_t source[4 * tileWidth];
    for (int i = 0; i < 4 * tileWidth; ++i)
        source[i] = pixel[i % 4];
    std::uint32_t solid[tileWidth];
    std::fill(std::begin(solid), std::end(solid), premultiplied);

    const int left = tile * tileWidth, width = std::min(tileWidth, m_image.width() - left);
    std::int16_t cover[tileWidth] = {};
    for (int y = top; y <= bottom; ++y) {
        std::int16_t* change = &m_cover[std::size_t(y) * tileWidth];
        int sum = 0, least = whole;
        for (int x = 0; x < tileWidth; ++x) {
            cover[x] = std::int16_t(cover[x] + change[x]);
            change[x] = 0;
            sum += cover[x];
            least = std::min<int>(least, cover[x]);
        }
        if (sum == 0)
            continue;
        std::uint8_t* row = m_image.scanLine(y) + 4 * left;
        if (least == whole && alpha == whole && width == tileWidth) {
            std::memcpy(row, solid, sizeof solid);
        } else if (width == tileWidth) {
            blendRow(row, cover, source, alpha);
        } else {
            std::uint8_t copy[4 * tileWidth] = {};
            std::memcpy(copy, row, std::size_t(4 * width));
            blendRow(copy, cover, source, alpha);
            std::memcpy(row, copy, std::size_t(4 * width));
        }
    }
    // What was added below the last row of this tile.
    for (int y = bottom + 1; y <= std::min(bottom + 2, m_image.height() + 1); ++y)
        std::fill_n(&m_cover[std::size_t(y) * tileWidth], tileWidth, std::int16_t(0));
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
