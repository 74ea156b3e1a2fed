// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/gradients.h"

#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/sign.h>
#include <ATen/ops/stack.h>

#include <cmath>

namespace core::train {

namespace {

// Eight partial sums: the compiler may not reorder one sum of floats, and one chain would wait for each addition.
double sumOfSquares(const float* values, std::int64_t count)
{
    double sums[8] = {};
    std::int64_t i = 0;
    for (; i + 8 <= count; i += 8)
        for (int k = 0; k < 8; ++k)
            sums[k] += double(values[i + k]) * values[i + k];
    for (; i < count; ++i)
        sums[0] += double(values[i]) * values[i];
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

}

bool penalized(const tensor::NamedTensor& parameter)
{
    return parameter.tensor.dim() > 1;
}

double addPenalties(const Parameters& parameters, double l1, double l2, bool wanted)
{
    if (l1 == 0 && l2 == 0)
        return 0;
    double penalty = 0;
    for (const auto& parameter : parameters) {
        if (!penalized(parameter) || !parameter.tensor.grad().defined())
            continue;
        at::Tensor gradient = parameter.tensor.grad();
        if (l2 != 0)
            gradient.add_(parameter.tensor, l2);
        if (l1 != 0)
            gradient.add_(at::sign(parameter.tensor), l1);
        if (wanted)
            penalty += l2 / 2 * parameter.tensor.square().sum().item<double>() +
                       l1 * parameter.tensor.abs().sum().item<double>();
    }
    return penalty;
}

double squareOf(const at::Tensor& gradient)
{
    if (gradient.is_cpu() && gradient.scalar_type() == at::kFloat && gradient.is_contiguous())
        return sumOfSquares(gradient.const_data_ptr<float>(), gradient.numel());
    const double norm = at::linalg_vector_norm(gradient, 2).item<double>();
    return norm * norm;
}

double normOfGradients(const Parameters& parameters)
{
    if (!parameters.empty() && parameters.front().tensor.is_cuda()) {
        const at::Tensor norm = normOnDevice(parameters);
        return norm.defined() ? norm.item<double>() : 0;
    }
    double sum = 0;
    for (const auto& parameter : parameters)
        if (parameter.tensor.grad().defined())
            sum += squareOf(parameter.tensor.grad());
    return std::sqrt(sum);
}

at::Tensor normOnDevice(const Parameters& parameters)
{
    std::vector<at::Tensor> gradients;
    for (const tensor::NamedTensor& parameter : parameters)
        if (parameter.tensor.grad().defined())
            gradients.push_back(parameter.tensor.grad());
    if (gradients.empty())
        return {};
    return at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients, 2)), 2).to(at::kDouble);
}

void scale(const Parameters& parameters, double factor)
{
    std::vector<at::Tensor> gradients;
    for (const auto& parameter : parameters)
        if (parameter.tensor.grad().defined())
            gradients.push_back(parameter.tensor.grad());
    if (!gradients.empty())
        at::_foreach_mul_(gradients, factor);
}

void clip(const Parameters& parameters, double norm, std::optional<double> mostNorm, std::optional<double> mostValue)
{
    const double factor = mostNorm ? *mostNorm / (norm + 1e-6) : 1;
    if (factor >= 1 && !mostValue)
        return;
    for (const auto& parameter : parameters) {
        at::Tensor gradient = parameter.tensor.grad();
        if (!gradient.defined())
            continue;
        if (factor < 1)
            gradient.mul_(factor);
        if (mostValue)
            gradient.clamp_(-*mostValue, *mostValue);
    }
}

void constrain(const Parameters& parameters, double mostNorm)
{
    for (const auto& parameter : parameters)
        // What is frozen stays as it is.
        if (penalized(parameter) && parameter.tensor.grad().defined())
            parameter.tensor.renorm_(2, 0, mostNorm);
}

}
