// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/curve_shape.h"

#include "ui/plots/series_buffer.h"
#include "ui/plots/smoothing.h"

#include <algorithm>
#include <limits>

namespace ui::plots {

namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

std::size_t columnsOf(const AxisMap& x, double pixelRatio)
{
    return std::size_t(std::max(1.0, std::ceil(std::abs(x.to - x.from) * pixelRatio)));
}

double finite(double value)
{
    return std::isfinite(value) ? value : nothing;
}

Trace all(const CurveSource& source, Stretch points, bool stairs)
{
    Trace out;
    out.reserve(points.size() * (stairs ? 2 : 1));
    for (std::size_t i = points.first; i < points.last; ++i) {
        const QPointF point(source.x(i), finite(source.buffer->value(i)));
        if (stairs && !out.empty())
            out.emplace_back(point.x(), out.back().y());
        out.push_back(point);
    }
    return out;
}

void addExtremes(Trace& out, double x, double low, double high)
{
    const bool fromAbove = !out.empty() && out.back().y() > (low + high) / 2;
    out.emplace_back(x, fromAbove ? high : low);
    out.emplace_back(x, fromAbove ? low : high);
}

/// One pixel column: its points if they are one or two, else its extremes; all not finite: a gap.
void addColumn(Trace& out, const CurveSource& source, std::size_t first, std::size_t last, double x, bool positive)
{
    if (last - first <= 2) {
        for (std::size_t i = first; i < last; ++i)
            out.emplace_back(source.x(i), finite(source.buffer->value(i)));
        return;
    }
    const SeriesBuffer::Extent e =
        positive ? source.buffer->extentAboveZero(first, last) : source.buffer->extent(first, last);
    if (e.empty)
        out.emplace_back(x, nothing);
    else
        addExtremes(out, x, e.min, e.max);
}

/// Where the blocks of the smoothed curve begin; the last entry is the end.
std::vector<std::size_t> evenBlocks(const CurveSource& source, Stretch points, std::size_t columns, double weight)
{
    std::size_t block = 1;
    while (points.size() / block >= columns + columns / 4)
        block *= 2;
    const std::size_t first = points.first / block, memory = memoryOf(weight);
    const std::size_t size = source.buffer->size();
    std::vector<std::size_t> cuts;
    for (std::size_t k = first > memory ? first - memory : 0; k * block < points.last; ++k)
        cuts.push_back(k * block);
    cuts.push_back(std::min(size, (points.last + block - 1) / block * block));
    return cuts;
}

/// On a logarithmic x axis the blocks are the pixel columns.
std::vector<std::size_t> columnBlocks(const CurveSource& source, const AxisMap& x, Stretch points, std::size_t columns)
{
    std::vector<std::size_t> cuts{points.first};
    for (std::size_t c = 0; c <= columns; ++c) {
        const double edge = x.value(x.from + (x.to - x.from) * double(c) / double(columns));
        const std::size_t next = std::min(points.last, source.lowerBound(edge));
        while (cuts.back() < next && next - cuts.back() <= 2)
            cuts.push_back(cuts.back() + 1);
        if (next > cuts.back())
            cuts.push_back(next);
    }
    while (cuts.back() < points.last)
        cuts.push_back(cuts.back() + 1);
    return cuts;
}

}

double CurveSource::x(std::size_t i) const
{
    switch (axis) {
    case XAxis::Step:
        return buffer->step(i);
    case XAxis::Epoch:
        return epochOf(buffer->step(i));
    case XAxis::Time:
        break;
    }
    return buffer->time(i) - buffer->time(0);
}

double CurveSource::xOfStep(double step) const
{
    if (axis == XAxis::Step)
        return step;
    if (axis == XAxis::Epoch)
        return epochOf(step);
    if (buffer->empty())
        return 0;
    const std::size_t after =
        std::clamp<std::size_t>(buffer->lowerBound(step), 1, std::max<std::size_t>(1, buffer->size() - 1));
    if (buffer->size() == 1)
        return 0;
    const double a = buffer->step(after - 1), b = buffer->step(after);
    const double t = b > a ? std::clamp((step - a) / (b - a), 0.0, 1.0) : 0;
    return x(after - 1) + t * (x(after) - x(after - 1));
}

double CurveSource::stepOf(double x) const
{
    if (axis == XAxis::Step)
        return x;
    if (axis == XAxis::Epoch)
        return ofEpoch(x);
    if (buffer->empty())
        return 0;
    return buffer->step(std::min(lowerBound(x), buffer->size() - 1));
}

std::size_t CurveSource::lowerBound(double x) const
{
    switch (axis) {
    case XAxis::Step:
        return buffer->lowerBound(x);
    case XAxis::Epoch:
        return buffer->lowerBound(ofEpoch(x));
    case XAxis::Time:
        break;
    }
    return buffer->empty() ? 0 : buffer->lowerBoundOfTime(x + buffer->time(0));
}

Stretch visible(const CurveSource& source, const AxisMap& x)
{
    const std::size_t first = source.lowerBound(x.range.lo);
    std::size_t last = source.lowerBound(x.range.hi);
    while (last < source.buffer->size() && source.x(last) <= x.range.hi)
        ++last;
    return {first > 0 ? first - 1 : 0, std::min(last + 1, source.buffer->size())};
}

Trace decimated(const CurveSource& source, const AxisMap& x, double pixelRatio, bool positive, bool stairs)
{
    const Stretch points = visible(source, x);
    const std::size_t columns = columnsOf(x, pixelRatio);
    if (points.size() <= columns + columns / 2)
        return all(source, points, stairs);
    // A column may end up to a quarter of itself early: then whole blocks of the pyramid are read, not their ragged
    // ends.
    std::size_t grain = 1;
    while (!x.log && grain * 16 * 4 <= points.size() / columns)
        grain *= 16;
    Trace out;
    out.reserve(4 * columns);
    std::size_t from = points.first;
    for (std::size_t c = 0; c < columns; ++c) {
        const double left = x.from + (x.to - x.from) * double(c) / double(columns);
        const double width = (x.to - x.from) / double(columns);
        const std::size_t end = source.lowerBound(x.value(left + width)) / grain * grain;
        const std::size_t to = c + 1 == columns ? points.last : std::min(points.last, end);
        if (to > from)
            addColumn(out, source, from, to, x.value(left + width / 2), positive);
        from = std::max(from, to);
    }
    return out;
}

Trace smoothedTrace(const CurveSource& source, const AxisMap& x, double pixelRatio, double weight)
{
    const Stretch points = visible(source, x);
    const std::size_t columns = columnsOf(x, pixelRatio);
    const std::vector<std::size_t> cuts =
        x.log ? columnBlocks(source, x, points, columns) : evenBlocks(source, points, columns, weight);
    DebiasedAverage average(weight);
    Trace out;
    out.reserve(cuts.size());
    for (std::size_t k = 0; k + 1 < cuts.size(); ++k) {
        const std::size_t from = cuts[k], to = cuts[k + 1];
        const double value =
            finite(average.next(to - from > 1 ? source.buffer->mean(from, to) : source.buffer->value(from)));
        if (to > points.first)
            out.emplace_back((source.x(from) + source.x(to - 1)) / 2, value);
    }
    return out;
}

Trace mapped(const Trace& values, const AxisMap& x, const AxisMap& y)
{
    Trace out;
    out.reserve(values.size());
    // As AxisMap::pixel, with what is the same for all points taken out.
    const auto scale = [](const AxisMap& map) {
        return (map.to - map.from) / (map.log ? std::log(map.range.hi / map.range.lo) : map.range.span());
    };
    const double xScale = scale(x), yScale = scale(y);
    const auto place = [](const AxisMap& map, double by, double value) {
        return map.from + by * (map.log ? std::log(value / map.range.lo) : value - map.range.lo);
    };
    for (const QPointF& v : values) {
        if ((x.log && !(v.x() > 0)) || (y.log && !(v.y() > 0)))
            out.emplace_back(out.empty() ? std::min(x.from, x.to) : out.back().x(), nothing);
        else
            out.emplace_back(place(x, xScale, v.x()), place(y, yScale, v.y()));
    }
    return out;
}

}
