// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/wordnet.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>

using namespace core::data;

// The index, a zero byte, the data; every word of the index is looked up, and one that is not there.
FUZZ(bytes)
{
    const std::size_t end = std::min(bytes.find('\0'), bytes.size());
    const std::string index(bytes.substr(0, end)), data(bytes.substr(std::min(end + 1, bytes.size())));
    const auto wordNet = WordNet::of(index, data);
    std::size_t looked = 0;
    for (std::size_t line = 0; line < index.size() && looked < 100; ++looked) {
        const std::string word = index.substr(line, index.find_first_of(" \n", line) - line);
        for (const std::string& other : wordNet->synonyms(word))
            fuzz::promise(other != word);
        line = std::min(index.find('\n', line), index.size() - 1) + 1;
    }
    fuzz::promise(wordNet->synonyms("").empty());
}
