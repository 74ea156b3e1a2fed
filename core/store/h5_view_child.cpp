// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/files.h"
#include "core/store/bytes.h"
#include "core/store/event_lines.h"
#include "core/store/h5.h"
#include "core/store/h5_view.h"
#include "core/store/replay.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace core::store {

using base::Error;
using base::ErrorKind;

namespace {

constexpr std::size_t rowsAPiece = 65536;
constexpr std::uint64_t maxPiece = std::uint64_t(1) << 32;
constexpr int silenceMilliseconds = 60000; // so long may nothing come before the child counts as stuck

enum class Piece : std::uint8_t { Scalars, Tensors, Events, Frames, Failure, Done };

void sendAll(int pipe, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t sent = ::write(pipe, bytes.data(), bytes.size());
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            ::_exit(1);
        bytes.remove_prefix(std::size_t(sent));
    }
}

void send(int pipe, Piece piece, std::string_view bytes)
{
    std::string head;
    putBytes(head, std::uint8_t(piece));
    putBytes(head, std::uint64_t(bytes.size()));
    sendAll(pipe, head);
    sendAll(pipe, bytes);
}

void limit(__rlimit_resource what, std::uint64_t value)
{
    const rlimit bounds{value, value};
    (void)::setrlimit(what, &bounds);
}

// What a file may do to the process that reads it: end it early, and no more.
void confine(std::uint64_t fileBytes)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTERM, SIGINT, SIGPIPE, SIGXCPU})
        ::signal(signal, SIG_DFL);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_CPU, 20 + fileBytes / 2000000);
    if (const auto pages = base::readFile("/proc/self/statm", 1000)) {
        const std::uint64_t now = std::strtoull(pages->c_str(), nullptr, 10) * std::uint64_t(::sysconf(_SC_PAGESIZE));
        limit(RLIMIT_AS, now + (std::uint64_t(2) << 30) + 40 * fileBytes);
    }
}

void sendSeries(int pipe, const std::string& name, const Series& series)
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

void sendTensor(int pipe, const std::string& name, const TensorSeries& series)
{
    const std::size_t rows = std::max<std::size_t>(1, rowsAPiece / std::max<std::size_t>(1, series.columns.size()));
    std::size_t from = 0;
    do {
        const std::size_t to = std::min(from + rows, series.steps.size());
        send(pipe, Piece::Tensors, pack(series.block(name, from, to)));
        from = to;
    } while (from < series.steps.size());
}

[[noreturn]] void serve(const std::filesystem::path& file, ViewPart part, int pipe)
{
    std::error_code failed;
    const std::uint64_t size = std::filesystem::file_size(file, failed);
    confine(failed ? 0 : size);
    const auto text =
        readViewHere(file, part,
                     {[&](const std::string& name, const Series& series) { sendSeries(pipe, name, series); },
                      [&](const std::string& name, const TensorSeries& series) { sendTensor(pipe, name, series); }});
    if (!text) {
        // The kind, and three texts that end with a zero.
        const Error& error = text.error();
        const char zero = '\0';
        send(pipe, Piece::Failure, char(error.kind) + error.message + zero + error.where + zero + error.advice + zero);
        ::_exit(0);
    }
    send(pipe, Piece::Events, text->events);
    send(pipe, Piece::Frames, text->frames);
    send(pipe, Piece::Done, {});
    ::_exit(0);
}

class Child {
public:
    Child(const std::filesystem::path& file, ViewPart part)
    {
        int ends[2] = {-1, -1};
        if (::pipe2(ends, O_CLOEXEC) != 0)
            return;
        m_pid = h5::forkForReading();
        if (m_pid == 0) {
            ::close(ends[0]);
            serve(file, part, ends[1]);
        }
        ::close(ends[1]);
        m_pipe = ends[0];
    }
    ~Child()
    {
        if (m_pipe >= 0)
            ::close(m_pipe);
        if (m_pid <= 0)
            return;
        ::kill(m_pid, SIGKILL);
        while (::waitpid(m_pid, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    bool started() const { return m_pid > 0; }

    /// The next piece; false if the child has died or is stuck.
    bool receive(Piece& piece, std::string& bytes)
    {
        std::string head(9, '\0');
        if (!receive(head))
            return false;
        ByteReader reader(head);
        piece = Piece(reader.take<std::uint8_t>());
        const auto length = reader.take<std::uint64_t>();
        if (length > maxPiece)
            return false;
        bytes.resize(length);
        return receive(bytes);
    }

private:
    pid_t m_pid = -1;
    int m_pipe = -1;

    bool receive(std::string& bytes)
    {
        for (std::size_t done = 0; done < bytes.size();) {
            pollfd ready{m_pipe, POLLIN, 0};
            const int count = ::poll(&ready, 1, silenceMilliseconds);
            if (count < 0 && errno == EINTR)
                continue;
            const ssize_t got = count > 0 ? ::read(m_pipe, bytes.data() + done, bytes.size() - done) : 0;
            if (got < 0 && errno == EINTR)
                continue;
            if (got <= 0)
                return false;
            done += std::size_t(got);
        }
        return true;
    }
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
    Child child(file, part);
    if (!child.started())
        return base::systemError("start a process that reads it", file, errno);
    Replay replay;
    std::vector<PlacedEvent> events;
    for (Piece piece{}; piece != Piece::Done;) {
        std::string bytes;
        if (!child.receive(piece, bytes) || piece > Piece::Done)
            return Error{ErrorKind::Data, "this file is damaged or made to do harm: reading it failed", file.string(),
                         "If the run has a journal, repair makes a new one"};
        if (piece == Piece::Failure)
            return failureOf(bytes);
        if (piece == Piece::Scalars) {
            CORE_TRY(block, unpackScalars(bytes));
            replay.add(block);
        } else if (piece == Piece::Tensors) {
            CORE_TRY(block, unpackTensors(bytes));
            replay.add(block);
        } else if (piece != Piece::Done) {
            auto placed = placedEvents(bytes);
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
