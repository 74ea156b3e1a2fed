// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/block.h"

#include "core/model/dropout.h"
#include "core/model/relu_pool.h"
#include "core/model/sync_norm.h"

#include <ATen/Parallel.h>
#include <ATen/ops/_batch_norm_impl_index.h>
#include <ATen/ops/_batch_norm_impl_index_backward.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/elu.h>
#include <ATen/ops/elu_backward.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/gelu_backward.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/leaky_relu_backward.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/max_pool2d_with_indices.h>
#include <ATen/ops/max_pool2d_with_indices_backward.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/native_group_norm.h>
#include <ATen/ops/native_group_norm_backward.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/sigmoid_backward.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/silu_backward.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/tanh_backward.h>
#include <ATen/ops/threshold_backward.h>

#include <algorithm>
#include <array>

// The derivatives are the operators that autograd calls itself. Written down by layer they cost one node for a whole
// network instead of some for every layer, which is a third of a small network's step.

namespace core::model {

namespace {

constexpr double leakySlope = 0.01; // torch.nn.LeakyReLU

// As the mode computes, where that is not how it is kept.
at::Tensor cast(const at::Tensor& tensor, const Mode& mode)
{
    return mode.compute ? tensor.to(*mode.compute) : tensor;
}

at::Tensor run(const Linear&, const Block& block, const at::Tensor& input, const Mode& mode, Kept* kept)
{
    const at::Tensor rows = cast(input, mode);
    if (kept)
        kept->input = rows;
    return at::linear(rows, cast(block.parameters[0], mode), cast(block.parameters[1], mode));
}

at::Tensor pull(const Linear&, const Block& block, const at::Tensor& gradient, const Kept& kept, bool wanted,
                at::Tensor* gradients)
{
    const at::ScalarType type = block.parameters[0].scalar_type();
    if (gradients) {
        gradients[0] = gradient.t().mm(kept.input).to(type);
        gradients[1] = gradient.sum(0, false, type);
    }
    return wanted ? gradient.mm(block.parameters[0].to(gradient.scalar_type())) : at::Tensor();
}

// With one channel the memory is the same in both orders, and only the strides say which it is.
at::Tensor pictureLayout(const at::Tensor& input, const Mode& mode)
{
    const at::MemoryFormat layout = layoutOf(input, mode);
    const std::int64_t c = input.size(1), h = input.size(2), w = input.size(3);
    if (layout == at::MemoryFormat::ChannelsLast && c == 1)
        return input.contiguous().as_strided(input.sizes(), {h * w, 1, w, 1});
    return input.contiguous(layout);
}

at::Tensor run(const Conv2d& conv, const Block& block, const at::Tensor& input, const Mode& mode, Kept* kept)
{
    const at::Tensor picture = pictureLayout(cast(input, mode), mode);
    if (kept)
        kept->input = picture;
    return at::convolution(picture, cast(block.parameters[0], mode), cast(block.parameters[1], mode), {1, 1},
                           {conv.padding, conv.padding}, {1, 1}, false, {0, 0}, 1);
}

at::Tensor pull(const Conv2d& conv, const Block& block, const at::Tensor& gradient, const Kept& kept, bool wanted,
                at::Tensor* gradients)
{
    const std::int64_t biases[1] = {conv.channels};
    const at::ScalarType type = block.parameters[0].scalar_type();
    auto [input, weight, bias] = at::convolution_backward(
        gradient, kept.input, block.parameters[0].to(kept.input.scalar_type()), at::IntArrayRef(biases), {1, 1},
        {conv.padding, conv.padding}, {1, 1}, false, {0, 0}, 1, {wanted, gradients != nullptr, gradients != nullptr});
    if (gradients) {
        gradients[0] = weight.to(type);
        gradients[1] = bias.to(type);
    }
    return input;
}

// Norms are computed as their weights are kept, for their sums are over many numbers. A frozen one works with the
// statistics that it has.
at::Tensor run(const BatchNorm& norm, const Block& block, const at::Tensor& given, const Mode& mode, Kept* kept)
{
    const bool training = mode.training && block.parameters[0].requires_grad();
    const at::Tensor input = given.to(block.parameters[0].scalar_type());
    if (training && mode.ranks) {
        if (!mode.again)
            block.buffers[2].add_(1);
        const RunningNorm running =
            mode.again ? RunningNorm{} : RunningNorm{block.buffers[0], block.buffers[1], norm.momentum};
        const SyncNorm done = syncNorm(input, block.parameters[0], block.parameters[1], running, norm.eps, *mode.ranks);
        if (kept) {
            *kept = {input, {}, done.mean, done.scale, done.count};
            kept->ranks = mode.ranks;
        }
        return done.output;
    }
    TORCH_CHECK(!training || input.numel() > input.size(1),
                "batch norm needs more than one row in a batch: choose another batch_size, or drop_last");
    // A second pass leaves the statistics as the first one left them.
    const bool again = training && mode.again;
    if (training && !again)
        block.buffers[2].add_(1);
    const at::Tensor none;
    auto [output, mean, scale, reserve, kernel] =
        at::_batch_norm_impl_index(input, block.parameters[0], block.parameters[1], again ? none : block.buffers[0],
                                   again ? none : block.buffers[1], training, norm.momentum, norm.eps, true);
    if (kept)
        *kept = {input, {}, mean, scale, reserve, kernel, training};
    return output;
}

at::Tensor pull(const BatchNorm& norm, const Block& block, const at::Tensor& gradient, const Kept& kept, bool wanted,
                at::Tensor* gradients)
{
    if (kept.ranks) {
        const auto [back, slope, shift] = syncNormBackward(gradient, kept.input, block.parameters[0],
                                                           {{}, kept.first, kept.second, kept.third}, *kept.ranks);
        if (gradients) {
            gradients[0] = slope;
            gradients[1] = shift;
        }
        return back;
    }
    auto [input, weight, bias] = at::_batch_norm_impl_index_backward(
        kept.kernel, kept.input, gradient, block.parameters[0], block.buffers[0], block.buffers[1], kept.first,
        kept.second, kept.training, norm.eps, {wanted, gradients != nullptr, gradients != nullptr}, kept.third);
    if (gradients) {
        gradients[0] = weight;
        gradients[1] = bias;
    }
    return input;
}

// Rows, channels, pixels and groups of a batch.
std::array<std::int64_t, 4> groupsOf(const GroupNorm& norm, const at::Tensor& input)
{
    const std::int64_t rows = input.size(0), channels = input.size(1);
    return {rows, channels, rows > 0 ? input.numel() / (rows * channels) : 1, norm.groups > 0 ? norm.groups : channels};
}

at::Tensor run(const GroupNorm& norm, const Block& block, const at::Tensor& given, const Mode&, Kept* kept)
{
    const at::Tensor input = given.to(block.parameters[0].scalar_type());
    const auto [rows, channels, pixels, groups] = groupsOf(norm, input);
    auto [output, mean, scale] = at::native_group_norm(input, block.parameters[0], block.parameters[1], rows, channels,
                                                       pixels, groups, norm.eps);
    if (kept)
        *kept = {input, {}, mean, scale};
    return output;
}

at::Tensor pull(const GroupNorm& norm, const Block& block, const at::Tensor& gradient, const Kept& kept, bool wanted,
                at::Tensor* gradients)
{
    const auto [rows, channels, pixels, groups] = groupsOf(norm, kept.input);
    auto [input, weight, bias] = at::native_group_norm_backward(
        gradient.contiguous(kept.input.suggest_memory_format()), kept.input, kept.first, kept.second,
        block.parameters[0], rows, channels, pixels, groups, {wanted, gradients != nullptr, gradients != nullptr});
    if (gradients) {
        gradients[0] = weight;
        gradients[1] = bias;
    }
    return input;
}

// Whether whoever has moved the tensor here was the only one who held its numbers.
bool nobodyElseHolds(const at::Tensor& tensor)
{
    return tensor.use_count() == 1 && tensor.storage().use_count() == 1;
}

at::Tensor activate(Activation activation, const at::Tensor& input)
{
    switch (activation) {
    case Activation::ReLU:
        return at::relu(input);
    case Activation::Tanh:
        return at::tanh(input);
    case Activation::Sigmoid:
        return at::sigmoid(input);
    case Activation::LeakyReLU:
        return at::leaky_relu(input, leakySlope);
    case Activation::ELU:
        return at::elu(input);
    case Activation::GELU:
        return at::gelu(input);
    case Activation::SiLU:
        return at::silu(input);
    }
    return input;
}

at::Tensor run(Activation activation, const Block&, const at::Tensor& input, const Mode&, Kept* kept)
{
    if (activation == Activation::ReLU && nobodyElseHolds(input)) {
        at::Tensor output = input;
        output.relu_();
        if (kept)
            *kept = {output, output};
        return output;
    }
    at::Tensor output = activate(activation, input);
    const bool ofOutput =
        activation == Activation::ReLU || activation == Activation::Tanh || activation == Activation::Sigmoid;
    if (kept)
        *kept = {ofOutput ? output : input, output};
    return output;
}

at::Tensor pull(Activation activation, const Block&, const at::Tensor& gradient, const Kept& kept, bool, at::Tensor*)
{
    switch (activation) {
    case Activation::ReLU:
        return at::threshold_backward(gradient, kept.output, 0);
    case Activation::Tanh:
        return at::tanh_backward(gradient, kept.output);
    case Activation::Sigmoid:
        return at::sigmoid_backward(gradient, kept.output);
    case Activation::LeakyReLU:
        return at::leaky_relu_backward(gradient, kept.input, leakySlope, false);
    case Activation::ELU:
        return at::elu_backward(gradient, 1, 1, 1, false, kept.input);
    case Activation::GELU:
        return at::gelu_backward(gradient, kept.input);
    case Activation::SiLU:
        return at::silu_backward(gradient, kept.input);
    }
    return gradient;
}

at::Tensor run(const Dropout& dropout, const Block& block, const at::Tensor& input, const Mode& mode, Kept* kept)
{
    if (!mode.training || dropout.p == 0)
        return input;
    const at::ScalarType type = input.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
    const at::Tensor mask = dropoutMask(input.numel(), type, input.device(), dropout.p, mode, block.place)
                                .view(input.sizes())
                                .to(input.scalar_type());
    if (kept)
        kept->first = mask;
    return input.mul(mask);
}

at::Tensor pull(const Dropout&, const Block&, const at::Tensor& gradient, const Kept& kept, bool, at::Tensor*)
{
    return kept.first.defined() ? gradient.mul(kept.first) : gradient;
}

at::Tensor run(const MaxPool2d& pool, const Block&, const at::Tensor& input, const Mode&, Kept* kept)
{
    auto [output, places] = at::max_pool2d_with_indices(input, {pool.size, pool.size});
    if (kept)
        *kept = {input, {}, places};
    return output;
}

PooledPicture pictureOf(const MaxPool2d& pool, at::IntArrayRef shape)
{
    return {.height = shape[2], .width = shape[3], .channels = shape[1], .size = pool.size};
}

// Calls each(first, end) for rows of a batch, on as many threads as ATen has for them; a thread gets at least as many
// numbers as ATen gives one.
template <class Each>
void eachPicture(std::int64_t rows, std::int64_t numbers, Each each)
{
    at::parallel_for(0, rows, std::max<std::int64_t>(1, 32768 / std::max<std::int64_t>(numbers, 1)), each);
}

at::Tensor reluPoolBackward(const MaxPool2d& pool, const at::Tensor& given, const Kept& kept)
{
    const PooledPicture picture = pictureOf(pool, kept.pooled);
    // The layer behind may compute in fewer bits.
    const at::Tensor gradient = given.to(at::kFloat).contiguous(at::MemoryFormat::ChannelsLast);
    at::Tensor back = at::empty(kept.pooled, gradient.options(), at::MemoryFormat::ChannelsLast);
    const float* slopes = gradient.const_data_ptr<float>();
    const std::uint8_t* places = kept.first.const_data_ptr<std::uint8_t>();
    float* pixels = back.mutable_data_ptr<float>();
    eachPicture(kept.pooled[0], picture.pixels(), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t n = begin; n < end; ++n)
            reluPoolBackward(picture, slopes + n * picture.windows(), places + n * picture.windows(),
                             pixels + n * picture.pixels());
    });
    return back;
}

at::Tensor pull(const MaxPool2d& pool, const Block&, const at::Tensor& gradient, const Kept& kept, bool, at::Tensor*)
{
    if (!kept.pooled.empty())
        return reluPoolBackward(pool, gradient, kept);
    return at::max_pool2d_with_indices_backward(gradient, kept.input, {pool.size, pool.size}, {pool.size, pool.size},
                                                {0, 0}, {1, 1}, false, kept.first);
}

at::Tensor run(const Flatten&, const Block&, const at::Tensor& input, const Mode&, Kept* kept)
{
    if (kept)
        kept->input = input;
    return input.flatten(1);
}

at::Tensor pull(const Flatten&, const Block&, const at::Tensor& gradient, const Kept& kept, bool, at::Tensor*)
{
    return gradient.reshape(kept.input.sizes()).contiguous(kept.input.suggest_memory_format());
}

}

at::Tensor forward(const Block& block, at::Tensor input, const Mode& mode, Kept* kept)
{
    return std::visit([&](const auto& layer) { return run(layer, block, input, mode, kept); }, block.layer);
}

at::Tensor forwardTogether(const Block& first, const Block& second, const at::Tensor& input, Kept* keptOfFirst,
                           Kept* keptOfSecond)
{
    const auto* activation = std::get_if<Activation>(&first.layer);
    const auto* pool = std::get_if<MaxPool2d>(&second.layer);
    if (!activation || *activation != Activation::ReLU || !pool || pool->size > largestPool || !input.is_cpu() ||
        input.scalar_type() != at::kFloat || input.dim() != 4 || input.numel() == 0 ||
        !input.is_contiguous(at::MemoryFormat::ChannelsLast))
        return {};
    const PooledPicture picture = pictureOf(*pool, input.sizes());
    const Shape shape{input.size(0), picture.channels, picture.rows(), picture.columns()};
    at::Tensor output = at::empty(shape, input.options(), at::MemoryFormat::ChannelsLast);
    const float* pixels = input.const_data_ptr<float>();
    float* largest = output.mutable_data_ptr<float>();
    std::uint8_t* places = nullptr;
    if (keptOfSecond) {
        keptOfFirst->passed = true;
        keptOfSecond->pooled = input.sizes().vec();
        keptOfSecond->first = at::empty({output.numel()}, input.options().dtype(at::kByte));
        places = keptOfSecond->first.mutable_data_ptr<std::uint8_t>();
    }
    eachPicture(input.size(0), picture.pixels(), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t n = begin; n < end; ++n)
            reluPool(picture, pixels + n * picture.pixels(), largest + n * picture.windows(),
                     places ? places + n * picture.windows() : nullptr);
    });
    return output;
}

at::Tensor backward(const Block& block, const at::Tensor& gradient, const Kept& kept, bool wanted,
                    at::Tensor* gradients)
{
    if (kept.passed)
        return gradient;
    // What came in may have been cast: its gradient goes on in the type that the block computed in.
    const auto typed = kept.input.defined() ? gradient.to(kept.input.scalar_type()) : gradient;
    return std::visit([&](const auto& layer) { return pull(layer, block, typed, kept, wanted, gradients); },
                      block.layer);
}

}
