// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/npy_reader.h"

#include "core/base/files.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fstream>

namespace core::data {

namespace {

constexpr std::string_view magic("\x93NUMPY", 6);
constexpr std::size_t maxHeader = 1 << 16;
constexpr std::size_t maxDimensions = 8;
constexpr std::int64_t maxBytes = std::int64_t(1) << 36;
constexpr std::size_t maxText = 1 << 16;

struct NpyHeader {
    NumberArray array; // without its elements
    bool swapped = false, fortran = false;
    std::size_t size = 0;         // of the header itself
    std::size_t elementBytes = 0; // in the file
    char kind = 0;
    std::int64_t bodyBytes = 0;
};

base::Error npyError(const std::string& where, std::size_t offset, const std::string& what, std::string advice = {})
{
    return {base::ErrorKind::Data, what + " (byte " + std::to_string(offset) + ")", where,
            advice.empty() ? "Save the array again with numpy.save" : std::move(advice)};
}

// The little of Python that describes an array: {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }
class Literal {
public:
    explicit Literal(std::string_view text) : m_rest(text) {}

    bool accept(char c)
    {
        skip();
        if (m_rest.empty() || m_rest.front() != c)
            return false;
        m_rest.remove_prefix(1);
        return true;
    }
    bool word(std::string_view expected)
    {
        skip();
        if (!m_rest.starts_with(expected))
            return false;
        m_rest.remove_prefix(expected.size());
        return true;
    }
    bool text(std::string& value)
    {
        skip();
        const char quote = m_rest.empty() ? 0 : m_rest.front();
        const std::size_t end = quote == '\'' || quote == '"' ? m_rest.find(quote, 1) : m_rest.npos;
        if (end == m_rest.npos)
            return false;
        value = m_rest.substr(1, end - 1);
        m_rest.remove_prefix(end + 1);
        return true;
    }
    bool number(std::int64_t& value)
    {
        skip();
        const auto [end, code] = std::from_chars(m_rest.data(), m_rest.data() + m_rest.size(), value);
        if (code != std::errc())
            return false;
        m_rest.remove_prefix(std::size_t(end - m_rest.data()));
        accept('L'); // of Python 2
        return true;
    }
    bool shape(std::vector<std::int64_t>& lengths)
    {
        if (!accept('('))
            return false;
        while (!accept(')')) {
            std::int64_t length = 0;
            if (lengths.size() > maxDimensions || !number(length))
                return false;
            lengths.push_back(length);
            if (!accept(',')) {
                if (!accept(')'))
                    return false;
                break;
            }
        }
        return true;
    }

private:
    std::string_view m_rest;

    void skip()
    {
        while (!m_rest.empty() && (m_rest.front() == ' ' || m_rest.front() == '\n'))
            m_rest.remove_prefix(1);
    }
};

base::Status takeType(const std::string& descr, NpyHeader& header, const std::string& where)
{
    const std::string_view type = descr;
    const bool ordered = !type.empty() && std::string_view("<>|=").find(type.front()) != type.npos;
    header.swapped = ordered && type.front() == '>';
    header.kind = type.size() > ordered ? type[ordered] : '?';
    std::size_t size = 0;
    const std::string_view digits = type.substr(std::min(type.size(), std::size_t(ordered) + 1));
    std::from_chars(digits.data(), digits.data() + digits.size(), size);
    header.elementBytes = header.kind == 'U' ? 4 * size : size;
    const auto is = [&](char kind, std::size_t bytes) { return header.kind == kind && size == bytes; };
    const std::tuple<char, std::size_t, Element> known[] = {
        {'b', 1, Element::Bool}, {'u', 1, Element::U8},  {'i', 1, Element::I8},  {'u', 2, Element::U16},
        {'i', 2, Element::I16},  {'u', 4, Element::U32}, {'i', 4, Element::I32}, {'u', 8, Element::U64},
        {'i', 8, Element::I64},  {'f', 2, Element::F16}, {'f', 4, Element::F32}, {'f', 8, Element::F64}};
    for (const auto& [kind, bytes, element] : known)
        if (is(kind, bytes)) {
            header.array.element = element;
            return {};
        }
    if ((header.kind == 'S' || header.kind == 'U') && size >= 1 && size <= maxText) {
        header.array.element = Element::Text;
        return {};
    }
    if (header.kind == 'O')
        return npyError(where, 10, "holds Python objects, which are stored as a pickle: reading one may run any code",
                        "Save numbers: numpy.save(file, array.astype('float32')), or one array for each column");
    if (header.kind == 'c')
        return npyError(where, 10, "holds complex numbers", "Save their parts or sizes as an array of their own");
    return npyError(where, 10, "has elements of type " + descr.substr(0, 20) + ", which are no numbers known here",
                    "Save it as float32 or int64: numpy.save(file, array.astype('float32'))");
}

base::Status takeDescription(std::string_view text, NpyHeader& header, const std::string& where)
{
    Literal literal(text);
    bool hasType = false, hasShape = false;
    if (!literal.accept('{'))
        return npyError(where, 10, "has a header that is no description of an array");
    for (bool more = !literal.accept('}'); more;) {
        std::string key, descr;
        if (!literal.text(key) || !literal.accept(':'))
            return npyError(where, 10, "has a header that is no description of an array");
        if (key == "descr" && literal.text(descr)) {
            CORE_CHECK(takeType(descr, header, where));
            hasType = true;
        } else if (key == "descr") {
            return npyError(where, 10, "holds records of several fields",
                            "Save each field on its own: numpy.savez(file, a=array['a'], b=array['b'])");
        } else if (key == "shape") {
            hasShape = literal.shape(header.array.shape);
        } else if (key == "fortran_order") {
            header.fortran = literal.word("True");
            if (!header.fortran && !literal.word("False"))
                return npyError(where, 10, "says neither True nor False of fortran_order");
        } else {
            return npyError(where, 10, "has a header with the unknown key \"" + key.substr(0, 30) + "\"");
        }
        const bool comma = literal.accept(',');
        more = !literal.accept('}');
        if (more && !comma)
            return npyError(where, 10, "has a header that is no description of an array");
    }
    return hasType && hasShape ? base::Status{} : npyError(where, 10, "has a header without descr or shape");
}

/// What stands before the elements; `bytes` may end after it.
base::Result<NpyHeader> parseNpyHeader(std::string_view bytes, const std::string& where)
{
    if (!looksLikeNpy(bytes))
        return npyError(where, 0, "does not begin as a file of numpy.save does");
    NpyHeader header;
    const auto version = bytes.size() > 7 ? std::uint8_t(bytes[6]) : 0;
    const std::size_t lengthBytes = version == 1 ? 2 : 4, begin = 8 + lengthBytes;
    if (version < 1 || version > 3)
        return npyError(where, 6, "is of version " + std::to_string(version) + "; 1 to 3 are known here");
    if (bytes.size() < begin)
        return npyError(where, bytes.size(), "ends within its header");
    std::size_t length = 0;
    for (std::size_t i = 0; i < lengthBytes; ++i)
        length |= std::size_t(std::uint8_t(bytes[8 + i])) << 8 * i;
    if (length > maxHeader)
        return npyError(where, 8, "has a header of " + std::to_string(length) + " bytes, more than any needs");
    if (bytes.size() < begin + length)
        return npyError(where, bytes.size(), "ends within its header");
    header.size = begin + length;
    CORE_CHECK(takeDescription(bytes.substr(begin, length), header, where));
    std::int64_t count = 0;
    if (header.array.shape.size() > maxDimensions ||
        !countElements(header.array.shape, maxBytes / std::int64_t(std::max<std::size_t>(1, header.elementBytes)),
                       count))
        return npyError(where, 10, "claims more elements than can be");
    header.bodyBytes = count * std::int64_t(header.elementBytes);
    header.array.rowsInFile = header.array.rows();
    return header;
}

// First index fastest → last index fastest.
void toRowMajor(std::string& bytes, const std::vector<std::int64_t>& shape, std::size_t elementBytes)
{
    const std::string columnMajor = bytes;
    std::vector<std::int64_t> place(shape.size(), 0);
    std::vector<std::size_t> stride(shape.size(), elementBytes);
    for (std::size_t d = 1; d < shape.size(); ++d)
        stride[d] = stride[d - 1] * std::size_t(shape[d - 1]);
    std::size_t from = 0;
    for (std::size_t to = 0; to < bytes.size(); to += elementBytes) {
        std::memcpy(bytes.data() + to, columnMajor.data() + from, elementBytes);
        for (std::size_t d = shape.size(); d-- > 0;) {
            from += stride[d];
            if (++place[d] < shape[d])
                break;
            from -= stride[d] * std::size_t(shape[d]);
            place[d] = 0;
        }
    }
}

void appendUtf8(std::string& text, std::uint32_t c)
{
    if (c < 0x80) {
        text += char(c);
    } else if (c < 0x800) {
        text += {char(0xc0 | c >> 6), char(0x80 | (c & 63))};
    } else if (c < 0x10000) {
        text += {char(0xe0 | c >> 12), char(0x80 | (c >> 6 & 63)), char(0x80 | (c & 63))};
    } else {
        text += {char(0xf0 | c >> 18), char(0x80 | (c >> 12 & 63)), char(0x80 | (c >> 6 & 63)), char(0x80 | (c & 63))};
    }
}

// Texts of fixed length, filled up with zeros.
std::vector<std::string> textsOf(const std::string& bytes, const NpyHeader& header, std::int64_t count)
{
    std::vector<std::string> texts;
    for (std::int64_t i = 0; i < count; ++i) {
        const std::string_view cell(bytes.data() + std::size_t(i) * header.elementBytes, header.elementBytes);
        std::string text;
        if (header.kind == 'S')
            text = cell.substr(0, cell.find('\0'));
        for (std::size_t at = 0; header.kind == 'U' && at + 4 <= cell.size(); at += 4) {
            std::uint32_t c = 0;
            std::memcpy(&c, cell.data() + at, 4);
            if (c == 0)
                break;
            appendUtf8(text, c <= 0x10ffff && (c < 0xd800 || c > 0xdfff) ? c : 0xfffd);
        }
        texts.push_back(std::move(text));
    }
    return texts;
}

base::Result<NumberArray> finishNpy(NpyHeader header, std::string body, std::int64_t maxRows)
{
    NumberArray& array = header.array;
    const std::size_t unit = header.kind == 'U' ? 4 : header.kind == 'S' ? 1 : header.elementBytes;
    if (header.swapped)
        swapBytes(body, unit);
    if (header.fortran && array.shape.size() > 1 && !body.empty())
        toRowMajor(body, array.shape, header.elementBytes);
    if (!array.shape.empty() && array.rows() > maxRows) {
        body.resize(std::size_t(array.rowLength() * maxRows) * header.elementBytes);
        array.shape.front() = maxRows;
    }
    if (array.element == Element::Text)
        array.texts = textsOf(body, header, array.count());
    else
        array.bytes = std::move(body);
    return std::move(header.array);
}

base::Error tooShort(const NpyHeader& header, std::size_t bytes, const std::string& where)
{
    return npyError(where, bytes,
                    "is truncated: its header promises " + std::to_string(header.bodyBytes) +
                        " bytes of elements, and " + std::to_string(bytes - std::min(bytes, header.size)) +
                        " are there");
}

// How much of the body the rows need: all of it in Fortran order.
std::int64_t neededBytes(const NpyHeader& header, std::int64_t maxRows)
{
    if (header.fortran || header.array.shape.empty())
        return header.bodyBytes;
    return std::min(header.array.rows(), maxRows) * header.array.rowLength() * std::int64_t(header.elementBytes);
}

}

bool looksLikeNpy(std::string_view head)
{
    return head.starts_with(magic);
}

base::Result<NumberArray> readNpy(std::string bytes, const std::string& where, std::int64_t maxRows)
{
    CORE_TRY(header, parseNpyHeader(bytes, where));
    const std::size_t needed = std::size_t(neededBytes(header, maxRows));
    if (bytes.size() - header.size < needed)
        return tooShort(header, bytes.size(), where);
    bytes.resize(header.size + needed);
    bytes.erase(0, header.size);
    return finishNpy(std::move(header), std::move(bytes), maxRows);
}

base::Result<std::shared_ptr<const NpyRows>> NpyRows::open(const std::filesystem::path& file)
{
    const std::string where = file.string();
    CORE_TRY(head, base::readHead(file, maxHeader + 16));
    CORE_TRY(header, parseNpyHeader(head, where));
    if (header.fortran || header.array.shape.empty())
        return std::shared_ptr<const NpyRows>();
    std::error_code failed;
    const std::uint64_t size = std::filesystem::file_size(file, failed);
    if (failed || size < header.size + std::uint64_t(header.bodyBytes))
        return tooShort(header, failed ? head.size() : std::size_t(size), where);
    auto rows = std::make_shared<NpyRows>();
    rows->m_file = file;
    rows->m_head = head.substr(0, header.size);
    rows->m_rows = header.array.rows();
    rows->m_rowBytes = header.array.rowLength() * std::int64_t(header.elementBytes);
    return std::shared_ptr<const NpyRows>(std::move(rows));
}

base::Result<NumberArray> NpyRows::read(std::int64_t first, std::int64_t count) const
{
    std::ifstream in(m_file, std::ios::binary);
    std::string head(m_head.size(), '\0'), body(std::size_t(count * m_rowBytes), '\0');
    in.read(head.data(), std::streamsize(head.size()));
    in.seekg(std::streamoff(m_head.size()) + first * m_rowBytes);
    in.read(body.data(), std::streamsize(body.size()));
    if (head != m_head || std::size_t(in.gcount()) != body.size())
        return base::Error{base::ErrorKind::Data, "has changed since it was opened", m_file.string(),
                           "Start again: a run needs data that stays as it is"};
    CORE_TRY(header, parseNpyHeader(head, m_file.string()));
    header.array.shape.front() = count;
    return finishNpy(std::move(header), std::move(body), count);
}

base::Result<NumberArray> readNpyFile(const std::filesystem::path& file, std::int64_t maxRows)
{
    const std::string where = file.string();
    std::ifstream in(file, std::ios::binary);
    if (!in)
        return base::Error{base::ErrorKind::Data, "cannot be opened", where, "Check the path and its permissions"};
    std::string head(maxHeader + 16, '\0');
    in.read(head.data(), std::streamsize(head.size()));
    head.resize(std::size_t(in.gcount()));
    CORE_TRY(header, parseNpyHeader(head, where));
    std::error_code failed;
    const std::uint64_t size = std::filesystem::file_size(file, failed);
    const std::int64_t needed = neededBytes(header, maxRows);
    if (failed || size < header.size + std::uint64_t(needed))
        return tooShort(header, failed ? head.size() : std::size_t(size), where);
    std::string body(std::size_t(needed), '\0');
    in.clear();
    in.seekg(std::streamoff(header.size));
    in.read(body.data(), std::streamsize(body.size()));
    if (std::size_t(in.gcount()) != body.size())
        return tooShort(header, header.size + std::size_t(in.gcount()), where);
    return finishNpy(std::move(header), std::move(body), maxRows);
}

}
