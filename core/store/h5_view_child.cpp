// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/confined_child.h"
#include "core/base/files.h"
#include "core/store/event_lines.h"
#include "core/store/h5.h"
#include "core/store/h5_view.h"
#include "core/store/replay.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace core::store {

using base::Error;
using base::ErrorKind;

namespace {

constexpr std::size_t rowsAPiece = 65536;

enum class Piece : char { Scalars, Tensors, Events, Frames, Failure };

using Send = base::ConfinedChild::Send;

void send(const Send& pipe, Piece piece, std::string_view bytes)
{
    std::string message(1, char(piece));
    message.append(bytes);
    pipe(message);
}

void sendSeries(const Send& pipe, const std::string& name, const Series& series)
{
    std::size_t from = 0;
    do {
        const std::size_t to = std::min(from + rowsAPiece, series.steps.size());
        const auto slice = [&](const auto& all) {
            return std::decay_t<decltype(all)>(all.begin() + from, all.begin() + to);
        };
        send(pipe, Piece::Scalars, pack({{name}, slice(series.steps), slice(series.times), {slice(series.values)}}));
        from = to;
    } while (from < series.steps.size());
}

void sendTensor(const Send& pipe, const std::string& name, const TensorSeries& series)
{
    const std::size_t rows = std::max<std::size_t>(1, rowsAPiece / std::max<std::size_t>(1, series.columns.size()));
    std::size_t from = 0;
    do {
        const std::size_t to = std::min(from + rows, series.steps.size());
        send(pipe, Piece::Tensors, pack(series.block(name, from, to)));
        from = to;
    } while (from < series.steps.size());
}

void serve(char* bytes, std::size_t size, const std::filesystem::path& file, ViewPart part, SealState seal,
           const Send& pipe)
{
    const auto text =
        readViewImage(bytes, size, file, part, seal,
                      {[&](const std::string& name, const Series& series) { sendSeries(pipe, name, series); },
                       [&](const std::string& name, const TensorSeries& series) { sendTensor(pipe, name, series); }});
    if (!text) {
        // The kind, and three texts that end with a zero.
        const Error& error = text.error();
        const char zero = '\0';
        send(pipe, Piece::Failure, char(error.kind) + error.message + zero + error.where + zero + error.advice + zero);
        return;
    }
    send(pipe, Piece::Events, text->events);
    send(pipe, Piece::Frames, text->frames);
}

// A file of the parent's, as the child has it in memory; what the child changes there is its own.
class Mapped {
public:
    explicit Mapped(const std::filesystem::path& file) : m_descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC))
    {
        const off_t end = m_descriptor < 0 ? -1 : ::lseek(m_descriptor, 0, SEEK_END);
        size = end > 0 ? std::size_t(end) : 0;
    }
    ~Mapped()
    {
        if (m_descriptor >= 0)
            ::close(m_descriptor);
    }
    Mapped(const Mapped&) = delete;
    Mapped& operator=(const Mapped&) = delete;

    bool opened() const { return m_descriptor >= 0; }
    /// In the child.
    void map()
    {
        void* mapped = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, m_descriptor, 0);
        bytes = mapped == MAP_FAILED ? nullptr : static_cast<char*>(mapped);
    }

    std::size_t size = 0;
    char* bytes = nullptr;

private:
    int m_descriptor;
};

Error failureOf(const std::string& bytes)
{
    std::string parts[3];
    std::size_t part = 0;
    for (std::size_t i = 1; i < bytes.size() && part < 3; ++i)
        if (bytes[i] != '\0')
            parts[part] += bytes[i];
        else
            ++part;
    const auto kind = ErrorKind(bytes.empty() ? 0 : bytes[0]);
    return {kind == ErrorKind::Resource ? kind : ErrorKind::Data, parts[0], parts[1], parts[2]};
}

}

base::Status readView(const std::filesystem::path& file, RunRecord& record, ViewPart part)
{
    Mapped mapped(file);
    if (!mapped.opened())
        return base::systemError("open the file", file, errno);
    if (mapped.size == 0)
        return Error{ErrorKind::Data, "this file is empty", file.string(), "Repair the run, or copy the file back"};
    auto seal = SealState::Missing;
    if (part == ViewPart::All) {
        CORE_TRY(state, sealOf(file));
        seal = state;
    }
    h5::prepare();
    base::ChildLimits limits;
    limits.memory = (std::uint64_t(2) << 30) + 40 * mapped.size;
    limits.cpuSeconds = 20 + mapped.size / 2'000'000;
    limits.message = std::uint64_t(1) << 32;
    base::ConfinedChild child(
        limits, [&] { mapped.map(); },
        [&](const Send& pipe) {
            if (mapped.bytes)
                serve(mapped.bytes, mapped.size, file, part, seal, pipe);
        });
    if (!child.started())
        return base::systemError("start a process that reads it", file, errno);
    const Error harm{ErrorKind::Data, "this file is damaged or made to do harm: reading it failed", file.string(),
                     "If the run has a journal, repair makes a new one"};
    Replay replay;
    std::vector<PlacedEvent> events;
    bool any = false;
    for (std::string message;; any = true) {
        const auto got = child.receive(message);
        if (got == base::ConfinedChild::Got::End && any)
            break;
        if (got != base::ConfinedChild::Got::Message || message.empty() ||
            std::uint8_t(message[0]) > std::uint8_t(Piece::Failure))
            return harm;
        const Piece piece = Piece(message[0]);
        message.erase(0, 1);
        if (piece == Piece::Failure)
            return failureOf(message);
        if (piece == Piece::Scalars) {
            CORE_TRY(block, unpackScalars(message));
            replay.add(block);
        } else if (piece == Piece::Tensors) {
            CORE_TRY(block, unpackTensors(message));
            replay.add(block);
        } else {
            auto placed = placedEvents(message);
            if (!placed)
                return Error{ErrorKind::Data, placed.error().message, file.string() + ", " + placed.error().where, {}};
            events.insert(events.end(), std::make_move_iterator(placed->begin()),
                          std::make_move_iterator(placed->end()));
        }
    }
    std::stable_sort(events.begin(), events.end(),
                     [](const PlacedEvent& a, const PlacedEvent& b) { return a.place < b.place; });
    for (PlacedEvent& each : events)
        replay.add(each.time, std::move(each.event));
    record = std::move(replay.record);
    return {};
}

}
