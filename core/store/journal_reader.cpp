// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/store/bytes.h"
#include "core/store/journal_format.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <map>
#include <sys/stat.h>
#include <unistd.h>

namespace core::store {

using base::Error;
using base::ErrorKind;
using format::RecordHead;
using format::SegmentHead;

namespace {

using Visit = std::function<void(const JournalRecord&)>;

JournalRecord recordOf(const RecordHead& head, std::string_view payload)
{
    return {RecordKind(head.kind), head.sequence, head.time, payload};
}

Error newerVersion(const std::filesystem::path& file, std::uint32_t version)
{
    return {ErrorKind::Data,
            "this journal has version " + std::to_string(version) + "; version " +
                std::to_string(SegmentHead::currentVersion) + " is the newest that is known here",
            file.string(), "Open it with the program that wrote it, or a newer one"};
}

// Checks every byte. Where records are missing it finds the next whole one. Whether what is missing had been
// acknowledged shows in the records behind: each says up to which number all was on the disk when it was made.
class FullReader {
public:
    FullReader(const Visit& visit, bool salvage) : m_visit(visit), m_salvage(salvage) {}

    base::Result<JournalReport> read(const std::filesystem::path& folder)
    {
        CORE_TRY(segments, format::segmentsOf(folder));
        for (const auto& [number, file] : segments) {
            CORE_TRY(bytes, base::readFile(file));
            m_files.push_back({file, 0, bytes.size()});
            CORE_CHECK(readSegment(bytes));
        }
        CORE_CHECK(finish());
        return std::move(m_report);
    }

private:
    struct File {
        std::filesystem::path path;
        std::uint64_t good = 0; ///< bytes up to the end of the last record before the first gap, or at all
        std::uint64_t size = 0;
    };
    struct Gap {
        std::uint64_t first = 0, last = 0; ///< sequence numbers; last < first: bytes that are no record
        std::size_t file = 0;
        std::uint64_t place = 0;
    };
    struct Later {
        std::size_t file = 0;
        std::uint64_t place = 0;
        RecordHead head;
    };

    const Visit& m_visit;
    bool m_salvage;
    JournalReport m_report;
    std::vector<File> m_files;
    std::vector<Gap> m_gaps;
    std::vector<Later> m_later; // whole records behind the first gap
    std::uint64_t m_durable = 0;

    base::Status readSegment(std::string_view bytes)
    {
        std::uint64_t budget = 4 * bytes.size() + Journal::maxPayload;
        std::size_t place = 0;
        if (const auto head = format::segmentHead(bytes)) {
            if (head->version > SegmentHead::currentVersion)
                return newerVersion(m_files.back().path, head->version);
            if (head->first > m_report.next)
                addGap(place, head->first);
            place = sizeof *head;
            if (m_gaps.empty())
                m_files.back().good = place;
        }
        while (place < bytes.size()) {
            auto head = place == 0 ? std::nullopt : format::recordAt(bytes, place, budget);
            if (!head || head->sequence != m_report.next) {
                const std::size_t next = format::nextRecord(bytes, place, m_report.next, budget);
                if (budget == 0)
                    return Error{
                        ErrorKind::Data, "this journal is too damaged to be read", m_files.back().path.string(), {}};
                if (next == bytes.npos)
                    return {};
                head = format::recordAt(bytes, next, budget);
                if (!head)
                    return {};
                addGap(place, head->sequence);
                place = next;
            }
            take(*head, bytes.substr(place + sizeof *head, head->length), place);
            place += sizeof *head + head->length;
        }
        return {};
    }

    void addGap(std::uint64_t place, std::uint64_t next)
    {
        m_gaps.push_back({m_report.next, next - 1, m_files.size() - 1, place});
        m_report.next = next;
    }

    void take(const RecordHead& head, std::string_view payload, std::uint64_t place)
    {
        m_durable = std::max(m_durable, head.durable);
        m_report.next = head.sequence + 1;
        if (!m_gaps.empty()) {
            m_later.push_back({m_files.size() - 1, place, head});
            return;
        }
        m_files.back().good = place + sizeof head + head.length;
        m_visit(recordOf(head, payload));
    }

    base::Status finish()
    {
        // Numbers up to m_durable had been acknowledged; the first gap behind them is where the power went.
        const auto end =
            std::find_if(m_gaps.begin(), m_gaps.end(), [&](const Gap& gap) { return gap.first > m_durable; });
        for (auto gap = m_gaps.begin(); gap != end; ++gap)
            m_report.damages.push_back(
                m_files[gap->file].path.filename().string() + ", byte " + std::to_string(gap->place) + ": " +
                (gap->last < gap->first
                     ? "bytes that are no record"
                     : "records " + std::to_string(gap->first) + " to " + std::to_string(gap->last) + " are lost"));
        if (end != m_gaps.end())
            m_report.next = end->first;
        if (m_salvage && !m_report.damages.empty())
            CORE_CHECK(visitLater());
        std::size_t last = m_files.size();
        while (m_report.damages.empty() && last > 1 && m_files[last - 1].good == 0)
            --last;
        for (std::size_t i = 0; i < m_files.size(); ++i) {
            (i < last ? m_report.segments : m_report.beyond).push_back(m_files[i].path);
            m_report.tail += i + 1 < last ? 0 : i < last ? m_files[i].size - m_files[i].good : m_files[i].size;
        }
        m_report.lastGood = last > 0 ? m_files[last - 1].good : 0;
        return {};
    }

    base::Status visitLater()
    {
        std::string bytes;
        std::size_t loaded = m_files.size();
        for (const Later& later : m_later) {
            if (later.head.sequence >= m_report.next)
                break;
            if (loaded != later.file) {
                CORE_TRY(content, base::readFile(m_files[later.file].path));
                bytes = std::move(content);
                loaded = later.file;
            }
            const std::size_t start = later.place + sizeof later.head;
            if (start + later.head.length <= bytes.size())
                m_visit(recordOf(later.head, std::string_view(bytes).substr(start, later.head.length)));
        }
        return {};
    }
};

struct Input {
    int file = -1;
    ~Input()
    {
        if (file >= 0)
            ::close(file);
    }
    // Up to `size` bytes at `place`; fewer at the end of the file.
    std::string read(std::uint64_t place, std::size_t size) const
    {
        std::string bytes(size, '\0');
        const ssize_t got = ::pread(file, bytes.data(), size, off_t(place));
        bytes.resize(got > 0 ? std::size_t(got) : 0);
        return bytes;
    }
};

// Reads heads only, and of the scalars the last record of each group.
class GlanceReader {
public:
    explicit GlanceReader(const Visit& visit) : m_visit(visit) {}

    base::Result<JournalReport> read(const std::filesystem::path& folder)
    {
        CORE_TRY(segments, format::segmentsOf(folder));
        for (const auto& [number, file] : segments) {
            m_report.segments.push_back(file);
            const Input input{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
            if (input.file < 0)
                return base::systemError("open", file, errno);
            if (!readHeads(input))
                break;
        }
        for (const auto& [group, place] : m_lastScalars)
            m_places.push_back(place);
        std::sort(m_places.begin(), m_places.end(),
                  [](const Place& a, const Place& b) { return a.head.sequence < b.head.sequence; });
        for (const Place& place : m_places) {
            const std::filesystem::path& file = m_report.segments[place.segment];
            const Input input{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
            if (input.file < 0)
                return base::systemError("open", file, errno);
            const std::string payload = input.read(place.start, place.head.length);
            if (payload.size() == place.head.length && crcOf(place.head, payload) == place.head.crc)
                m_visit(recordOf(place.head, payload));
        }
        return std::move(m_report);
    }

private:
    struct Place {
        std::size_t segment = 0;
        std::uint64_t start = 0;
        RecordHead head;
    };

    const Visit& m_visit;
    JournalReport m_report;
    std::vector<Place> m_places;
    std::map<std::string, Place> m_lastScalars; // by the first name of the block

    bool readHeads(const Input& input)
    {
        struct stat facts {};
        if (::fstat(input.file, &facts) != 0 || !format::segmentHead(input.read(0, sizeof(SegmentHead))))
            return false;
        const auto size = std::uint64_t(facts.st_size);
        for (std::uint64_t place = sizeof(SegmentHead); place < size;) {
            // The block's first name stands within these bytes.
            const std::string bytes = input.read(place, sizeof(RecordHead) + 10 + 256);
            ByteReader reader(bytes);
            const auto head = reader.take<RecordHead>();
            const std::uint64_t end = place + sizeof head + head.length;
            if (!reader.ok() || head.magic != RecordHead::magicNumber || head.sequence != m_report.next || end > size)
                return false;
            const Place found{m_report.segments.size() - 1, place + sizeof head, head};
            if (RecordKind(head.kind) != RecordKind::Scalars) {
                if (RecordKind(head.kind) != RecordKind::Tensors)
                    m_places.push_back(found);
            } else {
                reader.take<std::uint64_t>();
                const auto length = reader.take<std::uint16_t>();
                m_lastScalars[std::string(reader.take(std::min<std::size_t>(length, reader.left())))] = found;
            }
            ++m_report.next;
            place = end;
        }
        return true;
    }
};

}

bool hasJournal(const std::filesystem::path& folder)
{
    // A folder that cannot be read may hold some: whoever reads them then is told why not.
    const auto segments = format::segmentsOf(folder);
    return !segments || !segments->empty();
}

base::Result<JournalReport> readJournal(const std::filesystem::path& folder, const Visit& visit, Reading reading)
{
    if (reading == Reading::Glance)
        return GlanceReader(visit).read(folder);
    return FullReader(visit, reading == Reading::Salvage).read(folder);
}

}
