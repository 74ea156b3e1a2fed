// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/series_buffer.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ui::plots {

namespace {

constexpr std::size_t base = 16;
constexpr double endless = std::numeric_limits<double>::infinity();

SeriesBuffer::Summary nothing()
{
    return {endless, -endless, endless, 0, 0};
}

void include(SeriesBuffer::Summary& all, double value)
{
    if (!std::isfinite(value))
        return;
    all.min = std::min(all.min, value);
    all.max = std::max(all.max, value);
    if (value > 0)
        all.minPositive = std::min(all.minPositive, value);
    all.sum += value;
    ++all.count;
}

void include(SeriesBuffer::Summary& all, const SeriesBuffer::Summary& part)
{
    all.min = std::min(all.min, part.min);
    all.max = std::max(all.max, part.max);
    all.minPositive = std::min(all.minPositive, part.minPositive);
    all.sum += part.sum;
    all.count += part.count;
}

/// Takes points [from, to) apart: `raw(first, last)` for the ragged ends, then `nodes(level, first, last)` of ever
/// larger blocks between them.
template <class Raw, class Nodes>
void walk(std::size_t from, std::size_t to, Raw raw, Nodes nodes)
{
    const auto ends = [&](auto&& take) {
        const std::size_t first = std::min(to, (from + base - 1) / base * base),
                          last = std::max(first, to / base * base);
        if (from < first)
            take(from, first);
        if (last < to)
            take(last, to);
        from = first / base;
        to = last / base;
    };
    if (from < to)
        ends(raw);
    for (std::size_t level = 0; from < to; ++level)
        ends([&](std::size_t first, std::size_t last) { nodes(level, first, last); });
}

/// Smallest of `low` and largest of `high` in [first, last).
void widen(SeriesBuffer::Extent& all, const double* low, const double* high, std::size_t first, std::size_t last)
{
    double least = all.min, most = all.max;
    for (std::size_t i = first; i < last; ++i) {
        least = low[i] < least ? low[i] : least;
        most = high[i] > most ? high[i] : most;
    }
    all.min = least;
    all.max = most;
}

}

void SeriesBuffer::Level::push(const Summary& node)
{
    min.push_back(node.min);
    max.push_back(node.max);
    minPositive.push_back(node.minPositive);
    sum.push_back(node.sum);
    count.push_back(std::uint32_t(node.count));
}

void SeriesBuffer::Level::resize(std::size_t size)
{
    min.resize(size);
    max.resize(size);
    minPositive.resize(size);
    sum.resize(size);
    count.resize(size);
}

/// The node over the last whole block of the points (level 0) or of the nodes below.
SeriesBuffer::Summary SeriesBuffer::lastBlock(std::size_t level) const
{
    Summary node = nothing();
    if (level == 0) {
        for (std::size_t i = m_values.size() - base; i < m_values.size(); ++i)
            include(node, m_values[i]);
        return node;
    }
    const Level& below = m_levels[level - 1];
    for (std::size_t i = below.size() - base; i < below.size(); ++i)
        include(node, below.node(i));
    return node;
}

void SeriesBuffer::appendStep(double step)
{
    const std::size_t i = m_values.size();
    if (m_stretches.empty()) {
        m_stretches.push_back({0, step, 0});
        return;
    }
    Stretch& last = m_stretches.back();
    const std::size_t before = i - last.index;
    const double previous = last.step + last.stride * double(before - 1);
    step = std::max(step, previous);
    if (before == 1)
        last.stride = step - last.step;
    else if (step != last.step + last.stride * double(before))
        m_stretches.push_back({i, step, 0});
}

void SeriesBuffer::append(double step, double value, double time)
{
    appendStep(step);
    if (m_values.size() % timeBlock == 0)
        m_timeBases.push_back(time);
    m_timeOffsets.push_back(float(time - m_timeBases.back()));
    m_values.push_back(value);
    ++m_version;

    std::size_t count = m_values.size();
    for (std::size_t level = 0; count % base == 0; ++level, count /= base) {
        if (m_levels.size() == level)
            m_levels.emplace_back();
        m_levels[level].push(lastBlock(level));
    }
}

void SeriesBuffer::clear()
{
    const std::uint64_t version = m_version + 1;
    *this = {};
    m_version = version;
}

void SeriesBuffer::cutAt(double step)
{
    const std::size_t keep = lowerBound(step);
    if (keep == size())
        return;
    m_values.resize(keep);
    m_timeOffsets.resize(keep);
    m_timeBases.resize((keep + timeBlock - 1) / timeBlock);
    while (!m_stretches.empty() && m_stretches.back().index >= keep)
        m_stretches.pop_back();
    // A stretch of one point takes its stride from its second.
    if (!m_stretches.empty() && keep - m_stretches.back().index == 1)
        m_stretches.back().stride = 0;
    std::size_t nodes = keep;
    for (Level& level : m_levels)
        level.resize(nodes /= base);
    ++m_version;
}

const SeriesBuffer::Stretch& SeriesBuffer::stretchOf(std::size_t i) const
{
    if (m_stretches.size() == 1)
        return m_stretches.front();
    const auto after = std::upper_bound(m_stretches.begin(), m_stretches.end(), i,
                                        [](std::size_t index, const Stretch& s) { return index < s.index; });
    return *(after - 1);
}

double SeriesBuffer::step(std::size_t i) const
{
    const Stretch& s = stretchOf(i);
    return s.step + s.stride * double(i - s.index);
}

double SeriesBuffer::mean(std::size_t from, std::size_t to) const
{
    double sum = 0;
    std::size_t count = 0;
    const auto raw = [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i)
            if (std::isfinite(m_values[i])) {
                sum += m_values[i];
                ++count;
            }
    };
    walk(from, std::min(to, size()), raw, [&](std::size_t level, std::size_t first, std::size_t last) {
        const Level& nodes = m_levels[level];
        for (std::size_t i = first; i < last; ++i) {
            sum += nodes.sum[i];
            count += nodes.count[i];
        }
    });
    return count ? sum / double(count) : std::numeric_limits<double>::quiet_NaN();
}

SeriesBuffer::Extent SeriesBuffer::extent(std::size_t from, std::size_t to) const
{
    Extent all{endless, -endless, true};
    const auto raw = [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i)
            if (std::isfinite(m_values[i]))
                widen(all, m_values.data(), m_values.data(), i, i + 1);
    };
    walk(from, std::min(to, size()), raw, [&](std::size_t level, std::size_t first, std::size_t last) {
        widen(all, m_levels[level].min.data(), m_levels[level].max.data(), first, last);
    });
    return all.min <= all.max ? Extent{all.min, all.max, false} : Extent{};
}

SeriesBuffer::Extent SeriesBuffer::extentAboveZero(std::size_t from, std::size_t to) const
{
    Extent all{endless, -endless, true};
    const auto raw = [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i)
            if (std::isfinite(m_values[i]) && m_values[i] > 0)
                widen(all, m_values.data(), m_values.data(), i, i + 1);
    };
    walk(from, std::min(to, size()), raw, [&](std::size_t level, std::size_t first, std::size_t last) {
        widen(all, m_levels[level].minPositive.data(), m_levels[level].max.data(), first, last);
    });
    return all.min <= all.max ? Extent{all.min, all.max, false} : Extent{};
}

std::size_t SeriesBuffer::lowerBound(double step) const
{
    if (empty())
        return 0;
    // The last stretch that begins below `step` holds the point before the answer.
    const auto after = std::lower_bound(m_stretches.begin(), m_stretches.end(), step,
                                        [](const Stretch& s, double value) { return s.step < value; });
    if (after == m_stretches.begin())
        return 0;
    const Stretch& s = *(after - 1);
    const std::size_t end = after == m_stretches.end() ? size() : after->index;
    if (s.stride == 0 || std::isinf(step))
        return end;
    const double offset = std::ceil((step - s.step) / s.stride);
    return offset >= double(end - s.index) ? end : s.index + std::size_t(offset);
}

std::size_t SeriesBuffer::lowerBoundOfTime(double time) const
{
    std::size_t from = 0, to = size();
    while (from < to) {
        const std::size_t middle = (from + to) / 2;
        if (this->time(middle) < time)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

}
