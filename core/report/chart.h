// SPDX-License-Identifier: GPL-3.0-or-later
// Charts as values, and as SVG for a page or for paper.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace core::report {

/// What a curve is drawn as: training thin, validation thick, raw values faint.
enum class Stroke { Thin, Thick, Faint, Dashed, Points };
/// What a mark on the x axis stands for.
enum class MarkKind { Best, Finding, Edit };

struct Curve {
    std::string name; ///< stands at its end with the last value; empty: it has none
    std::vector<double> x, y;
    Stroke stroke = Stroke::Thin;
    int color = 0; ///< of Okabe–Ito, from 0
};
struct Mark {
    double x = 0;
    std::string text;
    MarkKind kind = MarkKind::Finding;
};
/// Curves over one axis. Values that are no numbers leave a gap.
struct Curves {
    std::vector<Curve> curves;
    std::vector<Mark> marks;
    bool log = false;
    bool share = false; ///< the axes go from 0 to 1
    bool zero = false;  ///< a line at 0
};
/// One bar behind the other, each with its name.
struct Bars {
    struct Bar {
        std::string name;
        double value = 0;
        std::string text; ///< beside it
        int color = 0;
    };
    std::vector<Bar> bars;
};
/// Counts of equal parts from `low` to `high`; or any other figure of them.
struct Histogram {
    double low = 0, high = 1;
    std::vector<double> counts;
};
/// Counts of rows: `counts[truth · classes + predicted]`.
struct Confusion {
    std::vector<std::string> classes;
    std::vector<std::int64_t> counts;
};

struct Chart {
    std::string title, xTitle = {}, yTitle = {};
    std::variant<Curves, Bars, Histogram, Confusion> content = {};
    bool wide = true; ///< else two stand side by side
};

/// Colours as SVG takes them.
struct Paper {
    std::string text, muted, line, found, accent, ground;
    std::vector<std::string> series;
    double width = 880, half = 428; ///< of charts: the narrower they are, the larger their texts where they are shown
};
/// Those of the page, which follow its light or dark; and those of white paper.
const Paper& pagePaper();
const Paper& whitePaper();

struct Picture {
    std::string svg;
    double width = 0, height = 0; ///< of its view box
};
Picture svgOf(const Chart& chart, const Paper& paper);

/// Round numbers from `low` to `high` that an axis shows: about `wanted` of them, rising.
std::vector<double> ticks(double low, double high, int wanted);
/// Powers of ten, or parts of them where there are few.
std::vector<double> logTicks(double low, double high);

}
