// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/base/rng.h"
#include "core/train/adam_update.h"
#include "core/train/batched/kernel.h"

#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/zeros_like.h>

namespace tests::adam_update {

using namespace core;
using train::updateAdam;
using Tensors = std::vector<at::Tensor>;

at::Tensor drawn(std::vector<std::int64_t> shape, std::uint64_t place, double size)
{
    at::Tensor made = tensor::empty(shape);
    const base::Draw draw(7, "adam", place);
    for (std::int64_t i = 0; i < made.numel(); ++i)
        made.mutable_data_ptr<float>()[i] = float(draw.uniform(std::uint64_t(i), -size, size));
    return made;
}

struct Side {
    Tensors parameters, average, squares, largest, steps;

    explicit Side(const std::vector<std::vector<std::int64_t>>& shapes)
    {
        for (std::size_t i = 0; i < shapes.size(); ++i) {
            parameters.push_back(drawn(shapes[i], i, 1));
            average.push_back(at::zeros_like(parameters.back()));
            squares.push_back(at::zeros_like(parameters.back()));
            largest.push_back(at::zeros_like(parameters.back()));
            // A parameter that thawed later has been moved less often.
            steps.push_back(tensor::zeros({}).fill_(i == 1 ? 3 : 0));
        }
    }
};

double farthest(const Tensors& a, const Tensors& b)
{
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::int64_t k = 0; k < a[i].numel(); ++k)
            most = std::max(most, std::abs(double(a[i].const_data_ptr<float>()[k]) - b[i].const_data_ptr<float>()[k]));
    return most;
}

TEST_CASE("few weights are moved as torch's fused operators move them")
{
    const bool decoupled = GENERATE(false, true), amsgrad = GENERATE(false, true);
    const double decay = GENERATE(0.0, 0.1);
    // Whole registers, a rest behind them, and less than one register.
    const std::vector<std::vector<std::int64_t>> shapes{{16, 16}, {5, 3}, {2}, {1}};
    Side ours(shapes), theirs(shapes);
    const std::vector<std::size_t> places{0, 1, 2, 3};
    const train::AdamUpdate how{0.02, 0.8, 0.95, 1e-7, decay, amsgrad, decoupled};
    const at::NoGradGuard noGraph;
    for (std::uint64_t step = 0; step < 40; ++step) {
        Tensors gradients;
        for (std::size_t i = 0; i < shapes.size(); ++i)
            gradients.push_back(drawn(shapes[i], 100 + 10 * step + i, 0.5));
        for (const at::Tensor& count : theirs.steps)
            *count.mutable_data_ptr<float>() += 1;
        const Tensors none;
        updateAdam(how, {ours.parameters, gradients, places, ours.average, ours.squares, amsgrad ? ours.largest : none,
                         ours.steps});
        const auto& largest = amsgrad ? theirs.largest : none;
        if (decoupled)
            at::_fused_adamw_(theirs.parameters, gradients, theirs.average, theirs.squares, largest, theirs.steps,
                              how.lr, how.beta1, how.beta2, decay, how.eps, amsgrad, false);
        else
            at::_fused_adam_(theirs.parameters, gradients, theirs.average, theirs.squares, largest, theirs.steps,
                             how.lr, how.beta1, how.beta2, decay, how.eps, amsgrad, false);
    }
    CHECK(farthest(ours.parameters, theirs.parameters) < 2e-6);
    CHECK(farthest(ours.average, theirs.average) < 1e-7);
    CHECK(farthest(ours.squares, theirs.squares) < 1e-7);
    CHECK(farthest(ours.largest, theirs.largest) < 1e-7);
    // They have moved at all, and differently from where they began.
    CHECK(farthest(ours.parameters, Side(shapes).parameters) > 0.05);
}

TEST_CASE("of several parameters those that have a gradient are moved, with what belongs to them")
{
    // Few weights and many.
    const std::int64_t width = GENERATE(4, 20'000);
    const std::vector<std::vector<std::int64_t>> shapes{{width}, {3}, {width}};
    Side ours(shapes), theirs(shapes);
    const Tensors moved{ours.parameters[0], ours.parameters[2]};
    const Tensors gradients{drawn({width}, 60, 0.5), drawn({width}, 61, 0.5)};
    const at::NoGradGuard noGraph;
    updateAdam({}, {moved, gradients, {0, 2}, ours.average, ours.squares, {}, ours.steps});
    for (const std::size_t place : {0, 2}) {
        *theirs.steps[place].mutable_data_ptr<float>() += 1;
        at::_fused_adam_({theirs.parameters[place]}, {gradients[place / 2]}, {theirs.average[place]},
                         {theirs.squares[place]}, {}, {theirs.steps[place]}, 1e-3, 0.9, 0.999, 0, 1e-8, false, false);
    }
    CHECK(farthest(ours.parameters, theirs.parameters) < 1e-6);
    CHECK(farthest(ours.average, theirs.average) < 1e-7);
    CHECK(farthest(ours.squares, theirs.squares) < 1e-7);
    CHECK(farthest(ours.steps, theirs.steps) == 0);
}

TEST_CASE("many weights go by the operators, to the bit")
{
    const std::vector<std::vector<std::int64_t>> shapes{{200, 100}};
    Side ours(shapes), theirs(shapes);
    const Tensors gradients{drawn(shapes[0], 50, 0.5)};
    *theirs.steps[0].mutable_data_ptr<float>() += 1;
    const at::NoGradGuard noGraph;
    updateAdam({}, {ours.parameters, gradients, {0}, ours.average, ours.squares, {}, ours.steps});
    CHECK(ours.steps[0].item<float>() == 1);
    at::_fused_adam_(theirs.parameters, gradients, theirs.average, theirs.squares, {}, theirs.steps, 1e-3, 0.9, 0.999,
                     0, 1e-8, false, false);
    CHECK(farthest(ours.parameters, theirs.parameters) == 0);
}

TEST_CASE("the kernel of any processor moves weights as the wide one does")
{
    const train::batched::AdamFactors by{0.01F, 0.99F, 0.1F, 0.9F, 0.1F, 0.5F, 1e-6F, 0.02F};
    std::vector<float> gradient(13), weight(13), average(13), squares(13);
    for (std::size_t i = 0; i < gradient.size(); ++i) {
        gradient[i] = float(i) - 6;
        weight[i] = 0.1F * float(i);
        average[i] = 0.01F * float(i);
        squares[i] = 0.5F;
    }
    std::vector<float> other = weight, otherAverage = average, otherSquares = squares;
    train::batched::kernel().adam(by, gradient.data(), 13, weight.data(), average.data(), squares.data(), nullptr);
    train::batched::plainKernel().adam(by, gradient.data(), 13, other.data(), otherAverage.data(), otherSquares.data(),
                                       nullptr);
    for (std::size_t i = 0; i < weight.size(); ++i) {
        CHECK(other[i] == Approx(weight[i]).margin(1e-6));
        CHECK(otherAverage[i] == Approx(average[i]).margin(1e-6));
        CHECK(otherSquares[i] == Approx(squares[i]).margin(1e-6));
    }
}

}
