// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/torch_test.h"

#include "core/data/transform.h"

#include <cmath>
#include <numbers>

namespace tests {

/// Values in [0, 1) that all differ.
inline std::vector<float> differentValues(std::size_t count, std::uint64_t seed)
{
    const core::base::Draw draw(seed, "test values");
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i)
        values[i] = float(draw.uniform(i));
    return values;
}

/// A sample of the kind that such a transform changes; another `seed`, another sample.
inline core::data::Sample sampleFor(core::data::Works works, std::uint64_t seed)
{
    using core::data::Modality;
    using core::data::Works;
    core::data::Sample sample;
    switch (works) {
    case Works::Image:
        sample.modality = Modality::Image;
        sample.shape = {3, 24, 20};
        sample.values = differentValues(3 * 24 * 20, seed);
        sample.boxes = {{2, 3, 12, 15, 0}, {8, 10, 19, 23, 1}};
        sample.mask.assign(24 * 20, 0);
        for (std::size_t row = 5; row < 15; ++row)
            std::fill_n(sample.mask.begin() + std::ptrdiff_t(row * 20 + 4), 9, std::uint8_t(1));
        break;
    case Works::Text:
        sample.modality = Modality::Text;
        sample.text = "the quick brown fox jumps over the lazy dog while a large happy cat looks at it";
        break;
    case Works::Waveform: {
        sample.modality = Modality::Audio;
        sample.shape = {1, 4000};
        sample.rate = 8000;
        const double pitch = 220 + 30 * double(seed % 7);
        for (int i = 0; i < 4000; ++i)
            sample.values.push_back(float(0.4 * std::sin(2 * std::numbers::pi * pitch * i / 8000)));
        break;
    }
    case Works::Spectrogram:
        sample.modality = Modality::Audio;
        sample.shape = {1, 32, 60};
        sample.values = differentValues(32 * 60, seed);
        break;
    case Works::Series:
        sample.modality = Modality::Series;
        sample.shape = {2, 48};
        sample.values = differentValues(2 * 48, seed);
        break;
    case Works::Rows:
    case Works::Values:
    case Works::Batch:
        sample.shape = {6};
        sample.values = differentValues(6, seed);
        break;
    }
    return sample;
}

inline core::data::DatasetInfo infoFor(core::data::Works works)
{
    const core::data::Sample sample = sampleFor(works, 0);
    core::data::DatasetInfo info{.name = "test",
                                 .task = "classification",
                                 .modality = sample.modality,
                                 .rows = 100,
                                 .inputShape = sample.shape,
                                 .classes = {"a", "b", "c"}};
    if (info.modality == core::data::Modality::Table)
        for (const char* feature : {"f0", "f1", "f2", "f3", "f4", "f5"})
            info.features.push_back(feature);
    if (info.modality == core::data::Modality::Text)
        info.inputShape = {50};
    info.origins = info.features;
    return info;
}

/// Rows of three classes, so many of each, around three centres.
struct ImbalancedRows {
    core::data::DatasetInfo info = infoFor(core::data::Works::Rows);
    at::Tensor inputs, targets;

    ImbalancedRows(std::int64_t a, std::int64_t b, std::int64_t c)
    {
        const std::int64_t counts[] = {a, b, c}, rows = a + b + c;
        inputs = core::tensor::empty({rows, 6});
        targets = core::tensor::empty({rows}, at::kLong);
        const core::base::Draw draw(5, "test rows");
        std::int64_t row = 0;
        for (std::int64_t label = 0; label < 3; ++label)
            for (std::int64_t i = 0; i < counts[label]; ++i, ++row) {
                for (std::int64_t f = 0; f < 6; ++f)
                    inputs.mutable_data_ptr<float>()[row * 6 + f] =
                        float(double(label) + draw.normal(std::uint64_t(row * 6 + f)));
                targets.mutable_data_ptr<std::int64_t>()[row] = label;
            }
    }

    core::data::TrainingRows training() const { return {info, inputs, targets}; }
};

/// n images [3, 6, 5] of classes in turn.
inline core::data::Batch imageBatch(std::int64_t n, std::int64_t classes)
{
    core::data::Batch batch{core::tensor::empty({n, 3, 6, 5}), core::tensor::empty({n}, at::kLong)};
    const std::vector<float> values = differentValues(std::size_t(batch.input.numel()), 9);
    std::copy(values.begin(), values.end(), batch.input.mutable_data_ptr<float>());
    for (std::int64_t i = 0; i < n; ++i)
        batch.target.mutable_data_ptr<std::int64_t>()[i] = i % classes;
    return batch;
}

}
