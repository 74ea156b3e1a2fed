// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/word_vectors.h"

#include "core/data/formats/word_vectors.h"

#include <algorithm>
#include <cmath>

namespace core::train {

base::Result<std::string> takeWordVectors(const std::filesystem::path& file, const data::DatasetInfo& info,
                                          const std::vector<tensor::NamedTensor>& weights)
{
    const std::int64_t tokens = std::int64_t(info.tokens.size());
    const auto refused = [](const std::string& message, const std::string& advice) {
        return base::Error{base::ErrorKind::Spec, message, "/model/word_vectors", advice};
    };
    if (tokens == 0)
        return refused("word vectors are for texts as rows of tokens, and there are none",
                       "Set data.tokens, or leave word_vectors out");
    // The first table with a row for each token: that is what reads them.
    const auto table = std::ranges::find_if(weights, [&](const tensor::NamedTensor& named) {
        return named.tensor.dim() == 2 && named.tensor.size(0) == tokens && named.name.ends_with("weight");
    });
    if (table == weights.end())
        return refused("the network has no embedding of the " + std::to_string(tokens) + " tokens",
                       "Choose transformer, rnn or cnn1d");
    CORE_TRY(found, data::readWordVectors(file, info.tokens));
    const std::int64_t width = table->tensor.size(1);
    if (found.dimension != width)
        return base::Error{base::ErrorKind::Data,
                           "has vectors of " + std::to_string(found.dimension) + " numbers, and the embedding has " +
                               std::to_string(width),
                           file.string() + ", line 1",
                           "Set model.embedding_dim (of a transformer model.d_model) to " +
                               std::to_string(found.dimension)};
    at::NoGradGuard noGraph;
    at::Tensor rows = table->tensor.detach().to(at::kCPU, at::kFloat).contiguous().clone();
    for (std::int64_t token = 0; token < tokens; ++token)
        if (const auto& vector = found.vectors[std::size_t(token)]; !vector.empty())
            std::copy(vector.begin(), vector.end(), rows.mutable_data_ptr<float>() + token * width);
    table->tensor.copy_(rows);
    const std::int64_t words = std::max<std::int64_t>(1, tokens - 2);
    const double percent = std::round(1000.0 * double(found.matched) / double(words)) / 10;
    std::string text = std::to_string(percent);
    text.resize(text.find('.') + 2);
    return std::to_string(found.matched) + " of " + std::to_string(tokens - 2) + " tokens (" + text +
           " %) begin with vectors of " + file.filename().string() + ", the others at random" +
           (found.duplicates > 0 ? "; " + std::to_string(found.duplicates) + " entries stand there twice" : "");
}

}
