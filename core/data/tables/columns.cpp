// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/columns.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace core::data {

namespace {

std::int64_t lengthOfRows(const at::Tensor& inputs)
{
    return inputs.size(0) > 0 ? inputs.numel() / inputs.size(0) : 0;
}

bool isDropped(const std::vector<std::uint8_t>& dropped, std::int64_t row)
{
    return std::size_t(row) < dropped.size() && dropped[std::size_t(row)];
}

void note(ColumnFacts& facts, float value, std::int64_t row)
{
    if (std::isfinite(value)) {
        facts.min = facts.present ? std::min(facts.min, value) : value;
        facts.max = facts.present ? std::max(facts.max, value) : value;
        ++facts.present;
        return;
    }
    const bool missing = std::isnan(value);
    auto& rows = missing ? facts.missingRows : facts.infiniteRows;
    ++(missing ? facts.missing : facts.infinite);
    // Pixels of one row come one after the other.
    if (rows.size() < ColumnFacts::keptRows && (rows.empty() || rows.back() != row))
        rows.push_back(row);
}

struct Refused {
    std::int64_t count = 0;
    const std::vector<std::int64_t>& rows;
};

// Finds the first bad value in the order of rows, then of columns.
template <class Bad>
base::Status refuse(const Loaded& loaded, const std::string& what, const std::string& advice, Bad bad)
{
    std::vector<std::pair<std::string, ColumnFacts>> columns;
    if (loaded.inputs.defined())
        for (ColumnFacts& facts : columnFacts(loaded.inputs, loaded.dropped)) {
            const std::size_t f = columns.size();
            columns.emplace_back(f < loaded.info.origins.size() ? loaded.info.origins[f] : "", std::move(facts));
        }
    if (loaded.targets.defined())
        columns.emplace_back(loaded.info.target, targetFacts(loaded.targets, loaded.dropped));
    std::int64_t row = std::numeric_limits<std::int64_t>::max(), count = 0, first = loaded.firstRow;
    std::string column, last;
    for (const auto& [name, facts] : columns) {
        const Refused found = bad(facts);
        // Columns made of one text column have the same gaps.
        if (found.count == 0 || (!name.empty() && name == last))
            continue;
        last = name;
        count += found.count;
        if (found.rows.front() < row) {
            row = found.rows.front();
            column = name;
        }
    }
    if (count == 0)
        return {};
    const std::string line =
        std::size_t(row) < loaded.lines.size() ? std::to_string(loaded.lines[std::size_t(row)]) : "";
    std::string where = loaded.where.empty() ? loaded.info.name : loaded.where;
    for (const ChannelStart& channel : loaded.channels)
        if (row >= channel.first && channel.first > 0) {
            where = channel.where;
            first = loaded.firstRow - channel.first;
        }
    return base::Error{base::ErrorKind::Data,
                       "row " + std::to_string(first + row) + (line.empty() ? "" : " (line " + line + ")") +
                           (column.empty() ? "" : ", column \"" + column + "\"") + ": the value is " + what +
                           (count > 1 ? ", one of " + std::to_string(count) : ""),
                       where + (line.empty() ? "" : ":" + line), advice};
}

// Moments of one feature or channel.
struct Moments {
    double count = 0, mean = 0, square = 0; // square: sum of squared deviations
    double min = 0, max = 0;
};

Scaling scalingOf(const std::vector<Moments>& moments, const std::string& normalize)
{
    Scaling scaling;
    for (const Moments& m : moments) {
        const bool constant = m.count == 0 || m.min == m.max;
        if (normalize == "standard") {
            scaling.shift.push_back(float(m.mean));
            scaling.scale.push_back(constant ? 1 : float(1 / std::sqrt(m.square / m.count)));
        } else {
            scaling.shift.push_back(float(m.min));
            scaling.scale.push_back(constant ? 1 : float(1 / (m.max - m.min)));
        }
    }
    return scaling;
}

// From counts of the 256 bytes, exactly.
std::vector<Moments> byteMoments(const at::Tensor& inputs, std::span<const std::int64_t> rows)
{
    const std::int64_t channels = inputs.size(1), length = lengthOfRows(inputs), plane = length / channels;
    const std::uint8_t* data = inputs.const_data_ptr<std::uint8_t>();
    std::vector<Moments> all;
    for (std::int64_t c = 0; c < channels; ++c) {
        // Four tables, since neighbouring pixels are often equal and would wait for each other's count.
        std::array<std::array<std::int64_t, 256>, 4> counts{};
        for (const std::int64_t row : rows) {
            const std::uint8_t* pixel = data + row * length + c * plane;
            for (std::int64_t i = 0; i < plane; ++i)
                ++counts[std::size_t(i & 3)][pixel[i]];
        }
        Moments m;
        double sum = 0;
        bool first = true;
        const auto countOf = [&](std::size_t b) {
            return double(counts[0][b] + counts[1][b] + counts[2][b] + counts[3][b]);
        };
        for (std::size_t b = 0; b < 256; ++b) {
            if (countOf(b) == 0)
                continue;
            m.min = first ? double(b) / 255 : m.min;
            m.max = double(b) / 255;
            first = false;
            m.count += countOf(b);
            sum += countOf(b) * double(b) / 255;
        }
        m.mean = m.count > 0 ? sum / m.count : 0;
        for (std::size_t b = 0; b < 256; ++b)
            m.square += countOf(b) * (double(b) / 255 - m.mean) * (double(b) / 255 - m.mean);
        all.push_back(m);
    }
    return all;
}

// In two passes: a mean first, so that large values with a small spread lose nothing.
std::vector<Moments> floatMoments(const at::Tensor& inputs, std::span<const std::int64_t> rows)
{
    const std::int64_t length = lengthOfRows(inputs), planes = inputs.size(1), plane = length / planes;
    const float* data = inputs.const_data_ptr<float>();
    std::vector<Moments> all(static_cast<std::size_t>(planes));
    const auto each = [&](auto&& visit) {
        for (const std::int64_t row : rows)
            for (std::int64_t p = 0; p < planes; ++p)
                for (std::int64_t i = 0; i < plane; ++i)
                    if (const double value = data[row * length + p * plane + i]; !std::isnan(value))
                        visit(all[std::size_t(p)], value);
    };
    each([](Moments& m, double value) {
        m.min = m.count > 0 ? std::min(m.min, value) : value;
        m.max = m.count > 0 ? std::max(m.max, value) : value;
        m.mean += value;
        ++m.count;
    });
    for (Moments& m : all)
        m.mean = m.count > 0 ? m.mean / m.count : 0;
    each([](Moments& m, double value) { m.square += (value - m.mean) * (value - m.mean); });
    return all;
}

float mostFrequent(std::vector<float>& values)
{
    std::sort(values.begin(), values.end());
    float best = values.front();
    std::ptrdiff_t bestTimes = 0;
    for (auto at = values.begin(); at != values.end();) {
        const auto end = std::upper_bound(at, values.end(), *at);
        if (end - at > bestTimes) {
            bestTimes = end - at;
            best = *at;
        }
        at = end;
    }
    return best;
}

float medianOf(std::vector<float>& values)
{
    const auto middle = values.begin() + std::ptrdiff_t(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1)
        return *middle;
    return 0.5f * (*middle + *std::max_element(values.begin(), middle));
}

float meanOf(const std::vector<float>& values)
{
    double sum = 0;
    for (const float value : values)
        sum += value;
    return float(sum / double(values.size()));
}

// Among columns of one text column the most frequent text gets 1, the others 0.
void keepOneText(std::vector<float>& fills, const std::vector<double>& shares, const DatasetInfo& info)
{
    for (std::size_t f = 0; f < info.origins.size();) {
        std::size_t end = f, best = f;
        for (; end < info.origins.size() && info.origins[end] == info.origins[f]; ++end)
            if (shares[end] > shares[best])
                best = end;
        if (info.features[f] != info.origins[f])
            for (std::size_t i = f; i < end; ++i)
                fills[i] = i == best ? 1 : 0;
        f = end;
    }
}

}

std::vector<ColumnFacts> columnFacts(const at::Tensor& inputs, const std::vector<std::uint8_t>& dropped)
{
    const bool image = inputs.dim() > 2;
    std::vector<ColumnFacts> all(image ? 1 : std::size_t(inputs.size(1)));
    if (inputs.scalar_type() != at::kFloat)
        return all;
    const std::int64_t length = lengthOfRows(inputs);
    const float* value = inputs.const_data_ptr<float>();
    for (std::int64_t row = 0; row < inputs.size(0); ++row, value += length)
        for (std::int64_t i = 0; i < length && !isDropped(dropped, row); ++i)
            note(all[image ? 0 : std::size_t(i)], value[i], row);
    return all;
}

ColumnFacts targetFacts(const at::Tensor& targets, const std::vector<std::uint8_t>& dropped)
{
    ColumnFacts facts;
    if (!targets.defined())
        return facts;
    const bool classes = targets.scalar_type() == at::kLong;
    const std::int64_t each = lengthOfRows(targets);
    for (std::int64_t i = 0; i < targets.numel(); ++i) {
        if (isDropped(dropped, i / each))
            continue;
        const float value =
            classes ? float(targets.const_data_ptr<std::int64_t>()[i]) : targets.const_data_ptr<float>()[i];
        note(facts, classes && value < 0 ? std::numeric_limits<float>::quiet_NaN() : value, i / each);
    }
    return facts;
}

base::Status refuseMissing(const Loaded& loaded, const std::string& advice)
{
    return refuse(loaded, "missing", advice, [](const ColumnFacts& facts) -> Refused {
        return {facts.missing, facts.missingRows};
    });
}

base::Status refuseInfinite(const Loaded& loaded)
{
    return refuse(loaded, "infinite", "Correct or empty the cell: one infinite value makes every weight NaN",
                  [](const ColumnFacts& facts) -> Refused {
                      return {facts.infinite, facts.infiniteRows};
                  });
}

bool hasMissing(const at::Tensor& inputs, std::int64_t row)
{
    if (inputs.scalar_type() != at::kFloat)
        return false;
    const std::int64_t length = lengthOfRows(inputs);
    const float* values = inputs.const_data_ptr<float>() + row * length;
    return std::any_of(values, values + length, [](float value) { return std::isnan(value); });
}

base::Result<std::vector<float>> fillsFor(const at::Tensor& inputs, const DatasetInfo& info,
                                          std::span<const std::int64_t> rows, const std::string& missing)
{
    const std::int64_t length = lengthOfRows(inputs);
    std::vector<float> fills(std::size_t(length), 0);
    if (inputs.scalar_type() != at::kFloat)
        return fills;
    std::vector<double> shares(std::size_t(length), 0);
    const float* data = inputs.const_data_ptr<float>();
    std::vector<float> values;
    for (std::int64_t f = 0; f < length; ++f) {
        values.clear();
        for (const std::int64_t row : rows)
            if (const float value = data[row * length + f]; !std::isnan(value))
                values.push_back(value);
        if (values.empty()) {
            const std::string name = info.origins.empty() ? std::to_string(f) : info.origins[std::size_t(f)];
            return base::Error{base::ErrorKind::Data,
                               "column \"" + name + "\" has no value in the training rows to fill gaps from", info.name,
                               "Leave it out of data.features"};
        }
        shares[std::size_t(f)] = meanOf(values);
        fills[std::size_t(f)] = missing == "mean"     ? meanOf(values)
                                : missing == "median" ? medianOf(values)
                                                      : mostFrequent(values);
    }
    if (missing != "mean")
        keepOneText(fills, shares, info);
    return fills;
}

void fillMissing(at::Tensor& inputs, const std::vector<float>& fills)
{
    if (inputs.scalar_type() != at::kFloat || fills.empty())
        return;
    float* value = inputs.mutable_data_ptr<float>();
    for (std::int64_t row = 0; row < inputs.size(0); ++row)
        for (const float fill : fills) {
            if (std::isnan(*value))
                *value = fill;
            ++value;
        }
}

namespace {

base::Result<std::vector<float>> givenFor(const std::vector<double>& given, std::size_t planes, const std::string& key)
{
    if (given.size() != 1 && given.size() != planes)
        return base::Error{base::ErrorKind::Spec,
                           "data." + key + " holds " + std::to_string(given.size()) + " numbers, and there are " +
                               std::to_string(planes) + (planes == 1 ? " feature or channel" : " features or channels"),
                           "/data/" + key, "Give one number, or one for each; or let data.normalize be standard"};
    std::vector<float> all(planes, float(given.front()));
    if (given.size() == planes)
        std::ranges::copy(given, all.begin());
    return all;
}

}

base::Result<Scaling> scalingFor(const at::Tensor& inputs, std::span<const std::int64_t> rows,
                                 const spec::DataSpec& data)
{
    const std::size_t planes = std::size_t(inputs.size(1));
    if (data.normalize == "none")
        return Scaling{std::vector<float>(planes, 0), std::vector<float>(planes, 1)};
    if (data.normalize == "given") {
        CORE_TRY(shift, givenFor(data.mean, planes, "mean"));
        CORE_TRY(scale, givenFor(data.std, planes, "std"));
        for (float& factor : scale)
            factor = 1 / factor;
        return Scaling{std::move(shift), std::move(scale)};
    }
    const bool bytes = inputs.scalar_type() == at::kByte;
    return scalingOf(bytes ? byteMoments(inputs, rows) : floatMoments(inputs, rows), data.normalize);
}

}
