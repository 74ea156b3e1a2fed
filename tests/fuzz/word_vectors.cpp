// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/word_vectors.h"
#include "tests/fuzz/fuzz.h"

#include <cmath>
#include <sstream>

using namespace core::data;

FUZZ(bytes)
{
    const std::vector<std::string> words{"<pad>", "<unk>", "cat", "dog</w>", "new york"};
    for (const char* name : {"v.txt", "v.bin"}) {
        std::istringstream in{std::string(bytes)};
        const auto found = readWordVectors(in, name, words);
        if (!found)
            continue;
        fuzz::promise(found->vectors.size() == words.size() && found->vectors[0].empty());
        for (const auto& vector : found->vectors) {
            fuzz::promise(vector.empty() || std::int64_t(vector.size()) == found->dimension);
            for (const float number : vector)
                fuzz::promise(std::isfinite(number));
        }
    }
}
