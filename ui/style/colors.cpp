// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/style/theme.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace ui::style {

namespace {

QColor rgb(unsigned value)
{
    return QColor::fromRgb(value);
}

QColor mix(const QColor& a, const QColor& b, double t)
{
    const auto part = [t](int x, int y) { return int(std::lround(x + (y - x) * t)); };
    return {part(a.red(), b.red()), part(a.green(), b.green()), part(a.blue(), b.blue())};
}

/// Okabe and Ito, "Color Universal Design" (2008), without vermilion, which is kept for problems. Yellow is darker on
/// white paper, blue and green are lighter on black.
constexpr std::array<unsigned, 7> lightRuns{0x0072B2, 0x009E73, 0xE69F00, 0xCC79A7, 0x56B4E9, 0xB8A000, 0x1F2328};
constexpr std::array<unsigned, 7> darkRuns{0x56B4E9, 0x2DBE94, 0xE69F00, 0xCC79A7, 0x4C8DD0, 0xF0E442, 0xE6E8EB};

constexpr std::array<unsigned, 10> lightClasses{0x0072B2, 0xD98E00, 0x009E73, 0xCC79A7, 0x56B4E9,
                                                0xB8A000, 0x1F2328, 0x7A5CA8, 0x8B5A2B, 0x6B7078};
constexpr std::array<unsigned, 10> darkClasses{0x56B4E9, 0xE69F00, 0x2DBE94, 0xCC79A7, 0x4C8DD0,
                                               0xF0E442, 0xE6E8EB, 0xA68BD6, 0xC08A55, 0x9AA1AB};

/// viridis (Smith and van der Walt, 2015), every thirteenth or fourteenth of its 256 colours.
constexpr std::array<unsigned, 20> viridis{0x440154, 0x481567, 0x482677, 0x453781, 0x404788, 0x39568C, 0x33638D,
                                           0x2D708E, 0x287D8E, 0x238A8D, 0x1F968B, 0x20A387, 0x29AF7F, 0x3CBB75,
                                           0x55C667, 0x73D055, 0x95D840, 0xB8DE29, 0xDCE319, 0xFDE725};

template <std::size_t N>
QColor pick(const std::array<unsigned, N>& table, int i)
{
    return rgb(table[std::size_t(i < 0 ? 0 : i) % N]);
}

/// Relative luminance of WCAG 2.1.
double luminance(const QColor& color)
{
    const auto linear = [](double v) { return v <= 0.03928 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4); };
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF());
}

}

double contrast(const QColor& a, const QColor& b)
{
    const double x = luminance(a), y = luminance(b);
    return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

QColor Theme::readable(QColor color) const
{
    for (int i = 0; i < 40; ++i) {
        if (contrast(color, ground) >= 4.6 && contrast(color, surface) >= 4.6)
            break;
        color = mix(color, text, 0.06);
    }
    return color;
}

QColor Theme::run(int i) const
{
    return i < 0 ? axis : dark ? pick(darkRuns, i) : pick(lightRuns, i);
}

QColor Theme::runText(int i) const
{
    return i < 0 ? muted : i % int(lightRuns.size()) == 1 ? branchText : readable(run(i));
}

QColor Theme::classColor(int i) const
{
    return dark ? pick(darkClasses, i) : pick(lightClasses, i);
}

QColor Theme::classGround(int i) const
{
    if (i == 0 || i == 1)
        return dark ? rgb(i == 0 ? 0x22455F : 0x5D421A) : rgb(i == 0 ? 0xA9D0EA : 0xF8D29C);
    return mix(ground, classColor(i), dark ? 0.34 : 0.38);
}

QColor Theme::sequential(double t) const
{
    const double x = std::clamp(std::isnan(t) ? 0.0 : t, 0.0, 1.0) * (viridis.size() - 1);
    const auto i = std::min(std::size_t(x), viridis.size() - 2);
    return mix(rgb(viridis[i]), rgb(viridis[i + 1]), x - double(i));
}

QColor Theme::diverging(double t) const
{
    const double x = std::clamp(std::isnan(t) ? 0.0 : t, -1.0, 1.0);
    return mix(ground, classGround(x < 0 ? 0 : 1), std::abs(x));
}

}
