// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/statistics.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace core::tensor {

namespace {

constexpr std::size_t mostBins = 256, tables = 4;
constexpr std::int64_t fewElements = 1024; ///< which are counted before more tables are cleared

// Four tables in turn: neighbours often fall into one part, and a counter that was just written is slow to read.
void countEach(const float* values, std::int64_t count, std::int64_t stride, Span span, std::span<std::uint32_t> counts)
{
    const std::size_t bins = counts.size();
    const float low = float(span.low), scale = float(double(bins) / (span.high - span.low));
    const std::uint32_t last = std::uint32_t(bins - 1);
    const auto place = [&](float value) { return std::min(last, std::uint32_t(std::max(0.F, (value - low) * scale))); };
    if (count / stride < fewElements) {
        for (std::int64_t i = 0; i < count; i += stride)
            ++counts[place(values[i])];
        return;
    }
    std::array<std::uint32_t, tables * mostBins> all{};
    std::int64_t i = 0;
    for (; i + std::int64_t(tables - 1) * stride < count; i += std::int64_t(tables) * stride)
        for (std::size_t k = 0; k < tables; ++k)
            ++all[k * mostBins + place(values[i + std::int64_t(k) * stride])];
    for (; i < count; i += stride)
        ++all[place(values[i])];
    for (std::size_t bin = 0; bin < bins; ++bin)
        counts[bin] = all[bin] + all[mostBins + bin] + all[2 * mostBins + bin] + all[3 * mostBins + bin];
}

// Elements that lie evenly apart, as float32 on the processor.
at::Tensor some(const at::Tensor& tensor, std::int64_t most)
{
    const at::Tensor flat = tensor.detach().reshape({-1});
    const std::int64_t stride = std::max<std::int64_t>(1, flat.numel() / most);
    return flat.slice(0, 0, c10::nullopt, stride).to(at::kCPU, at::kFloat).contiguous();
}

}

Span countInto(const at::Tensor& tensor, const Statistics& known, std::span<std::uint32_t> counts, std::int64_t most)
{
    std::fill(counts.begin(), counts.end(), 0u);
    if (known.count == 0 || counts.empty())
        return {};
    if (known.nan > 0 || known.inf > 0 || counts.size() > mostBins) {
        const Histogram finite = histogramOf(some(tensor, most), counts.size());
        std::copy(finite.counts.begin(), finite.counts.end(), counts.begin());
        return {finite.low, finite.high};
    }
    const Span span{known.min, known.max};
    const bool plain = tensor.is_cpu() && tensor.scalar_type() == at::kFloat && tensor.is_non_overlapping_and_dense();
    const at::Tensor values = plain ? tensor : some(tensor, most);
    const std::int64_t count = values.numel();
    // An odd stride, so that it does not fall into step with rows of even length.
    const std::int64_t stride = count > most ? count / most | 1 : 1;
    if (!(span.high > span.low) || !std::isfinite(float(double(counts.size()) / (span.high - span.low))))
        counts[0] = std::uint32_t((count + stride - 1) / stride);
    else
        countEach(values.const_data_ptr<float>(), count, stride, span, counts);
    return span;
}

}
