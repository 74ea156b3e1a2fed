// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/gist.h"

#include "core/store/bytes.h"
#include "core/store/check_sum.h"
#include "core/store/event_lines.h"
#include "core/store/replay.h"
#include "core/store/seal.h"

#include <algorithm>
#include <fstream>
#include <string>

namespace core::store {

namespace {

constexpr std::string_view gistMark = "DGIST1\r\n";
constexpr std::uint64_t foot = 8 + 4 + gistMark.size(), mostGist = 1 << 20;

// Of several best values the last one counts.
RunRecord briefly(const RunRecord& record)
{
    std::size_t best = record.events.size();
    for (std::size_t i = 0; i < record.events.size(); ++i)
        if (std::holds_alternative<events::BestChanged>(record.events[i]))
            best = i;
    RunRecord brief;
    for (std::size_t i = 0; i < record.events.size(); ++i) {
        const events::Event& event = record.events[i];
        if (const auto* opened = std::get_if<events::RunOpened>(&event)) {
            events::RunOpened bare;
            bare.totalSteps = opened->totalSteps;
            bare.parent = opened->parent;
            bare.parentStep = opened->parentStep;
            brief.events.emplace_back(std::move(bare));
        } else if (i == best || std::holds_alternative<events::StateChanged>(event) ||
                   std::holds_alternative<events::RunFinished>(event)) {
            brief.events.push_back(event);
        } else {
            continue;
        }
        brief.eventTimes.push_back(record.eventTimes[i]);
    }
    return brief;
}

}

base::Status putGist(const std::filesystem::path& file, const RunRecord& record)
{
    if (!record.finished || record.eventTimes.size() != record.events.size())
        return {};
    std::string bytes = eventLines(briefly(record)).events;
    if (bytes.size() > mostGist)
        return {};
    const std::uint64_t size = bytes.size();
    const std::uint32_t sum = checkSum(0, bytes.data(), bytes.size());
    putBytes(bytes, size);
    putBytes(bytes, sum);
    bytes += gistMark;
    return append(file, bytes);
}

bool readGist(const std::filesystem::path& file, RunRecord& record)
{
    std::ifstream in(file, std::ios::binary | std::ios::ate);
    const auto end = in ? std::int64_t(in.tellg()) : 0;
    const auto take = [&](std::int64_t from, std::uint64_t size) {
        std::string bytes(size, '\0');
        in.seekg(from);
        in.read(bytes.data(), std::streamsize(size));
        bytes.resize(std::size_t(std::max<std::streamsize>(0, in.gcount())));
        return bytes;
    };
    const std::int64_t behind = end - std::int64_t(sealBytes) - std::int64_t(foot);
    if (behind < 0)
        return false;
    const std::string tail = take(behind, foot + sealBytes);
    ByteReader reader(tail);
    const auto size = reader.take<std::uint64_t>();
    const auto sum = reader.take<std::uint32_t>();
    if (reader.take(gistMark.size()) != gistMark || !isSeal(tail.substr(std::min<std::size_t>(foot, tail.size()))) ||
        size > mostGist || size > std::uint64_t(behind))
        return false;
    const std::string lines = take(behind - std::int64_t(size), size);
    if (lines.size() != size || checkSum(0, lines.data(), lines.size()) != sum)
        return false;
    auto placed = placedEvents(lines);
    if (!placed)
        return false;
    Replay replay;
    for (PlacedEvent& each : *placed)
        replay.add(each.time, std::move(each.event));
    if (!replay.record.opened || !replay.record.finished)
        return false;
    record = std::move(replay.record);
    return true;
}

}
