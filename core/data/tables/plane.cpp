// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/plane.h"

#include <algorithm>

namespace core::data {

namespace {

constexpr std::int64_t maxPlaneRows = 20'000'000;

}

base::Draw planeDraw(const std::string& name, std::uint64_t seed)
{
    return base::Draw(seed, "data/" + name);
}

base::Result<std::int64_t> planeRows(const SourceRequest& request, std::int64_t fallback, std::int64_t classes)
{
    const std::int64_t rows = request.data.rows.value_or(fallback);
    if (rows < classes || rows > maxPlaneRows)
        return base::Error{base::ErrorKind::Spec, std::to_string(rows) + " rows cannot be made", "/data/rows",
                           "From one for each of the " + std::to_string(classes) + " classes to " +
                               std::to_string(maxPlaneRows)};
    if (request.data.task != "auto" && request.data.task != "classification")
        return base::Error{base::ErrorKind::Spec, "this generator makes classes, not " + request.data.task,
                           "/data/task", "Leave the task out, or use a file with a column of numbers to predict"};
    return rows;
}

base::Result<Loaded> loadPlane(const PlaneSet& set, const SourceRequest& request)
{
    const std::vector<std::string>& chosen = request.data.features;
    std::vector<std::string> features = chosen.empty() ? std::vector<std::string>{"x", "y"} : chosen;
    for (std::size_t i = 0; i < features.size(); ++i)
        if (features[i] != "x" && features[i] != "y")
            return base::Error{base::ErrorKind::Spec, set.name + " has no feature \"" + features[i] + "\"",
                               "/data/features/" + std::to_string(i), "It has x and y"};
    const std::int64_t rows = std::int64_t(set.points.size()), width = std::int64_t(features.size());
    Loaded loaded;
    loaded.info = {.name = set.name,
                   .task = "classification",
                   .rows = rows,
                   .inputShape = {width},
                   .features = features,
                   .origins = features,
                   .classes = set.classes,
                   .target = "class"};
    loaded.inputs = tensor::empty({rows, width});
    loaded.targets = tensor::empty({rows}, at::kLong);
    float* input = loaded.inputs.mutable_data_ptr<float>();
    std::int64_t* target = loaded.targets.mutable_data_ptr<std::int64_t>();
    const base::Draw draw = planeDraw(set.name, set.seed), jitter = draw.within(1);
    for (const std::int64_t place : base::permutation(rows, draw.within(2))) {
        const PlanePoint& point = set.points[std::size_t(place)];
        const double x = point.x + set.noise * jitter.normal(2 * std::uint64_t(place));
        const double y = point.y + set.noise * jitter.normal(2 * std::uint64_t(place) + 1);
        for (const std::string& feature : features)
            *input++ = float(feature == "x" ? x : y);
        *target++ = point.label;
    }
    return loaded;
}

}
