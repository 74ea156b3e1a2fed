// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/surface_image.h"

#include "ui/plots/surface_field.h"
#include "ui/plots/surface_plot.h"
#include "ui/style/theme.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace ui::plots {

namespace {

constexpr float reach = 10; ///< log-odds at the ends of the table

QRgb blendRgb(const QColor& a, const QColor& b, double t)
{
    const auto part = [t](int x, int y) { return int(std::lround(x + (y - x) * t)); };
    return qRgb(part(a.red(), b.red()), part(a.green(), b.green()), part(a.blue(), b.blue()));
}

/// The colours of a surface, looked up by what `SurfaceField` interpolates.
class Colors {
public:
    Colors(const core::events::SurfaceFrame& frame, const style::Theme& theme)
        : m_classes(int(frame.classes)),
          m_shades(m_classes > 2 ? 128 : 1024),
          m_unknown(theme.line.rgb()),
          m_range(valueRange(frame))
    {
        m_table.resize(m_shades * std::size_t(m_classes > 2 ? m_classes : 1));
        for (std::size_t i = 0; i < m_table.size(); ++i) {
            const double share = double(i % m_shades) / double(m_shades - 1);
            m_table[i] = m_classes == 1   ? theme.sequential(share).rgb()
                         : m_classes == 2 ? theme.diverging(std::tanh(reach * (share - 0.5))).rgb()
                                          : blendRgb(theme.ground, theme.classGround(int(i / m_shades)), share);
        }
    }

    QRgb of(const float* cell) const
    {
        if (m_classes > 2)
            return ofClasses(cell);
        const double share = m_classes == 2            ? 0.5 + double(cell[0]) / (2 * double(reach))
                             : m_range.hi > m_range.lo ? (double(cell[0]) - m_range.lo) / m_range.span()
                                                       : 0.5;
        return std::isnan(share) ? m_unknown : m_table[shadeOf(share)];
    }

private:
    std::size_t shadeOf(double share) const
    {
        return std::size_t(std::clamp(share, 0.0, 1.0) * double(m_shades - 1) + 0.5);
    }

    /// The class ahead, the paler the less it is so: white at 1 / classes.
    QRgb ofClasses(const float* cell) const
    {
        const float* best = std::max_element(cell, cell + m_classes);
        float sum = 0;
        for (int k = 0; k < m_classes; ++k)
            sum += cell[k] - *best < -9 ? 0 : std::exp(cell[k] - *best);
        const double even = 1.0 / m_classes, share = (1 / double(sum) - even) / (1 - even);
        return std::isnan(share) ? m_unknown : m_table[std::size_t(best - cell) * m_shades + shadeOf(share)];
    }

    int m_classes;
    std::size_t m_shades;
    QRgb m_unknown;
    Range m_range;
    std::vector<QRgb> m_table;
};

struct Column {
    std::size_t left = 0, right = 0;
    float share = 0;
};

std::vector<Column> columnsOf(int pixels, int cells, int depth)
{
    std::vector<Column> columns(static_cast<std::size_t>(pixels));
    for (int x = 0; x < pixels; ++x) {
        const double u = std::clamp((x + 0.5) * cells / pixels - 0.5, 0.0, double(cells - 1));
        const int left = std::min(int(u), std::max(0, cells - 2)), right = std::min(left + 1, cells - 1);
        columns[std::size_t(x)] = {std::size_t(left * depth), std::size_t(right * depth), float(u - left)};
    }
    return columns;
}

}

Range valueRange(const core::events::SurfaceFrame& frame)
{
    Range range{HUGE_VAL, -HUGE_VAL};
    for (const float value : frame.values)
        if (std::isfinite(value)) {
            range.lo = std::min(range.lo, double(value));
            range.hi = std::max(range.hi, double(value));
        }
    return range.lo <= range.hi ? range : Range{0, 0};
}

void paintBorders(QPainter& painter, const QRectF& area, const std::vector<QPolygonF>& lines, double width,
                  const style::Theme& theme)
{
    QTransform place;
    place.translate(area.left(), area.top());
    place.scale(area.width(), area.height());
    QPainterPath path;
    for (const QPolygonF& line : lines)
        path.addPolygon(place.map(line));
    painter.save();
    painter.setClipRect(area, Qt::IntersectClip);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(
        QPen(QColor(blendRgb(theme.ground, theme.text, 0.86)), width, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin));
    painter.drawPath(path);
    painter.restore();
}

QImage surfaceImage(const core::events::SurfaceFrame& frame, QSize size, const style::Theme& theme, bool contour)
{
    if (size.isEmpty())
        return {};
    QImage image(size, QImage::Format_RGB32);
    const SurfaceField field(frame);
    if (field.empty()) {
        image.fill(theme.ground);
        return image;
    }
    const Colors colors(frame, theme);
    const int depth = field.depth();
    const std::vector<Column> columns = columnsOf(size.width(), field.width(), depth);
    std::vector<float> row, cell(static_cast<std::size_t>(depth));
    for (int y = 0; y < size.height(); ++y) {
        field.row((size.height() - y - 0.5) * field.height() / size.height() - 0.5, row);
        auto* out = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (const Column& column : columns) {
            for (std::size_t k = 0; k < cell.size(); ++k)
                cell[k] = row[column.left + k] + (row[column.right + k] - row[column.left + k]) * column.share;
            *out++ = colors.of(cell.data());
        }
    }
    if (contour) {
        QPainter painter(&image);
        const double width = std::clamp(std::min(size.width(), size.height()) / 230.0, 1.1, 4.0);
        paintBorders(painter, QRectF(image.rect()), surfaceBorders(field, frame.classes), width, theme);
    }
    return image;
}

}
