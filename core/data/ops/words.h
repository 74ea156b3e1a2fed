// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/rng.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace core::data {

/// A text taken apart at blanks, so that it can be put together again as it was.
class WordList {
public:
    explicit WordList(std::string_view text);

    std::size_t size() const { return m_words.size(); }
    const std::string& operator[](std::size_t i) const { return m_words[i]; }
    /// In lower case and without the signs around it: what a dictionary knows it by.
    std::string bare(std::size_t i) const;
    /// Another word in its place; the signs around it stay, and a capital at its beginning.
    void replace(std::size_t i, std::string_view word);
    void insert(std::size_t before, std::string word);
    void remove(std::size_t i);
    void swap(std::size_t a, std::size_t b);
    /// What stood between words is kept, as long as there are words on both sides.
    std::string text() const;

private:
    std::vector<std::string> m_words;
    std::vector<std::string> m_gaps; ///< before each word, and one at the end
};

/// Whether a word is one of English's most frequent (`the`, `you're`), which are not worth replacing.
bool isStopWord(std::string_view word);

/// Where each character of UTF-8 begins; bytes that belong to none stand for themselves.
std::vector<std::size_t> characterStarts(std::string_view text);

using Synonyms = std::function<std::vector<std::string>(std::string_view)>;

// The four operations of EDA (Wei & Zou 2019).

/// max(1, alpha · words) different words that are no stop words, everywhere they occur, by a synonym.
void replaceWords(WordList& words, double alpha, const Synonyms& synonyms, const base::Draw& draw);
/// A synonym of a word of the text, somewhere; max(1, alpha · words) times.
void insertWords(WordList& words, double alpha, const Synonyms& synonyms, const base::Draw& draw);
/// Two words change places; max(1, alpha · words) times.
void swapWords(WordList& words, double alpha, const base::Draw& draw);
/// Each word with probability p; one always stays.
void deleteWords(WordList& words, double p, const base::Draw& draw);

}
