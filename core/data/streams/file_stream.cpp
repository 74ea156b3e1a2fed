// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/streams/file_stream.h"

namespace core::data {

namespace {

class FileStream final : public RowStream {
public:
    FileStream(std::string file, std::shared_ptr<const RowIndex> index, RowParser parse, std::int64_t rows)
        : m_file(std::move(file)),
          m_index(std::move(index)),
          m_parse(std::move(parse)),
          m_rows(rows)
    {
    }

    std::int64_t rows() const override { return m_rows; }
    std::int64_t blockRows() const override { return m_index->blockRows(); }
    std::int64_t bytes() const override { return m_index->bytes(); }

    base::Result<Loaded> read(std::span<const std::int64_t> blocks, const SourceRequest& request) const override
    {
        SourceRequest whole = request;
        whole.data.rows.reset();
        auto loaded = parsed(blocks, whole);
        if (loaded || blocks.size() < 2)
            return loaded;
        // Alone, a block's lines have their own numbers.
        for (const std::int64_t block : blocks)
            if (auto part = parsed({&block, 1}, whole); !part)
                return part;
        return loaded;
    }

private:
    std::string m_file;
    std::shared_ptr<const RowIndex> m_index;
    RowParser m_parse;
    std::int64_t m_rows;

    base::Result<Loaded> parsed(std::span<const std::int64_t> blocks, const SourceRequest& request) const
    {
        CORE_TRY(lines, m_index->read(blocks));
        std::string text = m_index->header();
        text += lines;
        lines.clear();
        lines.shrink_to_fit();
        CORE_TRY(loaded, m_parse(std::move(text), m_index->lineOf(blocks.front()), request));
        std::int64_t wanted = 0, inFile = 0;
        for (const std::int64_t block : blocks) {
            wanted += rowsOf(block);
            inFile += block + 1 < m_index->blocks() ? blockRows() : m_index->rows() - block * blockRows();
        }
        if (loaded.rows() != inFile)
            return base::Error{base::ErrorKind::Data,
                               "has " + std::to_string(loaded.rows()) + " rows where " + std::to_string(inFile) +
                                   " lines were counted",
                               m_file, "Set data.mode to file: its rows are not one a line"};
        if (wanted == inFile)
            return std::move(loaded);
        // Only the last block has rows too many, if fewer were asked for than there are.
        std::vector<std::int64_t> kept;
        std::int64_t at = 0;
        for (const std::int64_t block : blocks) {
            for (std::int64_t row = 0; row < rowsOf(block); ++row)
                kept.push_back(at + row);
            at += block + 1 < m_index->blocks() ? blockRows() : m_index->rows() - block * blockRows();
        }
        return data::rowsOf(loaded, kept);
    }
};

}

base::Result<std::shared_ptr<const RowStream>> fileStream(const std::filesystem::path& file, const RowRules& rules,
                                                          RowParser parse, const SourceRequest& request)
{
    CORE_TRY(index, RowIndex::of(file, rules));
    const std::int64_t rows = std::min(index->rows(), request.data.rows.value_or(index->rows()));
    return std::shared_ptr<const RowStream>(
        std::make_shared<FileStream>(file.string(), std::move(index), std::move(parse), rows));
}

}
