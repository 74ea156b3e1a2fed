// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/descent.h"

#include <cmath>

namespace core::session {

const std::vector<ToySurface>& toySurfaces()
{
    static const std::vector<ToySurface> all{
        {"rosenbrock", "Banana valley", "(1 − x)² + 20 (y − x²)²",
         "A bent valley with a flat floor: into it is easy, along it is slow (after Rosenbrock 1960).", -1.8, 1.8, -0.8,
         2.6, -1.4, 0.2, [](double x, double y) { return (1 - x) * (1 - x) + 20 * (y - x * x) * (y - x * x); },
         [](double x, double y) {
             return std::array{-2 * (1 - x) - 80 * x * (y - x * x), 40 * (y - x * x)};
         }},
        {"bowl", "Long bowl", "½ (x² + 20 y²)",
         "Twenty times as steep across as along: plain descent zigzags, momentum evens it out.", -11, 3, -3, 3, -10, 2,
         [](double x, double y) { return 0.5 * (x * x + 20 * y * y); },
         [](double x, double y) {
             return std::array{x, 20 * y};
         }},
        {"beale", "Flat valley", "(1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²",
         "Steep walls around a nearly flat floor (Beale 1958): rates that are right on one are wrong on the other.", -1,
         4.2, -1.6, 1.6, 1, 1.2,
         [](double x, double y) {
             const double a = 1.5 - x + x * y, b = 2.25 - x + x * y * y, c = 2.625 - x + x * y * y * y;
             return a * a + b * b + c * c;
         },
         [](double x, double y) {
             const double a = 1.5 - x + x * y, b = 2.25 - x + x * y * y, c = 2.625 - x + x * y * y * y;
             return std::array{2 * a * (y - 1) + 2 * b * (y * y - 1) + 2 * c * (y * y * y - 1),
                               2 * a * x + 4 * b * x * y + 6 * c * x * y * y};
         }},
        {"himmelblau", "Four valleys", "(x² + y − 11)² + (x + y² − 7)²",
         "Four minima as low as each other: where one ends depends on start, noise and momentum (Himmelblau 1972).", -5,
         5, -5, 5, -0.3, -0.9,
         [](double x, double y) {
             const double a = x * x + y - 11, b = x + y * y - 7;
             return a * a + b * b;
         },
         [](double x, double y) {
             const double a = x * x + y - 11, b = x + y * y - 7;
             return std::array{4 * a * x + 2 * b, 2 * a + 4 * b * y};
         }},
        {"saddle", "Saddle", "½ x² − ½ y² + ¼ y⁴",
         "A pass between two valleys: exactly on the ridge plain descent stays on it, noise leads off.", -2.4, 2.4,
         -1.8, 1.8, -2, 0, [](double x, double y) { return 0.5 * x * x - 0.5 * y * y + 0.25 * y * y * y * y; },
         [](double x, double y) {
             return std::array{x, -y + y * y * y};
         }},
    };
    return all;
}

const base::Fields<ToySettings>& toyFields()
{
    static const auto all = [] {
        const auto positive = base::Real{.min = 0, .max = 1e6, .aboveMin = true, .log = true};
        std::vector<std::string> kinds;
        for (const ToySurface& surface : toySurfaces())
            kinds.push_back(surface.kind);
        base::Fields<ToySettings> made;
        made.add("surface", &ToySettings::surface, base::Choice{kinds},
                 {"The landscape that is walked down: a formula of two weights."});
        made.add("methods", &ToySettings::methods, std::make_shared<const base::List>(base::List{base::Text{}, 1, 20}),
                 {"batch, mini_batch and stochastic differ in the noise of the slope alone; any kind of optimizer "
                  "(adam, rmsprop, lion, …) may be named."});
        made.add("lr", &ToySettings::lr, positive,
                 {"The rate of the methods that follow the slope as it is.", "w ← w − lr · g",
                  "Short steps: it never arrives.", "Zigzags across the valley, or flies out of it."});
        made.add("adaptive_lr", &ToySettings::adaptiveLr, positive,
                 {"The rate of the methods that divide by the size of the slope: about the length of their steps.",
                  "w ← w − lr · m / √v", "Short steps.", "Circles around the minimum."});
        made.add("momentum", &ToySettings::momentum, base::Real{.min = 0, .max = 1, .belowMax = true},
                 {"The share of the last move that goes on, of the method momentum.", "b ← momentum · b + g",
                  "Zigzags like plain descent.", "Overshoots and swings."});
        made.add("noise", &ToySettings::noise, base::Real{.min = 0, .max = 1e6},
                 {"How much the slope of a single row differs from that of all: the standard deviation of stochastic.",
                  "g + noise / √batch · N(0, 1)"});
        made.add("mini_batch", &ToySettings::miniBatch, base::Int{1, 1'000'000},
                 {"Rows of each update of mini_batch: its noise is smaller by the root of it."}, {.unit = "rows"});
        made.add("updates", &ToySettings::updates, base::Int{1, 100'000}, {"Updates of every method."},
                 {.unit = "updates"});
        made.add("start_x", &ToySettings::startX, base::Real{.min = -1e3, .max = 1e3},
                 {"Where all begin. Empty: a place that shows what the surface is for."}, {.nullWord = "usual"});
        made.add("start_y", &ToySettings::startY, base::Real{.min = -1e3, .max = 1e3},
                 {"Where all begin. Empty: a place that shows what the surface is for."}, {.nullWord = "usual"});
        made.add("seed", &ToySettings::seed, base::Int{0, 1'000'000'000}, {"Of the noise."});
        return made;
    }();
    return all;
}

}
