// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/golden.h"

#include "core/data/texts/tokens.h"
#include "tests/support/data_sets.h"

namespace tests::tokens {

using namespace core;
using data::Tokenizer;
using Texts = std::vector<std::string>;

Tokenizer learned(const Texts& texts, spec::TokensSpec spec)
{
    return Tokenizer(spec, texts.size(), [&](std::size_t i) { return texts[i]; });
}

spec::TokensSpec specOf(const std::string& kind, std::int64_t vocabulary = 100, std::int64_t length = 6)
{
    return {kind, vocabulary, length, true};
}

TEST_CASE("texts are cut as their kind says")
{
    const Texts some{"x"};
    const auto cut = [&](const std::string& kind, const std::string& text) {
        return learned(some, specOf(kind)).tokensOf(text);
    };
    CHECK(cut("word", "Don't  panic, Ülkü!") == Texts{"don", "'", "t", "panic", ",", "ülkü", "!"});
    CHECK(cut("whitespace", "Don't\tpanic,\n Ülkü!") == Texts{"don't", "panic,", "ülkü!"});
    CHECK(cut("character", "Aé b") == Texts{"a", "é", " ", "b"});
    CHECK(cut("word", "").empty());
    CHECK(cut("word", "\xff") == Texts{"\xef\xbf\xbd"});
    spec::TokensSpec cased = specOf("word");
    cased.lowercase = false;
    CHECK(learned(some, cased).tokensOf("Oh NO") == Texts{"Oh", "NO"});
}

TEST_CASE("numbers go by frequency, then by the alphabet; what is rare or new is unknown")
{
    const Texts texts{"b a b", "c a b", "<pad> d"};
    const Tokenizer all = learned(texts, specOf("whitespace"));
    CHECK(all.vocabulary() == Texts{"<pad>", "<unk>", "b", "a", "<pad>", "c", "d"});
    const Tokenizer few = learned(texts, specOf("whitespace", 4));
    CHECK(few.vocabulary() == Texts{"<pad>", "<unk>", "b", "a"});
    CHECK(few.numbersOf("a z b c") == std::vector<std::int64_t>{3, 1, 2, 1});
    CHECK(few.row("a z b") == std::vector<float>{3, 1, 2, 0, 0, 0});
    CHECK(few.row("a a a a b b b b") == std::vector<float>{3, 3, 3, 3, 2, 2});
    // There is something to look at in an empty text, too.
    CHECK(few.row("") == std::vector<float>{1, 0, 0, 0, 0, 0});
    // A token that is spelled as padding is not padding.
    CHECK(all.numbersOf("<pad>").front() > 1);
}

TEST_CASE("byte pairs are joined as in Sennrich et al. 2016")
{
    for (const base::Value& golden : golden("byte_pairs.json")) {
        std::map<std::string, std::int64_t> words;
        for (const auto& [word, times] : golden["words"].object())
            words[word] = times.toInt();
        const data::BytePairs learned(words, 1000);
        std::vector<data::BytePairs::Pair> wanted;
        for (const base::Value& pair : golden["merges"].array())
            wanted.emplace_back(pair.array()[0].text(), pair.array()[1].text());
        CHECK(learned.merges() == wanted);
        Texts pieces;
        for (const base::Value& piece : golden["pieces"].array())
            pieces.push_back(piece.text());
        CHECK(learned.of(golden["unseen"].text()) == pieces);
    }
}

TEST_CASE("a vocabulary of byte pairs has room for so many, characters first")
{
    const Texts texts{"aaab aaab aab", "ab ab c"};
    for (const std::int64_t room : {3, 4, 5, 6, 7, 50}) {
        const Tokenizer made = learned(texts, specOf("bpe", room));
        CHECK(std::int64_t(made.vocabulary().size()) <= room);
        CHECK(made.vocabulary()[0] == "<pad>");
    }
    const Tokenizer all = learned(texts, specOf("bpe", 50));
    CHECK(all.vocabulary()[2] == "a");
    // Whatever is made of known characters has only known pieces.
    for (const std::int64_t number : all.numbersOf("aaaab ab c aab"))
        CHECK(number > 1);
    CHECK(all.numbersOf("z") == std::vector<std::int64_t>{1});
}

}
