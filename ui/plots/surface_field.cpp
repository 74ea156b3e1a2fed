// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/surface_field.h"

#include "ui/plots/contour.h"

#include <algorithm>
#include <cmath>

namespace ui::plots {

namespace {

constexpr float largest = 30; ///< log-odds beyond this look and interpolate the same

float logOf(float probability)
{
    return std::isnan(probability) ? probability : std::log(std::max(probability, 1e-13F));
}

/// The class ahead at a node, and how far before the next.
void rank(const float* cell, int depth, int& best, float& margin)
{
    best = 0;
    for (int k = 1; k < depth; ++k)
        if (cell[k] > cell[best])
            best = k;
    float second = -HUGE_VALF;
    for (int k = 0; k < depth; ++k)
        if (k != best)
            second = std::max(second, cell[k]);
    margin = cell[best] - second;
}

/// Lines of a grid of nodes, laid into the unit square with y downwards.
void append(std::vector<QPolygonF>& lines, const std::vector<float>& nodes, int columns, int rows)
{
    for (QPolygonF& line : contours(nodes, columns, rows, 0)) {
        for (QPointF& at : line)
            at = {(at.x() - 0.5) / (columns - 1), 1 - (at.y() - 0.5) / (rows - 1)};
        lines.push_back(std::move(line));
    }
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
                      : classes == 2
                          ? std::clamp(logOf(frame.values[2 * i + 1]) - logOf(frame.values[2 * i]), -largest, largest)
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
            const double u =
                std::clamp(double(c) * field.width() / (columns - 1) - 0.5, 0.0, double(field.width() - 1));
            const int left = std::min(int(u), std::max(0, field.width() - 2)),
                      right = std::min(left + 1, field.width() - 1);
            for (int k = 0; k < depth; ++k) {
                const float a = line[std::size_t(left * depth + k)], b = line[std::size_t(right * depth + k)];
                nodes[std::size_t((r * columns + c) * depth + k)] = a + (b - a) * float(u - left);
            }
        }
    }
    std::vector<QPolygonF> lines;
    if (depth == 1) {
        append(lines, nodes, columns, rows);
        return lines;
    }
    std::vector<int> best(std::size_t(columns * rows));
    std::vector<float> margin(best.size()), ahead(best.size());
    for (std::size_t i = 0; i < best.size(); ++i)
        rank(nodes.data() + i * std::size_t(depth), depth, best[i], margin[i]);
    for (int k = 0; k < depth; ++k) {
        for (std::size_t i = 0; i < ahead.size(); ++i)
            ahead[i] = best[i] == k ? margin[i]
                                    : nodes[i * std::size_t(depth) + std::size_t(k)] -
                                          nodes[i * std::size_t(depth) + std::size_t(best[i])];
        append(lines, ahead, columns, rows);
    }
    return lines;
}

SurfaceAnswer answerAt(const core::events::SurfaceFrame& frame, double x, double y)
{
    if (frame.values.empty() || !(frame.left < frame.right) || !(frame.bottom < frame.top) || x < frame.left ||
        x > frame.right || y < frame.bottom || y > frame.top)
        return {};
    const auto cellOf = [](double share, std::int64_t cells) {
        return std::clamp<std::int64_t>(std::int64_t(share * double(cells)), 0, cells - 1);
    };
    const std::int64_t column = cellOf((x - frame.left) / (frame.right - frame.left), frame.width);
    const std::int64_t row = cellOf((y - frame.bottom) / (frame.top - frame.bottom), frame.height);
    const auto begin = frame.values.begin() + (row * frame.width + column) * frame.classes;
    if (std::any_of(begin, begin + frame.classes, [](float v) { return std::isnan(v); }))
        return {};
    const auto best = std::max_element(begin, begin + frame.classes);
    return {frame.classes == 1 ? -1 : int(best - begin), double(*best)};
}

}
