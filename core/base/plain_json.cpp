// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/plain_json.h"

#include <charconv>

namespace core::base {

namespace {

/// Every function says false, and is not called again, where the text is no plain one.
class PlainReader {
public:
    explicit PlainReader(std::string_view text) : m_at(text.data()), m_end(text.data() + text.size()) {}

    bool whole(Value& value)
    {
        skip();
        if (!read(value, 0))
            return false;
        skip();
        return m_at == m_end;
    }

private:
    const char* m_at;
    const char* m_end;

    void skip()
    {
        while (m_at != m_end && (*m_at == ' ' || *m_at == '\n' || *m_at == '\t' || *m_at == '\r'))
            ++m_at;
    }

    bool take(std::string_view word)
    {
        if (std::string_view(m_at, std::size_t(m_end - m_at)).substr(0, word.size()) != word)
            return false;
        m_at += word.size();
        return true;
    }

    // The next letter behind blanks, which is taken.
    bool next(char letter)
    {
        skip();
        if (m_at == m_end || *m_at != letter)
            return false;
        ++m_at;
        return true;
    }

    bool read(Value& value, std::size_t depth)
    {
        if (m_at == m_end)
            return false;
        switch (*m_at) {
        case '{':
            return depth < deepestJson && object(value, depth + 1);
        case '[':
            return depth < deepestJson && list(value, depth + 1);
        case '"': {
            std::string_view letters;
            if (!text(letters))
                return false;
            value = letters;
            return true;
        }
        case 't':
            value = true;
            return take("true");
        case 'f':
            value = false;
            return take("false");
        case 'n':
            return take("null");
        default:
            return number(value);
        }
    }

    bool object(Value& value, std::size_t depth)
    {
        ++m_at;
        Object members;
        skip();
        if (next('}')) {
            value = std::move(members);
            return true;
        }
        do {
            skip();
            std::string_view key;
            if (m_at == m_end || *m_at != '"' || !text(key) || !next(':'))
                return false;
            skip();
            Value member;
            const std::size_t before = members.size();
            if (!read(member, depth))
                return false;
            members.set(key, std::move(member));
            if (members.size() == before) // it stands there twice
                return false;
        } while (next(','));
        value = std::move(members);
        return next('}');
    }

    bool list(Value& value, std::size_t depth)
    {
        ++m_at;
        Array items;
        if (next(']')) {
            value = std::move(items);
            return true;
        }
        do {
            skip();
            if (!read(items.emplace_back(), depth))
                return false;
        } while (next(','));
        value = std::move(items);
        return next(']');
    }

    bool text(std::string_view& letters)
    {
        const char* const begin = ++m_at;
        for (; m_at != m_end && *m_at != '"'; ++m_at)
            if (const auto letter = std::uint8_t(*m_at); letter < 0x20 || letter > 0x7e || letter == '\\')
                return false;
        if (m_at == m_end)
            return false;
        letters = {begin, std::size_t(m_at - begin)};
        ++m_at;
        return true;
    }

    bool digits()
    {
        const char* const begin = m_at;
        while (m_at != m_end && *m_at >= '0' && *m_at <= '9')
            ++m_at;
        return m_at != begin;
    }

    bool number(Value& value)
    {
        const char* const begin = m_at;
        if (*m_at == '-')
            ++m_at;
        const char* const first = m_at;
        if (!digits() || (*first == '0' && m_at - first > 1))
            return false;
        bool whole = true;
        if (m_at != m_end && *m_at == '.') {
            whole = false;
            ++m_at;
            if (!digits())
                return false;
        }
        if (m_at != m_end && (*m_at == 'e' || *m_at == 'E')) {
            whole = false;
            ++m_at;
            if (m_at != m_end && (*m_at == '+' || *m_at == '-'))
                ++m_at;
            if (!digits())
                return false;
        }
        // What fits no such number, or is nearer to zero than any, is no plain one.
        std::int64_t count = 0;
        double real = 0;
        const auto done = whole ? std::from_chars(begin, m_at, count) : std::from_chars(begin, m_at, real);
        value = whole ? Value(count) : Value(real);
        return done.ec == std::errc() && done.ptr == m_at;
    }
};

}

std::optional<Value> parsePlainJson(std::string_view text)
{
    Value value;
    if (!PlainReader(text).whole(value))
        return {};
    return value;
}

}
