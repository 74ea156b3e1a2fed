// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPointF>

class QPainter;

namespace ui::plots {

/// How a trial ended, in every plot alike: whole (a dot), stopped (a short bar), still going (a hollow dot), failed (a
/// triangle).
enum class TrialMark { Whole, Stopped, Going, Failed };

/// `radius` in pixels.
void paintTrialMark(QPainter& painter, TrialMark mark, const QPointF& at, const QColor& color, double radius);

}
