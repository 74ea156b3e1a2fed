// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/rng.h"
#include "core/data/dataset.h"

namespace core::data {

/// A point of a two-dimensional classification set, before noise.
struct PlanePoint {
    double x = 0, y = 0;
    std::int64_t label = 0;
};

/// What a generator makes: points class by class; the rows of the data set are these in an order drawn from the seed.
struct PlaneSet {
    std::string name;
    std::vector<std::string> classes;
    std::vector<PlanePoint> points;
    double noise = 0; ///< standard deviation of a normal jitter of both coordinates
    std::uint64_t seed = 0;
};

/// The stream from which the generator `name` draws its points.
base::Draw planeDraw(const std::string& name, std::uint64_t seed);

/// How many rows to make: `request.data.rows`, else `fallback`. An error for fewer than one a class or for a task
/// other than classification.
base::Result<std::int64_t> planeRows(const SourceRequest& request, std::int64_t fallback, std::int64_t classes);

/// Features x and y (or what of them `request.data.features` names), targets the labels.
base::Result<Loaded> loadPlane(const PlaneSet& set, const SourceRequest& request);

}
