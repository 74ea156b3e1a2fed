// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace core::data {

/// A text that is read a piece at a time into one buffer, small enough to stay in a processor's cache.
class TextPieces {
public:
    /// Writes up to `most` bytes to `to`; 0 at the end.
    using Read = std::function<std::size_t(char* to, std::size_t most)>;

    static constexpr std::size_t padding = 64;

    /// `checked`: that it is UTF-8 without zero bytes is known.
    TextPieces(Read read, bool checked, std::size_t piece);

    /// What is in the buffer; `padding` more bytes after it are readable.
    std::string_view text() const { return {m_buffer.get(), m_size}; }
    /// Forgets what is before `from`, where a character begins, and reads on; false at the end. Moves the text.
    bool more(std::size_t from);
    /// Reads to the end for nothing but to check it.
    void skipRest();
    /// Nothing comes after text().
    bool ended() const { return m_ended; }
    /// All that was read is UTF-8 without zero bytes; what is not ends the text.
    bool clean() const { return m_clean; }
    /// Bytes read.
    std::size_t total() const { return m_total; }

private:
    Read m_read;
    std::unique_ptr<char[]> m_buffer;
    std::size_t m_capacity, m_size = 0, m_checked = 0, m_total = 0;
    bool m_ended = false, m_clean = true, m_known;

    void check();
};

}
