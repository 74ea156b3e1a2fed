// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plots/ticks.h"

namespace ui::plots {

/// Which part of an axis is in view: all of it, a part that was chosen, or a part that moves along with the newest
/// value. All arithmetic is done in shares of the axis, so that it is the same on a logarithmic one.
class ViewWindow {
public:
    /// The range in view when the data reach over `data`.
    Range resolve(const Range& data) const;
    bool showsAll() const { return m_all; }

    void reset() { m_all = true; }
    void setFollow(bool on) { m_follow = on; }
    /// Shows `range`; with its end at or beyond the data's end it moves along from then on.
    void show(const Range& range, const Range& data);
    /// Zooms by `factor` (below 1: in) so that the value at `share` of the view stays where it is.
    void zoom(double share, double factor, const Range& data, bool log);
    /// Moves the view by `share` of itself.
    void pan(double share, const Range& data, bool log);

private:
    bool m_all = true, m_follow = true, m_pinned = false;
    Range m_range;
};

}
