// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/text_pieces.h"

#include "core/data/formats/cell.h"

#include <algorithm>
#include <cstring>

namespace core::data {

namespace {

// Whether more bytes could make it a character of UTF-8.
bool isCutCharacter(std::string_view bytes)
{
    const auto lead = std::uint8_t(bytes.front());
    const std::size_t length = lead < 0xc2 || lead > 0xf4 ? 0 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    return bytes.size() < length &&
           std::all_of(bytes.begin() + 1, bytes.end(), [](char c) { return (std::uint8_t(c) & 0xc0) == 0x80; });
}

}

TextPieces::TextPieces(Read read, bool checked, std::size_t piece)
    : m_read(std::move(read)),
      m_buffer(new char[piece + padding]()),
      m_capacity(piece),
      m_known(checked)
{
    more(0);
}

bool TextPieces::more(std::size_t from)
{
    if (m_ended)
        return false;
    const std::size_t kept = m_size - from;
    if (from == 0 && m_size == m_capacity) {
        std::unique_ptr<char[]> larger(new char[2 * m_capacity + padding]);
        std::memcpy(larger.get(), m_buffer.get(), m_size);
        m_buffer = std::move(larger);
        m_capacity *= 2;
    } else {
        std::memmove(m_buffer.get(), m_buffer.get() + from, kept);
    }
    m_size = kept;
    m_checked -= std::min(m_checked, from);
    const std::size_t before = m_size;
    while (m_size < m_capacity) {
        const std::size_t got = m_read(m_buffer.get() + m_size, m_capacity - m_size);
        if (got == 0) {
            m_ended = true;
            break;
        }
        m_size += got;
    }
    std::memset(m_buffer.get() + m_size, 0, padding);
    m_total += m_size - before;
    check();
    return m_clean && m_size > before;
}

void TextPieces::check()
{
    if (m_known)
        return;
    const std::string_view fresh = text().substr(m_checked);
    const std::size_t valid = utf8Prefix(fresh);
    m_checked += valid;
    const bool text = valid == fresh.size() || (!m_ended && isCutCharacter(fresh.substr(valid)));
    if (!text || std::memchr(fresh.data(), 0, fresh.size())) {
        m_clean = false;
        m_ended = true;
    }
}

void TextPieces::skipRest()
{
    while (!m_ended)
        more(m_checked > 0 ? std::min(m_checked, m_size) : m_size);
}

}
