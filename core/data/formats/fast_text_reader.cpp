// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/fast_text_reader.h"

#include "core/data/formats/cell.h"

namespace core::data {

base::Result<std::vector<LabelledText>> readFastText(std::string text, const std::string& where,
                                                     const std::string& prefix, std::int64_t maxRows,
                                                     std::int64_t firstLine)
{
    if (!isUtf8(text))
        text = utf8FromLatin1(text);
    std::string_view rest = text;
    if (rest.starts_with("\xef\xbb\xbf"))
        rest.remove_prefix(3);
    const auto error = [&](std::int64_t line, const std::string& what) {
        return base::Error{base::ErrorKind::Data, "line " + std::to_string(line) + " " + what,
                           where + ":" + std::to_string(line), "A row is " + prefix + "name and the words of a text"};
    };
    std::vector<LabelledText> rows;
    for (std::int64_t line = firstLine; !rest.empty() && std::int64_t(rows.size()) < maxRows; ++line) {
        const std::size_t end = rest.find('\n');
        std::string_view words = rest.substr(0, end);
        rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
        if (words.find('\0') != words.npos)
            return error(line, "has a zero byte: this is no text");
        LabelledText row{.line = line};
        while (!words.empty()) {
            const std::size_t stop = std::min(words.find_first_of(" \t\r\v\f"), words.size());
            const std::string_view word = words.substr(0, stop);
            words.remove_prefix(std::min(stop + 1, words.size()));
            if (word.empty())
                continue;
            if (!word.starts_with(prefix)) {
                row.text.append(row.text.empty() ? "" : " ").append(word);
                continue;
            }
            if (word.size() == prefix.size())
                return error(line, "has a label without a name");
            row.labels.emplace_back(word.substr(prefix.size()));
        }
        if (!row.labels.empty() || !row.text.empty())
            rows.push_back(std::move(row));
    }
    if (rows.empty())
        return base::Error{base::ErrorKind::Data, "holds no text", where, {}};
    return rows;
}

bool looksLikeFastText(std::string_view head)
{
    if (head.starts_with("\xef\xbb\xbf"))
        head.remove_prefix(3);
    return head.starts_with("__label__");
}

}
