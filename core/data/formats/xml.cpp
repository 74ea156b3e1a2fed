// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/xml.h"

#include <algorithm>

namespace core::data {

namespace {

constexpr std::size_t mostDepth = 32, mostBytes = 16u << 20;

class XmlReader {
public:
    XmlReader(std::string_view text, const std::string& where) : m_text(text), m_where(where) {}

    base::Result<XmlElement> read()
    {
        if (m_text.size() > mostBytes)
            return error("is larger than annotations are");
        accept("\xef\xbb\xbf");
        if (accept("<?xml") && !skipPast("?>"))
            return error("has a head without an end");
        CORE_CHECK(skipBetween());
        XmlElement root;
        CORE_CHECK(element(root, 0));
        CORE_CHECK(skipBetween());
        return m_at == m_text.size() ? base::Result<XmlElement>(std::move(root)) : error("goes on after its end");
    }

private:
    std::string_view m_text;
    const std::string& m_where;
    std::size_t m_at = 0;

    base::Error error(const std::string& what) const
    {
        const std::string_view before = m_text.substr(0, std::min(m_at, m_text.size()));
        const std::string line = std::to_string(1 + std::count(before.begin(), before.end(), '\n'));
        return {base::ErrorKind::Data, "line " + line + " " + what, m_where + ":" + line,
                "Annotations are elements with text: <object><name>cat</name></object>"};
    }

    bool accept(std::string_view expected)
    {
        if (m_text.substr(m_at, expected.size()) != expected)
            return false;
        m_at += expected.size();
        return true;
    }
    bool skipPast(std::string_view end)
    {
        const std::size_t found = m_text.find(end, m_at);
        m_at = found == m_text.npos ? m_text.size() : found + end.size();
        return found != m_text.npos;
    }
    static bool isSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
    void skipSpace()
    {
        while (m_at < m_text.size() && isSpace(m_text[m_at]))
            ++m_at;
    }
    base::Status skipBetween()
    {
        for (skipSpace(); accept("<!--"); skipSpace())
            if (!skipPast("-->"))
                return error("has a comment without an end");
        return {};
    }

    std::string_view word()
    {
        const std::size_t begin = m_at;
        while (m_at < m_text.size() && !isSpace(m_text[m_at]) &&
               std::string_view("<>/=\"'&").find(m_text[m_at]) == std::string_view::npos)
            ++m_at;
        return m_text.substr(begin, m_at - begin);
    }

    // Between a start tag's name and its end; `empty` if the element has no content.
    base::Status attributes(bool& empty)
    {
        for (;;) {
            skipSpace();
            if ((empty = accept("/>")) || accept(">"))
                return {};
            if (word().empty())
                return error("has a damaged tag");
            skipSpace();
            if (!accept("="))
                return error("has an attribute without a value");
            skipSpace();
            const char quote = m_at < m_text.size() ? m_text[m_at] : 0;
            if (quote != '"' && quote != '\'')
                return error("has an attribute without a value");
            ++m_at;
            if (!skipPast({&quote, 1}))
                return error("has a quote that is never closed");
        }
    }

    base::Status element(XmlElement& made, std::size_t depth)
    {
        if (m_text.substr(m_at, 2) == "<!" || m_text.substr(m_at, 2) == "<?")
            return error("has a document type or an instruction, which are not read here");
        if (depth > mostDepth)
            return error("has more than " + std::to_string(mostDepth) + " elements inside each other");
        if (!accept("<"))
            return error("has no element where one should begin");
        made.name = word();
        if (made.name.empty())
            return error("has an element without a name");
        bool empty = false;
        CORE_CHECK(attributes(empty));
        if (empty)
            return {};
        while (!accept("</")) {
            if (m_at >= m_text.size())
                return error("ends inside <" + made.name.substr(0, 40) + ">");
            if (m_text.substr(m_at, 4) == "<!--") {
                CORE_CHECK(skipBetween());
            } else if (accept("<![CDATA[")) {
                const std::size_t begin = m_at;
                if (!skipPast("]]>"))
                    return error("has a text without an end");
                made.text += m_text.substr(begin, m_at - 3 - begin);
            } else if (m_text[m_at] == '<') {
                CORE_CHECK(element(made.inside.emplace_back(), depth + 1));
            } else {
                CORE_CHECK(content(made.text));
            }
        }
        if (word() != made.name)
            return error("ends another element than <" + made.name.substr(0, 40) + ">");
        skipSpace();
        return accept(">") ? base::Status{} : error("has a damaged tag");
    }

    base::Status content(std::string& text)
    {
        const std::size_t end = std::min(m_text.find_first_of("<&", m_at), m_text.size());
        text += m_text.substr(m_at, end - m_at);
        m_at = end;
        if (!accept("&"))
            return {};
        const std::size_t semicolon = m_text.substr(m_at, 12).find(';');
        const std::string_view entity = m_text.substr(m_at, semicolon == m_text.npos ? 0 : semicolon);
        constexpr std::pair<std::string_view, char> known[] = {
            {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
        for (const auto& [name, c] : known)
            if (entity == name) {
                text += c;
                m_at += semicolon + 1;
                return {};
            }
        return error("has the entity &" + std::string(entity) + "; amp, lt, gt, quot and apos are known here");
    }
};

}

const XmlElement* XmlElement::find(std::string_view wanted) const
{
    for (const XmlElement& each : inside)
        if (each.name == wanted)
            return &each;
    return nullptr;
}

std::string_view XmlElement::textOf(std::string_view wanted) const
{
    const XmlElement* found = find(wanted);
    std::string_view text = found ? std::string_view(found->text) : std::string_view();
    while (!text.empty() && std::string_view(" \t\r\n").find(text.front()) != std::string_view::npos)
        text.remove_prefix(1);
    while (!text.empty() && std::string_view(" \t\r\n").find(text.back()) != std::string_view::npos)
        text.remove_suffix(1);
    return text;
}

base::Result<XmlElement> readXml(std::string_view text, const std::string& where)
{
    return XmlReader(text, where).read();
}

}
