// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/adam_update.h"

#include "core/train/batched/kernel.h"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>

#include <cmath>
#include <utility>

namespace core::train {

namespace {

constexpr std::int64_t fewWeights = 1 << 14; ///< above that the operators' wider registers and threads are faster

bool isSmall(const AdamTensors& what)
{
    std::int64_t weights = 0;
    const auto plain = [](const at::Tensor& of) {
        return of.is_cpu() && of.scalar_type() == at::kFloat && of.is_contiguous();
    };
    for (std::size_t i = 0; i < what.parameters.size(); ++i) {
        weights += what.parameters[i].numel();
        if (weights > fewWeights || !plain(what.parameters[i]) || !plain(what.gradients[i]))
            return false;
    }
    return true;
}

// Of float32 all are, as isSmall() saw; asking each again takes as long as the arithmetic.
float* numbersOf(const at::Tensor& of)
{
    return static_cast<float*>(of.mutable_data_ptr());
}

batched::AdamFactors factorsOf(const AdamUpdate& how, double step)
{
    return {how.decoupled ? 0 : float(how.weightDecay),
            how.decoupled ? float(1 - how.lr * how.weightDecay) : 1,
            float(1 - how.beta1),
            float(how.beta2),
            float(1 - how.beta2),
            float(std::sqrt(1 - std::pow(how.beta2, step))),
            float(how.eps),
            float(how.lr / (1 - std::pow(how.beta1, step)))};
}

void updateByOperators(const AdamUpdate& how, const AdamTensors& what)
{
    const auto picked = [&](const std::vector<at::Tensor>& all) {
        std::vector<at::Tensor> some;
        for (const std::size_t place : what.places)
            if (place < all.size())
                some.push_back(all[place]);
        return some;
    };
    const std::vector<at::Tensor> steps = picked(what.steps), average = picked(what.average),
                                  squares = picked(what.squares), largest = picked(what.largest);
    if (steps.front().is_cpu())
        for (const at::Tensor& each : steps)
            *numbersOf(each) += 1;
    else
        at::_foreach_add_(steps, 1);
    const auto call = [&](const auto& update) {
        update(what.parameters, what.gradients, average, squares, largest, steps, how.lr, how.beta1, how.beta2,
               how.weightDecay, how.eps, how.amsgrad, false);
    };
    if (how.decoupled)
        call([](const auto&... all) { at::_fused_adamw_(all...); });
    else
        call([](const auto&... all) { at::_fused_adam_(all...); });
}

}

void updateAdam(const AdamUpdate& how, const AdamTensors& what)
{
    if (!isSmall(what))
        return updateByOperators(how, what);
    const batched::Kernel& kernel = batched::kernel();
    float last = -1;
    batched::AdamFactors by;
    for (std::size_t i = 0; i < what.parameters.size(); ++i) {
        const std::size_t place = what.places[i];
        if (const float step = *numbersOf(what.steps[place]) += 1; step != std::exchange(last, step))
            by = factorsOf(how, step);
        kernel.adam(by, numbersOf(what.gradients[i]), what.parameters[i].numel(), numbersOf(what.parameters[i]),
                    numbersOf(what.average[place]), numbersOf(what.squares[place]),
                    how.amsgrad ? numbersOf(what.largest[place]) : nullptr);
    }
}

}
