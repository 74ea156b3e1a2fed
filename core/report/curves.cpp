// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/figure.h"
#include "core/debug/html.h"
#include "core/report/axes.h"

#include <algorithm>
#include <limits>

namespace core::report {

using debug::html::escaped;
using debug::html::exact;

namespace curves {

struct Box {
    double xLow = std::numeric_limits<double>::infinity(), xHigh = -xLow, yLow = xLow, yHigh = -xLow;
};

Box boxOf(const Curves& content)
{
    Box box;
    // Faint raw values and dashed guides may leave the picture, unless there is nothing else.
    for (const bool all : {false, true}) {
        for (const Curve& curve : content.curves)
            for (std::size_t i = 0; i < std::min(curve.x.size(), curve.y.size()); ++i) {
                if (!std::isfinite(curve.y[i]) || (content.log && curve.y[i] <= 0))
                    continue;
                box.xLow = std::min(box.xLow, curve.x[i]);
                box.xHigh = std::max(box.xHigh, curve.x[i]);
                if (!all && (curve.stroke == Stroke::Faint || curve.stroke == Stroke::Dashed))
                    continue;
                box.yLow = std::min(box.yLow, curve.y[i]);
                box.yHigh = std::max(box.yHigh, curve.y[i]);
            }
        if (box.yHigh >= box.yLow)
            break;
    }
    if (!(box.xHigh >= box.xLow) || !(box.yHigh >= box.yLow))
        return {0, 1, content.log ? 0.1 : 0, 1};
    if (box.xHigh == box.xLow)
        box.xHigh = box.xLow + 1;
    return box;
}

Scale upOf(const Curves& content, const Box& box, double bottom, double top)
{
    Scale y{box.yLow, box.yHigh, bottom, top, content.log};
    if (content.share)
        return {0, 1, bottom, top};
    if (content.log) {
        const double room = std::pow(std::max(1.2, box.yHigh / box.yLow), 0.05);
        y.low = box.yLow / room;
        y.high = box.yHigh * room;
    } else {
        // What differs by rounding alone is one value.
        const double least = 1e-6 * std::max(std::abs(box.yHigh), std::abs(box.yLow));
        const double span =
            box.yHigh - box.yLow > least ? box.yHigh - box.yLow : std::max(1e-12, 10 * std::abs(box.yHigh));
        y.low = box.yLow - 0.05 * span;
        y.high = box.yHigh + 0.05 * span;
        if (box.yLow >= 0 && y.low < 0)
            y.low = 0;
    }
    return y;
}

// Of each pixel column the first, least, greatest and last value, so that no peak is lost and no file grows.
std::vector<std::vector<std::pair<double, double>>> pieces(const Curve& curve, const Scale& x, const Scale& y)
{
    std::vector<std::vector<std::pair<double, double>>> all(1);
    const std::size_t count = std::min(curve.x.size(), curve.y.size());
    for (std::size_t i = 0; i < count;) {
        if (!y.shows(curve.y[i]) || !std::isfinite(curve.x[i])) {
            if (!all.back().empty())
                all.emplace_back();
            ++i;
            continue;
        }
        const double column = std::floor(x.at(curve.x[i]));
        std::size_t last = i, least = i, most = i;
        for (std::size_t k = i; k < count && y.shows(curve.y[k]) && std::floor(x.at(curve.x[k])) == column; ++k) {
            last = k;
            least = curve.y[k] < curve.y[least] ? k : least;
            most = curve.y[k] > curve.y[most] ? k : most;
        }
        std::vector<std::size_t> kept{i, std::min(least, most), std::max(least, most), last};
        kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
        for (const std::size_t k : kept)
            all.back().emplace_back(x.at(curve.x[k]),
                                    std::clamp(y.at(curve.y[k]), std::min(y.from, y.to) - 1, std::max(y.from, y.to)));
        i = last + 1;
    }
    return all;
}

std::string strokeOf(const Curve& curve, const Scale& x, const Scale& y, const Paper& paper)
{
    const std::string& color =
        curve.stroke == Stroke::Dashed ? paper.muted : paper.series[std::size_t(curve.color) % paper.series.size()];
    std::string svg;
    if (curve.stroke == Stroke::Points) {
        for (std::size_t i = 0; i < std::min(curve.x.size(), curve.y.size()); ++i)
            if (y.shows(curve.y[i]))
                svg += "<circle cx=\"" + exact(x.at(curve.x[i])) + "\" cy=\"" + exact(y.at(curve.y[i])) +
                       "\" r=\"1.8\" fill=\"" + color + "\" fill-opacity=\"0.45\"/>";
        return svg;
    }
    const char* width = curve.stroke == Stroke::Thick ? "2.75" : curve.stroke == Stroke::Faint ? "1" : "1.25";
    for (const auto& piece : pieces(curve, x, y)) {
        std::string points;
        for (const auto& [px, py] : piece)
            points += exact(px) + "," + exact(py) + " ";
        if (piece.size() == 1)
            svg += "<circle cx=\"" + exact(piece[0].first) + "\" cy=\"" + exact(piece[0].second) +
                   "\" r=\"2.5\" fill=\"" + color + "\"/>";
        else if (!piece.empty())
            svg += "<polyline fill=\"none\" stroke=\"" + color + "\" stroke-width=\"" + width +
                   (curve.stroke == Stroke::Faint ? "\" stroke-linejoin=\"bevel\" stroke-opacity=\"0.18\""
                                                  : "\" stroke-linejoin=\"round\"") +
                   (curve.stroke == Stroke::Dashed ? " stroke-dasharray=\"4 4\"" : "") + " points=\"" + points + "\"/>";
    }
    return svg;
}

struct Label {
    double y = 0;
    std::string name, value, color;
};

// Names at the ends of lines, pushed apart so that none covers another.
std::string labelsOf(const Curves& content, const Scale& x, const Scale& y, const Paper& paper, double room)
{
    std::vector<Label> labels;
    for (const Curve& curve : content.curves) {
        if (curve.name.empty() || curve.y.empty())
            continue;
        auto last = std::find_if(curve.y.rbegin(), curve.y.rend(), [&](double value) { return y.shows(value); });
        if (last == curve.y.rend())
            continue;
        labels.push_back({std::clamp(y.at(*last), y.to, y.from), curve.name,
                          content.share ? std::string() : debug::figure(*last),
                          paper.series[std::size_t(curve.color) % paper.series.size()]});
    }
    std::ranges::stable_sort(labels, {}, &Label::y);
    const double each = content.share ? 16 : 30;
    for (std::size_t i = 1; i < labels.size(); ++i)
        labels[i].y = std::max(labels[i].y, labels[i - 1].y + each);
    // Those that were pushed below the picture come up again.
    double floor = y.from - each + 26;
    for (std::size_t i = labels.size(); i-- > 0;) {
        labels[i].y = std::min(labels[i].y, floor);
        floor = labels[i].y - each;
    }
    std::string svg;
    for (const Label& label : labels) {
        svg += lineAt(x.to + 8, label.y - 1, x.to + 18, label.y - 1, label.color, 2.5);
        svg += textAt(x.to + 24, label.y + 3, fitted(label.name, room - 26), paper.text);
        if (!label.value.empty())
            svg += textAt(x.to + 24, label.y + 17, label.value, paper.muted);
    }
    return svg;
}

std::string marksOf(const Curves& content, const Scale& x, const Scale& y, const Paper& paper)
{
    std::string svg;
    std::vector<double> ends; // of the rows of texts above the picture
    std::vector<Mark> marks = content.marks;
    std::ranges::stable_sort(marks, {}, &Mark::x);
    for (const Mark& mark : marks) {
        if (mark.x < x.low || mark.x > x.high)
            continue;
        const double place = x.at(mark.x);
        const bool found = mark.kind == MarkKind::Finding;
        const std::string& color = found ? paper.found : mark.kind == MarkKind::Edit ? paper.accent : paper.muted;
        svg += lineAt(place, y.to - 4, place, y.from, color, 1,
                      mark.kind == MarkKind::Best ? "1 3"
                      : found                     ? "5 3"
                                                  : "");
        const std::string text = (found ? "▲ " : "") + mark.text;
        const double wide = widthOf(text);
        const double from = std::clamp(place - wide / 2, x.from, std::max(x.from, x.to - wide));
        std::size_t row = 0;
        while (row < ends.size() && ends[row] > from - 6)
            ++row;
        if (row > 1)
            continue; // the line stays; its text has no room
        if (row == ends.size())
            ends.push_back(0);
        ends[row] = from + wide;
        svg += textAt(from, y.to - 8 - 13 * double(row), text, color);
    }
    return svg;
}

}

std::string drawn(const Curves& content, const Chart& chart, const Paper& paper, double width, double height)
{
    const curves::Box box = curves::boxOf(content);
    double room = 0;
    for (const Curve& curve : content.curves)
        if (!curve.name.empty())
            room = std::max(room, std::min(150.0, std::max(widthOf(curve.name), 56.0) + 30));
    const double top = content.marks.empty() ? 34 : 54;
    const Scale x{content.share ? 0 : box.xLow, content.share ? 1 : box.xHigh, 56, width - std::max(14.0, room)};
    const Scale y = curves::upOf(content, box, height - 42, top);
    std::string svg = axesOf(x, y, chart, paper);
    if (content.zero && y.low < 0 && y.high > 0)
        svg += lineAt(x.from, y.at(0), x.to, y.at(0), paper.muted);
    svg += curves::marksOf(content, x, y, paper);
    for (const Curve& curve : content.curves)
        svg += curves::strokeOf(curve, x, y, paper);
    return svg + curves::labelsOf(content, x, y, paper, room);
}

}
