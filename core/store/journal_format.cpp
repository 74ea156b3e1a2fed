// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/journal_format.h"

#include "core/base/files.h"
#include "core/store/bytes.h"
#include "core/store/check_sum.h"

#include <algorithm>
#include <charconv>

namespace core::store::format {

namespace {

template <class T>
T headAt(std::string_view bytes, std::size_t place)
{
    T head;
    std::memcpy(&head, bytes.data() + place, sizeof head);
    return head;
}

}

std::uint32_t crcOf(const SegmentHead& head)
{
    return checkSum(0, &head, offsetof(SegmentHead, crc));
}

std::uint32_t crcOf(const RecordHead& head, std::string_view payload)
{
    return checkSum(checkSum(0, &head, offsetof(RecordHead, crc)), payload.data(), payload.size());
}

std::optional<SegmentHead> segmentHead(std::string_view bytes)
{
    if (bytes.size() < sizeof(SegmentHead))
        return {};
    const auto head = headAt<SegmentHead>(bytes, 0);
    const bool whole = std::memcmp(head.magic, SegmentHead{}.magic, sizeof head.magic) == 0 && head.crc == crcOf(head);
    return whole ? std::optional(head) : std::nullopt;
}

std::optional<RecordHead> recordAt(std::string_view bytes, std::size_t place, std::uint64_t& budget)
{
    if (place > bytes.size() || bytes.size() - place < sizeof(RecordHead))
        return {};
    const auto head = headAt<RecordHead>(bytes, place);
    const std::size_t room = bytes.size() - place - sizeof head;
    if (head.magic != RecordHead::magicNumber || head.length > room || head.length > Journal::maxPayload)
        return {};
    if (budget < sizeof head + head.length) {
        budget = 0;
        return {};
    }
    budget -= sizeof head + head.length;
    return head.crc == crcOf(head, bytes.substr(place + sizeof head, head.length)) ? std::optional(head) : std::nullopt;
}

std::size_t nextRecord(std::string_view bytes, std::size_t place, std::uint64_t sequence, std::uint64_t& budget)
{
    std::string magic;
    putBytes(magic, RecordHead::magicNumber);
    for (place = bytes.find(magic, place); place != bytes.npos && budget > 0; place = bytes.find(magic, place + 1))
        if (const auto head = recordAt(bytes, place, budget); head && head->sequence >= sequence)
            return place;
    return bytes.npos;
}

base::Result<std::vector<std::pair<std::uint64_t, std::filesystem::path>>>
segmentsOf(const std::filesystem::path& folder)
{
    std::vector<std::pair<std::uint64_t, std::filesystem::path>> found;
    std::error_code failed;
    auto entry = std::filesystem::directory_iterator(folder, failed);
    for (; !failed && entry != std::filesystem::directory_iterator(); entry.increment(failed)) {
        const std::string name = entry->path().filename().string();
        std::uint64_t number = 0;
        const char* const end = name.data() + name.size();
        if (!name.starts_with("seg-") || !name.ends_with(".log") || name.size() < 9)
            continue;
        const auto [stop, code] = std::from_chars(name.data() + 4, end - 4, number);
        if (code == std::errc{} && stop == end - 4)
            found.emplace_back(number, entry->path());
    }
    if (failed && failed != std::errc::no_such_file_or_directory && failed != std::errc::not_a_directory)
        return base::systemError("read the folder", folder, failed.value());
    std::sort(found.begin(), found.end());
    return found;
}

}
