// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/featurizer.h"

#include "core/data/ops/sinc.h"
#include "core/data/parallel.h"
#include "core/data/pictures/image_size.h"
#include "core/data/signals/log_mel.h"
#include "core/data/texts/tokens.h"
#include "core/data/texts/words.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>

namespace core::data {

namespace {

using Made = base::Result<std::shared_ptr<const Featurizer>>;

constexpr std::int64_t sizeOfMixed = 64;

class TextFeaturizer final : public Featurizer {
public:
    explicit TextFeaturizer(WordCounts counts)
        : m_counts(std::move(counts)),
          m_shape{std::int64_t(m_counts.words().size())}
    {
    }

    const std::vector<std::int64_t>& shape() const override { return m_shape; }
    std::vector<std::string> features() const override { return m_counts.words(); }

    base::Status apply(Sample& sample) const override
    {
        sample.values = m_counts.of(sample.text);
        sample.shape = m_shape;
        return {};
    }

private:
    WordCounts m_counts;
    std::vector<std::int64_t> m_shape;
};

class TokenFeaturizer final : public Featurizer {
public:
    TokenFeaturizer(Tokenizer tokenizer, std::int64_t length) : m_tokenizer(std::move(tokenizer)), m_shape{length} {}

    const std::vector<std::int64_t>& shape() const override { return m_shape; }
    const Tokenizer* tokenizer() const override { return &m_tokenizer; }

    base::Status apply(Sample& sample) const override
    {
        sample.values = m_tokenizer.row(sample.text);
        sample.shape = m_shape;
        return {};
    }

private:
    Tokenizer m_tokenizer;
    std::vector<std::int64_t> m_shape;
};

class AudioFeaturizer final : public Featurizer {
public:
    AudioFeaturizer(const spec::AudioSpec& spec, double seconds)
        : m_mel(spec),
          m_rate(spec.sampleRate),
          m_frames(std::max(m_mel.fewestFrames(), std::int64_t(std::ceil(seconds * double(spec.sampleRate) - 1e-6)))),
          m_shape{1, m_mel.mels(), m_mel.columns(m_frames)}
    {
    }

    const std::vector<std::int64_t>& shape() const override { return m_shape; }

    base::Status apply(Sample& sample) const override
    {
        const std::int64_t channels = sample.channels(), frames = sample.width();
        std::vector<float> mono(static_cast<std::size_t>(frames), 0);
        for (std::int64_t c = 0; c < channels; ++c)
            for (std::int64_t i = 0; i < frames; ++i)
                mono[std::size_t(i)] += sample.plane(c)[i] / float(channels);
        const std::int64_t rate = std::llround(sample.rate);
        if (rate < 1)
            return base::Error{base::ErrorKind::Data, "a recording without a rate", {}, {}};
        mono = resampled(mono.data(), frames, rate, m_rate);
        mono.resize(std::size_t(m_frames), 0);
        sample.values = m_mel.of(mono);
        sample.shape = m_shape;
        return {};
    }

private:
    LogMel m_mel;
    std::int64_t m_rate, m_frames;
    std::vector<std::int64_t> m_shape;
};

class ImageFeaturizer final : public Featurizer {
public:
    /// A size other than that of the picture must be a square.
    explicit ImageFeaturizer(std::vector<std::int64_t> shape) : m_shape(std::move(shape)) {}

    const std::vector<std::int64_t>& shape() const override { return m_shape; }

    base::Status apply(Sample& sample) const override
    {
        setChannels(sample, m_shape[0]);
        if (sample.shape != m_shape && m_shape[1] == m_shape[2])
            resizeAndCrop(sample, m_shape[1]);
        return {};
    }

private:
    std::vector<std::int64_t> m_shape;
};

// Longer series are cut, shorter ones go on with their last value.
class SeriesFeaturizer final : public Featurizer {
public:
    explicit SeriesFeaturizer(std::vector<std::int64_t> shape) : m_shape(std::move(shape)) {}

    const std::vector<std::int64_t>& shape() const override { return m_shape; }

    base::Status apply(Sample& sample) const override
    {
        if (sample.shape == m_shape)
            return {};
        if (sample.channels() != m_shape[0] || sample.width() < 1)
            return base::Error{base::ErrorKind::Data,
                               "a series of " + std::to_string(sample.channels()) + " channels and " +
                                   std::to_string(sample.width()) + " steps among those of " +
                                   std::to_string(m_shape[0]) + " channels",
                               {},
                               {}};
        std::vector<float> values;
        for (std::int64_t c = 0; c < m_shape[0]; ++c)
            for (std::int64_t t = 0; t < m_shape[1]; ++t)
                values.push_back(sample.plane(c)[std::min(t, sample.width() - 1)]);
        sample.values = std::move(values);
        sample.shape = m_shape;
        return {};
    }

private:
    std::vector<std::int64_t> m_shape;
};

std::string textOfShape(const std::vector<std::int64_t>& shape)
{
    std::string text;
    for (const std::int64_t side : shape)
        text += (text.empty() ? "" : "×") + std::to_string(side);
    return text;
}

base::Error placed(base::Error error, const SampleStore& samples, std::int64_t row)
{
    error.message = "row " + std::to_string(row) + ": " + error.message;
    if (error.where.empty())
        error.where = samples.whereOf(row);
    return error;
}

Made forTexts(const SampleStore& samples, const spec::DataSpec& data, std::span<const std::int64_t> rows)
{
    base::Status failed;
    const auto textAt = [&](std::size_t i) {
        auto sample = samples.read(rows[i]);
        if (!sample && failed)
            failed = sample.error();
        return sample ? std::move(sample->text) : std::string();
    };
    if (data.tokens) {
        Tokenizer tokenizer(*data.tokens, rows.size(), textAt);
        CORE_CHECK(failed);
        return std::shared_ptr<const Featurizer>(
            std::make_shared<TokenFeaturizer>(std::move(tokenizer), data.tokens->maxLength));
    }
    WordCounts counts(data.text, rows.size(), textAt);
    CORE_CHECK(failed);
    if (counts.words().empty())
        return base::Error{base::ErrorKind::Data,
                           "no training row has a word of two letters or more",
                           {},
                           "Choose another column in data.features"};
    return std::shared_ptr<const Featurizer>(std::make_shared<TextFeaturizer>(std::move(counts)));
}

Made forAudio(const SampleStore& samples, const spec::AudioSpec& spec, std::span<const std::int64_t> rows)
{
    double seconds = spec.seconds.value_or(0);
    for (std::size_t i = 0; i < rows.size() && !spec.seconds; ++i) {
        CORE_TRY(outline, samples.outline(rows[i]));
        if (outline.rate > 0)
            seconds = std::max(seconds, double(outline.width()) / outline.rate);
    }
    return std::shared_ptr<const Featurizer>(std::make_shared<AudioFeaturizer>(spec, seconds));
}

Made forImages(const Loaded& loaded, const spec::ImageSpec& spec)
{
    std::vector<std::int64_t> shape = loaded.info.inputShape;
    // Inputs that were made of the pictures already say what the pictures become.
    if (!loaded.inputs.defined()) {
        bool oneSize = true, grey = true;
        for (std::int64_t row = 0; row < loaded.samples->size(); ++row) {
            CORE_TRY(outline, loaded.samples->outline(row));
            if (row == 0)
                shape = outline.shape;
            oneSize = oneSize && outline.height() == shape[1] && outline.width() == shape[2];
            grey = grey && outline.channels() < 3;
        }
        if (shape.size() != 3)
            return base::Error{base::ErrorKind::Data, "there is no picture", loaded.where, {}};
        shape[0] = spec.channels == "grey" || (spec.channels == "auto" && grey) ? 1 : 3;
        if (spec.size || !oneSize)
            shape[1] = shape[2] = spec.size.value_or(sizeOfMixed);
    }
    return std::shared_ptr<const Featurizer>(std::make_shared<ImageFeaturizer>(std::move(shape)));
}

Made forSeries(const SampleStore& samples, std::span<const std::int64_t> rows)
{
    std::vector<std::int64_t> shape;
    for (const std::int64_t row : rows) {
        CORE_TRY(outline, samples.outline(row));
        if (shape.empty())
            shape = {outline.channels(), outline.width()};
        shape[1] = std::max(shape[1], outline.width());
    }
    return std::shared_ptr<const Featurizer>(std::make_shared<SeriesFeaturizer>(std::move(shape)));
}

base::Status writeRow(const SampleStore& samples, std::int64_t row, const Featurizer* featurizer,
                      const std::vector<std::int64_t>& shape, float* out)
try {
    CORE_TRY(sample, samples.read(row));
    if (featurizer)
        if (auto applied = featurizer->apply(sample); !applied)
            return placed(applied.error(), samples, row);
    if (sample.shape != shape)
        return base::Error{base::ErrorKind::Data,
                           "row " + std::to_string(row) + " is " + textOfShape(sample.shape) + ", and " +
                               textOfShape(shape) + " is needed",
                           samples.whereOf(row),
                           {}};
    std::copy(sample.values.begin(), sample.values.end(), out);
    return {};
} catch (const std::exception& error) {
    return base::Error{
        base::ErrorKind::Resource, std::string("cannot be made numbers of: ") + error.what(), samples.whereOf(row), {}};
}

}

base::Result<at::Tensor> inputsOf(const SampleStore& samples, const Featurizer* featurizer,
                                  const std::vector<std::int64_t>& shape)
{
    std::vector<std::int64_t> whole = shape;
    whole.insert(whole.begin(), samples.size());
    at::Tensor inputs = tensor::empty(whole);
    float* out = inputs.mutable_data_ptr<float>();
    const std::size_t rows = std::size_t(samples.size());
    const std::int64_t length = rows > 0 ? inputs.numel() / inputs.size(0) : 0;
    std::vector<base::Status> written(rows);
    // Rows before the first that fails are all tried, so that the same one is told every time.
    std::atomic<std::size_t> failed = rows;
    inParallel(rows, [&](std::size_t row) {
        if (row > failed)
            return;
        written[row] = writeRow(samples, std::int64_t(row), featurizer, shape, out + std::int64_t(row) * length);
        std::size_t first = failed;
        while (!written[row] && row < first && !failed.compare_exchange_weak(first, row)) {
        }
    });
    if (failed < rows)
        return written[failed].error();
    return inputs;
}

base::Result<at::Tensor> someInputs(const Loaded& loaded, const Featurizer* featurizer,
                                    std::span<const std::int64_t> rows)
{
    constexpr std::size_t most = 512;
    std::vector<Sample> some;
    const std::size_t step = std::max<std::size_t>(1, rows.size() / most);
    for (std::size_t i = 0; i < rows.size() && some.size() < most; i += step)
        if (auto sample = loaded.samples->read(rows[i]))
            some.push_back(std::move(*sample));
    if (some.empty())
        return base::Error{base::ErrorKind::Data, "no row can be read", loaded.where, "Mend or remove these files"};
    return inputsOf(*heldSamples(std::move(some)), featurizer, loaded.info.inputShape);
}

base::Result<std::shared_ptr<const Featurizer>> makeFeaturizer(const Loaded& loaded, const spec::DataSpec& data,
                                                               std::span<const std::int64_t> rows)
{
    if (!loaded.samples)
        return std::shared_ptr<const Featurizer>();
    switch (loaded.info.modality) {
    case Modality::Text:
        return forTexts(*loaded.samples, data, rows);
    case Modality::Audio:
        return forAudio(*loaded.samples, data.audio, rows);
    case Modality::Image:
        return forImages(loaded, data.image);
    case Modality::Series:
        return forSeries(*loaded.samples, rows);
    case Modality::Table:
        break;
    }
    return std::shared_ptr<const Featurizer>();
}

}
