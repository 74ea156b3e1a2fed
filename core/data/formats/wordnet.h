// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace core::data {

/// Princeton's WordNet database (wndb(5WN)): words and what else means the same.
class WordNet {
public:
    /// Reads `index.*` and `data.*` of nouns, verbs, adjectives and adverbs in the folder.
    static base::Result<std::shared_ptr<const WordNet>> open(const std::string& folder);
    /// Of one part of speech, from the texts of its two files.
    static std::shared_ptr<const WordNet> of(std::string index, std::string data);
    /// $WNSEARCHDIR, as WordNet's own programs take it, else where Debian has it.
    static std::string usualFolder();

    /// Words of all senses of a lower-case word or of what it is a form of (`boxes`: box), sorted, without the word
    /// itself; of several parts with blanks between them. Empty for a word that is not there.
    std::vector<std::string> synonyms(std::string_view word) const;

private:
    struct Part {
        std::string index, data;
    };
    std::array<Part, 4> m_parts; ///< noun, verb, adj, adv

    void addSenses(const Part& part, std::string_view lemma, std::vector<std::string>& words) const;
};

}
