// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/ticks.h"

#include <QStringList>

#include <algorithm>
#include <array>
#include <cmath>

namespace ui::plots {

namespace {

const QChar space(0x00A0); ///< before a unit
const QChar minus(0x2212);

/// `value` with `decimals` places and a real minus.
QString fixed(double value, int decimals)
{
    const QString text = QString::number(std::abs(value), 'f', decimals);
    return value < 0 && text.toDouble() != 0 ? minus + text : text;
}

QString shortest(double value)
{
    const QString text = QString::number(std::abs(value), 'g', 10);
    return value < 0 ? minus + text : text;
}

QString exponential(double value)
{
    const int exponent = int(std::floor(std::log10(std::abs(value)) + 1e-9));
    return shortest(value / std::pow(10.0, exponent)) + QLatin1Char('e') + QString::number(exponent);
}

/// The smallest of 1, 2, 2.5, 5 × 10ⁿ that is not much below `rough`: a tick more than asked for is better than half of
/// them.
double niceStep(double rough, bool whole)
{
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    for (const double factor : {1.0, 2.0, 2.5, 5.0, 10.0}) {
        const double step = factor * power;
        if (step >= 0.85 * rough && (!whole || (step >= 1 && std::abs(step - std::round(step)) < 1e-9)))
            return step;
    }
    return whole ? 1 : 10 * power;
}

int decimalsOf(double step)
{
    for (int decimals = 0; decimals < 12; ++decimals) {
        const double scaled = step * std::pow(10.0, decimals);
        if (std::abs(scaled - std::round(scaled)) < 1e-6 * scaled)
            return decimals;
    }
    return 12;
}

/// Names for multiples of `step`: all in the same unit and with the same places, but `1 k` and not `1.00 k`.
QString linearLabel(double value, double step, double largest)
{
    if (std::abs(value) < step * 1e-6)
        return QStringLiteral("0");
    if (largest < 1e-3 || largest >= 1e12)
        return exponential(std::round(value / step) * step);
    for (const auto& [unit, size] : {std::pair{'G', 1e9}, std::pair{'M', 1e6}, std::pair{'k', 1e3}})
        if (std::abs(value) >= size * (1 - 1e-9) && step >= size * 1e-3)
            return shortest(std::round(value / step) * step / size) + space + QLatin1Char(unit);
    return fixed(value, decimalsOf(step));
}

/// 1, 2 and 5 times powers of ten in [lo, hi].
std::vector<double> oneTwoFive(double lo, double hi)
{
    std::vector<double> values;
    for (int e = int(std::floor(std::log10(lo))) - 1; e <= int(std::ceil(std::log10(hi))) + 1; ++e)
        for (const double factor : {1.0, 2.0, 5.0})
            if (const double value = factor * std::pow(10.0, e); value >= lo * (1 - 1e-9) && value <= hi * (1 + 1e-9))
                values.push_back(value);
    return values;
}

}

QString tickLabel(double value)
{
    if (value == 0)
        return QStringLiteral("0");
    const double size = std::abs(value);
    if (size < 0.0099 || size >= 1e12)
        return exponential(value);
    return linearLabel(value, std::pow(10.0, std::floor(std::log10(size) + 1e-9)), size);
}

std::vector<Tick> linearTicks(double lo, double hi, int count, ValueFormat format, bool whole)
{
    if (!(lo < hi) || !std::isfinite(hi - lo))
        return {};
    if (format == ValueFormat::Percent) {
        std::vector<Tick> ticks = linearTicks(100 * lo, 100 * hi, count);
        for (Tick& tick : ticks)
            tick = {tick.value / 100, tick.label + space + QLatin1Char('%')};
        return ticks;
    }
    const double step = niceStep((hi - lo) / std::max(1, count), whole);
    const double slack = 1e-6 * step, largest = std::max(std::abs(lo), std::abs(hi));
    std::vector<Tick> ticks;
    for (double k = std::ceil((lo - slack) / step); k * step <= hi + slack && ticks.size() < 200; ++k)
        ticks.push_back({k * step, linearLabel(k * step, step, largest)});
    return ticks;
}

std::vector<Tick> logTicks(double lo, double hi, int count, ValueFormat format)
{
    if (!(lo > 0) || !(lo < hi) || !std::isfinite(hi))
        return {};
    if (hi / lo < 2)
        return linearTicks(lo, hi, count, format);
    const auto label = [format](double v) {
        return format == ValueFormat::Percent ? tickLabel(100 * v) + space + QLatin1Char('%') : tickLabel(v);
    };
    std::vector<Tick> ticks;
    if (const std::vector<double> fine = oneTwoFive(lo, hi); hi / lo < 120 && int(fine.size()) <= std::max(count, 4)) {
        for (const double value : fine)
            ticks.push_back({value, label(value)});
        return ticks;
    }
    const int first = int(std::ceil(std::log10(lo) - 1e-9)), last = int(std::floor(std::log10(hi) + 1e-9));
    const int every = std::max(1, int(std::ceil(double(last - first + 1) / std::max(2, count))));
    for (int e = first; e <= last; ++e)
        ticks.push_back({std::pow(10.0, e), (last - e) % every ? QString() : label(std::pow(10.0, e))});
    return ticks;
}

std::vector<Tick> timeTicks(double lo, double hi, int count)
{
    if (!(lo < hi) || !std::isfinite(hi - lo))
        return {};
    static constexpr std::array<double, 21> steps{1,     2,     5,     10,    15,     30,     60,
                                                  120,   300,   600,   900,   1800,   3600,   7200,
                                                  10800, 21600, 43200, 86400, 172800, 432000, 864000};
    const double rough = (hi - lo) / std::max(1, count);
    if (rough < 1) {
        std::vector<Tick> ticks = linearTicks(lo, hi, count);
        for (Tick& tick : ticks)
            tick.label += space + QStringLiteral("s");
        return ticks;
    }
    const auto found = std::lower_bound(steps.begin(), steps.end(), rough);
    const double step = found == steps.end() ? niceStep(rough / 86400, true) * 86400 : *found;
    const auto [size, unit] = step >= 86400  ? std::pair{86400.0, "d"}
                              : step >= 3600 ? std::pair{3600.0, "h"}
                              : step >= 60   ? std::pair{60.0, "min"}
                                             : std::pair{1.0, "s"};
    // Seconds beyond two minutes and minutes beyond two hours are read badly: `1:30 min`.
    std::vector<Tick> ticks;
    for (double k = std::ceil(lo / step - 1e-6); k * step <= hi * (1 + 1e-9) && ticks.size() < 200; ++k) {
        const double value = k * step;
        const double shown = size == 1 && hi > 120 ? value / 60 : size == 60 && hi > 7200 ? value / 3600 : -1;
        QString text = shortest(value / size);
        if (shown >= 0)
            text = QStringLiteral("%1:%2")
                       .arg(int(shown))
                       .arg(int(std::lround((shown - std::floor(shown)) * 60)), 2, 10, QLatin1Char('0'));
        const char* name = shown < 0 ? unit : size == 1 ? "min" : "h";
        ticks.push_back({value, value == 0 ? QStringLiteral("0") : text + space + QLatin1String(name)});
    }
    return ticks;
}

Range niceRange(double lo, double hi, bool log, int count, ValueFormat format)
{
    if (log) {
        if (hi / lo < 1.0001)
            return {lo / 2, hi * 2};
        const double room = std::pow(hi / lo, 0.06), low = lo / room, high = hi * room;
        if (hi / lo < 2)
            return {low, high};
        // A tick that is close beyond the end ends the axis.
        const std::vector<double> below = oneTwoFive(low / 1.3, low), above = oneTwoFive(high, high * 1.3);
        return {below.empty() ? low : below.back(), above.empty() ? high : above.front()};
    }
    if (hi - lo <= 1e-12 * std::max(std::abs(lo), std::abs(hi))) {
        const double room = lo == 0 ? 1 : 0.1 * std::abs(lo);
        return {lo - room, hi + room};
    }
    const double unit = format == ValueFormat::Percent ? 100 : 1;
    const double step = niceStep((hi - lo) * unit / std::max(1, count), false) / unit;
    Range range{std::floor(lo / step + 1e-6) * step, std::ceil(hi / step - 1e-6) * step};
    // More than half a step of empty ground is wasted: stop close to the data.
    if (lo - range.lo > 0.55 * step)
        range.lo = lo - 0.1 * step;
    if (range.hi - hi > 0.55 * step)
        range.hi = hi + 0.1 * step;
    return range;
}

}
