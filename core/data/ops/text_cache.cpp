// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/text_cache.h"

#include "core/base/files.h"
#include "core/base/rng.h"

#include <array>
#include <cstdlib>

namespace core::data {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t largest = 4 << 20;

std::string numberOf(const std::string& text)
{
    const std::uint64_t first = base::streamOf(text), second = base::mix(base::streamOf("again/" + text));
    std::string digits;
    for (const std::uint64_t part : {first, second})
        for (int shift = 60; shift >= 0; shift -= 4)
            digits += "0123456789abcdef"[(part >> shift) & 15];
    return digits;
}

fs::path userFolder()
{
    const auto variable = [](const char* name) {
        const char* value = std::getenv(name);
        return fs::path(value ? value : "");
    };
    if (const fs::path named = variable("XDG_CACHE_HOME"); named.is_absolute())
        return named;
    if (const fs::path home = variable("HOME"); home.is_absolute())
        return home / ".cache";
    return fs::temp_directory_path();
}

}

TextCache TextCache::ofUser(const std::string& name, const std::string& key)
{
    return TextCache(userFolder() / "descent" / name / numberOf(key));
}

fs::path TextCache::fileOf(const std::string& question) const
{
    const std::string number = numberOf(question);
    return m_folder / number.substr(0, 2) / number.substr(2);
}

// A file holds the question, a line break and the answer: two questions of one number do not get each other's.
std::optional<std::string> TextCache::find(const std::string& question) const
{
    const auto text = base::readFile(fileOf(question), largest);
    if (!text || !text->starts_with(question) || text->size() <= question.size() || (*text)[question.size()] != '\n')
        return std::nullopt;
    return text->substr(question.size() + 1);
}

void TextCache::keep(const std::string& question, const std::string& answer) const
{
    const fs::path file = fileOf(question);
    std::error_code ignored;
    fs::create_directories(file.parent_path(), ignored);
    // A full disk costs time, no result.
    const base::Status kept = base::writeFileAtomically(file, question + "\n" + answer);
    (void)kept;
}

}
