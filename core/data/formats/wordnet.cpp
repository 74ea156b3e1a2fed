// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/wordnet.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>

namespace core::data {

namespace {

using base::Error;
using base::ErrorKind;

constexpr std::array<const char*, 4> parts{"noun", "verb", "adj", "adv"};
constexpr std::streamoff largestFile = 256 << 20;

/// Words of a line, one after another; empty at its end.
class Words {
public:
    explicit Words(std::string_view line) : m_rest(line) {}

    std::string_view next()
    {
        const std::size_t from = m_rest.find_first_not_of(' ');
        if (from == m_rest.npos)
            return {};
        const std::size_t to = std::min(m_rest.find(' ', from), m_rest.size());
        const std::string_view word = m_rest.substr(from, to - from);
        m_rest.remove_prefix(to);
        return word;
    }
    std::int64_t number(int base = 10)
    {
        const std::string_view word = next();
        std::int64_t value = -1;
        const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), value, base);
        return problem == std::errc() && end == word.data() + word.size() ? value : -1;
    }

private:
    std::string_view m_rest;
};

std::string_view lineAt(const std::string& text, std::size_t place)
{
    return std::string_view(text).substr(place, text.find('\n', place) - place);
}

// The line of the index that begins with the lemma: lines are sorted by bytes. The licence comes first, on lines that
// begin with blanks.
std::string_view indexLine(const std::string& index, std::string_view lemma)
{
    std::size_t low = 0, high = index.size();
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        const std::size_t before = middle == 0 ? std::string::npos : index.rfind('\n', middle - 1);
        const std::size_t start = before == std::string::npos ? 0 : before + 1;
        const std::string_view line = lineAt(index, start), word = line.substr(0, line.find(' '));
        if (word == lemma && !word.empty())
            return line;
        if (word < lemma)
            low = std::min(start + line.size() + 1, high);
        else
            high = start;
    }
    return {};
}

base::Result<std::string> readWhole(const std::string& path)
{
    std::ifstream in(path, std::ios::binary | std::ios::ate);
    const std::streamoff size = in ? std::streamoff(in.tellg()) : -1;
    if (size < 0)
        return Error{ErrorKind::Resource, "the dictionary WordNet is not there", path,
                     "Install the Debian package wordnet-base, or set WNSEARCHDIR to the folder with its files"};
    if (size > largestFile)
        return Error{ErrorKind::Data, "has " + std::to_string(size) + " bytes, more than any file of WordNet", path,
                     "Install the Debian package wordnet-base"};
    std::string text(static_cast<std::size_t>(size), '\0');
    in.seekg(0);
    if (!in.read(text.data(), size))
        return Error{ErrorKind::Data, "cannot be read to its end", path, {}};
    if (!text.starts_with("  1 "))
        return Error{ErrorKind::Data, "does not begin as a file of WordNet's database does, with its numbered licence",
                     path, "Install the Debian package wordnet-base"};
    return text;
}

// WordNet's rules of detachment (morphy(7WN)).
std::vector<std::string> formsOf(std::string_view word, std::size_t part)
{
    struct Rule {
        std::string_view end, by;
    };
    static const std::array<std::vector<Rule>, 4> rules{
        std::vector<Rule>{{"s", ""},
                          {"ses", "s"},
                          {"xes", "x"},
                          {"zes", "z"},
                          {"ches", "ch"},
                          {"shes", "sh"},
                          {"men", "man"},
                          {"ies", "y"}},
        std::vector<Rule>{
            {"s", ""}, {"ies", "y"}, {"es", "e"}, {"es", ""}, {"ed", "e"}, {"ed", ""}, {"ing", "e"}, {"ing", ""}},
        std::vector<Rule>{{"er", ""}, {"est", ""}, {"er", "e"}, {"est", "e"}}, std::vector<Rule>{}};
    std::vector<std::string> forms{std::string(word)};
    for (const Rule& rule : rules[part])
        if (word.size() > rule.end.size() && word.ends_with(rule.end))
            forms.push_back(std::string(word.substr(0, word.size() - rule.end.size())).append(rule.by));
    return forms;
}

}

base::Result<std::shared_ptr<const WordNet>> WordNet::open(const std::string& folder)
{
    auto made = std::make_shared<WordNet>();
    for (std::size_t i = 0; i < parts.size(); ++i) {
        CORE_TRY(index, readWhole(folder + "/index." + parts[i]));
        CORE_TRY(data, readWhole(folder + "/data." + parts[i]));
        made->m_parts[i] = {std::move(index), std::move(data)};
    }
    return std::shared_ptr<const WordNet>(std::move(made));
}

std::shared_ptr<const WordNet> WordNet::of(std::string index, std::string data)
{
    auto made = std::make_shared<WordNet>();
    made->m_parts[0] = {std::move(index), std::move(data)};
    return made;
}

std::string WordNet::usualFolder()
{
    const char* named = std::getenv("WNSEARCHDIR");
    return named && *named ? named : "/usr/share/wordnet";
}

// index: lemma pos synsets pointers [pointer …] senses tagged offset …
// data: offset file type words(hex) [word id …] …
void WordNet::addSenses(const Part& part, std::string_view lemma, std::vector<std::string>& words) const
{
    Words line(indexLine(part.index, lemma));
    line.next();
    line.next();
    const std::int64_t synsets = line.number();
    for (std::int64_t pointers = line.number(); pointers > 0 && !line.next().empty(); --pointers) {
    }
    line.next();
    line.next();
    for (std::int64_t i = 0; i < synsets; ++i) {
        const std::int64_t offset = line.number();
        if (offset < 0 || std::size_t(offset) >= part.data.size())
            return;
        Words synset(lineAt(part.data, std::size_t(offset)));
        if (synset.number() != offset)
            return;
        synset.next();
        synset.next();
        for (std::int64_t count = synset.number(16); count > 0; --count) {
            std::string word(synset.next());
            synset.next();
            if (word.empty())
                return;
            // Adjectives may say where they stand: `galore(ip)`.
            word.resize(std::min(word.find('('), word.size()));
            for (char& c : word)
                c = c == '_' || c == '-' ? ' ' : c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
            words.push_back(std::move(word));
        }
    }
}

std::vector<std::string> WordNet::synonyms(std::string_view word) const
{
    std::vector<std::string> words;
    // No word of the database is longer.
    if (word.empty() || word.size() > 100)
        return words;
    for (std::size_t i = 0; i < m_parts.size(); ++i)
        for (const std::string& form : formsOf(word, i))
            addSenses(m_parts[i], form, words);
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    std::erase(words, std::string(word));
    return words;
}

}
