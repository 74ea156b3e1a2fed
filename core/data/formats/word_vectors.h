// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

namespace core::data {

/// Vectors of some words.
struct WordVectors {
    std::int64_t dimension = 0;
    std::int64_t entries = 0;                ///< that the file has
    std::int64_t duplicates = 0;             ///< entries of words that came before; the first one counts
    std::vector<std::vector<float>> vectors; ///< of each word that was asked for; empty: the file does not have it
    std::int64_t matched = 0;                ///< words that it has
};

/// Of these words what a file says: lines `word number number …` (GloVe), the same below a line `entries dimension`
/// (word2vec, fastText's .vec), or word2vec's binary form where the name ends in .bin. A piece of byte pairs that ends
/// a word is looked up without its mark. Errors name the line, or the entry of a binary file. Memory does not grow with
/// the file.
base::Result<WordVectors> readWordVectors(std::istream& in, const std::filesystem::path& file,
                                          const std::vector<std::string>& words);
base::Result<WordVectors> readWordVectors(const std::filesystem::path& file, const std::vector<std::string>& words);

}
