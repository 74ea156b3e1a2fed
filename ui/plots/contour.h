// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPolygonF>

#include <vector>

namespace ui::plots {

/// Lines along which a grid of `width` × `height` values (row-major) takes `level`: marching squares between the
/// middles of the cells, joined to the longest lines; saddles are told apart by the mean of their corners. In cells:
/// the middle of the first one is (0.5, 0.5). Values that are not finite end a line.
std::vector<QPolygonF> contours(const std::vector<float>& values, int width, int height, float level);

}
