// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/texts/characters.h"

#include <cstdint>
#include <cwctype>
#include <locale.h>

namespace core::data {

namespace {

// What is a letter must not depend on the locale of whoever runs the program.
locale_t unicode()
{
    static const locale_t made = newlocale(LC_CTYPE_MASK, "C.UTF-8", locale_t{});
    return made;
}

}

// Where the system lacks the locale, all beyond ASCII counts as letters of one case.
bool isWordCharacter(char32_t c)
{
    if (c < 0x80)
        return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return !unicode() || iswalnum_l(wint_t(c), unicode());
}

bool isSpace(char32_t c)
{
    if (c < 0x80)
        return c == ' ' || (c >= '\t' && c <= '\r');
    return c == 0xa0 || (unicode() && iswspace_l(wint_t(c), unicode()));
}

char32_t lowered(char32_t c)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
    return unicode() ? char32_t(towlower_l(wint_t(c), unicode())) : c;
}

// The character at `at`, which moves behind it; 0 for a byte that begins none.
char32_t nextCharacter(std::string_view text, std::size_t& at)
{
    const auto lead = std::uint8_t(text[at++]);
    if (lead < 0x80)
        return lead;
    const std::size_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc2 ? 1 : 0;
    if (more == 0 || lead > 0xf4 || text.size() - at < more)
        return 0;
    char32_t c = lead & (0x3f >> more);
    for (std::size_t i = 0; i < more; ++i) {
        const auto byte = std::uint8_t(text[at + i]);
        if ((byte & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (byte & 0x3f);
    }
    at += more;
    return c;
}

void append(std::string& text, char32_t c)
{
    if (c < 0x80) {
        text += char(c);
        return;
    }
    if (c < 0x800) {
        text += char(0xc0 | c >> 6);
    } else {
        if (c < 0x10000) {
            text += char(0xe0 | c >> 12);
        } else {
            text += char(0xf0 | c >> 18);
            text += char(0x80 | (c >> 12 & 0x3f));
        }
        text += char(0x80 | (c >> 6 & 0x3f));
    }
    text += char(0x80 | (c & 0x3f));
}

}
