// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/source.h"

#include <span>

namespace core::data {

class Tokenizer;

/// Makes a network's numbers of a sample that has none of its own or not of one shape: a picture's size, the counts of
/// a text's words, a waveform's spectrogram.
class Featurizer {
public:
    virtual ~Featurizer() = default;
    /// The shape that every sample gets.
    virtual const std::vector<std::int64_t>& shape() const = 0;
    /// Replaces the sample's values and shape.
    virtual base::Status apply(Sample& sample) const = 0;
    /// Names of the numbers where they have any; else empty.
    virtual std::vector<std::string> features() const { return {}; }
    /// Of texts that become rows of tokens; else nullptr.
    virtual const Tokenizer* tokenizer() const { return nullptr; }
};

/// All samples as numbers: [rows, …shape] float32.
base::Result<at::Tensor> inputsOf(const SampleStore& samples, const Featurizer* featurizer,
                                  const std::vector<std::int64_t>& shape);

/// Some of these rows as numbers, for what is measured of them; an error if none can be read.
base::Result<at::Tensor> someInputs(const Loaded& loaded, const Featurizer* featurizer,
                                    std::span<const std::int64_t> rows);

/// Learns what there is to learn (which words are counted, how long the longest recording is) from the rows given
/// alone; whether pictures are of one size and grey, from all. nullptr if the samples' values are what a network
/// sees.
base::Result<std::shared_ptr<const Featurizer>> makeFeaturizer(const Loaded& loaded, const spec::DataSpec& data,
                                                               std::span<const std::int64_t> rows);

}
