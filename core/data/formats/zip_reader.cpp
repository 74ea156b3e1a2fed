// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/zip_reader.h"

#include "core/base/files.h"

#include <algorithm>
#include <set>
#include <zlib.h>

namespace core::data {

namespace {

constexpr std::size_t endBytes = 22, entryBytes = 46, localBytes = 30;
constexpr std::uint32_t endMark = 0x06054b50, end64Mark = 0x06064b50, locator64Mark = 0x07064b50;
constexpr std::uint32_t entryMark = 0x02014b50, localMark = 0x04034b50;
constexpr std::uint64_t smallEnough = 10'000'000; // a bomb of this size does no harm
constexpr std::uint32_t full32 = 0xffffffff;

template <class T>
T little(std::string_view bytes, std::size_t at)
{
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
        value = T(value | T(std::uint8_t(bytes[at + i])) << 8 * i);
    return value;
}

base::Error zipError(const std::string& where, std::size_t offset, const std::string& what)
{
    return {base::ErrorKind::Data, what + " (byte " + std::to_string(offset) + ")", where,
            "Fetch or copy the archive again; if it is whole, unpack it yourself and name the file in it"};
}

bool leadsOut(std::string_view name)
{
    if (name.empty() || name.front() == '/' || name.find('\\') != name.npos || name.find('\0') != name.npos ||
        (name.size() > 1 && name[1] == ':'))
        return true;
    for (std::size_t at = 0; at <= name.size();) {
        const std::size_t end = std::min(name.find('/', at), name.size());
        if (name.substr(at, end - at) == "..")
            return true;
        at = end + 1;
    }
    return false;
}

std::string shown(std::string_view name)
{
    std::string text;
    for (const char c : name.substr(0, 60))
        text += c >= ' ' && c != 127 ? c : '?';
    return "\"" + text + "\"";
}

}

// Reads and checks the central directory.
class ZipDirectory {
public:
    ZipDirectory(std::string_view bytes, ZipReader& reader) : m_bytes(bytes), m_reader(reader) {}

    base::Status read()
    {
        CORE_CHECK(findEnd());
        std::size_t at = m_begin;
        std::set<std::string> names;
        for (std::uint64_t i = 0; i < m_count; ++i) {
            CORE_CHECK(readEntry(at));
            if (!m_reader.m_entries.empty() && m_read && !names.insert(m_reader.m_entries.back().name).second)
                return fail(at, "holds " + shown(m_reader.m_entries.back().name) + " twice");
        }
        return checkOverlaps();
    }

private:
    std::string_view m_bytes;
    ZipReader& m_reader;
    std::size_t m_begin = 0, m_end = 0;
    std::uint64_t m_count = 0;
    bool m_read = false; // the last entry is a file

    base::Error fail(std::size_t offset, const std::string& what) const
    {
        return zipError(m_reader.m_where, offset, what);
    }

    base::Status findEnd()
    {
        if (m_bytes.size() < endBytes)
            return fail(0, "is too short for a zip archive");
        std::size_t at = m_bytes.size() - endBytes;
        const std::size_t last = at > 0xffff ? at - 0xffff : 0;
        while (little<std::uint32_t>(m_bytes, at) != endMark ||
               at + endBytes + little<std::uint16_t>(m_bytes, at + 20) != m_bytes.size()) {
            if (at == last)
                return fail(m_bytes.size(), "has no directory at its end: it is no zip archive, or is cut off");
            --at;
        }
        m_count = little<std::uint16_t>(m_bytes, at + 10);
        std::uint64_t size = little<std::uint32_t>(m_bytes, at + 12), begin = little<std::uint32_t>(m_bytes, at + 16);
        if (little<std::uint16_t>(m_bytes, at + 4) != 0 && little<std::uint16_t>(m_bytes, at + 4) != 0xffff)
            return fail(at, "is one part of several");
        if (at >= 20 && little<std::uint32_t>(m_bytes, at - 20) == locator64Mark) {
            const auto wide = little<std::uint64_t>(m_bytes, at - 12);
            if (wide > m_bytes.size() || m_bytes.size() - wide < 56 ||
                little<std::uint32_t>(m_bytes, wide) != end64Mark)
                return fail(at - 20, "has a directory that is not where it should be");
            m_count = little<std::uint64_t>(m_bytes, wide + 32);
            size = little<std::uint64_t>(m_bytes, wide + 40);
            begin = little<std::uint64_t>(m_bytes, wide + 48);
        }
        if (begin > at || size > at - begin)
            return fail(at, "has a directory that is not where it should be");
        if (m_count > m_reader.m_limits.entries || m_count > size / entryBytes)
            return fail(at, "claims to hold " + std::to_string(m_count) + " files");
        m_begin = begin;
        m_end = begin + size;
        return {};
    }

    base::Status readEntry(std::size_t& at)
    {
        if (m_end - at < entryBytes || little<std::uint32_t>(m_bytes, at) != entryMark)
            return fail(at, "has a damaged directory");
        const std::size_t nameSize = little<std::uint16_t>(m_bytes, at + 28);
        const std::size_t extraSize = little<std::uint16_t>(m_bytes, at + 30);
        const std::size_t whole = entryBytes + nameSize + extraSize + little<std::uint16_t>(m_bytes, at + 32);
        if (m_end - at < whole)
            return fail(at, "has a damaged directory");
        ZipEntry entry;
        entry.name = m_bytes.substr(at + entryBytes, nameSize);
        const auto flags = little<std::uint16_t>(m_bytes, at + 8), method = little<std::uint16_t>(m_bytes, at + 10);
        entry.checksum = little<std::uint32_t>(m_bytes, at + 16);
        entry.packed = little<std::uint32_t>(m_bytes, at + 20);
        entry.size = little<std::uint32_t>(m_bytes, at + 24);
        entry.offset = little<std::uint32_t>(m_bytes, at + 42);
        entry.deflated = method == Z_DEFLATED;
        CORE_CHECK(widen(entry, m_bytes.substr(at + entryBytes + nameSize, extraSize), at));
        if (leadsOut(entry.name))
            return fail(at, "holds a file named " + shown(entry.name) + ", which leads out of the archive");
        const bool link = (little<std::uint32_t>(m_bytes, at + 38) >> 16 & 0170000) == 0120000;
        if ((flags & 1) || link)
            return fail(at, shown(entry.name) + (link ? " is a link" : " is encrypted"));
        if (method != 0 && method != Z_DEFLATED)
            return fail(at, shown(entry.name) + " is packed by method " + std::to_string(method) +
                                "; 0 (stored) and 8 (deflated) are known here");
        if (!entry.deflated && entry.packed != entry.size)
            return fail(at, shown(entry.name) + " has two sizes");
        at += whole;
        m_read = entry.name.back() != '/';
        if (m_read)
            m_reader.m_entries.push_back(std::move(entry));
        return {};
    }

    // Sizes that need more than 32 bits stand in an extra field, those that do and no others.
    base::Status widen(ZipEntry& entry, std::string_view extra, std::size_t at) const
    {
        while (extra.size() >= 4) {
            const auto id = little<std::uint16_t>(extra, 0);
            const std::size_t size = little<std::uint16_t>(extra, 2);
            if (extra.size() - 4 < size)
                break;
            std::string_view body = extra.substr(4, size);
            for (std::uint64_t* wide : {&entry.size, &entry.packed, &entry.offset})
                if (id == 1 && *wide == full32) {
                    if (body.size() < 8)
                        return fail(at, "has a damaged directory");
                    *wide = little<std::uint64_t>(body, 0);
                    body.remove_prefix(8);
                }
            extra.remove_prefix(4 + size);
        }
        return {};
    }

    base::Status checkOverlaps() const
    {
        std::vector<const ZipEntry*> order;
        for (const ZipEntry& entry : m_reader.m_entries)
            order.push_back(&entry);
        std::sort(order.begin(), order.end(), [](auto a, auto b) { return a->offset < b->offset; });
        std::uint64_t free = 0;
        for (const ZipEntry* entry : order) {
            if (entry->offset < free)
                return fail(entry->offset, "has files that share bytes: it is made to do harm");
            if (entry->offset > m_begin || m_begin - entry->offset < localBytes ||
                m_begin - entry->offset - localBytes < entry->packed)
                return fail(entry->offset, shown(entry->name) + " is not where the directory says");
            free = entry->offset + localBytes + entry->packed;
        }
        return {};
    }
};

namespace {

base::Result<std::string> inflateEntry(std::string_view packed, const ZipEntry& entry, const std::string& where,
                                       const ZipLimits& limits)
{
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return base::Error{base::ErrorKind::Resource, "no memory to unpack", where, {}};
    const std::unique_ptr<z_stream, int (*)(z_stream*)> owner(&stream, inflateEnd);
    const std::uint64_t limit = std::min(entry.size, limits.size);
    std::string out;
    std::size_t fed = 0, made = 0;
    for (;;) {
        if (stream.avail_in == 0 && fed < packed.size()) {
            const std::size_t piece = std::min<std::size_t>(packed.size() - fed, 1 << 30);
            stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data() + fed));
            stream.avail_in = uInt(piece);
            fed += piece;
        }
        if (made == out.size())
            out.resize(std::min<std::uint64_t>(limit + 1, std::max<std::size_t>(1 << 16, 2 * out.size())));
        const std::size_t room = std::min<std::size_t>(out.size() - made, 1 << 30);
        stream.next_out = reinterpret_cast<Bytef*>(out.data() + made);
        stream.avail_out = uInt(room);
        const int code = inflate(&stream, Z_NO_FLUSH);
        made += room - stream.avail_out;
        if (made > limit)
            return zipError(where, entry.offset, shown(entry.name) + " unpacks to more than the directory says");
        if (made > smallEnough && made / limits.ratio > packed.size())
            return base::Error{base::ErrorKind::Data,
                               shown(entry.name) + " unpacks to more than " + std::to_string(limits.ratio) +
                                   " times its size (byte " + std::to_string(entry.offset) + ")",
                               where,
                               "If it is no bomb, unpack it yourself, or save it without compression (numpy.savez)"};
        if (code == Z_STREAM_END)
            break;
        const bool starved = stream.avail_in == 0 && fed == packed.size() && stream.avail_out > 0;
        if ((code != Z_OK && code != Z_BUF_ERROR) || starved)
            return zipError(where, entry.offset, shown(entry.name) + (starved ? " ends too early" : " is damaged"));
    }
    out.resize(made);
    return out;
}

}

bool looksLikeZip(std::string_view head)
{
    return head.starts_with("PK\x03\x04") || head.starts_with("PK\x05\x06");
}

base::Result<ZipReader> ZipReader::open(const std::filesystem::path& file, const ZipLimits& limits)
{
    CORE_TRY(bytes, base::readFile(file));
    return over(std::move(bytes), file.string(), limits);
}

base::Result<ZipReader> ZipReader::over(std::string bytes, const std::string& where, const ZipLimits& limits)
{
    ZipReader reader;
    reader.m_bytes = std::make_shared<const std::string>(std::move(bytes));
    reader.m_where = where;
    reader.m_limits = limits;
    CORE_CHECK(ZipDirectory(*reader.m_bytes, reader).read());
    return reader;
}

base::Result<std::string> ZipReader::read(const ZipEntry& entry) const
{
    const std::string_view bytes = *m_bytes;
    if (bytes.size() < localBytes || entry.offset > bytes.size() - localBytes ||
        little<std::uint32_t>(bytes, entry.offset) != localMark)
        return zipError(m_where, entry.offset, shown(entry.name) + " is not where the directory says");
    const std::size_t nameSize = little<std::uint16_t>(bytes, entry.offset + 26);
    const std::size_t begin = entry.offset + localBytes + nameSize + little<std::uint16_t>(bytes, entry.offset + 28);
    if (begin > bytes.size() || bytes.size() - begin < entry.packed ||
        bytes.substr(entry.offset + localBytes, nameSize) != entry.name)
        return zipError(m_where, entry.offset, shown(entry.name) + " is not what the directory says");
    if (entry.size > m_limits.size)
        return zipError(m_where, entry.offset, shown(entry.name) + " claims to be larger than anything read here");
    const std::string_view packed = bytes.substr(begin, entry.packed);
    std::string content(entry.deflated ? std::string_view{} : packed);
    if (entry.deflated) {
        CORE_TRY(unpacked, inflateEntry(packed, entry, m_where, m_limits));
        content = std::move(unpacked);
    }
    const auto sum = crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size());
    if (content.size() != entry.size || sum != entry.checksum)
        return zipError(m_where, entry.offset, shown(entry.name) + " is damaged: its checksum is wrong");
    return content;
}

}
