// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPointF>

#include <cstddef>

class QPainter;

namespace ui::plots {

/// How a trial ended, in every plot alike: whole (a dot), stopped (a short bar), still going (a hollow dot), failed (a
/// triangle).
enum class TrialMark { Whole, Stopped, Going, Failed };

/// `radius` in pixels.
void paintTrialMark(QPainter& painter, TrialMark mark, const QPointF& at, const QColor& color, double radius);

/// How strong one of so many lines is, from 1 down: where there are hundreds, each is faint, so that it shows where
/// many of them run and where few do.
double lineStrength(std::size_t lines);

}
