// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/finalize.h"

#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/events/codec.h"
#include "core/store/event_lines.h"
#include "core/store/file_beside.h"
#include "core/store/h5_view.h"
#include "core/store/journal.h"
#include "core/store/replay.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace core::store {

using base::Error;
using base::ErrorKind;

namespace {

template <class T>
bool sameBits(const std::vector<T>& a, const std::vector<T>& b)
{
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

base::Status compare(const std::filesystem::path& file, const RunRecord& record, const EventLines& lines)
{
    std::size_t same = 0;
    std::string wrong;
    const auto scalars = [&](const std::string& name, const Series& series) {
        const auto found = record.scalars.find(name);
        if (found != record.scalars.end() && sameBits(series.steps, found->second.steps) &&
            sameBits(series.values, found->second.values) && sameBits(series.times, found->second.times))
            ++same;
        else
            wrong = name;
    };
    const auto tensors = [&](const std::string& name, const TensorSeries& series) {
        const auto found = record.tensors.find(name);
        const auto equal = [](const auto& a, const auto& b) {
            return a.first == b.first && sameBits(a.second, b.second);
        };
        if (found != record.tensors.end() && sameBits(series.steps, found->second.steps) &&
            std::ranges::equal(series.columns, found->second.columns, equal))
            ++same;
        else
            wrong = name;
    };
    CORE_TRY(back, readViewHere(file, ViewPart::All, {scalars, tensors}));
    const auto differs = [&](const std::string& what) {
        return Error{ErrorKind::Resource, what + " came back from the file otherwise than written", file.string(),
                     "The journal is kept; check the disk"};
    };
    if (!wrong.empty() || same != record.scalars.size() + record.tensors.size())
        return differs(wrong.empty() ? "the list of scalars and tensors" : wrong);
    if (back.events != lines.events)
        return differs("the events");
    if (back.frames != lines.frames)
        return differs("the frames");
    return {};
}

// Before it is compressed; the rest of the file is small beside it.
std::uint64_t mostBytes(const RunRecord& record)
{
    std::uint64_t bytes = 64 << 10;
    for (const auto& [name, series] : record.scalars)
        bytes += 3 * 8 * series.steps.size();
    for (const auto& [name, series] : record.tensors)
        bytes += 8 * series.steps.size() * (1 + series.columns.size());
    return bytes;
}

ScalarBlock part(const std::string& name, const Series& series, std::size_t from, std::size_t to)
{
    const auto slice = [&](const auto& all) {
        return std::decay_t<decltype(all)>(all.begin() + from, all.begin() + to);
    };
    return {{name}, slice(series.steps), slice(series.times), {slice(series.values)}};
}

}

base::Status replaceView(const std::filesystem::path& run, const RunRecord& record,
                         const std::vector<std::string>& texts)
{
    const std::filesystem::path file = run / "run.h5";
    const std::filesystem::path beside = run / "run.h5.tmp";
    ::unlink(beside.c_str());
    const EventLines lines = eventLines(record, texts);
    base::Status status = writeView(beside, record, lines);
    if (status)
        status = compare(beside, record, lines);
    if (status && ::rename(beside.c_str(), file.c_str()) != 0)
        status = base::systemError("rename", beside, errno);
    if (!status) {
        ::unlink(beside.c_str());
        return status.error().kind == ErrorKind::Resource ? withNeed(status.error(), mostBytes(record)) : status;
    }
    return base::syncFolder(run);
}

base::Status removeJournal(const std::filesystem::path& run)
{
    const std::filesystem::path journal = run / "journal";
    const std::filesystem::path done = run / "journal.done";
    std::error_code failed;
    std::filesystem::remove_all(done, failed);
    if (::rename(journal.c_str(), done.c_str()) != 0)
        return base::systemError("rename", journal, errno);
    // Its files go only when the new name is sure to last, or a power cut could bring back a part of them.
    if (base::syncFolder(run))
        std::filesystem::remove_all(done, failed);
    return {};
}

base::Status journalFromView(const std::filesystem::path& run)
{
    RunRecord record;
    CORE_CHECK(readView(run / "run.h5", record));
    return writeJournal(run, record);
}

base::Status writeJournal(const std::filesystem::path& run, const RunRecord& record)
{
    constexpr std::size_t rows = 65536;
    const std::filesystem::path beside = run / "journal.tmp";
    std::error_code failed;
    std::filesystem::remove_all(beside, failed);
    {
        CORE_TRY(journal, Journal::open(beside));
        for (std::size_t i = 0; i < record.events.size(); ++i)
            journal.append(RecordKind::Event, base::writeJson(toValue(record.events[i])), record.eventTimes[i]);
        for (const auto& [name, series] : record.scalars)
            for (std::size_t from = 0; from < series.steps.size(); from += rows) {
                const std::size_t to = std::min(from + rows, series.steps.size());
                journal.append(RecordKind::Scalars, pack(part(name, series, from, to)), base::wallSeconds());
                CORE_CHECK(journal.write());
            }
        for (const auto& [name, series] : record.tensors)
            for (std::size_t from = 0; from < series.steps.size(); from += rows) {
                const std::size_t to = std::min(from + rows, series.steps.size());
                journal.append(RecordKind::Tensors, pack(series.block(name, from, to)), base::wallSeconds());
                CORE_CHECK(journal.write());
            }
        CORE_CHECK(journal.sync());
    }
    // Over an empty folder, if there is one.
    if (::rename(beside.c_str(), (run / "journal").c_str()) != 0)
        return base::systemError("rename", beside, errno);
    return base::syncFolder(run);
}

}
