// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/descent.h"

#include "core/session/sweep_set.h"
#include "core/store/run_record.h"
#include "core/train/engine.h"
#include "core/train/optimizer.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace core::session {

using base::Error;
using base::ErrorKind;
using base::Result;

namespace {

constexpr int gridColumns = 72, gridLines = 54;
constexpr std::size_t rowsLookedAt = 4096;

// The loss of a network with two weights, wherever those are put.
class Ground {
public:
    static Result<Ground> open(const base::Value& resolved)
    {
        Ground ground;
        CORE_TRY(engine, train::Engine::make(resolved, "cpu", nullptr, 1));
        ground.m_engine = std::move(engine);
        ground.m_weights = ground.m_engine->learner().weights();
        std::int64_t count = 0;
        for (const tensor::NamedTensor& weight : ground.m_weights)
            count += weight.tensor.numel();
        if (count != 2 || ground.m_weights.size() != 2)
            return Error{ErrorKind::Spec,
                         "has " + std::to_string(count) + " weights, and a surface in two dimensions needs two",
                         "/model", "Use linear on one feature and a number to predict: its weight and its bias"};
        std::vector<std::int64_t> rows = ground.m_engine->data().rows(data::SplitName::Train).all();
        rows.resize(std::min(rows.size(), rowsLookedAt));
        ground.m_batch = ground.m_engine->data().gather(rows);
        return ground;
    }

    double at(double x, double y)
    {
        m_weights[0].tensor.mutable_data_ptr<float>()[0] = float(x);
        m_weights[1].tensor.mutable_data_ptr<float>()[0] = float(y);
        at::NoGradGuard guard;
        const train::Learner& learner = m_engine->learner();
        return learner.loss().compute(m_engine->learner().predict(m_batch.input), m_batch.target).item<double>();
    }
    const std::string& name(std::size_t weight) const { return m_weights[weight].name; }

private:
    std::unique_ptr<train::Engine> m_engine;
    std::vector<tensor::NamedTensor> m_weights;
    data::Batch m_batch;
};

// Looks closer and closer around the lowest point so far.
template <class Loss>
void findLowest(LossSurface& land, Loss& loss)
{
    const auto lowest = std::ranges::min_element(land.loss) - land.loss.begin();
    double x = land.xAt(int(lowest % land.width)), y = land.yAt(int(lowest / land.width)), best = loss(x, y);
    double wide = (land.right - land.left) / land.width, high = (land.top - land.bottom) / land.height;
    for (int round = 0; round < 12; ++round, wide /= 3, high /= 3) {
        const double midX = x, midY = y;
        for (int i = -3; i <= 3; ++i)
            for (int j = -3; j <= 3; ++j)
                if (const double here = loss(midX + wide * i / 3, midY + high * j / 3); here < best) {
                    best = here;
                    x = midX + wide * i / 3;
                    y = midY + high * j / 3;
                }
    }
    land.minX = x, land.minY = y, land.minLoss = best;
}

template <class Loss>
bool survey(LossSurface& land, Loss& loss, const Going& going)
{
    land.width = gridColumns, land.height = gridLines;
    land.loss.reserve(std::size_t(gridColumns * gridLines));
    for (int row = 0; row < gridLines; ++row) {
        if (going && !going(row, gridLines))
            return false;
        for (int column = 0; column < gridColumns; ++column)
            land.loss.push_back(float(loss(land.xAt(column), land.yAt(row))));
    }
    findLowest(land, loss);
    return true;
}

// What the paths and the valley need: points far above the start are left outside.
void frameOf(LossSurface& land, const std::vector<DescentPath>& paths)
{
    const double high = 1.5 * paths.front().points.front()[2];
    std::array<double, 2> low{std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()},
        most{-low[0], -low[0]};
    for (const DescentPath& path : paths)
        for (const auto& point : path.points)
            for (std::size_t axis = 0; axis < 2 && point[2] <= high; ++axis) {
                low[axis] = std::min(low[axis], point[axis]);
                most[axis] = std::max(most[axis], point[axis]);
            }
    const auto padded = [](double from, double to) {
        const double more = std::max(0.18 * (to - from), 1e-3 * (1 + std::abs(to)));
        return std::pair{from - more, to + more};
    };
    std::tie(land.left, land.right) = padded(low[0], most[0]);
    std::tie(land.bottom, land.top) = padded(low[1], most[1]);
}

Result<DescentPath> pathOf(const SweepSet& set, const SweepRun& run, Ground& ground)
{
    CORE_TRY(record, store::readRun(set.folder() / run.id));
    const SweepSeries& series = set.series()[run.plan.series];
    DescentPath path{series.name, series.note, record.folder.string()};
    const auto x = record.tensors.find(ground.name(0)), y = record.tensors.find(ground.name(1));
    if (x == record.tensors.end() || y == record.tensors.end() || !x->second.columns.count("mean") ||
        !y->second.columns.count("mean"))
        return Error{ErrorKind::Data, "has no record of its weights", path.run, "Train the comparison anew"};
    const std::vector<double>&xs = x->second.columns.at("mean"), &ys = y->second.columns.at("mean");
    for (std::size_t i = 0; i < std::min(xs.size(), ys.size()); ++i)
        if (std::isfinite(xs[i]) && std::isfinite(ys[i]))
            path.points.push_back({xs[i], ys[i], ground.at(xs[i], ys[i])});
    return path;
}

Result<Descent> readDescent(const SweepSet& set, const Going& going)
{
    CORE_TRY(resolved, set.experimentOf(0));
    CORE_TRY(ground, Ground::open(resolved));
    Descent descent;
    descent.landscape.xName = ground.name(0);
    descent.landscape.yName = ground.name(1);
    std::vector<bool> shown(set.series().size());
    for (const SweepRun& run : set.runs()) {
        if (!run.ended || shown[run.plan.series])
            continue; // of several seeds the first: a picture of all would be a tangle
        CORE_TRY(path, pathOf(set, run, ground));
        if (!path.points.empty())
            descent.paths.push_back(std::move(path));
        shown[run.plan.series] = true;
    }
    if (descent.paths.empty())
        return Error{ErrorKind::Data, "no run of it has ended", set.id(), "Start the comparison"};
    frameOf(descent.landscape, descent.paths);
    const auto loss = [&](double x, double y) { return ground.at(x, y); };
    if (!survey(descent.landscape, loss, going))
        return Error{ErrorKind::Interrupted, "given up", set.id(), {}};
    return descent;
}

}

Result<Descent> descentOf(const SweepSet& set, const Going& going)
{
    try {
        return readDescent(set, going);
    } catch (const c10::Error& failure) {
        return Error{ErrorKind::Run, failure.what_without_backtrace(), set.id(), {}};
    } catch (const std::exception& failure) {
        return Error{ErrorKind::Run, failure.what(), set.id(), {}};
    }
}

namespace {

// One method on a toy surface: a tensor of two weights, whose gradient is the slope and, where rows are drawn, noise.
class Walker {
public:
    Walker(const ToySurface& surface, const ToySettings& settings) : m_surface(surface), m_settings(settings) {}

    Result<DescentPath> walk(const std::string& method, std::size_t number)
    {
        DescentPath path{method};
        base::Object params{{"lr", m_settings.lr}};
        std::string kind = "sgd";
        double noise = 0;
        if (method == "mini_batch" || method == "stochastic") {
            noise = m_settings.noise / (method == "stochastic" ? 1 : std::sqrt(double(m_settings.miniBatch)));
            path.name = method == "stochastic" ? method : "mini-batch";
        } else if (method == "momentum") {
            params.set("momentum", m_settings.momentum);
        } else if (method != "batch") {
            kind = method;
            params.set("lr", kind == "sgd" || kind == "lbfgs" ? m_settings.lr : m_settings.adaptiveLr);
        }
        const double lr = params.find("lr")->toReal();
        path.note = "lr " + figure(lr);
        at::Tensor weights = tensor::empty({2});
        place(weights, m_settings.startX.value_or(m_surface.startX), m_settings.startY.value_or(m_surface.startY));
        CORE_TRY(optimizer, train::allOptimizers().make({kind, params}, {{"weights", weights}}));
        const base::Draw draw(std::uint64_t(m_settings.seed), "descent");
        for (std::int64_t step = 0; step <= m_settings.updates; ++step) {
            const float* at = weights.const_data_ptr<float>();
            path.points.push_back({at[0], at[1], m_surface.loss(at[0], at[1])});
            if (!std::isfinite(path.points.back()[2]) || step == m_settings.updates)
                break;
            const auto slope = [&] { return setSlope(weights, noise, draw.within(number), std::uint64_t(step)); };
            slope();
            optimizer->step(lr, slope);
        }
        return path;
    }

private:
    static void place(const at::Tensor& into, double x, double y)
    {
        into.mutable_data_ptr<float>()[0] = float(x);
        into.mutable_data_ptr<float>()[1] = float(y);
    }

    double setSlope(at::Tensor& weights, double noise, const base::Draw& draw, std::uint64_t step) const
    {
        const float* at = weights.const_data_ptr<float>();
        const auto slope = m_surface.slope(at[0], at[1]);
        at::Tensor gradient = tensor::empty({2});
        place(gradient, slope[0] + noise * draw.normal(2 * step), slope[1] + noise * draw.normal(2 * step + 1));
        weights.mutable_grad() = gradient;
        return m_surface.loss(at[0], at[1]);
    }

    const ToySurface& m_surface;
    const ToySettings& m_settings;
};

}

Result<Descent> descend(const ToySettings& settings)
{
    const auto surface = std::ranges::find(toySurfaces(), settings.surface, &ToySurface::kind);
    if (surface == toySurfaces().end())
        return Error{ErrorKind::Usage, "there is no surface \"" + settings.surface + "\"", "surface",
                     "Known: bowl, rosenbrock, beale, himmelblau, saddle"};
    Descent descent;
    LossSurface& land = descent.landscape;
    land.xName = "x", land.yName = "y";
    land.left = surface->left, land.right = surface->right, land.bottom = surface->bottom, land.top = surface->top;
    survey(land, surface->loss, {});
    Walker walker(*surface, settings);
    try {
        for (std::size_t i = 0; i < settings.methods.size(); ++i) {
            CORE_TRY(path, walker.walk(settings.methods[i], i));
            descent.paths.push_back(std::move(path));
        }
    } catch (const c10::Error& failure) {
        return Error{ErrorKind::Run, failure.what_without_backtrace(), "descent", {}};
    }
    return descent;
}

base::Value toValue(const Descent& descent)
{
    const LossSurface& land = descent.landscape;
    base::Array loss, paths;
    for (const float value : land.loss)
        loss.push_back(double(value));
    for (const DescentPath& path : descent.paths) {
        base::Array points;
        for (const auto& point : path.points)
            points.push_back(base::Array{point[0], point[1], point[2]});
        paths.push_back(base::Object{{"name", path.name},
                                     {"note", path.note},
                                     {"run", path.run.empty() ? base::Value{} : base::Value(path.run)},
                                     {"points", std::move(points)}});
    }
    return base::Object{
        {"x", base::Object{{"name", land.xName}, {"from", land.left}, {"to", land.right}, {"count", land.width}}},
        {"y", base::Object{{"name", land.yName}, {"from", land.bottom}, {"to", land.top}, {"count", land.height}}},
        {"loss", std::move(loss)},
        {"minimum", base::Array{land.minX, land.minY, land.minLoss}},
        {"paths", std::move(paths)}};
}

}
