// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/sync_norm.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/var_mean.h>
#include <torch/csrc/autograd/custom_function.h>

namespace core::model {

namespace {

std::vector<std::int64_t> allButChannels(const at::Tensor& input)
{
    std::vector<std::int64_t> dimensions{0};
    for (std::int64_t d = 2; d < input.dim(); ++d)
        dimensions.push_back(d);
    return dimensions;
}

// [channels] so that it lies along the channels of `input`.
at::Tensor along(const at::Tensor& channels, const at::Tensor& input)
{
    std::vector<std::int64_t> shape(std::size_t(input.dim()), 1);
    shape[1] = -1;
    return channels.view(shape);
}

}

SyncNorm syncNorm(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias, const RunningNorm& running,
                  double eps, AcrossRanks& ranks)
{
    const std::int64_t channels = input.size(1);
    const double count = ranks.counts ? double(input.numel() / channels) : 0;
    const auto [variance, mean] = at::var_mean(input, allButChannels(input), std::optional<at::Scalar>(0), false);
    const at::Tensor here = mean.to(at::kDouble);
    // Sums of deviations would need the mean of all first: a second message.
    at::Tensor sums = at::cat({here.mul(count), variance.to(at::kDouble).add(here.square()).mul(count),
                               tensor::zeros({1}, at::kDouble).fill_(count).to(here.device())});
    ranks.sum(sums);
    const double all = sums[2 * channels].item<double>();
    TORCH_CHECK(all > 1, "batch norm needs more than one row in a batch: choose another batch_size, or drop_last");
    const at::Tensor middle = sums.narrow(0, 0, channels).div(all);
    const at::Tensor spread = sums.narrow(0, channels, channels).div(all).sub(middle.square()).clamp_min(0);
    if (running.mean.defined()) {
        running.mean.lerp_(middle.to(running.mean.scalar_type()), running.momentum);
        running.variance.lerp_(spread.mul(all / (all - 1)).to(running.variance.scalar_type()), running.momentum);
    }
    SyncNorm done;
    done.mean = middle.to(input.scalar_type());
    done.scale = spread.add(eps).rsqrt().to(input.scalar_type());
    done.count = tensor::zeros({}, at::kDouble).fill_(all);
    const at::Tensor slope = done.scale.mul(weight);
    done.output = input.mul(along(slope, input)).add_(along(bias.sub(done.mean.mul(slope)), input));
    return done;
}

std::array<at::Tensor, 3> syncNormBackward(const at::Tensor& gradient, const at::Tensor& input,
                                           const at::Tensor& weight, const SyncNorm& done, AcrossRanks& ranks)
{
    const std::int64_t channels = input.size(1);
    const std::vector<std::int64_t> others = allButChannels(input);
    const at::Tensor normal = input.sub(along(done.mean, input)).mul_(along(done.scale, input));
    const at::Tensor bias = gradient.sum(others), slope = gradient.mul(normal).sum(others);
    at::Tensor sums = at::cat({bias, slope}).to(at::kDouble);
    ranks.sum(sums);
    const at::Tensor means = sums.div(done.count).to(input.scalar_type());
    at::Tensor back = gradient.sub(along(means.narrow(0, 0, channels), input));
    back.sub_(normal.mul(along(means.narrow(0, channels, channels), input)));
    back.mul_(along(done.scale.mul(weight), input));
    return {back, slope, bias};
}

namespace {

class SyncNormFunction : public torch::autograd::Function<SyncNormFunction> {
public:
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& input,
                              const at::Tensor& weight, const at::Tensor& bias, const RunningNorm& running, double eps,
                              AcrossRanks* ranks)
    {
        const SyncNorm done = syncNorm(input, weight.detach(), bias.detach(), running, eps, *ranks);
        context->save_for_backward({input, weight, done.mean, done.scale, done.count});
        context->saved_data["ranks"] = std::int64_t(reinterpret_cast<std::intptr_t>(ranks));
        return done.output;
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   torch::autograd::variable_list gradients)
    {
        const at::NoGradGuard noGraph;
        const auto saved = context->get_saved_variables();
        auto* ranks = reinterpret_cast<AcrossRanks*>(std::intptr_t(context->saved_data["ranks"].toInt()));
        const auto [input, weight, bias] =
            syncNormBackward(gradients[0], saved[0], saved[1].detach(), {{}, saved[2], saved[3], saved[4]}, *ranks);
        return {input, weight, bias, {}, {}, {}};
    }
};

}

at::Tensor syncNormWithGraph(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
                             const RunningNorm& running, double eps, AcrossRanks& ranks)
{
    // Sums over many numbers are kept as the weights are.
    const at::Tensor whole = input.to(weight.scalar_type());
    return SyncNormFunction::apply(whole, weight, bias, running, eps, &ranks).to(input.scalar_type());
}

}
