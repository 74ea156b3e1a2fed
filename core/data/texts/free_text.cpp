// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/texts/free_text.h"

#include <algorithm>

namespace core::data {

namespace {

constexpr double fewestWords = 2.5; // on average

class TextCells final : public SampleStore {
public:
    TextCells(const Table& table, const Column& column)
        : m_words(column.words),
          m_codes(column.codes),
          m_lines(table.lines),
          m_where(table.where)
    {
    }

    std::int64_t size() const override { return std::int64_t(m_codes.size()); }

    base::Result<Sample> read(std::int64_t row) const override
    {
        const std::int32_t code = m_codes[std::size_t(row)];
        return Sample{.modality = Modality::Text, .text = code < 0 ? std::string() : m_words[std::size_t(code)]};
    }

    std::string whereOf(std::int64_t row) const override
    {
        const std::size_t at = std::size_t(row);
        return m_where + (at < m_lines.size() ? ":" + std::to_string(m_lines[at]) : "");
    }

private:
    std::vector<std::string> m_words;
    std::vector<std::int32_t> m_codes;
    std::vector<std::int64_t> m_lines;
    std::string m_where;
};

}

bool isFreeText(const Column& column)
{
    if (column.kind != ColumnKind::Text || 2 * column.words.size() < column.codes.size())
        return false;
    std::size_t gaps = 0;
    for (const std::string& text : column.words)
        gaps += std::size_t(std::count(text.begin(), text.end(), ' '));
    return double(gaps + column.words.size()) >= fewestWords * double(column.words.size());
}

std::shared_ptr<const SampleStore> textsOf(const Table& table, const Column& column)
{
    return std::make_shared<TextCells>(table, column);
}

void becomeTexts(Loaded& loaded, const Column& column)
{
    loaded.samples = textsOf(*loaded.table, column);
    loaded.info.modality = Modality::Text;
    loaded.info.text = column.name;
    // Told of the column while it was taken for one of categories.
    std::erase_if(loaded.problems, [&](const Problem& problem) { return problem.column == column.name; });
}

}
