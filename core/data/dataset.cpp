// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"

#include "core/data/columns.h"
#include "core/data/open.h"

#include <algorithm>
#include <cassert>
#include <exception>
#include <numeric>

namespace core::data {

namespace {

// Blocks of a fixed length: compilers turn them into vector instructions at -O2 without extra checks.
template <class T>
void convert(const T* __restrict in, float* __restrict out, std::int64_t n, float shift, float scale)
{
    constexpr std::int64_t block = 16;
    std::int64_t i = 0;
    for (; i + block <= n; i += block)
        for (std::int64_t j = 0; j < block; ++j)
            out[i + j] = (float(in[i + j]) - shift) * scale;
    for (; i < n; ++i)
        out[i] = (float(in[i]) - shift) * scale;
}

// Rows lie far apart in memory: ask for one while those before it are converted.
template <class T>
void prefetchRow(const T* row, std::int64_t length)
{
    constexpr std::int64_t line = 64 / std::int64_t(sizeof(T)), most = 64;
    for (std::int64_t i = 0; i < std::min(length, most * line); i += line)
        __builtin_prefetch(row + i);
}

// `unit` is what 1 is in the data: 255 for bytes.
template <class T>
void convertImages(const at::Tensor& inputs, std::span<const std::int64_t> rows, const Scaling& scaling, float unit,
                   float* out)
{
    const std::int64_t channels = inputs.size(1), length = inputs.numel() / inputs.size(0), plane = length / channels;
    const T* data = inputs.const_data_ptr<T>();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i + 2 < rows.size())
            prefetchRow(data + rows[i + 2] * length, length);
        const T* row = data + rows[i] * length;
        for (std::int64_t c = 0; c < channels; ++c) {
            convert(row, out, plane, scaling.shift[std::size_t(c)] * unit, scaling.scale[std::size_t(c)] / unit);
            row += plane;
            out += plane;
        }
    }
}

void convertTable(const at::Tensor& inputs, std::span<const std::int64_t> rows, const Scaling& scaling, float* out)
{
    const std::int64_t features = inputs.size(1);
    const float* data = inputs.const_data_ptr<float>();
    const float* shift = scaling.shift.data();
    const float* scale = scaling.scale.data();
    for (const std::int64_t place : rows) {
        const float* row = data + place * features;
        for (std::int64_t f = 0; f < features; ++f)
            out[f] = (row[f] - shift[f]) * scale[f];
        out += features;
    }
}

template <class T>
void pick(const at::Tensor& from, std::span<const std::int64_t> rows, at::Tensor& to)
{
    const T* in = from.const_data_ptr<T>();
    T* out = to.mutable_data_ptr<T>();
    for (const std::int64_t row : rows)
        *out++ = in[row];
}

}

at::Tensor DataModule::normalized(const at::Tensor& inputs, std::span<const std::int64_t> rows) const
{
    std::vector<std::int64_t> shape(inputs.sizes().begin(), inputs.sizes().end());
    shape.front() = std::int64_t(rows.size());
    at::Tensor made = tensor::empty(shape);
    float* out = made.mutable_data_ptr<float>();
    if (inputs.dim() == 2)
        convertTable(inputs, rows, m_scaling, out);
    else if (inputs.scalar_type() == at::kByte)
        convertImages<std::uint8_t>(inputs, rows, m_scaling, 255, out);
    else
        convertImages<float>(inputs, rows, m_scaling, 1, out);
    return made;
}

Batch DataModule::gather(std::span<const std::int64_t> rows) const
{
    assert(std::all_of(rows.begin(), rows.end(), [this](std::int64_t row) { return row >= 0 && row < size(); }));
    Batch batch{normalized(m_inputs, rows), tensor::empty({std::int64_t(rows.size())}, m_targets.scalar_type())};
    if (m_targets.scalar_type() == at::kLong)
        pick<std::int64_t>(m_targets, rows, batch.target);
    else
        pick<float>(m_targets, rows, batch.target);
    return batch;
}

at::Tensor DataModule::raw(std::int64_t row) const
{
    return m_inputs.select(0, row).clone();
}

double DataModule::target(std::int64_t row) const
{
    return m_targets.scalar_type() == at::kLong ? double(m_targets.const_data_ptr<std::int64_t>()[row])
                                                : double(m_targets.const_data_ptr<float>()[row]);
}

base::Result<at::Tensor> DataModule::readInputs(const std::string& file) const
{
    SourceRequest request{m_spec, &m_info};
    // A format's own options, such as a delimiter, hold for the new file too.
    const bool format = m_spec.source.kind != "file" && m_spec.source.params.object().find("path");
    if (format)
        request.data.source.params.object().set("path", file);
    try {
        CORE_TRY(loaded, format ? loadSource(request) : loadPath(request, file));
        // Numbers where training had bytes are taken as they are: images in [0, 1].
        if (m_inputs.scalar_type() == at::kFloat)
            loaded.inputs = loaded.inputs.to(at::kFloat);
        const bool fills = m_spec.missing == "mean" || m_spec.missing == "median" || m_spec.missing == "most_frequent";
        if (fills)
            fillMissing(loaded.inputs, m_fill);
        if (m_spec.missing != "keep")
            CORE_CHECK(refuseMissing(loaded,
                                     "Fill the cell, or train with data.missing set to mean, median or most_frequent"));
        std::vector<std::int64_t> rows(std::size_t(loaded.inputs.size(0)));
        std::iota(rows.begin(), rows.end(), 0);
        return normalized(loaded.inputs, rows);
    } catch (const std::exception& error) {
        return base::Error{
            base::ErrorKind::Resource, std::string("cannot be read into memory: ") + error.what(), file, {}};
    }
}

}
