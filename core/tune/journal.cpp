// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/journal.h"

#include "core/base/files.h"
#include "core/base/json.h"

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <fcntl.h>
#include <limits>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

namespace core::tune {

using namespace base;

namespace {

constexpr std::string_view crcKey = ",\"crc\":\"";
constexpr std::size_t crcSize = crcKey.size() + 8 + 2; // the digits, then `"}`

std::string crcOf(std::string_view text)
{
    char digits[9];
    std::snprintf(digits, sizeof digits, "%08lx",
                  ::crc32_z(0, reinterpret_cast<const unsigned char*>(text.data()), text.size()));
    return digits;
}

// The record of a line that is whole.
bool parseLine(std::string_view line, Object& record)
{
    if (line.size() <= crcSize || !line.ends_with("\"}"))
        return false;
    const std::string_view content = line.substr(0, line.size() - crcSize), end = line.substr(content.size());
    if (!end.starts_with(crcKey) || end.substr(crcKey.size(), 8) != crcOf(content))
        return false;
    auto value = parseJson(line);
    if (!value || !value->isObject())
        return false;
    record = std::move(value->object());
    record.erase("crc");
    return true;
}

}

std::string journalLine(const Object& record)
{
    std::string line = writeJson(record);
    line.pop_back();
    return line + std::string(crcKey) + crcOf(line) + "\"}\n";
}

JournalContent parseJournal(std::string_view text)
{
    JournalContent content;
    std::int64_t damaged = 0;
    for (std::size_t from = 0; from < text.size();) {
        const std::size_t end = text.find('\n', from);
        if (end == text.npos)
            break;
        if (Object record; parseLine(text.substr(from, end - from), record)) {
            content.records.push_back(std::move(record));
            content.bytes = std::int64_t(end + 1);
            content.damaged += std::exchange(damaged, 0);
        } else {
            ++damaged;
        }
        from = end + 1;
    }
    return content;
}

Result<JournalContent> readJournal(const std::filesystem::path& file)
{
    CORE_TRY(text, readFile(file));
    return parseJournal(text);
}

Result<JournalWriter> JournalWriter::open(const std::filesystem::path& file)
{
    JournalWriter writer;
    writer.m_file = file;
    const bool fresh = !std::filesystem::exists(file);
    writer.m_handle = ::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (writer.m_handle < 0)
        return systemError("open", file, errno);
    if (::flock(writer.m_handle, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            return Error{ErrorKind::Resource, "another program is writing this study", file.string(),
                         "Wait for it, or stop it"};
        return systemError("lock", file, errno);
    }
    CORE_TRY(content, readJournal(file));
    writer.m_before = std::move(content);
    writer.m_size = writer.m_before.bytes;
    if (::ftruncate(writer.m_handle, writer.m_size) != 0 || ::fdatasync(writer.m_handle) != 0)
        return systemError("write", file, errno);
    if (fresh)
        CORE_CHECK(syncFolder(file.parent_path().empty() ? "." : file.parent_path()));
    return writer;
}

JournalWriter::JournalWriter(JournalWriter&& other) noexcept
    : m_file(std::move(other.m_file)),
      m_handle(std::exchange(other.m_handle, -1)),
      m_size(other.m_size),
      m_before(std::move(other.m_before))
{
}

JournalWriter& JournalWriter::operator=(JournalWriter&& other) noexcept
{
    std::swap(m_file, other.m_file);
    std::swap(m_handle, other.m_handle);
    std::swap(m_size, other.m_size);
    std::swap(m_before, other.m_before);
    return *this;
}

JournalWriter::~JournalWriter()
{
    if (m_handle >= 0)
        ::close(m_handle);
}

Status JournalWriter::append(const Object& record, bool synced)
{
    // What could not be cut off when the disk failed is cut off now: it counts as not written.
    if (struct stat facts{};
        ::fstat(m_handle, &facts) != 0 || (facts.st_size > m_size && ::ftruncate(m_handle, m_size) != 0))
        return systemError("write", m_file, errno);
    const std::string line = journalLine(record);
    std::size_t written = 0;
    int code = 0;
    while (written < line.size() && code == 0) {
        const ssize_t count = ::write(m_handle, line.data() + written, line.size() - written);
        if (count > 0)
            written += std::size_t(count);
        else if (count < 0 && errno != EINTR)
            code = errno;
    }
    if (code == 0 && synced && ::fdatasync(m_handle) != 0)
        code = errno;
    if (code == 0) {
        m_size += std::int64_t(line.size());
        return {};
    }
    if (::ftruncate(m_handle, m_size) != 0)
        return systemError("write", m_file, errno);
    return systemError("write", m_file, code);
}

Value numberAsValue(double number)
{
    if (std::isfinite(number))
        return number;
    return std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf";
}

double numberOf(const Value& value)
{
    if (value.isNumber())
        return value.toReal();
    const double infinity = std::numeric_limits<double>::infinity();
    return value.text() == "inf" ? infinity : value.text() == "-inf" ? -infinity : std::nan("");
}

}
