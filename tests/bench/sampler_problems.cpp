// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/sampler_problems.h"

#include "core/base/json.h"
#include "tests/support/tuning_tables.h"

#include <cmath>
#include <numbers>

namespace bench {

using core::base::Object;
using core::base::Result;

namespace {

double at(const Object& point, const std::string& path)
{
    return point.find(path)->toReal();
}

std::string boxOf(int dimensions, double low, double high)
{
    std::string text;
    for (int i = 0; i < dimensions; ++i)
        text += (i ? ", " : "") + std::string("{\"path\": \"x") + std::to_string(i) +
                "\", \"min\": " + std::to_string(low) + ", \"max\": " + std::to_string(high) + "}";
    return text;
}

// How far above its minimum a function is; the same in peer.py.
double branin(const Object& point)
{
    constexpr double pi = std::numbers::pi;
    const double x = at(point, "x0"), y = at(point, "x1");
    return std::pow(y - 5.1 / (4 * pi * pi) * x * x + 5 / pi * x - 6, 2) + 10 * (1 - 1 / (8 * pi)) * std::cos(x) + 10 -
           0.39788735772973816;
}

double hartmann6(const Object& point)
{
    constexpr double a[4][6] = {
        {10, 3, 17, 3.5, 1.7, 8}, {0.05, 10, 17, 0.1, 8, 14}, {3, 3.5, 1.7, 10, 17, 8}, {17, 8, 0.05, 10, 0.1, 14}};
    constexpr double p[4][6] = {{1312, 1696, 5569, 124, 8283, 5886},
                                {2329, 4135, 8307, 3736, 1004, 9991},
                                {2348, 1451, 3522, 2883, 3047, 6650},
                                {4047, 8828, 8732, 5743, 1091, 381}};
    constexpr double alpha[4] = {1, 1.2, 3, 3.2};
    double sum = 3.322368011415512;
    for (int i = 0; i < 4; ++i) {
        double inner = 0;
        for (int j = 0; j < 6; ++j)
            inner += a[i][j] * std::pow(at(point, "x" + std::to_string(j)) - 1e-4 * p[i][j], 2);
        sum -= alpha[i] * std::exp(-inner);
    }
    return sum;
}

double ackley10(const Object& point)
{
    double squares = 0, waves = 0;
    for (int i = 0; i < 10; ++i) {
        const double x = at(point, "x" + std::to_string(i)) - 3;
        squares += x * x / 10;
        waves += std::cos(2 * std::numbers::pi * x) / 10;
    }
    return -20 * std::exp(-0.2 * std::sqrt(squares)) - std::exp(waves) + 20 + std::numbers::e;
}

double rosenbrock5(const Object& point)
{
    double sum = 0;
    for (int i = 0; i < 4; ++i) {
        const double x = at(point, "x" + std::to_string(i)), y = at(point, "x" + std::to_string(i + 1));
        sum += 100 * std::pow(y - x * x, 2) + std::pow(1 - x, 2);
    }
    const std::string &a = point.find("a")->text(), &b = point.find("b")->text();
    return sum * (a == "p" ? 1 : a == "q" ? 1.5 : 3) + (b == "v" ? 5 : 0) + (a == "p" ? 2 : a == "q" ? 0 : 1);
}

// The second set: held out while settings were chosen.
double camel(const Object& point)
{
    const double x = at(point, "x0"), y = at(point, "x1");
    return (4 - 2.1 * x * x + std::pow(x, 4) / 3) * x * x + x * y + (4 * y * y - 4) * y * y + 1.0316284534898774;
}

double hartmann3(const Object& point)
{
    constexpr double a[4][3] = {{3, 10, 30}, {0.1, 10, 35}, {3, 10, 30}, {0.1, 10, 35}};
    constexpr double p[4][3] = {{3689, 1170, 2673}, {4699, 4387, 7470}, {1091, 8732, 5547}, {381, 5743, 8828}};
    constexpr double alpha[4] = {1, 1.2, 3, 3.2};
    double sum = 3.86278214782076;
    for (int i = 0; i < 4; ++i) {
        double inner = 0;
        for (int j = 0; j < 3; ++j)
            inner += a[i][j] * std::pow(at(point, "x" + std::to_string(j)) - 1e-4 * p[i][j], 2);
        sum -= alpha[i] * std::exp(-inner);
    }
    return sum;
}

double levy6(const Object& point)
{
    constexpr double pi = std::numbers::pi;
    const auto w = [&](int i) { return 1 + (at(point, "x" + std::to_string(i)) - 1) / 4; };
    double sum = std::pow(std::sin(pi * w(0)), 2);
    for (int i = 0; i < 5; ++i)
        sum += std::pow(w(i) - 1, 2) * (1 + 10 * std::pow(std::sin(pi * w(i) + 1), 2));
    return sum + std::pow(w(5) - 1, 2) * (1 + std::pow(std::sin(2 * pi * w(5)), 2));
}

double styblinski5(const Object& point)
{
    double sum = 5 * 39.16616570377142;
    for (int i = 0; i < 5; ++i) {
        const double x = at(point, "x" + std::to_string(i));
        sum += (std::pow(x, 4) - 16 * x * x + 5 * x) / 2;
    }
    return sum;
}

// Shaped as losses over rate, decay, layers and optimizer are.
double rates4(const Object& point)
{
    struct Kind {
        double best, width, floor;
    };
    const std::string& name = point.find("optimizer")->text();
    const Kind kind = name == "sgd" ? Kind{-1, 0.8, 0.1} : name == "adam" ? Kind{-2.6, 0.5, 0} : Kind{-3.2, 0.4, 0.05};
    const double layers = at(point, "layers");
    const double off = (std::log10(at(point, "lr")) - kind.best) / kind.width + 0.15 * (layers - 3);
    return kind.floor + 1 - std::exp(-off * off / 2) + 0.03 * std::pow(std::log10(at(point, "weight_decay")) + 3.5, 2) +
           0.02 * std::pow(layers - 4, 2);
}

}

Result<std::vector<SamplerProblem>> samplerProblems()
{
    std::vector<SamplerProblem> all{
        {"branin", R"({"path": "x0", "min": -5, "max": 10}, {"path": "x1", "min": 0, "max": 15})", branin},
        {"hartmann6", boxOf(6, 0, 1), hartmann6},
        {"ackley10", boxOf(10, -32.768, 32.768), ackley10},
        {"rosenbrock5",
         boxOf(5, -2, 2) + R"(, {"path": "a", "values": ["p", "q", "r"]}, {"path": "b", "values": ["u", "v"]})",
         rosenbrock5},
        {"camel", R"({"path": "x0", "min": -3, "max": 3}, {"path": "x1", "min": -2, "max": 2})", camel, true},
        {"hartmann3", boxOf(3, 0, 1), hartmann3, true},
        {"levy6", boxOf(6, -10, 10), levy6, true},
        {"styblinski5", boxOf(5, -5, 5), styblinski5, true},
        {"rates4", R"({"path": "lr", "min": 1e-5, "max": 1, "scale": "log"},
            {"path": "weight_decay", "min": 1e-6, "max": 1e-1, "scale": "log"},
            {"path": "layers", "type": "integer", "min": 1, "max": 8},
            {"path": "optimizer", "values": ["sgd", "adam", "rmsprop"]})",
         rates4, true}};
    CORE_TRY(tables, tests::readTuningTables());
    for (const auto& [name, table] : tables.object()) {
        const std::string list = core::base::writeJson(table["parameters"]);
        const tests::RecordedTable recorded(table);
        all.push_back(
            {name, list.substr(1, list.size() - 2), [recorded](const Object& point) { return recorded.at(point); }});
    }
    return all;
}

}
