// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/schema.h"

#include <optional>

namespace core::spec {

using base::Pick;
using base::Value;

/// What pictures become before a network sees them.
struct ImageSpec {
    std::optional<std::int64_t> size;
    std::string channels = "auto";
};

/// How a waveform becomes a log-mel spectrogram.
struct AudioSpec {
    std::int64_t sampleRate = 16'000;
    std::optional<double> seconds;
    std::int64_t nFft = 400;
    std::int64_t hopLength = 160;
    std::int64_t nMels = 64;
};

/// How a text becomes counts of words.
struct TextSpec {
    std::int64_t vocabulary = 2'000;
    std::int64_t ngrams = 1;
    bool lowercase = true;
    std::string weighting = "tf_idf";
};

/// How a text becomes a row of token numbers.
struct TokensSpec {
    std::string kind = "word";
    std::int64_t vocabulary = 8'000;
    std::int64_t maxLength = 64;
    bool lowercase = true;
};

/// How a long series is cut into rows: so many steps are seen, so many after them are to be foretold.
struct WindowSpec {
    std::int64_t context = 24;
    std::int64_t horizon = 1;
    std::int64_t stride = 1;
    std::string series;
};

/// A file or folder for each purpose, as SageMaker's input channels give them; empty: none.
struct ChannelsSpec {
    std::string train, validation, test;
    std::string model; ///< weights to start from

    bool operator==(const ChannelsSpec&) const = default;
    /// Whether they say themselves which rows are for what.
    bool divide() const { return !validation.empty() || !test.empty(); }
};

struct DataSpec {
    Pick source{"fashion-mnist", base::Object{}};
    ChannelsSpec channels;
    std::string format = "auto";
    std::string target;
    std::vector<std::string> features;
    std::string task = "auto";
    std::vector<Value> classes; ///< names or numbers of those that are taken; empty: all
    std::optional<std::int64_t> rows;
    std::string missing = "error";
    std::string normalize = "standard";
    std::vector<double> mean, std; ///< where normalize is "given"
    Pick encode{"one_hot", base::Object{}};
    std::vector<Pick> edits;
    std::string sampler = "shuffle";
    std::int64_t copies = 1;
    std::string mode = "file";
    std::int64_t shuffleBuffer = 10'000;
    std::optional<std::int64_t> numWorkers; ///< threads that make batches; 0: the one that trains
    std::int64_t prefetchFactor = 2;        ///< batches that each of them is ahead
    ImageSpec image;
    AudioSpec audio;
    TextSpec text;
    std::optional<TokensSpec> tokens; ///< instead of counts
    WindowSpec window;
};

struct SplitSpec {
    std::string kind = "auto";
    std::int64_t folds = 5;
    std::optional<std::int64_t> fold;
    std::string window = "expanding";
    std::int64_t gap = 0;
    std::string group;
    std::string column;
    double train = 0.70;
    double validation = 0.15;
    std::optional<double> test;
    std::int64_t seed = 0;
};

}
