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

namespace {

// Signed 32-bit tensors multiply and add with the same bits as unsigned numbers; only shifts and the comparison differ.
std::int64_t bits(std::uint32_t word)
{
    return std::int64_t(std::int32_t(word));
}

// A key's halves are numbers, or tensors on the device.
template <class Half>
at::Tensor byOperators(std::int64_t elements, at::ScalarType type, at::Device device, double p, const Half& first,
                       const Half& second, std::uint32_t threshold)
{
    at::Tensor x = at::arange(elements, at::TensorOptions(device).dtype(at::kInt));
    const auto foldBy = [&](std::int64_t shift) {
        x.bitwise_xor_(x.bitwise_right_shift(shift).bitwise_and_((std::int64_t(1) << (32 - shift)) - 1));
    };
    x.mul_(bits(weyl)).add_(first);
    foldBy(16);
    x.mul_(bits(round1)).bitwise_xor_(second);
    foldBy(15);
    x.mul_(bits(round2));
    foldBy(16);
    constexpr std::uint32_t sign = 0x80000000u;
    return x.bitwise_xor_(bits(sign)).ge(bits(threshold ^ sign)).to(type).mul_(1 / (1 - p));
}

}

at::Tensor dropoutMaskByOperators(std::int64_t elements, at::ScalarType type, at::Device device, double p,
                                  const base::Draw& draw)
{
    const DropoutKey key = keyOf(draw, p);
    return byOperators(elements, type, device, p, at::Scalar(bits(key.first)), at::Scalar(bits(key.second)),
                       key.threshold);
}

at::Tensor dropoutMask(std::int64_t elements, at::ScalarType type, at::Device device, double p, const Mode& mode,
                       std::uint64_t place)
{
    if (!mode.keys)
        return dropoutMask(elements, type, device, p, mode.draw.within(place));
    const auto [first, second] = mode.keys->of(place);
    return byOperators(elements, type, device, p, first, second, keyOf(mode.draw, p).threshold);
}

namespace {

constexpr std::int64_t mostPlaces = 1024;

}

DeviceKeys::DeviceKeys(at::Device device) : m_keys(tensor::zeros({mostPlaces, 2}, at::kInt).to(device)) {}

std::pair<at::Tensor, at::Tensor> DeviceKeys::of(std::uint64_t place)
{
    const auto row = std::int64_t(m_places.size());
    TORCH_CHECK(row < mostPlaces, "too many layers draw");
    m_places.push_back(place);
    return {m_keys.select(0, row).select(0, 0), m_keys.select(0, row).select(0, 1)};
}

void DeviceKeys::fill(const base::Draw& draw)
{
    if (m_places.empty())
        return;
    at::Tensor keys = tensor::empty({std::int64_t(m_places.size()), 2}, at::kInt);
    std::int32_t* out = keys.mutable_data_ptr<std::int32_t>();
    for (const std::uint64_t place : m_places) {
        const std::uint64_t key = draw.within(place).key();
        *out++ = std::int32_t(std::uint32_t(key));
        *out++ = std::int32_t(std::uint32_t(key >> 32));
    }
    m_keys.narrow(0, 0, keys.size(0)).copy_(keys.pin_memory(), true);
}

}
