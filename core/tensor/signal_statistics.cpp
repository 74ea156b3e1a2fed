// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/signal_statistics.h"

#include <ATen/ops/argmax.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

namespace core::tensor {

namespace signals {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t mostClosed = 4096;
constexpr std::size_t fewClasses = 128; ///< whose confusions are all counted at once

at::Tensor plain(const at::Tensor& tensor, at::ScalarType type = at::kFloat)
{
    if (tensor.is_cpu() && tensor.scalar_type() == type && tensor.is_contiguous())
        return tensor;
    return tensor.detach().to(at::kCPU, type).contiguous();
}

std::span<const float> floats(const at::Tensor& plain)
{
    return {plain.const_data_ptr<float>(), std::size_t(plain.numel())};
}

// Rows in which each unit is active, row by row: what lies beside each other in memory is looked at together.
template <class Active>
inline __attribute__((always_inline)) void countEach(const float* values, std::int64_t rows, std::int64_t units,
                                                     std::int32_t* counts, const Active& active)
{
    typedef float Floats __attribute__((vector_size(32)));
    typedef std::int32_t Whole __attribute__((vector_size(32)));
    for (std::int64_t row = 0; row < rows; ++row, values += units) {
        std::int64_t unit = 0;
        for (; unit + 8 <= units; unit += 8) {
            Floats x;
            Whole count, met; // what is true is −1
            __builtin_memcpy(&x, values + unit, sizeof x);
            __builtin_memcpy(&count, counts + unit, sizeof count);
            active(x, met);
            count -= met;
            __builtin_memcpy(counts + unit, &count, sizeof count);
        }
        for (; unit < units; ++unit) {
            Whole met;
            active(Floats{} + values[unit], met);
            counts[unit] -= met[0];
        }
    }
}

using Ints = std::vector<std::int32_t>;

Ints activeNarrow(const float* values, std::int64_t rows, std::int64_t units, float low, std::optional<float> high)
{
    Ints active(std::size_t(units), 0);
    if (const float most = high.value_or(0); high)
        countEach(values, rows, units, active.data(), [&](const auto& x, auto& met) { met = (x > low) & (x < most); });
    else
        countEach(values, rows, units, active.data(), [&](const auto& x, auto& met) { met = x > low; });
    return active;
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) Ints activeWide(const float* values, std::int64_t rows, std::int64_t units, float low,
                                                std::optional<float> high)
{
    Ints active(std::size_t(units), 0);
    if (const float most = high.value_or(0); high)
        countEach(values, rows, units, active.data(), [&](const auto& x, auto& met) { met = (x > low) & (x < most); });
    else
        countEach(values, rows, units, active.data(), [&](const auto& x, auto& met) { met = x > low; });
    return active;
}

Ints activeRows(const float* values, std::int64_t rows, std::int64_t units, float low, std::optional<float> high)
{
    static const bool wide = __builtin_cpu_supports("avx2");
    return wide ? activeWide(values, rows, units, low, high) : activeNarrow(values, rows, units, low, high);
}
#else
Ints activeRows(const float* values, std::int64_t rows, std::int64_t units, float low, std::optional<float> high)
{
    return activeNarrow(values, rows, units, low, high);
}
#endif

// The float nearest to a bound from within, so that comparing floats says what comparing doubles would.
float lowerBound(double bound)
{
    const float near = float(bound);
    return double(near) > bound ? std::nextafter(near, -std::numeric_limits<float>::infinity()) : near;
}
float upperBound(double bound)
{
    const float near = float(bound);
    return double(near) < bound ? std::nextafter(near, std::numeric_limits<float>::infinity()) : near;
}

}

double idleShare(const at::Tensor& tensor, double low, std::optional<double> high, double active)
{
    if (tensor.dim() == 0 || tensor.numel() == 0)
        return signals::unknown;
    const at::Tensor here = signals::plain(tensor);
    const std::int64_t rows = here.size(0), units = here.numel() / rows;
    const auto most = high ? std::optional(signals::upperBound(*high)) : std::nullopt;
    const auto counts = signals::activeRows(here.const_data_ptr<float>(), rows, units, signals::lowerBound(low), most);
    const auto idle = std::ranges::count_if(
        counts, [&](std::int32_t count) { return 100.0 * double(count) / double(rows) < active; });
    return 100.0 * double(idle) / double(units);
}

bool allClose(const at::Tensor& older, const at::Tensor& current, double rtol, double atol, bool equalNan)
{
    if (older.sizes() != current.sizes())
        return false;
    const at::Tensor first = signals::plain(older), second = signals::plain(current);
    const auto a = signals::floats(first), b = signals::floats(second);
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double x = a[i], y = b[i];
        const bool same = x == y || (equalNan && std::isnan(x) && std::isnan(y)) ||
                          (std::isfinite(x) && std::isfinite(y) && std::fabs(x - y) <= atol + rtol * std::fabs(y));
        if (!same)
            return false;
    }
    return true;
}

namespace signals {

// Where the greatest lies, the first of equals; a NaN is greater than all, as torch.argmax has it.
std::int64_t greatest(const float* row, std::int64_t count)
{
    std::int64_t best = 0;
    for (std::int64_t i = 0; i < count; ++i) {
        if (std::isnan(row[i]))
            return i;
        best = row[i] > row[best] ? i : best;
    }
    return best;
}

std::int64_t classOf(double value)
{
    return std::isfinite(value) && std::fabs(value) < 1e15 ? std::int64_t(value) : -1;
}

template <class T>
void addClasses(const at::Tensor& ids, std::vector<std::int64_t>& classes)
{
    const T* value = ids.const_data_ptr<T>();
    for (std::int64_t i = 0; i < ids.numel(); ++i)
        classes.push_back(classOf(double(value[i])));
}

}

std::vector<std::int64_t> classesOf(const at::Tensor& tensor)
{
    if (tensor.dim() == 0 || tensor.numel() == 0)
        return {};
    std::vector<std::int64_t> classes;
    const bool scores = tensor.dim() > 1 && tensor.size(1) > 1;
    if (scores && tensor.dim() == 2 && tensor.scalar_type() == at::kFloat) {
        const at::Tensor here = signals::plain(tensor);
        const float* row = here.const_data_ptr<float>();
        for (std::int64_t i = 0; i < here.size(0); ++i, row += here.size(1))
            classes.push_back(signals::greatest(row, here.size(1)));
    } else if (!scores && tensor.scalar_type() == at::kLong) {
        signals::addClasses<std::int64_t>(signals::plain(tensor, at::kLong), classes);
    } else {
        signals::addClasses<double>(signals::plain(scores ? tensor.detach().argmax(1) : tensor, at::kDouble), classes);
    }
    return classes;
}

namespace signals {

// Floats in the order of whole numbers, so that their leading bits sort them.
std::uint32_t ordered(float value)
{
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
    return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

constexpr int leading = 12;
constexpr std::size_t fewValues = 4096; ///< that are sorted as they are

}

std::vector<double> percentilesOf(std::span<const float> values, std::span<const double> percents)
{
    using namespace signals;
    const bool few = values.size() < fewValues;
    std::vector<std::uint32_t> until; // values up to each part
    if (!few) {
        until.assign(std::size_t(1) << leading, 0);
        for (const float value : values)
            ++until[ordered(value) >> (32 - leading)];
        std::partial_sum(until.begin(), until.end(), until.begin());
    }
    std::vector<float> near;
    std::vector<double> found;
    for (const double percent : percents) {
        const double place = percent / 100 * double(values.size() - 1), part = place - std::floor(place);
        const std::size_t lower = std::size_t(place), upper = part == 0 ? lower : lower + 1;
        std::size_t below = 0;
        if (few) {
            near.assign(values.begin(), values.end());
        } else {
            const auto first = std::ranges::upper_bound(until, std::uint32_t(lower));
            const auto last = std::ranges::upper_bound(until, std::uint32_t(upper));
            below = first == until.begin() ? 0 : *(first - 1);
            const std::uint32_t from = std::uint32_t(first - until.begin()), to = std::uint32_t(last - until.begin());
            near.clear();
            for (const float value : values)
                if (const std::uint32_t lead = ordered(value) >> (32 - leading); lead >= from && lead <= to)
                    near.push_back(value);
        }
        const auto at = near.begin() + std::ptrdiff_t(lower - below);
        std::nth_element(near.begin(), at, near.end());
        const double low = *at, high = part == 0 ? low : *std::min_element(at + 1, near.end());
        found.push_back(low == high ? low : low + (high - low) * part);
    }
    return found;
}

const Statistics& Signal::known()
{
    if (!m_known)
        m_known = statisticsOf(m_tensor);
    return *m_known;
}

const std::vector<std::int64_t>& Signal::classes()
{
    if (!m_classes)
        m_classes = classesOf(m_tensor);
    return *m_classes;
}

// Rows by what is true of them and what is said.
const Signal::Counts& Signal::counts()
{
    if (m_counts)
        return *m_counts;
    Counts& all = m_counts.emplace();
    const std::vector<std::int64_t>& said = classes();
    all.truths = m_labels.defined() ? classesOf(m_labels) : std::vector<std::int64_t>{};
    if (all.truths.size() != said.size())
        all.truths.clear();
    std::int64_t most = 0;
    for (const auto& rows : {std::span<const std::int64_t>(said), std::span<const std::int64_t>(all.truths)})
        for (const std::int64_t one : rows)
            most = std::max(most, one);
    const std::size_t classes = std::size_t(std::min<std::int64_t>(most + 1, signals::mostClosed));
    const auto within = [&](std::int64_t one) { return one >= 0 && std::size_t(one) < classes; };
    all.said.assign(classes, 0);
    for (const std::int64_t one : said)
        if (within(one))
            ++all.said[std::size_t(one)];
    if (all.truths.empty())
        return all;
    all.wrong.assign(classes, 0);
    all.table.assign(classes <= signals::fewClasses ? classes * classes : 0, 0);
    for (std::size_t i = 0; i < said.size(); ++i) {
        if (!within(all.truths[i]))
            continue;
        all.wrong[std::size_t(all.truths[i])] += said[i] != all.truths[i];
        if (!all.table.empty() && within(said[i]))
            ++all.table[std::size_t(all.truths[i]) * classes + std::size_t(said[i])];
    }
    return all;
}

// The 5th (0) or the 95th (1).
double Signal::percentile(std::size_t end)
{
    if (known().count == 0 || known().nan > 0)
        return signals::unknown;
    if (m_ends.empty()) {
        const at::Tensor here = signals::plain(m_tensor);
        m_ends = percentilesOf(signals::floats(here), std::array{5.0, 95.0});
    }
    return m_ends[end];
}

double Signal::sameSaves(std::span<const double> arguments) const
{
    const std::size_t most = std::size_t(arguments[3]);
    std::size_t same = 0;
    while (
        same < most && same < m_before.size() &&
        allClose(m_before[m_before.size() - 1 - same].values, m_tensor, arguments[0], arguments[1], arguments[2] != 0))
        ++same;
    return double(same);
}

double Signal::changeRatio(double eps, double steps) const
{
    const Save* before = nullptr;
    if (steps == 0 && !m_before.empty())
        before = &m_before.back();
    for (const Save& save : m_before)
        if (steps > 0 && !before && double(save.step) >= double(m_step) - steps)
            before = &save;
    if (!before || before->values.sizes() != m_tensor.sizes() || m_tensor.numel() == 0)
        return signals::unknown;
    const at::Tensor now = signals::plain(m_tensor), then = signals::plain(before->values);
    const auto a = signals::floats(now), b = signals::floats(then);
    double change = 0, size = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        change += std::fabs(double(a[i]) - double(b[i]));
        size += std::fabs(double(b[i]));
    }
    const double n = double(a.size());
    return change / n / (size / n + eps);
}

namespace signals {

template <class T>
double shareOf(const at::Tensor& here, double token)
{
    const T* value = here.const_data_ptr<T>();
    const auto count = std::count_if(value, value + here.numel(), [&](T one) { return double(one) == token; });
    return here.numel() == 0 ? unknown : 100.0 * double(count) / double(here.numel());
}

double tokenShare(const at::Tensor& tensor, double token)
{
    if (tensor.scalar_type() == at::kFloat)
        return shareOf<float>(plain(tensor), token);
    if (tensor.scalar_type() == at::kLong)
        return shareOf<std::int64_t>(plain(tensor, at::kLong), token);
    return shareOf<double>(plain(tensor, at::kDouble), token);
}

double channelMean(const at::Tensor& tensor, double channel, double axis)
{
    if (double(tensor.dim()) <= axis || double(tensor.size(std::int64_t(axis))) <= channel || tensor.numel() == 0)
        return unknown;
    const at::Tensor here = plain(tensor);
    const std::int64_t place = std::int64_t(axis), channels = here.size(place);
    std::int64_t inner = 1;
    for (std::int64_t i = place + 1; i < here.dim(); ++i)
        inner *= here.size(i);
    const float* value = here.const_data_ptr<float>() + std::int64_t(channel) * inner;
    double sum = 0;
    const std::int64_t outer = here.numel() / (inner * channels);
    for (std::int64_t i = 0; i < outer; ++i, value += inner * channels)
        for (std::int64_t k = 0; k < inner; ++k)
            sum += double(value[k]);
    return sum / double(inner * outer);
}

}

struct SignalTakers {
    using Given = std::span<const double>;

    // Of a class that was not seen there is none.
    static double countOf(const std::vector<std::int64_t>& counts, double one)
    {
        return one >= 0 && one < double(counts.size()) ? double(counts[std::size_t(one)]) : 0;
    }
    static double wrong(Signal& s, double truth)
    {
        return s.counts().truths.empty() ? signals::unknown : countOf(s.counts().wrong, truth);
    }
    static double cell(Signal& s, double truth, double said)
    {
        const Signal::Counts& all = s.counts();
        if (all.truths.empty())
            return signals::unknown;
        const double classes = double(all.said.size());
        if (!all.table.empty())
            return truth >= 0 && truth < classes && said >= 0 && said < classes
                       ? double(all.table[std::size_t(truth) * all.said.size() + std::size_t(said)])
                       : 0;
        std::int64_t count = 0;
        for (std::size_t i = 0; i < all.truths.size(); ++i)
            count += double(all.truths[i]) == truth && double(s.classes()[i]) == said;
        return double(count);
    }

    static constexpr std::pair<std::string_view, TakeSignal> all[] = {
        {"p5", [](Signal& s, Given) { return s.percentile(0); }},
        {"p95", [](Signal& s, Given) { return s.percentile(1); }},
        {"dead_share", [](Signal& s, Given given) { return idleShare(s.m_tensor, 0, std::nullopt, given[0]); }},
        {"saturated_share", [](Signal& s, Given given) { return idleShare(s.m_tensor, given[0], given[1], given[2]); }},
        {"same_saves", [](Signal& s, Given given) { return s.sameSaves(given); }},
        {"change_ratio", [](Signal& s, Given given) { return s.changeRatio(given[0], given[1]); }},
        {"class_count", [](Signal& s, Given given) { return countOf(s.counts().said, given[0]); }},
        {"wrong_count", [](Signal& s, Given given) { return wrong(s, given[0]); }},
        {"confusion", [](Signal& s, Given given) { return cell(s, given[0], given[1]); }},
        {"token_share", [](Signal& s, Given given) { return signals::tokenShare(s.m_tensor, given[0]); }},
        {"channel_mean", [](Signal& s, Given given) { return signals::channelMean(s.m_tensor, given[0], given[1]); }},
        {"images", [](Signal& s, Given) { return s.m_tensor.dim() > 0 ? double(s.m_tensor.size(0)) : 1.0; }}};
};

TakeSignal signalNamed(std::string_view name)
{
    for (const auto& [known, take] : SignalTakers::all)
        if (known == name)
            return take;
    return nullptr;
}

double Signal::take(const spec::Statistic& statistic)
{
    if (const TakeStatistic take = statisticNamed(statistic.name))
        return take(known(), m_tensor);
    const TakeSignal take = signalNamed(statistic.name);
    return take ? take(*this, statistic.arguments) : signals::unknown;
}

std::vector<spec::Statistic> closed(const spec::Statistic& statistic, std::int64_t classes,
                                    const std::vector<std::int64_t>& row)
{
    std::vector<spec::Statistic> all{statistic};
    for (std::size_t place = 0; place < statistic.arguments.size(); ++place) {
        if (!std::isnan(statistic.arguments[place]))
            continue;
        std::int64_t many = classes;
        if (statistic.name == "channel_mean") {
            const double axis = statistic.arguments[1];
            many = axis >= 1 && axis <= double(row.size()) ? row[std::size_t(axis) - 1] : 0;
        }
        std::vector<spec::Statistic> next;
        if (many > 0 && std::size_t(many) <= signals::mostClosed / all.size())
            for (const spec::Statistic& one : all)
                for (std::int64_t value = 0; value < many; ++value) {
                    next.push_back(one);
                    next.back().arguments[place] = double(value);
                }
        all = std::move(next);
        if (all.empty())
            break;
    }
    return all;
}

}
