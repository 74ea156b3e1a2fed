// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/aside.h"
#include "core/train/engine.h"
#include "core/train/look.h"

#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>

namespace core::train::look_landscape {

namespace {

using base::Error;
using base::ErrorKind;
using base::Status;
using Tensors = std::vector<at::Tensor>;

constexpr std::size_t rowsAtOnce = 256;
constexpr double stepsAround = 8; ///< how far along an update it is looked by default

Tensors copiesOf(const Tensors& tensors)
{
    Tensors copies;
    for (const at::Tensor& each : tensors)
        copies.push_back(each.detach().clone());
    return copies;
}

double product(const Tensors& a, const Tensors& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += a[i].to(at::kDouble).mul(b[i].to(at::kDouble)).sum().item<double>();
    return sum;
}

double norm(const Tensors& a)
{
    return std::sqrt(product(a, a));
}

// Normal numbers, each filter as long as that of the weights; none for biases and norms (Li et al. 2018).
Tensors randomDirection(const Tensors& weights, const base::Draw& draw)
{
    Tensors direction;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const at::Tensor& weight = weights[i];
        if (weight.dim() < 2) {
            direction.push_back(at::zeros_like(weight));
            continue;
        }
        at::Tensor drawn = tensor::empty(weight.sizes().vec());
        float* out = drawn.mutable_data_ptr<float>();
        const base::Draw here = draw.within(i);
        for (std::int64_t k = 0; k < drawn.numel(); ++k)
            out[k] = float(here.normal(std::uint64_t(k)));
        const at::Tensor rows = drawn.to(weight.device(), weight.scalar_type()).flatten(1);
        const at::Tensor lengths = weight.detach().flatten(1).norm(2, {1}, true);
        direction.push_back(rows.mul(lengths.div(rows.norm(2, {1}, true).clamp_min(1e-30))).view(weight.sizes()));
    }
    return direction;
}

/// A network whose weights are moved about.
class Ground {
public:
    Ground(Engine& engine, const LandscapeWish& wish) : m_engine(engine)
    {
        for (const tensor::NamedTensor& named : engine.learner().weights())
            if (named.tensor.requires_grad())
                m_live.push_back(named.tensor);
        m_here = copiesOf(m_live);
        const data::RowSet rows = trainSample(engine.data(), std::uint64_t(engine.experiment().train.seed));
        const std::size_t count = std::min(rows.size(), std::size_t(std::max<std::int64_t>(1, wish.rows)));
        for (std::size_t first = 0; first < count; first += rowsAtOnce) {
            const std::vector<std::int64_t> some = rows.some(first, std::min(rowsAtOnce, count - first));
            if (engine.data().streamed())
                engine.data().expect(rows, first + some.size());
            m_batches.push_back(engine.data().gather(some));
            m_rows += m_batches.back().input.size(0);
        }
    }

    const Tensors& here() const { return m_here; }
    std::int64_t rows() const { return m_rows; }

    // What the next update would change. The engine stands one step on after it; aside() puts it back.
    Tensors update()
    {
        m_engine.advance();
        Tensors change = copiesOf(m_live);
        const at::NoGradGuard noGraph;
        for (std::size_t i = 0; i < change.size(); ++i)
            change[i].sub_(m_here[i]);
        return change;
    }

    double lossAt(const Tensors& x, double alongX, const Tensors* y = nullptr, double alongY = 0)
    {
        const at::NoGradGuard noGraph;
        for (std::size_t i = 0; i < m_live.size(); ++i) {
            m_live[i].copy_(m_here[i]);
            m_live[i].add_(x[i], alongX);
            if (y)
                m_live[i].add_((*y)[i], alongY);
        }
        double sum = 0, weight = 0;
        const Loss& loss = m_engine.learner().loss();
        for (const data::Batch& batch : m_batches) {
            const at::Tensor output = m_engine.learner().predict(batch.input);
            const at::Tensor target = batch.target.to(output.device());
            sum += loss.perItem(output, target).sum(at::kDouble).item<double>();
            weight += loss.weightOf(target);
        }
        return sum / weight;
    }

private:
    Engine& m_engine;
    Tensors m_live, m_here;
    std::vector<data::Batch> m_batches;
    std::int64_t m_rows = 0;
};

// From −1 to 1.
double place(std::int64_t i, std::int64_t count)
{
    return count > 1 ? 2 * double(i) / double(count - 1) - 1 : 0;
}

Status survey(Engine& engine, const LandscapeWish& wish, const Trying& trying, Landscape& found)
{
    const bool step = wish.directions == LandscapeWish::Directions::Step;
    Ground ground(engine, wish);
    const base::Draw draw(std::uint64_t(wish.seed), "landscape");
    const bool moves = engine.step() < engine.timeline().totalSteps();
    const Tensors update = moves ? ground.update() : Tensors{};
    found.rows = ground.rows();
    found.weightNorm = norm(ground.here());
    found.stepNorm = moves ? norm(update) : 0;
    if (step && !(found.stepNorm > 0))
        return Error{ErrorKind::Usage, "no update follows step " + std::to_string(engine.step()), "directions",
                     "Choose random directions, or a step before the last"};
    const Tensors x = step ? update : randomDirection(ground.here(), draw.within(0));
    Tensors y = randomDirection(ground.here(), draw.within(1));
    found.xNorm = norm(x);
    if (const double length = norm(y); step && length > 0)
        for (at::Tensor& each : y)
            each.mul_(found.xNorm / length);
    found.yNorm = norm(y);
    if (moves) {
        found.stepX = step ? 1 : product(update, x) / std::max(1e-300, found.xNorm * found.xNorm);
        found.stepY = step ? 0 : product(update, y) / std::max(1e-300, found.yNorm * found.yNorm);
    }
    found.reachX = found.reachY = wish.reach > 0 ? wish.reach : step ? stepsAround : 1;
    found.loss = ground.lossAt(x, 0);
    found.cells = wish.cells > 1 ? wish.cells : 0;
    const std::int64_t all = wish.linePoints + found.cells * found.cells;
    std::int64_t done = 0;
    const auto goesOn = [&] { return !trying || trying(++done, all); };
    const Error givenUp{ErrorKind::Interrupted, "given up", "landscape", {}};
    for (std::int64_t i = 0; i < wish.linePoints; ++i) {
        found.at.push_back(found.reachX * place(i, wish.linePoints));
        found.along.push_back(ground.lossAt(x, found.at.back()));
        if (!goesOn())
            return givenUp;
    }
    for (std::int64_t row = 0; row < found.cells; ++row)
        for (std::int64_t column = 0; column < found.cells; ++column) {
            found.values.push_back(float(ground.lossAt(x, found.reachX * place(column, found.cells), &y,
                                                       found.reachY * place(row, found.cells))));
            if (!goesOn())
                return givenUp;
        }
    return {};
}

}

base::Result<Landscape> seen(Engine& engine, const LandscapeWish& wish, const Trying& trying)
{
    if (!engine.learner().hasGradients())
        return Error{ErrorKind::Usage, "this model has no weights that move along gradients", "model",
                     "Look at the loss of a network"};
    if (engine.experiment().train.ema || engine.experiment().train.swa)
        return Error{ErrorKind::Usage, "predictions are made with averaged weights, which no step moves", "/train",
                     "Look at a run without train.ema and train.swa"};
    Landscape found;
    found.step = engine.step();
    found.directions = wish.directions;
    CORE_TRY(proof, aside(engine, [&](Engine& moved) { return survey(moved, wish, trying, found); }));
    (void)proof;
    return found;
}

}

namespace core::train {

base::Result<Landscape> look(Engine& engine, const LandscapeWish& wish, const Trying& trying)
{
    return look_landscape::seen(engine, wish, trying);
}

}
