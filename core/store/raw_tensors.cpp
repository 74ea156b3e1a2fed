// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/raw_tensors.h"

#include "core/base/files.h"
#include "core/store/bytes.h"
#include "core/store/check_sum.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <limits>
#include <sys/stat.h>
#include <unistd.h>

namespace core::store {

using base::Error;
using base::ErrorKind;
using base::systemError;

namespace {

constexpr std::string_view head = "DESCRAW1";
constexpr std::uint32_t magic = 0x57415252; // RRAW
constexpr std::uint32_t mostMeta = 1 << 16;
constexpr std::size_t mostAxes = 16;

// Of a record: what stands before its name and shape.
struct Head {
    std::uint32_t magic = 0, crc = 0; ///< of all that follows
    std::uint32_t meta = 0, pad = 0;  ///< bytes of name and shape
    std::uint64_t count = 0;          ///< values
};

std::uint32_t crcOf(const Head& record, std::string_view meta, std::span<const float> values)
{
    std::uint32_t crc = checkSum(0, &record.meta, sizeof record - offsetof(Head, meta));
    crc = checkSum(crc, meta.data(), meta.size());
    return checkSum(crc, values.data(), values.size_bytes());
}

bool readAll(int file, void* into, std::size_t size, std::uint64_t place)
{
    char* to = static_cast<char*>(into);
    while (size > 0) {
        const ssize_t got = ::pread(file, to, size, off_t(place));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        to += got;
        place += std::uint64_t(got);
        size -= std::size_t(got);
    }
    return true;
}

bool writeAll(int file, std::string_view bytes, std::uint64_t place)
{
    while (!bytes.empty()) {
        const ssize_t put = ::pwrite(file, bytes.data(), bytes.size(), off_t(place));
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        place += std::uint64_t(put);
        bytes.remove_prefix(std::size_t(put));
    }
    return true;
}

std::string metaOf(const std::string& name, std::int64_t step, const std::vector<std::int64_t>& shape)
{
    std::string meta;
    putBytes(meta, step);
    putBytes(meta, std::uint32_t(shape.size()));
    for (const std::int64_t side : shape)
        putBytes(meta, side);
    return meta + name;
}

// False if it is not what the writer writes.
bool takeMeta(std::string_view bytes, std::uint64_t count, std::string& name, RawEntry& entry)
{
    ByteReader reader(bytes);
    entry.step = reader.take<std::int64_t>();
    const auto axes = reader.take<std::uint32_t>();
    if (axes > mostAxes)
        return false;
    std::uint64_t product = 1;
    for (std::uint32_t i = 0; reader.ok() && i < axes; ++i) {
        const auto side = reader.take<std::int64_t>();
        if (side < 0 || (side > 0 && product > std::numeric_limits<std::uint64_t>::max() / std::uint64_t(side)))
            return false;
        product *= std::uint64_t(side);
        entry.shape.push_back(side);
    }
    name = std::string(reader.take(reader.left()));
    return reader.ok() && product == count && !name.empty() && name.find('\0') == name.npos;
}

}

std::filesystem::path rawFile(const std::filesystem::path& run)
{
    return run / "raw.bin";
}

base::Result<std::unique_ptr<RawWriter>> RawWriter::open(const std::filesystem::path& run, std::int64_t step,
                                                         std::uint64_t mostBytes)
{
    std::unique_ptr<RawWriter> writer(new RawWriter);
    writer->m_path = rawFile(run);
    writer->m_most = mostBytes;
    std::uint64_t end = 0;
    if (std::error_code failed; std::filesystem::file_size(writer->m_path, failed) >= head.size() && !failed) {
        CORE_TRY(before, RawReader::open(run));
        end = before.endBefore(step);
    }
    writer->m_file = ::open(writer->m_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (writer->m_file < 0)
        return systemError("open", writer->m_path, errno);
    if (::ftruncate(writer->m_file, off_t(end)) != 0 || (end == 0 && !writeAll(writer->m_file, head, 0)))
        return systemError("write", writer->m_path, errno);
    writer->m_end = std::max<std::uint64_t>(end, head.size());
    writer->m_unsynced = true;
    return writer;
}

RawWriter::~RawWriter()
{
    if (m_file >= 0)
        ::close(m_file);
}

base::Status RawWriter::add(const std::string& name, std::int64_t step, const std::vector<std::int64_t>& shape,
                            std::span<const float> values)
{
    const std::string meta = metaOf(name, step, shape);
    const std::uint64_t size = sizeof(Head) + meta.size() + values.size_bytes();
    if (meta.size() > mostMeta || shape.size() > mostAxes || size > m_most - std::min(m_most, m_end))
        return Error{ErrorKind::Resource,
                     "no more tensors are kept: " + std::to_string(m_most >> 20) + " MB of them are there, and " +
                         name + " at step " + std::to_string(step) + " takes " + std::to_string(values.size_bytes()) +
                         " bytes more",
                     m_path.string(), "Keep fewer: a larger save_interval, fewer tensors, or statistics alone"};
    Head record{magic, 0, std::uint32_t(meta.size()), 0, values.size()};
    record.crc = crcOf(record, meta, values);
    std::string bytes;
    bytes.reserve(std::size_t(size));
    putBytes(bytes, record);
    bytes += meta;
    bytes.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
    if (!writeAll(m_file, bytes, m_end)) {
        const int code = errno;
        (void)::ftruncate(m_file, off_t(m_end));
        return systemError("write", m_path, code);
    }
    m_end += size;
    m_unsynced = true;
    return {};
}

base::Status RawWriter::sync()
{
    if (!m_unsynced)
        return {};
    if (::fdatasync(m_file) != 0)
        return systemError("sync", m_path, errno);
    m_unsynced = false;
    return {};
}

base::Result<RawReader> RawReader::open(const std::filesystem::path& run)
{
    RawReader reader;
    reader.m_path = rawFile(run);
    reader.m_file = ::open(reader.m_path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat facts {};
    if (reader.m_file < 0 || ::fstat(reader.m_file, &facts) != 0)
        return Error{ErrorKind::Data, "this run keeps no tensors", run.string(),
                     R"(Capture some with "raw": true, such as {"collection": "weights", "raw": true})"};
    reader.m_size = std::uint64_t(facts.st_size);
    CORE_CHECK(reader.walk());
    return reader;
}

RawReader::RawReader(RawReader&& other) noexcept
    : m_path(std::move(other.m_path)),
      m_index(std::move(other.m_index)),
      m_records(std::move(other.m_records)),
      m_size(other.m_size),
      m_end(other.m_end),
      m_file(std::exchange(other.m_file, -1))
{
}

RawReader::~RawReader()
{
    if (m_file >= 0)
        ::close(m_file);
}

base::Status RawReader::walk()
{
    char first[head.size()];
    if (m_size < head.size() || !readAll(m_file, first, sizeof first, 0) ||
        std::string_view(first, sizeof first) != head)
        return Error{ErrorKind::Data, "this is no file of tensors", m_path.string(), {}};
    std::uint64_t place = head.size(), begin = place;
    std::string name, meta;
    RawEntry last;
    while (m_size - place >= sizeof(Head)) {
        begin = place;
        Head record;
        if (!readAll(m_file, &record, sizeof record, place) || record.magic != magic || record.meta > mostMeta)
            break;
        const std::uint64_t room = m_size - place - sizeof record;
        if (record.meta > room || record.count > (room - record.meta) / sizeof(float))
            break;
        meta.resize(record.meta);
        RawEntry entry;
        if (!readAll(m_file, meta.data(), meta.size(), place + sizeof record) ||
            !takeMeta(meta, record.count, name, entry))
            break;
        entry.place = place + sizeof record + record.meta;
        entry.count = record.count;
        place = entry.place + record.count * sizeof(float);
        m_records[entry.place] = {begin, entry.step};
        m_index[name].push_back(entry);
        m_end = place;
        last = entry;
    }
    m_end = std::max<std::uint64_t>(m_end, head.size());
    // The last one may have been under way when the power went.
    if (!m_records.empty() && !read(last)) {
        m_end = m_records.at(last.place).first;
        m_records.erase(last.place);
        for (auto& [known, entries] : m_index)
            std::erase_if(entries, [&](const RawEntry& each) { return each.place == last.place; });
        std::erase_if(m_index, [](const auto& each) { return each.second.empty(); });
    }
    return {};
}

std::uint64_t RawReader::endBefore(std::int64_t step) const
{
    std::uint64_t end = m_end;
    for (const auto& [place, record] : m_records)
        if (record.second >= step)
            end = std::min(end, record.first);
    return end;
}

base::Result<std::vector<float>> RawReader::read(const RawEntry& entry) const
{
    const auto damaged = [&] {
        return Error{ErrorKind::Data, "a kept tensor of step " + std::to_string(entry.step) + " is damaged",
                     m_path.string(), "Copy the file back if there is a copy"};
    };
    const auto found = m_records.find(entry.place);
    if (found == m_records.end() || entry.count > (m_size - entry.place) / sizeof(float))
        return damaged();
    Head record;
    std::string meta(std::size_t(entry.place - found->second.first - sizeof record), '\0');
    std::vector<float> values(std::size_t(entry.count));
    if (!readAll(m_file, &record, sizeof record, found->second.first) ||
        !readAll(m_file, meta.data(), meta.size(), found->second.first + sizeof record) ||
        !readAll(m_file, values.data(), values.size() * sizeof(float), entry.place) ||
        record.crc != crcOf(record, meta, values))
        return damaged();
    return values;
}

base::Status copyRaw(const std::filesystem::path& from, const std::filesystem::path& to, std::int64_t step)
{
    if (!std::filesystem::exists(rawFile(from)))
        return {};
    CORE_TRY(reader, RawReader::open(from));
    CORE_TRY(writer, RawWriter::open(to, 0));
    std::vector<std::pair<const RawEntry*, const std::string*>> all;
    for (const auto& [name, entries] : reader.index())
        for (const RawEntry& entry : entries)
            if (entry.step < step)
                all.emplace_back(&entry, &name);
    std::ranges::sort(all, {}, [](const auto& each) { return each.first->place; });
    for (const auto& [entry, name] : all) {
        CORE_TRY(values, reader.read(*entry));
        CORE_CHECK(writer->add(*name, entry->step, entry->shape, values));
    }
    return writer->sync();
}

}
