// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/surface_field.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace ui::plots {

namespace {

constexpr float largest = 30; ///< log-odds beyond this look and interpolate the same

float logOf(float probability) { return std::isnan(probability) ? probability : std::log(std::max(probability, 1e-13F)); }

/// The crossings of one field, each on an edge of the node grid, and how they hang together.
class Lines {
public:
    Lines(const std::vector<float>& f, int columns, int rows)
        : m_f(f), m_columns(columns), m_rows(rows), m_next(std::size_t(2 * columns * rows), {-1, -1})
    {
        for (int r = 0; r + 1 < rows; ++r)
            for (int c = 0; c + 1 < columns; ++c)
                cross(c, r);
    }

    std::vector<QPolygonF> walk()
    {
        std::vector<QPolygonF> lines;
        // Open lines from their ends first; what is left are rings.
        for (const bool open : {true, false})
            for (const int edge : m_edges)
                if (const auto& next = m_next[std::size_t(edge)]; next[0] >= 0 && (!open || next[1] < 0))
                    lines.push_back(follow(edge, !open));
        return lines;
    }

private:
    float at(int c, int r) const { return m_f[std::size_t(r * m_columns + c)]; }
    int across(int c, int r) const { return 2 * (r * m_columns + c); }
    int along(int c, int r) const { return across(c, r) + 1; }

    void cross(int c, int r)
    {
        const float a = at(c, r), b = at(c + 1, r), d = at(c + 1, r + 1), e = at(c, r + 1);
        const int sides = int(a > 0) | int(b > 0) << 1 | int(d > 0) << 2 | int(e > 0) << 3;
        if (sides == 0 || sides == 15 || !std::isfinite(a + b + d + e))
            return;
        const int bottom = across(c, r), right = along(c + 1, r), top = across(c, r + 1), left = along(c, r);
        switch (sides) {
        case 1: case 14: join(left, bottom); break;
        case 2: case 13: join(bottom, right); break;
        case 4: case 11: join(right, top); break;
        case 8: case 7: join(top, left); break;
        case 3: case 12: join(left, right); break;
        case 6: case 9: join(bottom, top); break;
        default:
            // A saddle: the middle decides which corners hang together.
            if ((a + b + d + e > 0) == (sides == 5)) {
                join(left, top);
                join(bottom, right);
            } else {
                join(left, bottom);
                join(right, top);
            }
        }
    }

    void join(int one, int other)
    {
        for (const auto& [from, to] : {std::pair{one, other}, std::pair{other, one}}) {
            auto& next = m_next[std::size_t(from)];
            if (next[0] < 0) {
                next[0] = to;
                m_edges.push_back(from);
            } else {
                next[1] = to;
            }
        }
    }

    QPointF place(int edge) const
    {
        const int node = edge / 2, c = node % m_columns, r = node / m_columns;
        const bool upward = edge % 2 == 1;
        const double from = at(c, r), to = upward ? at(c, r + 1) : at(c + 1, r), share = from / (from - to);
        const double x = c + (upward ? 0 : share), y = r + (upward ? share : 0);
        return {x / (m_columns - 1), 1 - y / (m_rows - 1)};
    }

    QPolygonF follow(int edge, bool ring)
    {
        QPolygonF line;
        const int first = edge;
        while (edge >= 0) {
            line << place(edge);
            auto& next = m_next[std::size_t(edge)];
            int to = -1;
            for (const int candidate : next)
                if (to < 0 && candidate >= 0 && m_next[std::size_t(candidate)][0] >= 0)
                    to = candidate;
            next = {-1, -1};
            edge = to;
        }
        if (ring)
            line << place(first);
        return line;
    }

    const std::vector<float>& m_f;
    int m_columns, m_rows;
    std::vector<std::array<int, 2>> m_next;
    std::vector<int> m_edges;
};

/// How far cell `k` leads before the best other one.
float lead(const float* cell, int depth, int k)
{
    float other = -HUGE_VALF;
    for (int i = 0; i < depth; ++i)
        if (i != k)
            other = std::max(other, cell[i]);
    return cell[k] - other;
}

}

SurfaceField::SurfaceField(const core::events::SurfaceFrame& frame)
{
    const std::int64_t cells = frame.width * frame.height, classes = frame.classes;
    if (frame.width < 1 || frame.height < 1 || classes < 1 || std::int64_t(frame.values.size()) != cells * classes)
        return;
    m_width = int(frame.width);
    m_height = int(frame.height);
    m_depth = classes == 2 ? 1 : int(classes);
    m_values.resize(std::size_t(cells * m_depth));
    for (std::size_t i = 0; i < m_values.size(); ++i)
        m_values[i] = classes == 1 ? frame.values[i]
            : classes == 2         ? std::clamp(logOf(frame.values[2 * i + 1]) - logOf(frame.values[2 * i]), -largest, largest)
                                   : logOf(frame.values[i]);
}

void SurfaceField::row(double v, std::vector<float>& out) const
{
    const double place = std::clamp(v, 0.0, double(m_height - 1));
    const int low = std::min(int(place), std::max(0, m_height - 2)), high = std::min(low + 1, m_height - 1);
    const float share = float(place - low);
    const std::size_t length = std::size_t(m_width * m_depth);
    const float* a = m_values.data() + std::size_t(low) * length;
    const float* b = m_values.data() + std::size_t(high) * length;
    out.resize(length);
    for (std::size_t i = 0; i < length; ++i)
        out[i] = a[i] + (b[i] - a[i]) * share;
}

std::vector<QPolygonF> zeroLines(const std::vector<float>& f, int columns, int rows)
{
    if (columns < 2 || rows < 2 || f.size() != std::size_t(columns * rows))
        return {};
    return Lines(f, columns, rows).walk();
}

std::vector<QPolygonF> surfaceBorders(const SurfaceField& field, std::int64_t classes)
{
    if (field.empty() || classes < 2)
        return {};
    // Nodes lie closer than cells, so that a line bends inside a cell as the colours do, and reach the very edge.
    const int columns = std::clamp(3 * field.width(), 2, 256) + 1, rows = std::clamp(3 * field.height(), 2, 256) + 1;
    const int depth = field.depth();
    std::vector<float> nodes(std::size_t(columns * rows * depth)), line;
    for (int r = 0; r < rows; ++r) {
        field.row(double(r) * field.height() / (rows - 1) - 0.5, line);
        for (int c = 0; c < columns; ++c) {
            const double u = std::clamp(double(c) * field.width() / (columns - 1) - 0.5, 0.0, double(field.width() - 1));
            const int left = std::min(int(u), std::max(0, field.width() - 2)), right = std::min(left + 1, field.width() - 1);
            for (int k = 0; k < depth; ++k) {
                const float a = line[std::size_t(left * depth + k)], b = line[std::size_t(right * depth + k)];
                nodes[std::size_t((r * columns + c) * depth + k)] = a + (b - a) * float(u - left);
            }
        }
    }
    if (depth == 1)
        return zeroLines(nodes, columns, rows);
    std::vector<QPolygonF> lines;
    std::vector<float> ahead(std::size_t(columns * rows));
    for (int k = 0; k < depth; ++k) {
        for (std::size_t i = 0; i < ahead.size(); ++i)
            ahead[i] = lead(nodes.data() + i * std::size_t(depth), depth, k);
        for (QPolygonF& border : zeroLines(ahead, columns, rows))
            lines.push_back(std::move(border));
    }
    return lines;
}

SurfaceAnswer answerAt(const core::events::SurfaceFrame& frame, double x, double y)
{
    if (frame.values.empty() || !(frame.left < frame.right) || !(frame.bottom < frame.top) || x < frame.left || x > frame.right
        || y < frame.bottom || y > frame.top)
        return {};
    const auto cellOf = [](double share, std::int64_t cells) { return std::clamp<std::int64_t>(std::int64_t(share * double(cells)), 0, cells - 1); };
    const std::int64_t column = cellOf((x - frame.left) / (frame.right - frame.left), frame.width);
    const std::int64_t row = cellOf((y - frame.bottom) / (frame.top - frame.bottom), frame.height);
    const auto begin = frame.values.begin() + (row * frame.width + column) * frame.classes;
    if (std::any_of(begin, begin + frame.classes, [](float v) { return std::isnan(v); }))
        return {};
    const auto best = std::max_element(begin, begin + frame.classes);
    return {frame.classes == 1 ? -1 : int(best - begin), double(*best)};
}

}
