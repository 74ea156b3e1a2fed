// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/dropout.h"

#include <ATen/Parallel.h>
#include <ATen/ops/arange.h>

#include <algorithm>
#include <cmath>

// Both clones give the same bits; wider registers are faster.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define DESCENT_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define DESCENT_CLONES
#endif

namespace core::model {

namespace {

// 32 bits for element i: lowbias32 (C. Wellons, 2018) over a Weyl sequence, with the second half of the key between
// its rounds, so that two keys do not give windows of one and the same sequence. Repeats after 2³² elements.
constexpr std::uint32_t weyl = 0x9e3779b9u, round1 = 0x7feb352du, round2 = 0x846ca68bu;

struct DropoutKey {
    std::uint32_t first, second; ///< the two halves of the draw's key
    std::uint32_t threshold;     ///< below it, an element is dropped
};

DropoutKey keyOf(const base::Draw& draw, double p)
{
    const double threshold = std::min(std::round(p * 0x1p32), 0x1p32 - 1);
    return {std::uint32_t(draw.key()), std::uint32_t(draw.key() >> 32), std::uint32_t(threshold)};
}

// Sixteen at a time, a number known when compiling: that is what GCC's -O2 turns into vector instructions.
constexpr std::int64_t lanes = 16;

template <class T>
inline __attribute__((always_inline)) void fill(T* mask, std::int64_t begin, std::int64_t end, DropoutKey key, T scale)
{
    const auto put = [&](std::int64_t i) {
        std::uint32_t x = std::uint32_t(i) * weyl + key.first;
        x = ((x ^ (x >> 16)) * round1) ^ key.second;
        x = (x ^ (x >> 15)) * round2;
        mask[i] = (x ^ (x >> 16)) >= key.threshold ? scale : T(0);
    };
    std::int64_t i = begin;
    for (; i + lanes <= end; i += lanes)
        for (std::int64_t lane = 0; lane < lanes; ++lane)
            put(i + lane);
    for (; i < end; ++i)
        put(i);
}

DESCENT_CLONES void fillFloats(float* mask, std::int64_t begin, std::int64_t end, DropoutKey key, float scale)
{
    fill(mask, begin, end, key, scale);
}

DESCENT_CLONES void fillDoubles(double* mask, std::int64_t begin, std::int64_t end, DropoutKey key, double scale)
{
    fill(mask, begin, end, key, scale);
}

constexpr std::int64_t grain = 1 << 16; // elements below which a second thread costs more than it brings

}

at::Tensor dropoutMask(std::int64_t elements, at::ScalarType type, at::Device device, double p, const base::Draw& draw)
{
    if (!device.is_cpu())
        return dropoutMaskByOperators(elements, type, device, p, draw);
    const DropoutKey key = keyOf(draw, p);
    const double scale = 1 / (1 - p);
    at::Tensor mask = tensor::empty({elements}, type);
    at::parallel_for(0, elements, grain, [&](std::int64_t begin, std::int64_t end) {
        if (type == at::kDouble)
            fillDoubles(mask.mutable_data_ptr<double>(), begin, end, key, scale);
        else
            fillFloats(mask.mutable_data_ptr<float>(), begin, end, key, float(scale));
    });
    return mask;
}

// Signed 32-bit tensors multiply and add with the same bits as unsigned numbers; only shifts and the comparison differ.
at::Tensor dropoutMaskByOperators(std::int64_t elements, at::ScalarType type, at::Device device, double p,
                                  const base::Draw& draw)
{
    const DropoutKey key = keyOf(draw, p);
    const auto bits = [](std::uint32_t word) { return std::int64_t(std::int32_t(word)); };
    at::Tensor x = at::arange(elements, at::TensorOptions(device).dtype(at::kInt));
    const auto foldBy = [&](std::int64_t shift) {
        x.bitwise_xor_(x.bitwise_right_shift(shift).bitwise_and_((std::int64_t(1) << (32 - shift)) - 1));
    };
    x.mul_(bits(weyl)).add_(bits(key.first));
    foldBy(16);
    x.mul_(bits(round1)).bitwise_xor_(bits(key.second));
    foldBy(15);
    x.mul_(bits(round2));
    foldBy(16);
    constexpr std::uint32_t sign = 0x80000000u;
    return x.bitwise_xor_(bits(sign)).ge(bits(key.threshold ^ sign)).to(type).mul_(1 / (1 - p));
}

}
