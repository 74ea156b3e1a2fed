// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/journal.h"

#include <optional>

namespace core::store::format {

/// A segment begins with its head; records follow. Both end with the CRC-32 (zlib's) of what stands before it, a
/// record's over head and payload, so that no flipped bit goes unseen.
struct SegmentHead {
    char magic[8] = {'D', 'E', 'S', 'C', 'N', 'T', 'J', '\n'};
    std::uint64_t first = 1; ///< sequence number of the first record
    std::uint32_t version = currentVersion;
    std::uint32_t crc = 0;

    static constexpr std::uint32_t currentVersion = 1;
};
static_assert(sizeof(SegmentHead) == 24);

struct RecordHead {
    std::uint32_t magic = magicNumber;
    std::uint32_t length = 0; ///< bytes of the payload
    std::uint64_t sequence = 0;
    std::uint64_t durable = 0; ///< the last sequence number that was on the disk when this one was made
    double time = 0;
    std::uint32_t kind = 0;
    std::uint32_t crc = 0;

    static constexpr std::uint32_t magicNumber = 0x4c4e524a; // "JRNL"
};
static_assert(sizeof(RecordHead) == 40);

std::uint32_t crcOf(const SegmentHead& head);
std::uint32_t crcOf(const RecordHead& head, std::string_view payload);

/// The head of the segment, if it is whole.
std::optional<SegmentHead> segmentHead(std::string_view bytes);

/// The record at `place`, if it is whole. Every byte that was checked is taken off `budget`; at 0 nothing is whole.
std::optional<RecordHead> recordAt(std::string_view bytes, std::size_t place, std::uint64_t& budget);

/// The first whole record at or behind `place` with a sequence number of at least `sequence`; `npos` if there is none.
std::size_t nextRecord(std::string_view bytes, std::size_t place, std::uint64_t sequence, std::uint64_t& budget);

/// `seg-000001.log` …, in order, with their numbers. A folder that is not there has none; one that cannot be read is an
/// error.
base::Result<std::vector<std::pair<std::uint64_t, std::filesystem::path>>>
segmentsOf(const std::filesystem::path& folder);

}
