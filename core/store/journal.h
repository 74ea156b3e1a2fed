// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace core::store {

/// Synced marks follow a successful sync and hold nothing: what stands before one was acknowledged.
enum class RecordKind : std::uint32_t { Scalars = 1, Event = 2, Rewind = 3, Synced = 4, Tensors = 5 };

/// One record as a reader sees it; `payload` is valid during the visit only.
struct JournalRecord {
    RecordKind kind = RecordKind::Event;
    std::uint64_t sequence = 0;
    double time = 0; ///< seconds since the epoch
    std::string_view payload;
};

/// What a journal is made of, and what is wrong with it.
struct JournalReport {
    std::vector<std::filesystem::path> segments; ///< up to the one with the last good record
    std::vector<std::filesystem::path> beyond;   ///< behind that one: nothing in them counts
    std::uint64_t next = 1;                      ///< the sequence number that follows
    std::uint64_t lastGood = 0;                  ///< bytes of the last segment up to the end of its last good record
    std::uint64_t tail = 0;                      ///< bytes behind that: never acknowledged
    std::vector<std::string> damages;            ///< acknowledged records that are not there or not whole, by place
};

enum class Reading {
    Strict,  ///< stops at the first damage
    Salvage, ///< goes on behind a damage
    Glance,  ///< skips statistics, and scalars but for the last ones, unchecked; for lists
};

/// Visits the records of `journal/` in order. Takes no lock: a record that is being written now is not there yet.
/// An error means that the files cannot be read; damages are in the report.
base::Result<JournalReport> readJournal(const std::filesystem::path& folder,
                                        const std::function<void(const JournalRecord&)>& visit,
                                        Reading reading = Reading::Strict);

/// True if the folder holds segments.
bool hasJournal(const std::filesystem::path& folder);

/// Appends records to the segments of a folder. One writer at a time: the caller holds the run's lock.
/// After a failed write or sync everything is still in memory; the next call tries again.
class Journal {
public:
    /// Cuts a torn tail. A damaged journal is an error: repair() it first.
    static base::Result<Journal> open(const std::filesystem::path& folder,
                                      std::uint64_t segmentBytes = std::uint64_t(64) << 20);

    Journal(Journal&& other) noexcept;
    Journal& operator=(Journal&& other) noexcept;
    ~Journal();

    /// Into memory only. A payload is at most `maxPayload` bytes.
    void append(RecordKind kind, std::string_view payload, double time);
    /// Hands everything to the operating system: it survives the end of the process.
    base::Status write();
    /// Everything survives a power cut.
    base::Status sync();
    /// Bytes that are in memory only.
    std::uint64_t waiting() const { return m_bytes.size() - m_written; }

    static constexpr std::size_t maxPayload = std::size_t(64) << 20;

private:
    std::filesystem::path m_folder;
    std::uint64_t m_segmentBytes = 0;
    std::uint64_t m_number = 0; ///< of the segment
    int m_file = -1;
    std::string m_bytes;         ///< what is not known to be on the disk
    std::uint64_t m_start = 0;   ///< where m_bytes begin in the file
    std::size_t m_written = 0;   ///< of m_bytes
    std::uint64_t m_next = 1;    ///< sequence number
    std::uint64_t m_durable = 0; ///< the last sequence number that is on the disk
    bool m_unsynced = false;     ///< there is more than marks

    Journal() = default;
    base::Status begin(std::uint64_t number, int flags);
    base::Status resume(const JournalReport& report);
    void rotate();
    std::filesystem::path segment(std::uint64_t number) const;
};

}
