// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/signal_statistics.h"

#include <ATen/ops/argmax.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace core::tensor {

namespace signals {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t mostClosed = 4096;

at::Tensor plain(const at::Tensor& tensor, at::ScalarType type = at::kFloat)
{
    return tensor.detach().to(at::kCPU, type).contiguous();
}

std::span<const float> floats(const at::Tensor& plain)
{
    return {plain.const_data_ptr<float>(), std::size_t(plain.numel())};
}

// Rows in which each unit is active, row by row: what lies beside each other in memory is looked at together.
std::vector<std::int32_t> activeRows(const float* values, std::int64_t rows, std::int64_t units, float low,
                                     std::optional<float> high)
{
    const bool open = !high;
    const float most = high.value_or(0);
    std::vector<std::int32_t> active(std::size_t(units), 0);
    std::int32_t* counts = active.data();
    for (std::int64_t row = 0; row < rows; ++row, values += units)
        for (std::int64_t unit = 0; unit < units; ++unit)
            counts[unit] += std::int32_t(values[unit] > low) & (std::int32_t(open) | std::int32_t(values[unit] < most));
    return active;
}

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

std::vector<std::int64_t> classesOf(const at::Tensor& tensor)
{
    if (tensor.dim() == 0 || tensor.numel() == 0)
        return {};
    const bool scores = tensor.dim() > 1 && tensor.size(1) > 1;
    const at::Tensor ids =
        signals::plain(scores ? tensor.detach().argmax(1) : tensor, at::kDouble).reshape({-1}).contiguous();
    const double* value = ids.const_data_ptr<double>();
    std::vector<std::int64_t> classes;
    for (std::int64_t i = 0; i < ids.numel(); ++i)
        classes.push_back(std::isfinite(value[i]) && std::fabs(value[i]) < 1e15 ? std::int64_t(value[i]) : -1);
    return classes;
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

const std::vector<std::int64_t>& Signal::truths()
{
    if (!m_truths)
        m_truths = m_labels.defined() ? classesOf(m_labels) : std::vector<std::int64_t>{};
    return *m_truths;
}

// As numpy.percentile: between the two that lie around it, by how near they are.
double Signal::percentile(double percent)
{
    if (known().count == 0 || known().nan > 0)
        return signals::unknown;
    if (m_sorted.empty()) {
        const at::Tensor here = signals::plain(m_tensor);
        const auto values = signals::floats(here);
        m_sorted.assign(values.begin(), values.end());
    }
    const double place = percent / 100 * double(m_sorted.size() - 1), part = place - std::floor(place);
    const auto lower = m_sorted.begin() + std::ptrdiff_t(place);
    std::nth_element(m_sorted.begin(), lower, m_sorted.end());
    if (part == 0)
        return *lower;
    const double low = *lower, high = *std::min_element(lower + 1, m_sorted.end());
    return low == high ? low : low + (high - low) * part;
}

double Signal::cell(double truth, double said, bool wrong)
{
    const auto &is = truths(), &says = classes();
    if (is.empty() || is.size() != says.size())
        return signals::unknown;
    std::int64_t count = 0;
    for (std::size_t i = 0; i < is.size(); ++i)
        count += double(is[i]) == truth && (wrong ? says[i] != is[i] : double(says[i]) == said);
    return double(count);
}

double Signal::sameSaves(const std::vector<double>& arguments) const
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

double countOf(const std::vector<std::int64_t>& classes, double wanted)
{
    return double(std::ranges::count_if(classes, [&](std::int64_t one) { return double(one) == wanted; }));
}

double tokenShare(const at::Tensor& tensor, double token)
{
    const at::Tensor here = plain(tensor, at::kDouble);
    const double* value = here.const_data_ptr<double>();
    const auto count = std::count(value, value + here.numel(), token);
    return here.numel() == 0 ? unknown : 100.0 * double(count) / double(here.numel());
}

double channelMean(const at::Tensor& tensor, double channel, double axis)
{
    if (double(tensor.dim()) <= axis || double(tensor.size(std::int64_t(axis))) <= channel)
        return unknown;
    return statisticsOf(tensor.detach().select(std::int64_t(axis), std::int64_t(channel)).contiguous()).mean;
}

}

double Signal::take(const spec::Statistic& statistic)
{
    if (const TakeStatistic take = statisticNamed(statistic.name))
        return take(known(), m_tensor);
    const std::vector<double>& given = statistic.arguments;
    const std::string& name = statistic.name;
    if (name == "p5" || name == "p95")
        return percentile(name == "p5" ? 5 : 95);
    if (name == "dead_share")
        return idleShare(m_tensor, 0, std::nullopt, given[0]);
    if (name == "saturated_share")
        return idleShare(m_tensor, given[0], given[1], given[2]);
    if (name == "same_saves")
        return sameSaves(given);
    if (name == "change_ratio")
        return changeRatio(given[0], given[1]);
    if (name == "class_count")
        return signals::countOf(classes(), given[0]);
    if (name == "wrong_count")
        return cell(given[0], 0, true);
    if (name == "confusion")
        return cell(given[0], given[1], false);
    if (name == "token_share")
        return signals::tokenShare(m_tensor, given[0]);
    if (name == "channel_mean")
        return signals::channelMean(m_tensor, given[0], given[1]);
    if (name == "images")
        return m_tensor.dim() > 0 ? double(m_tensor.size(0)) : 1;
    return signals::unknown;
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
