// SPDX-License-Identifier: GPL-3.0-or-later
// What charts are drawn with; for the sources of core/report alone.
#pragma once

#include "core/report/chart.h"

#include <cmath>

namespace core::report {

/// From values to places on one side of a picture.
struct Scale {
    double low = 0, high = 1; ///< values at the ends
    double from = 0, to = 1;  ///< places of the ends
    bool log = false;

    double at(double value) const
    {
        const double share =
            log ? std::log(value / low) / std::log(high / low) : (value - low) / (high > low ? high - low : 1);
        return from + share * (to - from);
    }
    bool shows(double value) const { return std::isfinite(value) && (!log || value > 0); }
};

/// Text of a picture; `anchor`: start, middle or end; `fill` as of a Paper.
std::string textAt(double x, double y, const std::string& text, const std::string& fill,
                   const std::string& anchor = "start", bool strong = false);
std::string lineAt(double x1, double y1, double x2, double y2, const std::string& stroke, double width = 1,
                   const std::string& dashes = {});
/// How wide a text is about, in the pictures' 12-px type.
double widthOf(const std::string& text);
/// The text, cut with `…` where it is wider.
std::string fitted(const std::string& text, double width);

/// Axes with ticks, a light grid and their titles.
std::string axesOf(const Scale& x, const Scale& y, const Chart& chart, const Paper& paper);
/// `1 k`, `0.05`, `1e-4`.
std::string tickText(double value);

std::string drawn(const Curves& curves, const Chart& chart, const Paper& paper, double width, double height);

}
