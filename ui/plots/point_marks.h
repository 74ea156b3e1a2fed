// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPointF>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <unordered_set>

class QPainter;

namespace ui::style {
struct Theme;
}

namespace ui::plots {

/// The mark of class `cls` at `at`: circle, square, triangle, diamond, … so that classes differ without colour. Hollow
/// ones are validation points.
void paintPoint(QPainter& painter, const QPointF& at, int cls, bool hollow, double radius, const QColor& color,
                const style::Theme& theme);

/// Which marks of very many to paint: of each kind the first in every small square, since the others would lie on top
/// of it. A million marks would hold up the window for seconds; of a few all are painted.
class MarksInSight {
public:
    /// `square`: the width of one, in pixels; less than a mark's.
    MarksInSight(std::size_t marks, double square) : m_square(marks > few ? square : 0) {}

    /// `at` lies in the picture or near it.
    bool take(const QPointF& at, int cls, bool hollow)
    {
        if (m_square <= 0)
            return true;
        const auto place = [&](double pixel) {
            return std::uint64_t(std::int64_t(std::floor(pixel / m_square)) + 32768) & 0xffff;
        };
        return m_taken
            .insert(place(at.x()) << 48 | place(at.y()) << 32 | std::uint64_t(std::uint16_t(cls)) << 1 | hollow)
            .second;
    }

private:
    static constexpr std::size_t few = 5000;
    double m_square;
    std::unordered_set<std::uint64_t> m_taken;
};

}
