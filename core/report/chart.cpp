// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/chart.h"

#include "core/debug/figure.h"
#include "core/debug/html.h"
#include "core/report/axes.h"

#include <algorithm>

namespace core::report {

using debug::figure;
using debug::html::escaped;
using debug::html::exact;
using debug::html::rectangle;

namespace {

constexpr double head = 30;

std::string body(const Bars& content, const Paper& paper, double width)
{
    double most = 0, names = 40, values = 30;
    for (const Bars::Bar& bar : content.bars) {
        most = std::max(most, bar.value);
        names = std::max(names, widthOf(bar.name));
        values = std::max(values, widthOf(bar.text));
    }
    names = std::min(names, width * 0.36);
    const double left = names + 12, room = width - left - values - 12;
    std::string svg;
    double y = head;
    for (const Bars::Bar& bar : content.bars) {
        const double length = most > 0 ? room * std::max(0.0, bar.value) / most : 0;
        svg += textAt(names, y + 14, fitted(bar.name, names), paper.text, "end");
        svg += rectangle(left, y + 3, length, 14, paper.series[std::size_t(bar.color) % paper.series.size()],
                         bar.name + ": " + bar.text);
        svg += textAt(left + length + 6, y + 14, bar.text, paper.muted);
        y += 22;
    }
    return svg;
}

std::string body(const Histogram& content, const Chart& chart, const Paper& paper, double width, double height)
{
    const double most = content.counts.empty() ? 1 : std::max(1e-300, *std::ranges::max_element(content.counts));
    const Scale x{content.low, content.high > content.low ? content.high : content.low + 1, 56, width - 12};
    const Scale y{0, most * 1.05, height - 42, head};
    std::string svg = axesOf(x, y, chart, paper);
    const double part = (x.high - x.low) / double(std::max<std::size_t>(1, content.counts.size()));
    for (std::size_t i = 0; i < content.counts.size(); ++i) {
        const double low = x.low + part * double(i), top = y.at(content.counts[i]);
        svg += rectangle(x.at(low) + 0.5, top, x.at(low + part) - x.at(low) - 1, y.from - top, paper.series[0],
                         figure(low) + " to " + figure(low + part) + ": " + figure(content.counts[i]));
    }
    return svg;
}

// Each row by the share of its truth; the diagonal in the accent, the rest in the colour of what is wrong.
std::string body(const Confusion& content, const Paper& paper, double width)
{
    const std::size_t n = content.classes.size();
    double names = 40;
    for (const std::string& name : content.classes)
        names = std::max(names, widthOf(name));
    names = std::min(names, 150.0);
    const double side = std::clamp((width - names - 24) / double(std::max<std::size_t>(1, n)), 18.0, 84.0);
    const double high = std::clamp(side, 22.0, 40.0), left = names + 12, top = head + 22;
    std::string svg = textAt(left, head + 12, "predicted", paper.muted);
    for (std::size_t t = 0; t < n; ++t) {
        std::int64_t all = 0;
        for (std::size_t p = 0; p < n; ++p)
            all += content.counts[t * n + p];
        const double y = top + double(t) * high;
        svg += textAt(names, y + high / 2 + 4, fitted(content.classes[t], names), paper.text, "end");
        for (std::size_t p = 0; p < n; ++p) {
            const std::int64_t count = content.counts[t * n + p];
            const double share = all > 0 ? double(count) / double(all) : 0, x = left + double(p) * side;
            svg += "<rect x=\"" + exact(x) + "\" y=\"" + exact(y) + "\" width=\"" + exact(side - 1) + "\" height=\"" +
                   exact(high - 1) + "\" fill=\"" + (t == p ? paper.accent : paper.found) + "\" fill-opacity=\"" +
                   figure(count > 0 ? 0.10 + 0.5 * share : 0.03) + "\"><title>" +
                   escaped(content.classes[t] + " taken for " + content.classes[p] + ": " + std::to_string(count) +
                           " of " + std::to_string(all)) +
                   "</title></rect>";
            if (count > 0 && widthOf(std::to_string(count)) < side - 2)
                svg += textAt(x + (side - 1) / 2, y + high / 2 + 4, std::to_string(count), paper.text, "middle");
        }
    }
    for (std::size_t p = 0; p < n; ++p)
        svg += textAt(left + (double(p) + 0.5) * side, top + double(n) * high + 16,
                      fitted(content.classes[p], side - 2), paper.text, "middle");
    return svg;
}

struct Height {
    double operator()(const Bars& bars) const { return head + 22 * double(bars.bars.size()) + 8; }
    double operator()(const Confusion& matrix) const
    {
        const double n = double(std::max<std::size_t>(1, matrix.classes.size()));
        double names = 40;
        for (const std::string& name : matrix.classes)
            names = std::max(names, widthOf(name));
        const double side = std::clamp((width - std::min(names, 150.0) - 24) / n, 18.0, 84.0);
        return head + 22 + std::clamp(side, 22.0, 40.0) * n + 28;
    }
    double operator()(const Histogram&) const { return 220; }
    double operator()(const Curves&) const { return width > 600 ? 280 : 230; }
    double width;
};

}

const Paper& pagePaper()
{
    static const Paper paper{"var(--text)",
                             "var(--muted)",
                             "var(--line)",
                             "var(--found)",
                             "var(--accent)",
                             "var(--ground)",
                             {"var(--c0)", "var(--c1)", "var(--c2)", "var(--c3)", "var(--c4)", "var(--c5)"}};
    return paper;
}

const Paper& whitePaper()
{
    static const Paper paper{"#1F2328",
                             "#5A5F66",
                             "#D8D7D3",
                             "#B04600",
                             "#0072B2",
                             "#FFFFFF",
                             {"#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#B8A000"},
                             700,
                             340};
    return paper;
}

Picture svgOf(const Chart& chart, const Paper& paper)
{
    const double width = chart.wide ? paper.width : paper.half;
    const double height = std::visit(Height{width}, chart.content);
    std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + exact(width) + " " + exact(height) +
                      "\" role=\"img\" aria-label=\"" + escaped(chart.title) +
                      "\"><g font-size=\"12\" font-family=\"Inter, sans-serif\">";
    svg += textAt(0, 14, fitted(chart.title, width * 0.6), paper.text, "start", true);
    if (!chart.yTitle.empty())
        svg += textAt(std::min(width * 0.6, widthOf(chart.title) * 1.08) + 12, 14, chart.yTitle, paper.muted);
    if (const auto* bars = std::get_if<Bars>(&chart.content))
        svg += body(*bars, paper, width);
    else if (const auto* matrix = std::get_if<Confusion>(&chart.content))
        svg += body(*matrix, paper, width);
    else if (const auto* histogram = std::get_if<Histogram>(&chart.content))
        svg += body(*histogram, chart, paper, width, height);
    else
        svg += drawn(std::get<Curves>(chart.content), chart, paper, width, height);
    return {svg + "</g></svg>", width, height};
}

}
