// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/columns.h"

#include "core/store/bytes.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace core::store {

using base::Error;
using base::ErrorKind;

namespace {

constexpr std::uint32_t maxNames = 4096;
constexpr std::uint32_t maxRows = 1u << 22;
constexpr std::uint32_t maxTensors = 1u << 16;
constexpr double tick = 0x1p-10;

enum class Form : std::uint8_t { Plain, Even, Constant, Single, Ticks };

bool sameBits(double a, double b)
{
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

// Through float32 and back without loss, the sign of zero and the bits of a NaN included.
bool isSingle(double value)
{
    return sameBits(double(float(value)), value);
}

void putForm(std::string& out, Form form)
{
    putBytes(out, std::uint8_t(form));
}

template <class T>
void putAll(std::string& out, const std::vector<T>& values)
{
    out.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

void packSteps(std::string& out, const std::vector<std::int64_t>& steps)
{
    // Unsigned, so that a difference of far-apart steps wraps instead of overflowing.
    const std::uint64_t stride = steps.size() > 1 ? std::uint64_t(steps[1]) - std::uint64_t(steps[0]) : 1;
    for (std::size_t i = 1; i < steps.size(); ++i)
        if (std::uint64_t(steps[i]) - std::uint64_t(steps[i - 1]) != stride) {
            putForm(out, Form::Plain);
            return putAll(out, steps);
        }
    putForm(out, Form::Even);
    putBytes(out, steps.empty() ? std::int64_t(0) : steps[0]);
    putBytes(out, stride);
}

void packTimes(std::string& out, const std::vector<double>& times)
{
    const double first = times.empty() ? 0 : roundTime(times[0]);
    std::vector<std::uint32_t> ticks;
    ticks.reserve(times.size());
    for (const double time : times) {
        const double since = (roundTime(time) - first) / tick;
        if (!(since >= 0 && since < 4e9)) {
            putForm(out, Form::Plain);
            for (const double each : times)
                putBytes(out, roundTime(each));
            return;
        }
        ticks.push_back(std::uint32_t(since));
    }
    putForm(out, Form::Ticks);
    putBytes(out, first);
    putAll(out, ticks);
}

void packValues(std::string& out, const std::vector<double>& values)
{
    if (values.size() > 1 &&
        std::all_of(values.begin(), values.end(), [&](double v) { return sameBits(v, values[0]); })) {
        putForm(out, Form::Constant);
        putBytes(out, values[0]);
    } else if (std::all_of(values.begin(), values.end(), isSingle)) {
        putForm(out, Form::Single);
        for (const double value : values)
            putBytes(out, float(value));
    } else {
        putForm(out, Form::Plain);
        putAll(out, values);
    }
}

template <class T, class Put>
bool takeEach(ByteReader& reader, std::uint32_t rows, Put put)
{
    const std::string_view bytes = reader.take(std::size_t(rows) * sizeof(T));
    for (std::uint32_t i = 0; reader.ok() && i < rows; ++i) {
        T value;
        std::memcpy(&value, bytes.data() + std::size_t(i) * sizeof(T), sizeof(T));
        put(value);
    }
    return reader.ok();
}

bool unpackSteps(ByteReader& reader, std::uint32_t rows, std::vector<std::int64_t>& steps)
{
    const auto form = Form(reader.take<std::uint8_t>());
    if (form == Form::Plain)
        return takeEach<std::int64_t>(reader, rows, [&](std::int64_t step) { steps.push_back(step); });
    const auto first = reader.take<std::uint64_t>();
    const auto stride = reader.take<std::uint64_t>();
    for (std::uint32_t i = 0; reader.ok() && i < rows; ++i)
        steps.push_back(std::int64_t(first + i * stride));
    return reader.ok() && form == Form::Even;
}

bool unpackReals(ByteReader& reader, std::uint32_t rows, std::vector<double>& values)
{
    const auto put = [&](double value) { values.push_back(value); };
    switch (Form(reader.take<std::uint8_t>())) {
    case Form::Plain:
        return takeEach<double>(reader, rows, put);
    case Form::Single:
        return takeEach<float>(reader, rows, put);
    case Form::Constant:
        values.insert(values.end(), rows, reader.take<double>());
        return reader.ok();
    case Form::Ticks: {
        const auto first = reader.take<double>();
        return takeEach<std::uint32_t>(reader, rows,
                                       [&](std::uint32_t ticks) { values.push_back(first + ticks * tick); });
    }
    case Form::Even:
        break;
    }
    return false;
}

}

Kept keptAs(std::string_view statistic)
{
    for (const std::string_view count : {"zeros", "nan", "inf", "count", "images"})
        if (statistic == count)
            return Kept::Count;
    for (const std::string_view count : {"class_count(", "wrong_count(", "confusion(", "same_saves("})
        if (statistic.starts_with(count))
            return Kept::Count;
    for (const std::string_view wide : {"sum", "abs_sum", "l1", "prod", "abs_prod", "variance", "abs_variance"})
        if (statistic == wide)
            return Kept::Double;
    return Kept::Single;
}

double asKept(Kept kept, double value)
{
    if (kept == Kept::Count)
        return std::isfinite(value) ? std::nearbyint(value) : -1;
    if (std::isnan(value))
        return std::numeric_limits<double>::quiet_NaN();
    return kept == Kept::Single ? double(float(value)) : value;
}

double roundTime(double seconds)
{
    return std::nearbyint(seconds / tick) * tick;
}

std::string pack(const ScalarBlock& block)
{
    std::string out;
    putBytes(out, std::uint32_t(block.names.size()));
    putBytes(out, std::uint32_t(block.steps.size()));
    for (const std::string& name : block.names) {
        putBytes(out, std::uint16_t(name.size()));
        out += name;
    }
    packSteps(out, block.steps);
    packTimes(out, block.times);
    for (const auto& column : block.columns)
        packValues(out, column);
    return out;
}

base::Result<ScalarBlock> unpackScalars(std::string_view bytes)
{
    const Error damaged{ErrorKind::Data, "a block of scalars is not what it should be", {}, {}};
    ByteReader reader(bytes);
    const auto names = reader.take<std::uint32_t>();
    const auto rows = reader.take<std::uint32_t>();
    // A constant column of many rows is small, so the bytes themselves do not bound what is made of them.
    if (!reader.ok() || names > maxNames || rows > maxRows || std::uint64_t(names) * rows > 4 * maxRows)
        return damaged;
    ScalarBlock block;
    for (std::uint32_t i = 0; reader.ok() && i < names; ++i)
        block.names.emplace_back(reader.take(reader.take<std::uint16_t>()));
    bool ok = unpackSteps(reader, rows, block.steps) && unpackReals(reader, rows, block.times);
    for (std::uint32_t i = 0; ok && i < names; ++i)
        ok = unpackReals(reader, rows, block.columns.emplace_back());
    if (!ok || reader.left() > 0)
        return damaged;
    return block;
}

std::string pack(const TensorBlock& block)
{
    std::string out;
    putBytes(out, std::uint32_t(block.tensors.size()));
    putBytes(out, std::uint32_t(block.statistics.size()));
    putBytes(out, std::uint32_t(block.steps.size()));
    for (const auto* names : {&block.tensors, &block.statistics})
        for (const std::string& name : *names) {
            putBytes(out, std::uint16_t(name.size()));
            out += name;
        }
    packSteps(out, block.steps);
    const std::size_t each = block.steps.size() * block.tensors.size();
    for (std::size_t i = 0; i < block.statistics.size(); ++i)
        packValues(out, {block.values.begin() + std::ptrdiff_t(i * each),
                         block.values.begin() + std::ptrdiff_t((i + 1) * each)});
    return out;
}

base::Result<TensorBlock> unpackTensors(std::string_view bytes)
{
    const Error damaged{ErrorKind::Data, "a block of tensor statistics is not what it should be", {}, {}};
    ByteReader reader(bytes);
    const auto tensors = reader.take<std::uint32_t>();
    const auto statistics = reader.take<std::uint32_t>();
    const auto rows = reader.take<std::uint32_t>();
    if (!reader.ok() || tensors > maxTensors || statistics > maxNames || rows > maxRows ||
        std::uint64_t(tensors) * rows > maxRows || std::uint64_t(tensors) * rows * statistics > 4 * maxRows)
        return damaged;
    TensorBlock block;
    for (auto [names, count] : {std::pair(&block.tensors, tensors), {&block.statistics, statistics}})
        for (std::uint32_t i = 0; reader.ok() && i < count; ++i)
            names->emplace_back(reader.take(reader.take<std::uint16_t>()));
    bool ok = unpackSteps(reader, rows, block.steps);
    for (std::uint32_t i = 0; ok && i < statistics; ++i)
        ok = unpackReals(reader, tensors * rows, block.values);
    if (!ok || reader.left() > 0)
        return damaged;
    return block;
}

}
