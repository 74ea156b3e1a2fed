// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/event.h"
#include "ui/plots/ticks.h"

#include <QPolygonF>
#include <QRectF>

#include <vector>

class QPainter;

namespace ui::style {
struct Theme;
}

namespace ui::plots {

/// Smallest and largest finite number of a surface; both 0 if there is none.
Range valueRange(const core::events::SurfaceFrame& frame);

/// Lines of `surfaceBorders` over `area`.
void paintBorders(QPainter& painter, const QRectF& area, const std::vector<QPolygonF>& lines, double width,
                  const style::Theme& theme);

}
