// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/word_vectors.h"

#include "core/data/texts/byte_pairs.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <unordered_map>

namespace core::data {

namespace {

constexpr std::int64_t widestVector = 16'384;
constexpr std::size_t longestLine = 1 << 20, longestWord = 4096;
constexpr std::size_t firstWord = 2; // behind <pad> and <unk>

base::Error broken(const std::filesystem::path& file, const char* unit, std::int64_t place, const std::string& message)
{
    return {base::ErrorKind::Data, message, file.string() + ", " + unit + " " + std::to_string(place),
            "Give a file of word vectors: a word and its numbers on each line, all of one length"};
}

bool numberOf(std::string_view text, double& value)
{
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    return code == std::errc{} && end == text.data() + text.size() && std::isfinite(value) &&
           std::isfinite(float(value));
}

std::vector<std::string_view> fieldsOf(std::string_view line)
{
    std::vector<std::string_view> fields;
    for (std::size_t at = 0; at < line.size();) {
        const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
        if (end > at)
            fields.push_back(line.substr(at, end - at));
        at = end + 1;
    }
    return fields;
}

/// Takes entries in, of words that are wanted.
class Collector {
public:
    Collector(const std::vector<std::string>& words, WordVectors& into) : m_into(into)
    {
        into.vectors.resize(words.size());
        for (std::size_t i = firstWord; i < words.size(); ++i) {
            std::string word = words[i];
            if (const std::size_t length = std::strlen(BytePairs::wordEnd); word.ends_with(BytePairs::wordEnd))
                word.resize(word.size() - length);
            m_places[word].push_back(i);
        }
    }

    // Where the numbers of an entry go; nullptr where nobody wants them.
    std::vector<float>* entry(const std::string& word)
    {
        ++m_into.entries;
        m_at = m_places.find(word);
        if (m_at == m_places.end())
            return nullptr;
        if (!m_into.vectors[m_at->second.front()].empty()) {
            ++m_into.duplicates;
            return nullptr;
        }
        return &m_into.vectors[m_at->second.front()];
    }

    void taken()
    {
        for (const std::size_t place : m_at->second)
            m_into.vectors[place] = m_into.vectors[m_at->second.front()];
        m_into.matched += std::int64_t(m_at->second.size());
    }

private:
    WordVectors& m_into;
    std::unordered_map<std::string, std::vector<std::size_t>> m_places;
    std::unordered_map<std::string, std::vector<std::size_t>>::iterator m_at;
};

// `entries dimension`, as word2vec begins a file.
bool headOf(const std::vector<std::string_view>& fields, std::int64_t& entries, std::int64_t& dimension)
{
    const auto whole = [](std::string_view text, std::int64_t& value) {
        const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
        return code == std::errc{} && end == text.data() + text.size() && value >= 0;
    };
    std::int64_t given = 0;
    if (fields.size() != 2 || !whole(fields[0], entries) || !whole(fields[1], given))
        return false;
    dimension = given;
    return true;
}

base::Status checkDimension(const std::filesystem::path& file, const char* unit, std::int64_t dimension)
{
    if (dimension >= 1 && dimension <= widestVector)
        return {};
    return broken(file, unit, 1,
                  "says that vectors have " + std::to_string(dimension) + " numbers, and 1 to " +
                      std::to_string(widestVector) + " can be");
}

// One line; false at the end. A line that is too long fails the stream.
bool readLine(std::istream& in, std::string& line)
{
    line.clear();
    for (int c = in.get(); c != std::istream::traits_type::eof(); c = in.get()) {
        if (c == '\n')
            return true;
        line += char(c);
        if (line.size() > longestLine)
            return true;
    }
    return !line.empty();
}

base::Status readText(const std::filesystem::path& file, std::istream& in, Collector& collect, WordVectors& found)
{
    std::string line;
    for (std::int64_t number = 1; readLine(in, line); ++number) {
        if (line.size() > longestLine)
            return broken(file, "line", number, "a line is longer than any vector");
        if (!line.empty() && line.back() == '\r')
            line.pop_back();
        const std::vector<std::string_view> fields = fieldsOf(line);
        if (fields.empty())
            continue;
        std::int64_t entries = 0;
        if (number == 1 && headOf(fields, entries, found.dimension)) {
            CORE_CHECK(checkDimension(file, "line", found.dimension));
            continue;
        }
        if (found.dimension == 0) {
            found.dimension = std::int64_t(fields.size()) - 1;
            CORE_CHECK(checkDimension(file, "line", found.dimension));
        }
        // Words may have spaces in them: the numbers are counted from the end.
        const std::size_t numbers = std::size_t(found.dimension);
        if (fields.size() < numbers + 1)
            return broken(file, "line", number,
                          "has " + std::to_string(fields.size() - 1) + " numbers instead of " +
                              std::to_string(numbers));
        const std::size_t first = fields.size() - numbers;
        const char* wordEnds = fields[first - 1].data() + fields[first - 1].size();
        const std::string word(fields[0].data(), wordEnds);
        std::vector<float>* vector = collect.entry(word);
        // A number too many would be taken for a part of the word.
        double value = 0;
        if (first > 1 && numberOf(fields[first - 1], value))
            return broken(file, "line", number,
                          "has " + std::to_string(fields.size() - 1) + " numbers instead of " +
                              std::to_string(numbers));
        for (std::size_t i = first; i < fields.size(); ++i) {
            if (!numberOf(fields[i], value))
                return broken(file, "line", number, "\"" + std::string(fields[i].substr(0, 40)) + "\" is no number");
            if (vector)
                vector->push_back(float(value));
        }
        if (vector)
            collect.taken();
    }
    return {};
}

base::Status readBinary(const std::filesystem::path& file, std::istream& in, Collector& collect, WordVectors& found)
{
    std::string line;
    std::int64_t entries = 0;
    if (!readLine(in, line) || !headOf(fieldsOf(line), entries, found.dimension))
        return broken(file, "line", 1, "does not begin with the numbers of entries and dimensions");
    CORE_CHECK(checkDimension(file, "line", found.dimension));
    std::vector<float> numbers(std::size_t(found.dimension));
    for (std::int64_t entry = 1; entry <= entries; ++entry) {
        std::string word;
        for (int c = in.get(); c != ' '; c = in.get()) {
            if (c == std::istream::traits_type::eof())
                return broken(file, "entry", entry, "the file ends before " + std::to_string(entries) + " entries");
            if (c != '\n' || !word.empty())
                word += char(c);
            if (word.size() > longestWord)
                return broken(file, "entry", entry, "a word is longer than any");
        }
        if (!in.read(reinterpret_cast<char*>(numbers.data()), std::streamsize(numbers.size() * sizeof(float))))
            return broken(file, "entry", entry, "the file ends before " + std::to_string(entries) + " entries");
        if (std::ranges::any_of(numbers, [](float number) { return !std::isfinite(number); }))
            return broken(file, "entry", entry, "a number is not finite");
        if (std::vector<float>* vector = collect.entry(word)) {
            *vector = numbers;
            collect.taken();
        }
    }
    return {};
}

}

base::Result<WordVectors> readWordVectors(std::istream& in, const std::filesystem::path& file,
                                          const std::vector<std::string>& words)
{
    WordVectors found;
    Collector collect(words, found);
    CORE_CHECK(file.extension() == ".bin" ? readBinary(file, in, collect, found) : readText(file, in, collect, found));
    if (found.entries == 0)
        return broken(file, "line", 1, "has no vector");
    return found;
}

base::Result<WordVectors> readWordVectors(const std::filesystem::path& file, const std::vector<std::string>& words)
{
    std::error_code ignored;
    std::ifstream in(file, std::ios::binary);
    if (!in || !std::filesystem::is_regular_file(file, ignored))
        return base::Error{base::ErrorKind::Data, "cannot be opened", file.string(),
                           "Give a file of word vectors, such as glove.6B.100d.txt"};
    return readWordVectors(in, file, words);
}

}
