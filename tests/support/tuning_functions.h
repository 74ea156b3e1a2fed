// SPDX-License-Identifier: GPL-3.0-or-later
// Functions with known minima that strategies are tried on.
#pragma once

#include "core/tune/study.h"
#include "tests/support/tuning.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

namespace tests {

struct TuningFunction {
    std::string parameters;
    std::function<double(const core::base::Object&)> at;
    double minimum = 0;
};

inline double numberAt(const core::base::Object& point, const std::string& path)
{
    return point.find(path)->toReal();
}

inline std::string boxOf(int dimensions, double low, double high)
{
    std::string text;
    for (int i = 0; i < dimensions; ++i)
        text += (i ? ", " : "") + std::string("{\"path\": \"x") + std::to_string(i) +
                "\", \"min\": " + std::to_string(low) + ", \"max\": " + std::to_string(high) + "}";
    return "[" + text + "]";
}

inline double branin(const core::base::Object& point)
{
    constexpr double pi = std::numbers::pi;
    const double x = numberAt(point, "x"), y = numberAt(point, "y");
    return std::pow(y - 5.1 / (4 * pi * pi) * x * x + 5 / pi * x - 6, 2) + 10 * (1 - 1 / (8 * pi)) * std::cos(x) + 10;
}

inline double hartmann6(const core::base::Object& point)
{
    constexpr double a[4][6] = {
        {10, 3, 17, 3.5, 1.7, 8}, {0.05, 10, 17, 0.1, 8, 14}, {3, 3.5, 1.7, 10, 17, 8}, {17, 8, 0.05, 10, 0.1, 14}};
    constexpr double p[4][6] = {{1312, 1696, 5569, 124, 8283, 5886},
                                {2329, 4135, 8307, 3736, 1004, 9991},
                                {2348, 1451, 3522, 2883, 3047, 6650},
                                {4047, 8828, 8732, 5743, 1091, 381}};
    constexpr double alpha[4] = {1, 1.2, 3, 3.2};
    double sum = 0;
    for (int i = 0; i < 4; ++i) {
        double inner = 0;
        for (int j = 0; j < 6; ++j)
            inner += a[i][j] * std::pow(numberAt(point, "x" + std::to_string(j)) - 1e-4 * p[i][j], 2);
        sum += alpha[i] * std::exp(-inner);
    }
    return -sum;
}

/// A rate on a log scale, whole numbers, a category and a setting that one of its values has alone.
inline double mixedFunction(const core::base::Object& point)
{
    const std::string& kind = point.find("kind")->text();
    const double base = std::pow(std::log10(numberAt(point, "rate")) + 2.5, 2) +
                        0.1 * std::pow(double(point.find("layers")->toInt()) - 4, 2);
    return base + (kind == "a" ? 0.5 : kind == "b" ? 2 * std::abs(numberAt(point, "share") - 0.3) : 1.5);
}

inline TuningFunction tuningFunction(const std::string& name)
{
    if (name == "branin")
        return {R"([{"path": "x", "min": -5, "max": 10}, {"path": "y", "min": 0, "max": 15}])", branin,
                0.39788735772973816};
    if (name == "hartmann6")
        return {boxOf(6, 0, 1), hartmann6, -3.322368011415512};
    if (name == "sphere")
        return {boxOf(5, -5, 5),
                [](const core::base::Object& point) {
                    double sum = 0;
                    for (int i = 0; i < 5; ++i)
                        sum += std::pow(numberAt(point, "x" + std::to_string(i)) - 1, 2);
                    return sum;
                },
                0};
    return {R"([{"path": "rate", "min": 1e-6, "max": 1, "scale": "log"},
                {"path": "layers", "type": "integer", "min": 1, "max": 12}, {"path": "kind", "values": ["a", "b", "c"]},
                {"path": "share", "min": 0, "max": 1, "when": {"path": "kind", "values": ["b"]}}])",
            mixedFunction, 0};
}

/// How far the best of so many trials is from the minimum, for seeds 0 … n − 1, in ascending order.
inline std::vector<double> regretsOf(const std::string& strategy, const std::string& name, int trials, int seeds)
{
    const TuningFunction function = tuningFunction(name);
    std::vector<double> regrets;
    for (int seed = 0; seed < seeds; ++seed) {
        auto study = core::tune::Study::create(
            name, tuning(function.parameters,
                         "\"max_jobs\": " + std::to_string(trials) + ", \"seed\": " + std::to_string(seed) +
                             ", \"strategy\": " + (strategy.starts_with("{") ? strategy : "\"" + strategy + "\"")));
        REQUIRE(study);
        double best = std::numeric_limits<double>::infinity();
        for (int i = 0; i < trials; ++i) {
            const auto trial = study->ask();
            REQUIRE(trial);
            REQUIRE(*trial);
            const double value = function.at((*trial)->parameters);
            best = std::min(best, value);
            REQUIRE(study->tell((*trial)->number, {value}));
        }
        regrets.push_back(best - function.minimum);
    }
    std::ranges::sort(regrets);
    return regrets;
}

}
