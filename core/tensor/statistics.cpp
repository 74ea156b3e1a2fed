// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/statistics.h"

#include <ATen/ops/aminmax.h>
#include <ATen/ops/count_nonzero.h>
#include <ATen/ops/isinf.h>
#include <ATen/ops/isnan.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/var_mean.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace core::tensor {

namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr int lanes = 8;

// Sums of x − pivot with a pivot out of the tensor: the variance of values far from zero keeps its digits.
struct Sums {
    double pivot = 0, shifted = 0, squares = 0, magnitudes = 0;
    float low = 0, high = 0;
    std::int64_t zeros = 0;
};

#if defined(__GNUC__)
#define CORE_INLINE inline __attribute__((always_inline))
#else
#define CORE_INLINE inline
#endif

template <class T, int Width>
struct Vector {
    typedef T type __attribute__((vector_size(Width * sizeof(T))));
};

double sumOf(const double (&sums)[lanes])
{
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

// Eight partial sums in vectors of `Width`: whatever the width, each lane adds the same values in the same order, so
// that every processor finds the same bits.
template <int Width>
CORE_INLINE Sums sums(const float* values, std::int64_t count)
{
    using Reals = typename Vector<double, Width>::type;
    using Floats = typename Vector<float, Width>::type;
    using Whole = typename Vector<std::int32_t, Width>::type;
    constexpr int parts = lanes / Width;
    constexpr std::int64_t stretch = std::int64_t(1) << 24; // as long as 32 bits surely count
    Sums all;
    all.pivot = std::isfinite(values[0]) ? double(values[0]) : 0;
    all.low = all.high = values[0];
    Reals pivot = {}, shifted[parts] = {}, squares[parts] = {}, magnitudes[parts] = {};
    pivot += all.pivot;
    Floats low[parts], high[parts];
    for (int p = 0; p < parts; ++p)
        low[p] = high[p] = Floats{} + values[0];
    std::int64_t i = 0;
    while (i + lanes <= count) {
        Whole zeros[parts] = {};
        for (const std::int64_t end = std::min(count, i + stretch); i + lanes <= end; i += lanes)
            for (int p = 0; p < parts; ++p) {
                Floats x;
                __builtin_memcpy(&x, values + i + p * Width, sizeof x);
                const Reals wide = __builtin_convertvector(x, Reals);
                const Reals d = wide - pivot;
                shifted[p] += d;
                squares[p] += d * d;
                magnitudes[p] += wide < 0 ? -wide : wide;
                low[p] = x < low[p] ? x : low[p];
                high[p] = x > high[p] ? x : high[p];
                zeros[p] -= x == 0;
            }
        for (int p = 0; p < parts; ++p)
            for (int k = 0; k < Width; ++k)
                all.zeros += zeros[p][k];
    }
    double ends[3][lanes];
    for (int p = 0; p < parts; ++p)
        for (int k = 0; k < Width; ++k) {
            ends[0][p * Width + k] = shifted[p][k];
            ends[1][p * Width + k] = squares[p][k];
            ends[2][p * Width + k] = magnitudes[p][k];
            all.low = low[p][k] < all.low ? low[p][k] : all.low;
            all.high = high[p][k] > all.high ? high[p][k] : all.high;
        }
    for (; i < count; ++i) {
        const float x = values[i];
        const double d = double(x) - all.pivot;
        ends[0][0] += d;
        ends[1][0] += d * d;
        ends[2][0] += std::fabs(double(x));
        all.low = x < all.low ? x : all.low;
        all.high = x > all.high ? x : all.high;
        all.zeros += x == 0;
    }
    all.shifted = sumOf(ends[0]);
    all.squares = sumOf(ends[1]);
    all.magnitudes = sumOf(ends[2]);
    return all;
}

Sums narrowSums(const float* values, std::int64_t count)
{
    return sums<2>(values, count);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) Sums wideSums(const float* values, std::int64_t count)
{
    return sums<4>(values, count);
}

Sums sumsOf(const float* values, std::int64_t count)
{
    static const bool wide = __builtin_cpu_supports("avx2");
    return wide ? wideSums(values, count) : narrowSums(values, count);
}
#else
Sums sumsOf(const float* values, std::int64_t count)
{
    return narrowSums(values, count);
}
#endif

// A NaN or an infinity is in it: counted one by one, since it is rare.
Statistics notFinite(const float* values, std::int64_t count)
{
    Statistics s;
    s.count = count;
    double low = infinity, high = -infinity, sum = 0;
    for (std::int64_t i = 0; i < count; ++i) {
        s.nan += std::isnan(values[i]);
        s.inf += std::isinf(values[i]);
        s.zeros += values[i] == 0;
        low = std::min(low, double(values[i]));
        high = std::max(high, double(values[i]));
        sum += double(values[i]);
    }
    const bool whole = s.nan == 0;
    s.min = whole ? low : nothing;
    s.max = whole ? high : nothing;
    s.mean = whole ? sum / double(count) : nothing;
    s.std = nothing;
    s.absMean = s.absMax = s.l2 = whole ? infinity : nothing;
    return s;
}

Statistics ofNothing()
{
    Statistics s;
    s.min = s.max = s.mean = s.std = s.absMean = s.absMax = nothing;
    return s;
}

Statistics statisticsOf(const float* values, std::int64_t count)
{
    if (count == 0)
        return ofNothing();
    const Sums sums = sumsOf(values, count);
    if (!std::isfinite(sums.magnitudes))
        return notFinite(values, count);
    const double n = double(count), away = sums.shifted / n;
    Statistics s;
    s.count = count;
    s.zeros = sums.zeros;
    s.min = sums.low;
    s.max = sums.high;
    s.mean = sums.pivot + away;
    s.std = std::sqrt(std::max(0.0, sums.squares / n - away * away));
    s.absMean = sums.magnitudes / n;
    s.absMax = std::max(std::fabs(s.min), std::fabs(s.max));
    s.l2 = std::sqrt(std::max(0.0, sums.squares + 2 * sums.pivot * sums.shifted + n * sums.pivot * sums.pivot));
    return s;
}

bool isPlain(const at::Tensor& tensor)
{
    return tensor.is_cpu() && tensor.scalar_type() == at::kFloat && tensor.is_non_overlapping_and_dense();
}

// Of another type, such as class numbers: few enough that a plain loop is cheaper than one kernel.
template <class T>
Statistics ofOthers(const T* values, std::int64_t count)
{
    Statistics s;
    s.count = count;
    const double pivot = std::isfinite(double(values[0])) ? double(values[0]) : 0;
    double shifted = 0, squares = 0, magnitudes = 0, low = double(values[0]), high = low;
    bool finite = true;
    for (std::int64_t i = 0; i < count; ++i) {
        const double x = double(values[i]), d = x - pivot;
        shifted += d;
        squares += d * d;
        magnitudes += std::fabs(x);
        low = std::min(low, x);
        high = std::max(high, x);
        s.zeros += x == 0;
        s.nan += std::isnan(x);
        s.inf += std::isinf(x);
        finite = finite && std::isfinite(x);
    }
    const double n = double(count), away = shifted / n;
    const bool whole = s.nan == 0;
    s.min = whole ? low : nothing;
    s.max = whole ? high : nothing;
    s.mean = finite ? pivot + away : whole ? shifted : nothing;
    s.std = finite ? std::sqrt(std::max(0.0, squares / n - away * away)) : nothing;
    s.absMean = finite ? magnitudes / n : whole ? infinity : nothing;
    s.absMax = whole ? std::max(std::fabs(low), std::fabs(high)) : nothing;
    s.l2 = finite ? std::sqrt(std::max(0.0, squares + 2 * pivot * shifted + n * pivot * pivot)) : s.absMean;
    return s;
}

bool takeOthers(const at::Tensor& tensor, Statistics& into)
{
    if (!tensor.is_cpu() || !tensor.is_non_overlapping_and_dense())
        return false;
    switch (tensor.scalar_type()) {
    case at::kDouble:
        into = ofOthers(tensor.const_data_ptr<double>(), tensor.numel());
        return true;
    case at::kLong:
        into = ofOthers(tensor.const_data_ptr<std::int64_t>(), tensor.numel());
        return true;
    case at::kInt:
        into = ofOthers(tensor.const_data_ptr<std::int32_t>(), tensor.numel());
        return true;
    case at::kByte:
        into = ofOthers(tensor.const_data_ptr<std::uint8_t>(), tensor.numel());
        return true;
    default:
        return false;
    }
}

// Where the raw loop cannot go: a handful of kernels a tensor, and all their results in three transfers. `tensors` are
// of one type, float or double.
std::vector<Statistics> throughOperators(const std::vector<at::Tensor>& tensors)
{
    std::vector<at::Tensor> reals, norms, counts;
    for (const at::Tensor& x : tensors) {
        const auto [low, high] = at::aminmax(x);
        const auto [variance, mean] = at::var_mean(x, at::OptionalIntArrayRef{}, at::Scalar(0));
        reals.insert(reals.end(), {low, high, mean, variance});
        for (const int order : {1, 2})
            norms.push_back(at::linalg_vector_norm(x, order, {}, false, at::kDouble));
        counts.push_back(at::count_nonzero(x));
    }
    const at::Tensor real = at::stack(reals).to(at::kCPU, at::kDouble).contiguous(),
                     norm = at::stack(norms).to(at::kCPU).contiguous(),
                     nonzero = at::stack(counts).to(at::kCPU).contiguous();
    std::vector<Statistics> all;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const double* r = real.const_data_ptr<double>() + 4 * i;
        const double* n = norm.const_data_ptr<double>() + 2 * i;
        Statistics s;
        s.count = tensors[i].numel();
        s.zeros = s.count - nonzero.const_data_ptr<std::int64_t>()[i];
        s.min = r[0];
        s.max = r[1];
        s.mean = r[2];
        s.std = std::sqrt(r[3]);
        s.absMean = n[0] / double(s.count);
        s.absMax = std::isnan(s.min) ? nothing : std::max(std::fabs(s.min), std::fabs(s.max));
        s.l2 = n[1];
        if (!std::isfinite(s.absMax)) {
            s.nan = at::isnan(tensors[i]).sum().item<std::int64_t>();
            s.inf = at::isinf(tensors[i]).sum().item<std::int64_t>();
        }
        all.push_back(s);
    }
    return all;
}

std::vector<double> copyOf(const at::Tensor& tensor, bool magnitudes)
{
    const at::Tensor here = tensor.detach().to(at::kCPU, at::kDouble).contiguous();
    std::vector<double> values(here.const_data_ptr<double>(), here.const_data_ptr<double>() + here.numel());
    if (magnitudes)
        for (double& value : values)
            value = std::fabs(value);
    return values;
}

// Of an even number the mean of both in the middle, as NumPy.
double median(std::vector<double> values)
{
    if (values.empty() || std::ranges::any_of(values, [](double v) { return std::isnan(v); }))
        return nothing;
    const auto middle = values.begin() + std::ptrdiff_t(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return values.size() % 2 == 1 ? *middle : (*middle + *std::max_element(values.begin(), middle)) / 2;
}

double product(const std::vector<double>& values)
{
    double all = 1;
    for (const double value : values)
        all *= value;
    return all;
}

double least(const std::vector<double>& values)
{
    double low = values.empty() ? nothing : values[0];
    for (const double value : values)
        low = std::isnan(low) || value >= low ? low : value;
    return low;
}

// E|x|² = E x² = std² + mean².
double absVariance(const Statistics& s)
{
    return std::max(0.0, s.std * s.std + s.mean * s.mean - s.absMean * s.absMean);
}

using S = Statistics;
using T = at::Tensor;

constexpr std::pair<std::string_view, TakeStatistic> named[] = {
    {"min", [](const S& s, const T&) { return s.min; }},
    {"max", [](const S& s, const T&) { return s.max; }},
    {"mean", [](const S& s, const T&) { return s.mean; }},
    {"std", [](const S& s, const T&) { return s.std; }},
    {"variance", [](const S& s, const T&) { return s.std * s.std; }},
    {"sum", [](const S& s, const T&) { return s.count > 0 ? s.mean * double(s.count) : 0; }},
    {"l1", [](const S& s, const T&) { return s.count > 0 ? s.absMean * double(s.count) : 0; }},
    {"l2", [](const S& s, const T&) { return s.l2; }},
    {"abs_max", [](const S& s, const T&) { return s.absMax; }},
    {"abs_mean", [](const S& s, const T&) { return s.absMean; }},
    {"abs_std", [](const S& s, const T&) { return std::isnan(s.std) ? nothing : std::sqrt(absVariance(s)); }},
    {"abs_variance", [](const S& s, const T&) { return std::isnan(s.std) ? nothing : absVariance(s); }},
    {"abs_sum", [](const S& s, const T&) { return s.count > 0 ? s.absMean * double(s.count) : 0; }},
    {"zeros", [](const S& s, const T&) { return double(s.zeros); }},
    {"nan", [](const S& s, const T&) { return double(s.nan); }},
    {"inf", [](const S& s, const T&) { return double(s.inf); }},
    {"count", [](const S& s, const T&) { return double(s.count); }},
    {"prod", [](const S&, const T& t) { return product(copyOf(t, false)); }},
    {"median", [](const S&, const T& t) { return median(copyOf(t, false)); }},
    {"abs_min", [](const S&, const T& t) { return least(copyOf(t, true)); }},
    {"abs_prod", [](const S&, const T& t) { return product(copyOf(t, true)); }},
    {"abs_median", [](const S&, const T& t) { return median(copyOf(t, true)); }}};

}

std::vector<Statistics> statisticsOf(std::span<const at::Tensor> tensors)
{
    std::vector<Statistics> all;
    takeStatistics(tensors, all);
    return all;
}

void takeStatistics(std::span<const at::Tensor> tensors, std::vector<Statistics>& all)
{
    all.resize(tensors.size());
    std::array<std::vector<std::size_t>, 2> elsewhere; // float, and what becomes double
    for (std::size_t i = 0; i < tensors.size(); ++i)
        if (tensors[i].numel() == 0)
            all[i] = ofNothing();
        else if (isPlain(tensors[i]))
            all[i] = statisticsOf(tensors[i].const_data_ptr<float>(), tensors[i].numel());
        else if (!takeOthers(tensors[i], all[i]))
            elsewhere[tensors[i].scalar_type() != at::kFloat].push_back(i);
    for (const auto& places : elsewhere) {
        if (places.empty())
            continue;
        std::vector<at::Tensor> there;
        for (const std::size_t i : places)
            there.push_back(tensors[i].detach().to(&places == elsewhere.data() ? at::kFloat : at::kDouble));
        const std::vector<Statistics> found = throughOperators(there);
        for (std::size_t i = 0; i < places.size(); ++i)
            all[places[i]] = found[i];
    }
}

TakeStatistic statisticNamed(std::string_view name)
{
    for (const auto& [known, take] : named)
        if (known == name)
            return take;
    return nullptr;
}

Histogram histogramOf(const at::Tensor& tensor, std::size_t bins)
{
    const at::Tensor here = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
    const std::span values(here.const_data_ptr<float>(), std::size_t(here.numel()));
    Histogram histogram;
    histogram.counts.assign(bins, 0);
    float low = std::numeric_limits<float>::max(), high = std::numeric_limits<float>::lowest();
    for (const float value : values)
        if (std::isfinite(value)) {
            low = std::min(low, value);
            high = std::max(high, value);
        }
    if (low > high)
        return histogram;
    histogram.low = low;
    histogram.high = high;
    const double width = histogram.high - histogram.low;
    const double scale = width > 0 ? double(bins) / width : 0;
    for (const float value : values)
        if (std::isfinite(value))
            ++histogram.counts[std::min(bins - 1, std::size_t((double(value) - histogram.low) * scale))];
    return histogram;
}

}
