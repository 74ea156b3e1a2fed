// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/contour.h"

#include <cmath>
#include <cstdint>
#include <unordered_map>

namespace ui::plots {

namespace {

/// An edge of the grid: between a node and the next one to the right (even) or above (odd).
using Edge = std::int64_t;

struct Grid {
    const std::vector<float>& values;
    int width, height;
    float level;

    float at(int x, int y) const { return values[std::size_t(y) * std::size_t(width) + std::size_t(x)] - level; }
    Edge across(int x, int y) const { return 2 * (Edge(y) * width + x); }
    Edge up(int x, int y) const { return across(x, y) + 1; }
    QPointF crossing(Edge edge) const
    {
        const int x = int(edge / 2 % width), y = int(edge / 2 / width);
        const bool upright = edge % 2;
        const double a = at(x, y), b = upright ? at(x, y + 1) : at(x + 1, y);
        const double t = a == b ? 0.5 : a / (a - b);
        return {x + 0.5 + (upright ? 0 : t), y + 0.5 + (upright ? t : 0)};
    }
};

/// Which pairs of a square's edges the line joins: bottom 0, right 1, top 2, left 3; -1: none.
struct Pairs {
    int a = -1, b = -1, c = -1, d = -1;
};

Pairs pairsOf(float bottomLeft, float bottomRight, float topRight, float topLeft)
{
    const int code = (bottomLeft > 0) | (bottomRight > 0) << 1 | (topRight > 0) << 2 | (topLeft > 0) << 3;
    const bool middle = bottomLeft + bottomRight + topRight + topLeft > 0;
    switch (code) {
    case 1:
    case 14:
        return {3, 0};
    case 2:
    case 13:
        return {0, 1};
    case 4:
    case 11:
        return {1, 2};
    case 8:
    case 7:
        return {2, 3};
    case 3:
    case 12:
        return {3, 1};
    case 6:
    case 9:
        return {0, 2};
    case 5:
        return middle ? Pairs{0, 1, 2, 3} : Pairs{3, 0, 1, 2};
    case 10:
        return middle ? Pairs{3, 0, 1, 2} : Pairs{0, 1, 2, 3};
    default:
        return {};
    }
}

/// Each edge that a line crosses and the one or two edges it goes on to.
using Links = std::unordered_map<Edge, std::pair<Edge, Edge>>;

void join(Links& links, Edge from, Edge to)
{
    auto& ends = links.try_emplace(from, -1, -1).first->second;
    (ends.first < 0 ? ends.first : ends.second) = to;
}

Links linksOf(const Grid& grid)
{
    Links links;
    for (int y = 0; y + 1 < grid.height; ++y)
        for (int x = 0; x + 1 < grid.width; ++x) {
            const float a = grid.at(x, y), b = grid.at(x + 1, y), c = grid.at(x + 1, y + 1), d = grid.at(x, y + 1);
            if (!std::isfinite(a + b + c + d))
                continue;
            const Edge edges[4] = {grid.across(x, y), grid.up(x + 1, y), grid.across(x, y + 1), grid.up(x, y)};
            const Pairs pairs = pairsOf(a, b, c, d);
            for (const auto& [from, to] : {std::pair{pairs.a, pairs.b}, std::pair{pairs.c, pairs.d}})
                if (from >= 0) {
                    join(links, edges[from], edges[to]);
                    join(links, edges[to], edges[from]);
                }
        }
    return links;
}

/// Follows the line from `edge` on and takes it out of the links.
QPolygonF follow(Links& links, const Grid& grid, Edge edge)
{
    QPolygonF line;
    while (edge >= 0) {
        line.append(grid.crossing(edge));
        const auto here = links.find(edge);
        if (here == links.end())
            break;
        const auto [first, second] = here->second;
        links.erase(here);
        edge = first >= 0 && links.contains(first) ? first : second >= 0 && links.contains(second) ? second : -1;
    }
    return line;
}

}

std::vector<QPolygonF> contours(const std::vector<float>& values, int width, int height, float level)
{
    if (width < 2 || height < 2 || values.size() != std::size_t(width) * std::size_t(height))
        return {};
    const Grid grid{values, width, height, level};
    Links links = linksOf(grid);
    std::vector<QPolygonF> lines;
    // Lines with ends first, then the closed ones.
    std::vector<Edge> ends, all;
    for (const auto& [edge, next] : links)
        (next.second < 0 ? ends : all).push_back(edge);
    for (const Edge edge : ends)
        if (links.contains(edge))
            lines.push_back(follow(links, grid, edge));
    for (const Edge edge : all)
        if (links.contains(edge)) {
            QPolygonF line = follow(links, grid, edge);
            line.append(line.front());
            lines.push_back(line);
        }
    return lines;
}

}
