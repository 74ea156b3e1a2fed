// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"

#include "core/data/open.h"
#include "core/data/ops/frame.h"
#include "core/data/signals/windows.h"
#include "core/data/tables/columns.h"
#include "core/data/texts/free_text.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cassert>
#include <cmath>
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

void DataModule::normalize(const at::Tensor& inputs, std::span<const std::int64_t> rows, at::Tensor& into) const
{
    float* out = into.mutable_data_ptr<float>();
    if (inputs.dim() == 2)
        convertTable(inputs, rows, m_scaling, out);
    else if (inputs.scalar_type() == at::kByte)
        convertImages<std::uint8_t>(inputs, rows, m_scaling, 255, out);
    else
        convertImages<float>(inputs, rows, m_scaling, 1, out);
}

Batch DataModule::gatherTargets(std::span<const std::int64_t> rows) const
{
    assert(std::ranges::all_of(rows, [all = size()](std::int64_t row) { return row >= 0 && row < all; }));
    if (m_stream) {
        Batch batch = gatherStreamed(rows);
        batch.input = tensor::empty(batch.input.sizes().vec());
        return batch;
    }
    std::vector<std::int64_t> shape;
    shape.reserve(m_info.inputShape.size() + 1);
    shape.push_back(std::int64_t(rows.size()));
    shape.insert(shape.end(), m_info.inputShape.begin(), m_info.inputShape.end());
    Batch batch{tensor::empty(shape), {}};
    if (m_info.segments())
        batch.target = tensor::empty({shape[0], shape[2], shape[3]}, at::kLong);
    if (!m_targets.defined() || m_info.segments() || m_info.reconstructs())
        return batch;
    shape.assign(m_targets.sizes().begin(), m_targets.sizes().end());
    shape.front() = std::int64_t(rows.size());
    batch.target = tensor::empty(shape, m_targets.scalar_type());
    if (m_targets.dim() > 1)
        for (std::size_t i = 0; i < rows.size(); ++i)
            std::copy_n(m_targets.const_data_ptr<float>() + rows[i] * m_targets.size(1), m_targets.size(1),
                        batch.target.mutable_data_ptr<float>() + std::int64_t(i) * m_targets.size(1));
    else if (m_targets.scalar_type() == at::kLong)
        pick<std::int64_t>(m_targets, rows, batch.target);
    else
        pick<float>(m_targets, rows, batch.target);
    return batch;
}

Batch DataModule::gather(std::span<const std::int64_t> rows) const
{
    if (m_stream)
        return gatherStreamed(rows);
    if (decodes() || m_info.segments())
        return gatherDecoded(rows);
    Batch batch = gatherTargets(rows);
    normalize(m_inputs, rows, batch.input);
    becomeTarget(batch);
    return batch;
}

void DataModule::becomeTarget(Batch& batch) const
{
    if (m_info.reconstructs())
        batch.target = batch.input.flatten(1);
}

base::Result<Sample> DataModule::sample(std::int64_t row) const
{
    if (m_blocks) {
        CORE_TRY(sample, m_blocks->sample(row));
        sample.modality = m_info.modality;
        return std::move(sample);
    }
    if (m_samples)
        return m_samples->read(row);
    Sample sample{.modality = m_info.modality, .shape = m_info.inputShape};
    const std::int64_t length = m_inputs.numel() / m_inputs.size(0);
    if (m_inputs.scalar_type() == at::kByte) {
        const std::uint8_t* bytes = m_inputs.const_data_ptr<std::uint8_t>() + row * length;
        sample.values.resize(std::size_t(length));
        fractionsOf(bytes, sample.values);
    } else {
        const float* values = m_inputs.const_data_ptr<float>() + row * length;
        sample.values.assign(values, values + length);
    }
    return sample;
}

base::Status DataModule::finish(Sample& sample, float* out, std::int64_t* mask) const
{
    if (m_featurizer)
        CORE_CHECK(m_featurizer->apply(sample));
    // Transforms that cut or zoom may leave an image of another size.
    if (!m_featurizer && sample.modality == Modality::Image && m_info.inputShape.size() == 3)
        resizeImage(sample, m_info.inputShape[1], m_info.inputShape[2]);
    if (sample.shape != m_info.inputShape)
        return base::Error{base::ErrorKind::Data, "a row has another shape than the others", m_info.name, {}};
    const std::int64_t groups = std::int64_t(m_scaling.shift.size()), length = std::int64_t(sample.values.size());
    const std::int64_t plane = length / std::max<std::int64_t>(groups, 1);
    // As the bytes of images are normalized: a sample that nothing changed gets the same bits.
    const float unit = m_bytes ? 255.f : 1.f;
    if (unit != 1)
        for (float& value : sample.values)
            value *= unit;
    for (std::int64_t g = 0; g < groups; ++g)
        convert(sample.values.data() + g * plane, out + g * plane, plane, m_scaling.shift[std::size_t(g)] * unit,
                m_scaling.scale[std::size_t(g)] / unit);
    if (!mask)
        return {};
    if (std::int64_t(sample.mask.size()) != sample.height() * sample.width())
        return base::Error{base::ErrorKind::Data, "a picture has no mask of its size", m_info.name, {}};
    const auto classes = std::uint8_t(std::min<std::size_t>(255, m_info.classes.size()));
    std::ranges::transform(sample.mask, mask,
                           [classes](std::uint8_t id) { return id < classes ? std::int64_t(id) : -100; });
    return {};
}

std::int64_t DataModule::partRows(SplitName split) const
{
    return m_partRows[std::size_t(split)] > 0 ? m_partRows[std::size_t(split)] : std::int64_t(rows(split).size());
}

std::int64_t DataModule::epochItems() const
{
    const std::int64_t rows = m_info.streamedRows > 0 ? partRows(SplitName::Train) : std::int64_t(m_trainRows.size());
    return rows * m_spec.copies;
}

base::Status DataModule::resample(const std::vector<base::Pick>& augment, std::uint64_t seed)
{
    m_trainRows = rows(SplitName::Train).all();
    for (std::size_t i = 0; i < augment.size(); ++i) {
        CORE_TRY(transform, allTransforms().make(augment[i]));
        if (transform->works() != Works::Rows)
            continue;
        const std::string where = "/augment/" + std::to_string(i);
        if (const std::string misfit = transform->misfit(m_info); !misfit.empty())
            return base::Error{base::ErrorKind::Spec, augment[i].kind + " " + misfit, where,
                               "Leave it out for this data"};
        const Batch rows = gather(m_trainRows);
        auto made = transform->resample({m_info, rows.input, rows.target}, base::Draw(seed, "resample").within(i));
        if (!made) {
            base::Error error = made.error();
            error.where = where + error.where;
            return error;
        }
        std::vector<std::int64_t> next;
        for (const std::int64_t place : made->kept)
            next.push_back(m_trainRows[std::size_t(place)]);
        if (made->newInputs.defined() && made->newInputs.size(0) > 0) {
            for (std::int64_t row = 0; row < made->newInputs.size(0); ++row)
                next.push_back(size() + row);
            // Back to the scale of the source, so that one normalization serves all rows.
            const at::Tensor scale = at::tensor(at::ArrayRef<float>(m_scaling.scale));
            const at::Tensor shift = at::tensor(at::ArrayRef<float>(m_scaling.shift));
            m_inputs = at::cat({m_inputs, made->newInputs.div(scale).add_(shift)});
            m_targets = at::cat({m_targets, made->newTargets});
        }
        m_trainRows = std::move(next);
        // What is left out is no training row any more: the fair partner of validation is drawn from the others.
        if (augment[i].kind == "RandomSubset" && (m_trainRows.empty() || m_trainRows.back() < m_info.rows))
            m_rows[std::size_t(SplitName::Train)] = m_trainRows;
    }
    return {};
}

base::Status DataModule::becomeWindows(Loaded& loaded) const
{
    std::vector<LongSeries> series;
    if (loaded.table) {
        CORE_TRY(steps, m_encoder->encode(*loaded.table));
        loaded.info = m_info;
        loaded.where = loaded.table->where;
        loaded.lines = loaded.table->lines;
        if (const Column* times = loaded.table->find(m_info.time); times && times->kind == ColumnKind::Time)
            loaded.times = times->numbers;
        series = seriesOf(loaded, steps);
    } else if (loaded.samples) {
        CORE_TRY(read, seriesOf(*loaded.samples));
        series = std::move(read);
    }
    CORE_TRY(windows, cut(series, m_spec.window, false));
    loaded.inputs = std::move(windows.inputs);
    loaded.lines = std::move(windows.lines);
    loaded.table.reset();
    return {};
}

base::Status DataModule::becomeInputs(Loaded& loaded) const
{
    if (const Column* texts = loaded.table && !m_info.text.empty() ? loaded.table->find(m_info.text) : nullptr) {
        loaded.samples = textsOf(*loaded.table, *texts);
        loaded.where = loaded.table->where;
        loaded.lines = loaded.table->lines;
        loaded.table.reset();
    }
    if (loaded.table && !m_encoder)
        return base::Error{base::ErrorKind::Data,
                           "is a table, and the model was trained on " + std::string(pluralOf(m_info.modality)),
                           loaded.table->where,
                           {}};
    if (m_info.forecasts())
        return becomeWindows(loaded);
    if (loaded.table) {
        CORE_TRY(inputs, m_encoder->encode(*loaded.table));
        loaded.inputs = std::move(inputs);
        loaded.info = m_info;
        loaded.info.rows = loaded.table->rows;
        loaded.where = loaded.table->where;
        loaded.lines = loaded.table->lines;
    }
    if (!loaded.inputs.defined() && loaded.samples) {
        CORE_TRY(inputs, inputsOf(*loaded.samples, m_featurizer.get(), m_info.inputShape));
        loaded.inputs = std::move(inputs);
    }
    if (loaded.inputs.sizes().slice(1) != at::IntArrayRef(m_info.inputShape))
        return base::Error{
            base::ErrorKind::Data, "has rows of another shape than the model was trained on", loaded.where, {}};
    return {};
}

SourceRequest DataModule::inputsRequest(const std::string& file) const
{
    SourceRequest request{.data = m_spec, .like = &m_info};
    if (m_encoder)
        request.hints = m_encoder->hints();
    for (const std::string& column : {m_info.text, m_info.series})
        if (!column.empty())
            request.hints.asText.push_back(column);
    // A format's own options, such as a delimiter, hold for the new file too.
    if (m_spec.source.kind == "file" || !m_spec.source.params.object().find("path"))
        request.data.source = {"file", base::Object{}};
    request.data.source.params.object().set("path", file);
    request.data.rows.reset();
    return request;
}

base::Result<at::Tensor> DataModule::inputsIn(Loaded loaded) const
{
    CORE_CHECK(becomeInputs(loaded));
    // Numbers where training had bytes are taken as they are: images in [0, 1].
    if (!m_bytes)
        loaded.inputs = loaded.inputs.to(at::kFloat);
    const bool fills = m_spec.missing == "mean" || m_spec.missing == "median" || m_spec.missing == "most_frequent";
    if (fills)
        fillMissing(loaded.inputs, m_fill);
    if (m_spec.missing != "keep")
        CORE_CHECK(
            refuseMissing(loaded, "Fill the cell, or train with data.missing set to mean, median or most_frequent"));
    std::vector<std::int64_t> rows(std::size_t(loaded.inputs.size(0)));
    std::iota(rows.begin(), rows.end(), 0);
    at::Tensor made = tensor::empty(loaded.inputs.sizes().vec());
    normalize(loaded.inputs, rows, made);
    return made;
}

base::Status DataModule::readInputs(const std::string& file, const TakeInputs& take) const
{
    const SourceRequest request = inputsRequest(file);
    try {
        std::shared_ptr<const RowStream> stream;
        // A row of a forecast is cut from many of the file.
        if (m_spec.mode == "pipe" && !m_info.forecasts()) {
            CORE_TRY(source, sourceOf(request));
            CORE_TRY(opened, source->stream(request));
            stream = std::move(opened);
        }
        if (stream)
            return streamInputs(*stream, request, take);
        CORE_TRY(loaded, loadSource(request));
        CORE_TRY(inputs, inputsIn(std::move(loaded)));
        return take(std::move(inputs));
    } catch (const std::exception& error) {
        return base::Error{
            base::ErrorKind::Resource, std::string("cannot be read into memory: ") + error.what(), file, {}};
    }
}

base::Result<at::Tensor> DataModule::readInputs(const std::string& file) const
{
    std::vector<at::Tensor> parts;
    CORE_CHECK(readInputs(file, [&](at::Tensor inputs) {
        parts.push_back(std::move(inputs));
        return base::Status{};
    }));
    return parts.size() == 1 ? parts.front() : at::cat(parts);
}

}
