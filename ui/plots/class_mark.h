// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>

class QPainter;

namespace ui::style {
struct Theme;
}

namespace ui::plots {

/// The mark of a row of class `cls` (circle, square, triangle, diamond, cross, then again in other colours) about `at`,
/// `size` pixels wide; -1: a grey circle, for rows without a class.
void paintClassMark(QPainter& painter, QPointF at, double size, int cls, bool hollow, const style::Theme& theme);

}
