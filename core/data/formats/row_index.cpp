// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/row_index.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace core::data {

namespace {

constexpr std::size_t chunkBytes = 1 << 20;
constexpr std::size_t mostHeaderBytes = 1 << 22;
constexpr std::int64_t mostReadBytes = std::int64_t(1) << 32;

class OpenFile {
public:
    explicit OpenFile(const std::filesystem::path& file) : m_handle(::open(file.c_str(), O_RDONLY | O_CLOEXEC)) {}
    OpenFile(const OpenFile&) = delete;
    ~OpenFile()
    {
        if (m_handle >= 0)
            ::close(m_handle);
    }
    explicit operator bool() const { return m_handle >= 0; }
    int handle() const { return m_handle; }

    /// So many bytes from `offset`; fewer only at the end. −1: failed.
    std::int64_t read(char* out, std::int64_t bytes, std::int64_t offset) const
    {
        std::int64_t done = 0;
        while (done < bytes) {
            const ssize_t got = ::pread(m_handle, out + done, std::size_t(bytes - done), offset + done);
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0)
                return -1;
            if (got == 0)
                break;
            done += got;
        }
        return done;
    }

private:
    int m_handle;
};

base::Error cannotRead(const std::filesystem::path& file)
{
    return {base::ErrorKind::Data, std::string("cannot be read: ") + std::strerror(errno), file.string(),
            "Check the path and the file's permissions"};
}

std::int64_t changeTime(const struct stat& state)
{
    return state.st_mtim.tv_sec * 1'000'000'000 + state.st_mtim.tv_nsec;
}

}

// Keeps the beginnings of blocks while rows are found.
class RowScanner {
public:
    explicit RowScanner(RowIndex& index) : m_index(index) {}

    void row(std::int64_t begin, std::int64_t line)
    {
        if (m_index.m_rows % m_index.m_blockRows == 0) {
            if (m_index.m_begins.size() == RowIndex::mostBlocks)
                thin();
            if (m_index.m_rows % m_index.m_blockRows == 0)
                m_index.m_begins.push_back({begin, line});
        }
        ++m_index.m_rows;
    }

private:
    RowIndex& m_index;

    // Blocks become twice as long.
    void thin()
    {
        auto& begins = m_index.m_begins;
        for (std::size_t i = 0; 2 * i < begins.size(); ++i)
            begins[i] = begins[2 * i];
        begins.resize((begins.size() + 1) / 2);
        m_index.m_blockRows *= 2;
    }
};

// Finds records in bytes that come in pieces: magic, length with the piece of a record in its upper three bits, bytes
// up to a multiple of four.
class RecordScanner {
public:
    explicit RecordScanner(RowIndex& index) : m_index(index), m_rows(index) {}

    /// False: no record begins where one should.
    bool feed(std::string_view bytes)
    {
        while (!bytes.empty()) {
            const std::int64_t skipped = std::min(m_skip, std::int64_t(bytes.size()));
            bytes.remove_prefix(std::size_t(skipped));
            m_skip -= skipped;
            m_offset += skipped;
            const std::size_t taken = std::min(bytes.size(), sizeof m_head - m_known);
            std::memcpy(m_head + m_known, bytes.data(), taken);
            bytes.remove_prefix(taken);
            m_known += taken;
            m_offset += std::int64_t(taken);
            if (m_known == sizeof m_head && !beginRecord())
                return false;
        }
        m_index.m_bytes = m_offset;
        return true;
    }

    std::int64_t offset() const { return m_offset; }

private:
    RowIndex& m_index;
    RowScanner m_rows;
    char m_head[8] = {};
    std::size_t m_known = 0;
    std::int64_t m_offset = 0, m_skip = 0, m_count = 0;

    bool beginRecord()
    {
        constexpr char magic[] = {'\x0a', '\x23', '\xd7', '\xce'};
        std::uint32_t word = 0;
        std::memcpy(&word, m_head + 4, 4);
        if (std::memcmp(m_head, magic, 4) != 0)
            return false;
        if (const std::uint32_t piece = word >> 29; piece < 2)
            m_rows.row(m_offset - std::int64_t(sizeof m_head), ++m_count);
        m_skip = (std::int64_t(word & ((1u << 29) - 1)) + 3) / 4 * 4;
        m_known = 0;
        return true;
    }
};

// Finds where rows begin in a text that comes in pieces.
class LineScanner {
public:
    LineScanner(const RowRules& rules, RowIndex& index)
        : m_rules(rules),
          m_index(index),
          m_rows(index),
          m_headerOpen(rules.header)
    {
    }

    void feed(std::string_view piece)
    {
        if (m_headerOpen && m_index.m_header.size() < mostHeaderBytes)
            m_index.m_header.append(piece.substr(0, mostHeaderBytes));
        if (m_rules.quotes && (m_quoted || piece.find('"') != piece.npos))
            feedQuoted(piece);
        else
            feedPlain(piece);
        m_offset += std::int64_t(piece.size());
    }

    void finish()
    {
        if (m_kind == Kind::Row)
            endRow(m_offset);
        m_index.m_bytes = m_offset;
    }

    bool onlyReturns() const { return m_line == 1 && m_returns; }

private:
    enum class Kind { Blank, Comment, Row };

    const RowRules& m_rules;
    RowIndex& m_index;
    RowScanner m_rows;
    bool m_headerOpen;
    std::int64_t m_offset = 0;            // of the piece in the file
    std::int64_t m_line = 1;              // the line that is gone through
    std::int64_t m_rowBegin = 0;          // offset of the row that is gone through
    std::int64_t m_rowLine = 1;           // and its line
    Kind m_kind = Kind::Blank;            // of what has been seen of it
    bool m_quoted = false, m_cell = true; // within quotes; nothing of a cell has been seen
    bool m_returns = false;

    bool blank(char c) const { return c == ' ' || c == '\r' || (c == '\t' && !m_rules.quotes); }

    // What a line's beginning makes of it, while it is blank.
    void look(std::string_view text)
    {
        for (const char c : text)
            if (!blank(c)) {
                m_kind = m_rules.comment != 0 && c == m_rules.comment ? Kind::Comment : Kind::Row;
                return;
            }
    }

    void endRow(std::int64_t end)
    {
        if (m_headerOpen) {
            m_headerOpen = false;
            m_index.m_header.resize(std::min(m_index.m_header.size(), std::size_t(end)));
            return;
        }
        m_rows.row(m_rowBegin, m_rowLine);
    }

    void endLine(std::int64_t after)
    {
        if (m_kind == Kind::Row)
            endRow(after);
        ++m_line;
        m_kind = Kind::Blank;
        m_rowBegin = after;
        m_rowLine = m_line;
        m_cell = true;
    }

    void feedPlain(std::string_view piece)
    {
        std::size_t at = 0;
        while (at < piece.size()) {
            const void* found = std::memchr(piece.data() + at, '\n', piece.size() - at);
            const std::size_t end = found ? std::size_t(static_cast<const char*>(found) - piece.data()) : piece.size();
            if (m_kind == Kind::Blank)
                look(piece.substr(at, end - at));
            if (!found) {
                m_cell = end == at ? m_cell : piece.back() == m_rules.delimiter;
                m_returns = m_returns || (m_line == 1 && piece.find('\r', at) != piece.npos);
                return;
            }
            endLine(m_offset + std::int64_t(end) + 1);
            at = end + 1;
        }
    }

    // A doubled quote closes and opens at once, which comes to the same.
    void feedQuoted(std::string_view piece)
    {
        for (std::size_t at = 0; at < piece.size(); ++at) {
            const char c = piece[at];
            if (m_quoted) {
                m_line += c == '\n';
                if (c == '"') {
                    m_quoted = false;
                    m_reopens = true;
                }
                continue;
            }
            if (c == '\n') {
                m_reopens = false;
                endLine(m_offset + std::int64_t(at) + 1);
                continue;
            }
            m_returns = m_returns || (c == '\r' && m_line == 1);
            if (c == '"' && (m_cell || m_reopens))
                m_quoted = true;
            m_reopens = false;
            m_cell = c == m_rules.delimiter;
            if (m_kind == Kind::Blank)
                look(piece.substr(at, 1));
        }
    }

    bool m_reopens = false; // the character before closed a quote
};

base::Result<std::shared_ptr<const RowIndex>> RowIndex::of(const std::filesystem::path& file, const RowRules& rules)
{
    const OpenFile open(file);
    struct stat state {};
    if (!open || ::fstat(open.handle(), &state) != 0)
        return cannotRead(file);
    ::posix_fadvise(open.handle(), 0, 0, POSIX_FADV_SEQUENTIAL);
    auto index = std::make_shared<RowIndex>();
    index->m_file = file;
    index->m_changed = changeTime(state);
    index->m_lines = !rules.records;
    LineScanner lines(rules, *index);
    RecordScanner records(*index);
    std::vector<char> buffer(chunkBytes);
    for (std::int64_t offset = 0;;) {
        const std::int64_t got = open.read(buffer.data(), std::int64_t(buffer.size()), offset);
        if (got < 0)
            return cannotRead(file);
        if (got == 0)
            break;
        const std::string_view piece(buffer.data(), std::size_t(got));
        if (!rules.records)
            lines.feed(piece);
        else if (!records.feed(piece))
            return base::Error{base::ErrorKind::Data,
                               "has no record before offset " + std::to_string(records.offset()) +
                                   ", where one should begin",
                               file.string(), "Write the file again"};
        offset += got;
    }
    if (!rules.records)
        lines.finish();
    if (lines.onlyReturns())
        return base::Error{base::ErrorKind::Data, "has lines that end in CR alone, which cannot be streamed",
                           file.string(), "Save it with LF or CRLF, or set data.mode to file"};
    if (index->m_rows == 0)
        return base::Error{base::ErrorKind::Data, "has no rows", file.string(), "It needs one line for each row"};
    return std::shared_ptr<const RowIndex>(std::move(index));
}

base::Result<std::string> RowIndex::read(std::span<const std::int64_t> blocks) const
{
    const OpenFile open(m_file);
    struct stat state {};
    if (!open || ::fstat(open.handle(), &state) != 0)
        return cannotRead(m_file);
    if (state.st_size != m_bytes || changeTime(state) != m_changed)
        return base::Error{base::ErrorKind::Data, "has changed since its rows were counted", m_file.string(),
                           "Start again: a run needs data that stays as it is"};
    const auto endOf = [this](std::int64_t block) {
        return block + 1 < this->blocks() ? m_begins[std::size_t(block) + 1].offset : m_bytes;
    };
    std::int64_t bytes = 0;
    for (const std::int64_t block : blocks)
        bytes += endOf(block) - m_begins[std::size_t(block)].offset + 1;
    if (bytes > mostReadBytes)
        return base::Error{base::ErrorKind::Resource, "has rows that are too long to be streamed", m_file.string(),
                           "Lower data.shuffle_buffer"};
    std::string text;
    text.reserve(std::size_t(bytes));
    for (std::size_t i = 0; i < blocks.size();) {
        std::size_t last = i;
        while (last + 1 < blocks.size() && blocks[last + 1] == blocks[last] + 1)
            ++last;
        const std::int64_t begin = m_begins[std::size_t(blocks[i])].offset, length = endOf(blocks[last]) - begin;
        const std::size_t old = text.size();
        text.resize(old + std::size_t(length));
        if (open.read(text.data() + old, length, begin) != length)
            return cannotRead(m_file);
        // The file's last line may lack its end, and something may come after it here.
        if (m_lines && length > 0 && text.back() != '\n')
            text += '\n';
        i = last + 1;
    }
    return text;
}

}
