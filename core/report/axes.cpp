// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/axes.h"

#include "core/debug/figure.h"
#include "core/debug/html.h"

#include <algorithm>
#include <cstdio>

namespace core::report {

using debug::html::escaped;
using debug::html::exact;

std::string textAt(double x, double y, const std::string& text, const std::string& fill, const std::string& anchor,
                   bool strong)
{
    return "<text x=\"" + exact(x) + "\" y=\"" + exact(y) + "\" fill=\"" + fill + "\"" +
           (anchor == "start" ? "" : " text-anchor=\"" + anchor + "\"") + (strong ? " font-weight=\"600\"" : "") + ">" +
           escaped(text) + "</text>";
}

std::string lineAt(double x1, double y1, double x2, double y2, const std::string& stroke, double width,
                   const std::string& dashes)
{
    return "<line x1=\"" + exact(x1) + "\" y1=\"" + exact(y1) + "\" x2=\"" + exact(x2) + "\" y2=\"" + exact(y2) +
           "\" stroke=\"" + stroke + "\" stroke-width=\"" + debug::figure(width) + "\"" +
           (dashes.empty() ? "" : " stroke-dasharray=\"" + dashes + "\"") + "/>";
}

double widthOf(const std::string& text)
{
    double width = 0;
    for (const char letter : text) {
        const auto code = static_cast<unsigned char>(letter);
        if ((code & 0xC0) == 0x80) // goes on with a letter
            continue;
        width += std::string_view("iljft.,:;|'!()[] ").find(letter) != std::string_view::npos ? 3.6
                 : letter == 'm' || letter == 'w' || (code >= 'A' && code <= 'Z')             ? 8.6
                                                                                              : 6.9;
    }
    return width;
}

std::string fitted(const std::string& text, double width)
{
    if (widthOf(text) <= width)
        return text;
    std::string cut = text;
    while (!cut.empty() && widthOf(cut) + 8 > width) {
        while (cut.size() > 1 && (static_cast<unsigned char>(cut.back()) & 0xC0) == 0x80)
            cut.pop_back();
        cut.pop_back();
    }
    return cut + "…";
}

std::vector<double> ticks(double low, double high, int wanted)
{
    if (!(high > low) || !std::isfinite(high - low))
        return {low};
    const double raw = (high - low) / std::max(1, wanted);
    const double power = std::pow(10, std::floor(std::log10(raw)));
    double step = 10 * power;
    for (const double part : {1., 2., 5.})
        if (part * power >= raw * 0.999) {
            step = part * power;
            break;
        }
    std::vector<double> all;
    const double first = std::ceil(low / step - 1e-9);
    for (double k = first; k * step <= high + step * 1e-9 && all.size() < 100; ++k)
        all.push_back(k == 0 ? 0 : k * step);
    return all;
}

std::vector<double> logTicks(double low, double high)
{
    if (!(low > 0) || !(high > low) || !std::isfinite(high))
        return {low};
    const int first = int(std::floor(std::log10(low))), last = int(std::ceil(std::log10(high)));
    const int every = std::max(1, (last - first) / 6);
    std::vector<double> all;
    for (int k = first; k <= last; ++k)
        for (const double part : {1., 2., 5.}) {
            const bool shown = part == 1 ? (k - first) % every == 0 : last - first <= 2;
            if (const double value = part * std::pow(10, k);
                shown && value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9))
                all.push_back(value);
        }
    return all;
}

std::string tickText(double value)
{
    const double size = std::abs(value);
    char text[32];
    if (size >= 1e6 || (size > 0 && size < 1e-3)) {
        std::snprintf(text, sizeof text, "%.3g", value);
        std::string plain = text;
        // `1e-04` → `1e-4`
        if (const auto e = plain.find('e'); e != plain.npos) {
            std::string power = plain.substr(e + 1);
            const bool minus = power.starts_with('-');
            power.erase(0, power.find_first_not_of("+-0"));
            plain = plain.substr(0, e) + "e" + (minus ? "-" : "") + power;
        }
        return plain;
    }
    if (size >= 1e4) {
        std::snprintf(text, sizeof text, "%.4g k", value / 1000);
        return text;
    }
    return debug::figure(value);
}

std::string axesOf(const Scale& x, const Scale& y, const Chart& chart, const Paper& paper)
{
    std::string svg;
    const std::vector<double> across =
        x.log ? logTicks(x.low, x.high) : ticks(x.low, x.high, int((x.to - x.from) / 64));
    const std::vector<double> up = y.log ? logTicks(y.low, y.high) : ticks(y.low, y.high, int((y.from - y.to) / 36));
    for (const double value : up) {
        const double place = y.at(value);
        svg += lineAt(x.from, place, x.to, place, paper.line);
        svg += textAt(x.from - 8, place + 4, tickText(value), paper.muted, "end");
    }
    for (const double value : across)
        svg += textAt(x.at(value), y.from + 18, tickText(value), paper.muted, "middle");
    svg += lineAt(x.from, y.from, x.to, y.from, paper.muted);
    if (!chart.xTitle.empty())
        svg += textAt(x.to, y.from + 34, chart.xTitle, paper.muted, "end");
    return svg;
}

}
