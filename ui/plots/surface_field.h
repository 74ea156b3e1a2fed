// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/event.h"

#include <QPolygonF>

#include <vector>

namespace ui::plots {

/// What a network says over a plane, as numbers that may be interpolated: for two classes the log-odds of the second,
/// for more the logarithm of each probability, else the predicted value. A network's logits are close to linear between
/// neighbouring cells where its probabilities are not, so borders stand where they are, not halfway between cells.
class SurfaceField {
public:
    /// Empty unless `frame` holds width × height × classes values.
    explicit SurfaceField(const core::events::SurfaceFrame& frame);

    bool empty() const { return m_values.empty(); }
    int width() const { return m_width; }
    int height() const { return m_height; }
    /// Numbers a cell: 1 for up to two classes.
    int depth() const { return m_depth; }
    /// Row `v` (in cells from the bottom, cell centres at whole numbers) as width × depth numbers.
    void row(double v, std::vector<float>& out) const;

private:
    int m_width = 0, m_height = 0, m_depth = 1;
    std::vector<float> m_values;
};

/// The p = 0.5 contour of two classes, or the borders between more, in the unit square with y downwards; none for
/// regression.
std::vector<QPolygonF> surfaceBorders(const SurfaceField& field, std::int64_t classes);

/// What the network says at (x, y) in the features' units: the most likely class and its probability, or the value with
/// class -1. Class -2 outside or where it says nothing.
struct SurfaceAnswer {
    int cls = -2;
    double value = 0;
};
SurfaceAnswer answerAt(const core::events::SurfaceFrame& frame, double x, double y);

}
