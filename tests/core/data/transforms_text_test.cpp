// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/torch_test.h"

#include "core/base/files.h"
#include "core/data/formats/wordnet.h"
#include "core/data/ops/line_program.h"
#include "core/data/ops/text_cache.h"
#include "core/data/ops/words.h"
#include "core/data/transform.h"
#include "tests/support/samples.h"
#include "tests/support/temp_folder.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

namespace tests::transforms_text {

using namespace core;
using base::Draw;
using data::WordList;

std::vector<std::string> split(const std::string& text)
{
    const WordList words(text);
    std::vector<std::string> all;
    for (std::size_t i = 0; i < words.size(); ++i)
        all.push_back(words[i]);
    return all;
}

// A dictionary of three words.
std::vector<std::string> fewSynonyms(std::string_view word)
{
    static const std::map<std::string, std::vector<std::string>, std::less<>> known{
        {"quick", {"fast", "speedy"}}, {"dog", {"hound"}}, {"happy", {"glad", "well chosen"}}};
    const auto found = known.find(word);
    return found == known.end() ? std::vector<std::string>{} : found->second;
}

std::string written(const std::string& text, void (*change)(WordList&, const Draw&), std::uint64_t item)
{
    WordList words(text);
    change(words, Draw(2, "text").within(item));
    return words.text();
}

const std::string sentence = "The Quick brown fox, a happy one, jumps over the lazy dog. Quick!";

TEST_CASE("words: a text comes out as it went in, and words keep their signs and capitals")
{
    for (const std::string text : {"", " ", "one", "  two  words\n", sentence.c_str(), "caf\u00e9 \u00a1ol\u00e9!  x"})
        CHECK(WordList(text).text() == text);
    WordList words(sentence);
    CHECK(words.bare(1) == "quick");
    words.replace(1, "fast");
    words.replace(3, "cat");
    words.remove(0);
    words.insert(0, "So");
    CHECK(words.text() == "So Fast brown cat, a happy one, jumps over the lazy dog. Quick!");
    WordList gaps("a  b\tc d");
    gaps.remove(1);
    CHECK(gaps.text() == "a\tc d");
    gaps.remove(0);
    CHECK(gaps.text() == "c d");
    CHECK(data::isStopWord("the"));
    CHECK_FALSE(data::isStopWord("fox"));
    CHECK(data::characterStarts("a\u00e9\u20acb") == std::vector<std::size_t>{0, 1, 3, 6});
}

TEST_CASE("EDA: replacement takes every place of a word, and no stop words")
{
    std::set<std::string> seen;
    for (std::uint64_t item = 0; item < 40; ++item)
        seen.insert(written(
            sentence, [](WordList& words, const Draw& draw) { replaceWords(words, 0.01, fewSynonyms, draw); }, item));
    // One word each time, both places of `quick` at once.
    const std::set<std::string> possible{"The Fast brown fox, a happy one, jumps over the lazy dog. Fast!",
                                         "The Speedy brown fox, a happy one, jumps over the lazy dog. Speedy!",
                                         "The Quick brown fox, a happy one, jumps over the lazy hound. Quick!",
                                         "The Quick brown fox, a glad one, jumps over the lazy dog. Quick!",
                                         "The Quick brown fox, a well chosen one, jumps over the lazy dog. Quick!"};
    CHECK(seen == possible);
    CHECK(written(
              "the of and", [](WordList& words, const Draw& draw) { replaceWords(words, 1, fewSynonyms, draw); }, 0) ==
          "the of and");
}

TEST_CASE("EDA: insertion, swap and deletion change as much as alpha says")
{
    for (std::uint64_t item = 0; item < 30; ++item) {
        INFO(item);
        const auto before = split(sentence);
        auto more = split(written(
            sentence, [](WordList& words, const Draw& draw) { insertWords(words, 0.16, fewSynonyms, draw); }, item));
        CHECK((more.size() == before.size() + 2 || more.size() <= before.size() + 4));
        CHECK(more.size() > before.size());
        auto swapped = split(written(
            sentence, [](WordList& words, const Draw& draw) { swapWords(words, 0.01, draw); }, item));
        int moved = 0;
        for (std::size_t i = 0; i < before.size(); ++i)
            moved += swapped[i] != before[i];
        CHECK(moved == 2);
        std::sort(swapped.begin(), swapped.end());
        auto sorted = before;
        std::sort(sorted.begin(), sorted.end());
        CHECK(swapped == sorted);
        const auto left = split(written(
            sentence, [](WordList& words, const Draw& draw) { deleteWords(words, 1, draw); }, item));
        REQUIRE(left.size() == 1);
        CHECK(std::find(before.begin(), before.end(), left[0]) != before.end());
    }
    std::string longer;
    for (int i = 0; i < 5000; ++i)
        longer += "word ";
    const auto kept = split(written(
        longer, [](WordList& words, const Draw& draw) { deleteWords(words, 0.1, draw); }, 1));
    CHECK(double(kept.size()) / 5000 == Approx(0.9).margin(0.02));
}

TEST_CASE("words and characters that drop out")
{
    data::Sample sample{.modality = data::Modality::Text};
    for (int i = 0; i < 3000; ++i)
        sample.text += "h\u00e9llo ";
    data::Sample words = sample, characters = sample;
    (*data::allTransforms().make({"WordDropout"}))->apply(words, Draw(1, "text"));
    (*data::allTransforms().make({"CharacterDropout"}))->apply(characters, Draw(1, "text"));
    int marks = 0;
    for (const std::string& word : split(words.text)) {
        CHECK((word == "<unk>" || word == "h\u00e9llo"));
        marks += word == "<unk>";
    }
    CHECK(marks / 3000.0 == Approx(0.1).margin(0.02));
    const double left = double(data::characterStarts(characters.text).size()) / 18'000;
    CHECK(left == Approx(0.95).margin(0.006));
    // Characters go whole: what is left is still UTF-8.
    for (std::size_t i = 0; i < characters.text.size(); ++i)
        if (characters.text[i] == '\xc3')
            CHECK(characters.text[i + 1] == '\xa9');
}

TEST_CASE("WordNet: other words for all senses, also of forms")
{
    const auto wordNet = data::WordNet::open(data::WordNet::usualFolder());
    REQUIRE(wordNet);
    const auto has = [&](std::string_view word, const std::string& other) {
        const auto all = (*wordNet)->synonyms(word);
        return std::find(all.begin(), all.end(), other) != all.end();
    };
    CHECK(has("car", "automobile"));
    CHECK(has("quick", "fast"));
    CHECK(has("buy", "purchase"));
    CHECK(has("quickly", "rapidly"));
    CHECK(has("cars", "automobile"));
    CHECK(has("jumping", "leap"));
    CHECK(has("dog", "domestic dog"));
    CHECK_FALSE(has("car", "car"));
    CHECK((*wordNet)->synonyms("zzzyx").empty());
    CHECK((*wordNet)->synonyms("").empty());
    CHECK((*wordNet)->synonyms("%").empty());
    CHECK((*wordNet)->synonyms(std::string(5000, 'a')).empty());
}

TEST_CASE("WordNet: a folder without it names the package, a broken one the file")
{
    const TempFolder folder;
    const auto missing = data::WordNet::open(folder.path().string());
    REQUIRE_FALSE(missing);
    CHECK(missing.error().advice.find("wordnet-base") != std::string::npos);
    CHECK(missing.error().where.find("index.noun") != std::string::npos);
    const std::string licence = "  1 licence\n";
    for (const std::string part : {"noun", "verb", "adj", "adv"}) {
        folder.file("index." + part, licence);
        folder.file("data." + part, licence);
    }
    // Offsets beyond the file, into the middle of a line, or none at all; counts that are not true.
    folder.file("index.noun",
                licence + "beyond n 1 0 1 0 99999999  \nbetween n 1 0 1 0 00000003  \nmany n 9 9 9 0 00000012  \n"
                          "none n 1 0 1 0  \ntrue n 1 0 1 0 00000012  \n");
    folder.file("data.noun", licence + "00000012 03 n ff right 0 true 0 000 | a gloss\n");
    const auto broken = data::WordNet::open(folder.path().string());
    REQUIRE(broken);
    for (const char* word : {"beyond", "between", "none"})
        CHECK((*broken)->synonyms(word).empty());
    CHECK_FALSE((*broken)->synonyms("true").empty());
    folder.file("data.verb", "something else");
    const auto other = data::WordNet::open(folder.path().string());
    REQUIRE_FALSE(other);
    CHECK(other.error().where.find("data.verb") != std::string::npos);
}

/// A translator that turns lines round and counts in a file how many it has seen.
std::filesystem::path translator(const TempFolder& folder)
{
    return folder.file("translate.sh", "#!/bin/sh\nwhile IFS= read -r line; do\n  echo \"$line\" >> \"$1\"\n"
                                       "  case $line in *hang*) exec sleep 100;; *die*) exit 3;; esac\n"
                                       "  printf '%s\\n' \"$line\" | rev\ndone\n");
}

TEST_CASE("back-translation: a line for a line, from one process, and from the cache the next time")
{
    const TempFolder folder;
    ::setenv("XDG_CACHE_HOME", (folder.path() / "cache").c_str(), 1);
    const auto log = folder.path() / "log";
    const base::Object params{{"command", base::Array{"sh", translator(folder).string(), log.string()}}, {"p", 1}};
    const auto lines = [&] {
        const auto text = base::readFile(log);
        return text ? std::count(text->begin(), text->end(), '\n') : 0;
    };
    for (int round = 0; round < 2; ++round) {
        const auto transform = data::allTransforms().make({"BackTranslation", params});
        REQUIRE(transform);
        CHECK((*transform)->misfit(infoFor(data::Works::Text)).empty());
        for (const std::string text : {"never odd", "a\nb; $(exit) 'c'", ""}) {
            data::Sample sample{.modality = data::Modality::Text, .text = text};
            (*transform)->apply(sample, Draw(1, "text"));
            std::string turned(text.rbegin(), text.rend());
            std::replace(turned.begin(), turned.end(), '\n', ' ');
            CHECK(sample.text == turned);
        }
        CHECK(lines() == 3);
    }
    ::unsetenv("XDG_CACHE_HOME");
}

TEST_CASE("back-translation: without a command nothing is run")
{
    const auto transform = data::allTransforms().make({"BackTranslation", base::Object{{"p", 1}}});
    REQUIRE(transform);
    CHECK((*transform)->misfit(infoFor(data::Works::Text)).find("set command") != std::string::npos);
    data::Sample sample{.modality = data::Modality::Text, .text = "as it was"};
    (*transform)->apply(sample, Draw(1, "text"));
    CHECK(sample.text == "as it was");
}

TEST_CASE("line program: one that hangs, dies or is not there says so, and the next line starts it anew")
{
    const TempFolder folder;
    const auto log = folder.path() / "log";
    data::LineProgram program({"sh", translator(folder).string(), log.string()}, 0.3);
    CHECK(*program.ask("abc") == "cba");
    const auto hung = program.ask("hang on");
    REQUIRE_FALSE(hung);
    CHECK(hung.error().message.find("has not answered") != std::string::npos);
    data::LineProgram patient({"sh", translator(folder).string(), log.string()}, 60);
    const auto dead = patient.ask("die now");
    REQUIRE_FALSE(dead);
    CHECK(dead.error().message.find("has ended") != std::string::npos);
    CHECK(*patient.ask("abc") == "cba");
    CHECK(patient.ask(std::string(300'000, 'x'))->size() == 300'000);
    const auto missing = data::LineProgram({"no-such-translator"}, 1).ask("abc");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().message.find("no-such-translator") != std::string::npos);
}

TEST_CASE("text cache: each question its own answer, and broken files are no answers")
{
    const TempFolder folder;
    const data::TextCache cache(folder.path() / "cache");
    CHECK_FALSE(cache.find("one"));
    cache.keep("one", "eins");
    cache.keep("two", "zwei\nlines");
    CHECK(*cache.find("one") == "eins");
    CHECK(*cache.find("two") == "zwei\nlines");
    CHECK_FALSE(cache.find("on"));
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path() / "cache"))
        if (entry.is_regular_file())
            REQUIRE(base::writeFileAtomically(entry.path(), "else"));
    CHECK_FALSE(cache.find("one"));
}

}
