// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/fields.h"
#include "core/session/session.h"

#include <array>

namespace core::session {

class SweepSet;

/// A loss over two weights, on a grid of points from corner to corner.
struct LossSurface {
    std::string xName, yName;
    double left = 0, right = 1, bottom = 0, top = 1;
    int width = 0, height = 0;
    std::vector<float> loss; ///< row-major, the lowest row first
    double minX = 0, minY = 0, minLoss = 0;

    double xAt(int column) const { return left + (right - left) * column / (width - 1); }
    double yAt(int row) const { return bottom + (top - bottom) * row / (height - 1); }
};

/// Where an optimizer went: x, y and the loss there, before each update and after the last that is known.
struct DescentPath {
    std::string name, note;
    std::string run = {}; ///< its folder; empty: none was recorded
    std::vector<std::array<double, 3>> points = {};
};

struct Descent {
    LossSurface landscape;
    std::vector<DescentPath> paths;
};

/// The paths that the runs of an optimizer comparison took, on the surface of their training rows.
base::Result<Descent> descentOf(const SweepSet& set, const Going& going = {});

/// A surface given by a formula.
struct ToySurface {
    std::string kind, title, formula, help;
    double left, right, bottom, top;
    double startX, startY;
    double (*loss)(double x, double y);
    std::array<double, 2> (*slope)(double x, double y);
};
const std::vector<ToySurface>& toySurfaces();

/// What walks down it, and how.
struct ToySettings {
    std::string surface = "rosenbrock";
    std::vector<std::string> methods{"batch", "mini_batch", "stochastic", "momentum", "adam"};
    std::optional<double> startX, startY;
    double lr = 0.001;
    double adaptiveLr = 0.1;
    double momentum = 0.9;
    double noise = 1;
    std::int64_t miniBatch = 32;
    std::int64_t updates = 300;
    std::int64_t seed = 0;
};
const base::Fields<ToySettings>& toyFields();
/// The optimizers that a training has, on that surface; nothing is recorded.
base::Result<Descent> descend(const ToySettings& settings);

base::Value toValue(const Descent& descent);

}
