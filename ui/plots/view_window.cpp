// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/view_window.h"

#include <algorithm>
#include <cmath>

namespace ui::plots {

namespace {

Range part(const Range& whole, double from, double to, bool log)
{
    if (log && whole.lo > 0) {
        const double ratio = whole.hi / whole.lo;
        return {whole.lo * std::pow(ratio, from), whole.lo * std::pow(ratio, to)};
    }
    return {whole.lo + from * whole.span(), whole.lo + to * whole.span()};
}

}

Range ViewWindow::resolve(const Range& data) const
{
    if (m_all)
        return data;
    if (m_pinned && m_follow && data.hi > m_range.hi)
        return {data.hi - m_range.span(), data.hi};
    return m_range;
}

void ViewWindow::show(const Range& range, const Range& data)
{
    // Closer than this doubles run out of places.
    const double least = 1e-9 * std::max({std::abs(range.lo), std::abs(range.hi), 1e-12});
    if (!(range.span() > least) || !std::isfinite(range.span()))
        return;
    if (range.lo <= data.lo && range.hi >= data.hi) {
        m_all = true;
        return;
    }
    m_all = false;
    m_range = range;
    m_pinned = range.hi >= data.hi - 1e-9 * data.span();
}

void ViewWindow::zoom(double share, double factor, const Range& data, bool log)
{
    show(part(resolve(data), share - share * factor, share + (1 - share) * factor, log), data);
}

void ViewWindow::pan(double share, const Range& data, bool log)
{
    if (m_all)
        return;
    const Range now = resolve(data);
    // The data never leave the view altogether.
    Range moved = part(now, share, 1 + share, log);
    if (moved.hi > data.lo && moved.lo < data.hi)
        show(moved, data);
}

}
