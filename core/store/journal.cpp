// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/journal.h"

#include "core/base/files.h"
#include "core/store/bytes.h"
#include "core/store/journal_format.h"

#include <cassert>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace core::store {

using base::Error;
using base::ErrorKind;
using base::systemError;
using format::RecordHead;
using format::SegmentHead;

base::Result<Journal> Journal::open(const std::filesystem::path& folder, std::uint64_t segmentBytes)
{
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed)
        return systemError("make the folder", folder, failed.value());
    CORE_TRY(report, readJournal(folder, [](const JournalRecord&) {}));
    if (!report.damages.empty())
        return Error{ErrorKind::Data, "the journal is damaged: " + report.damages.front(), folder.string(),
                     "Repair the run: all that is whole will be kept"};
    Journal journal;
    journal.m_folder = folder;
    journal.m_segmentBytes = segmentBytes;
    CORE_CHECK(report.segments.empty() ? journal.begin(1, O_EXCL) : journal.resume(report));
    return journal;
}

base::Status Journal::resume(const JournalReport& report)
{
    for (const auto& file : report.beyond)
        if (::unlink(file.c_str()) != 0)
            return systemError("remove", file, errno);
    m_next = report.next;
    m_durable = m_next - 1;
    CORE_TRY(segments, format::segmentsOf(m_folder));
    const std::uint64_t number = segments.back().first;
    const auto& file = report.segments.back();
    // Not even the segment's head was written: begin it anew.
    if (report.lastGood == 0)
        return begin(number, O_TRUNC);
    m_number = number;
    m_file = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
    if (m_file < 0)
        return systemError("open", file, errno);
    if ((report.tail > 0 && ::ftruncate(m_file, off_t(report.lastGood)) != 0) || ::fdatasync(m_file) != 0)
        return systemError("cut the torn end", file, errno);
    m_start = report.lastGood;
    return base::syncFolder(m_folder);
}

Journal::Journal(Journal&& other) noexcept
{
    *this = std::move(other);
}

Journal& Journal::operator=(Journal&& other) noexcept
{
    std::swap(m_folder, other.m_folder);
    std::swap(m_segmentBytes, other.m_segmentBytes);
    std::swap(m_number, other.m_number);
    std::swap(m_file, other.m_file);
    std::swap(m_bytes, other.m_bytes);
    std::swap(m_start, other.m_start);
    std::swap(m_written, other.m_written);
    std::swap(m_next, other.m_next);
    std::swap(m_durable, other.m_durable);
    std::swap(m_unsynced, other.m_unsynced);
    return *this;
}

Journal::~Journal()
{
    if (m_file >= 0)
        ::close(m_file);
}

std::filesystem::path Journal::segment(std::uint64_t number) const
{
    char name[40];
    std::snprintf(name, sizeof name, "seg-%06llu.log", static_cast<unsigned long long>(number));
    return m_folder / name;
}

base::Status Journal::begin(std::uint64_t number, int flags)
{
    assert(m_bytes.empty());
    const auto path = segment(number);
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644);
    if (file < 0)
        return systemError("create", path, errno);
    if (auto synced = base::syncFolder(m_folder); !synced) {
        ::close(file);
        ::unlink(path.c_str());
        return synced;
    }
    if (m_file >= 0)
        ::close(m_file);
    m_file = file;
    m_number = number;
    m_start = 0;
    m_written = 0;
    SegmentHead head;
    head.first = m_next;
    head.crc = crcOf(head);
    putBytes(m_bytes, head);
    return {};
}

void Journal::append(RecordKind kind, std::string_view payload, double time)
{
    assert(payload.size() <= maxPayload);
    RecordHead head;
    head.length = std::uint32_t(payload.size());
    head.sequence = m_next++;
    head.durable = m_durable;
    head.time = time;
    head.kind = std::uint32_t(kind);
    head.crc = crcOf(head, payload);
    putBytes(m_bytes, head);
    m_bytes += payload;
    m_unsynced |= kind != RecordKind::Synced;
}

base::Status Journal::write()
{
    while (m_written < m_bytes.size()) {
        const ssize_t written =
            ::pwrite(m_file, m_bytes.data() + m_written, m_bytes.size() - m_written, off_t(m_start + m_written));
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return systemError("write", segment(m_number), written == 0 ? ENOSPC : errno);
        m_written += std::size_t(written);
    }
    return {};
}

base::Status Journal::sync()
{
    CORE_CHECK(write());
    if (!m_unsynced)
        return {};
    if (::fdatasync(m_file) != 0) {
        const int code = errno;
        // After a failed sync the system may have dropped the pages: all since the last good one is written again.
        m_written = 0;
        return systemError("sync", segment(m_number), code);
    }
    m_unsynced = false;
    m_durable = m_next - 1;
    m_start += m_bytes.size();
    m_bytes.clear();
    m_written = 0;
    // The mark and a new segment may fail without harm: both are tried again with the next records.
    append(RecordKind::Synced, {}, 0);
    if (write() && m_start + m_bytes.size() >= m_segmentBytes)
        rotate();
    return {};
}

void Journal::rotate()
{
    // Nothing of a segment may be lost once the next one has begun.
    if (::fdatasync(m_file) != 0) {
        m_written = 0;
        return;
    }
    std::string mark;
    m_bytes.swap(mark);
    if (!begin(m_number + 1, O_EXCL))
        m_bytes.swap(mark);
}

}
