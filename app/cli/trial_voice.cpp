// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/trial_voice.h"

#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <thread>
#include <unistd.h>
#include <utility>

namespace app::cli {

using namespace core::base;

namespace {

constexpr auto againAfter = std::chrono::milliseconds(50);
constexpr double patience = 60;          ///< seconds, for a disk
constexpr std::size_t longEnough = 2000; ///< characters: a pipe takes so much in one piece

int toldAt = 3;
bool toldToFile = false;
std::mutex telling; ///< held while lines are added or written

volatile std::sig_atomic_t askedToEnd = 0;

extern "C" void onTrialEndAsked(int)
{
    askedToEnd = 1;
}

// Whoever listens at a pipe may be gone: then the training ends by itself soon. A file may be on a disk that is full
// for a while.
void write(const std::string& text)
{
    std::size_t done = 0;
    double until = 0;
    while (done < text.size()) {
        const ssize_t count = ::write(toldAt, text.data() + done, text.size() - done);
        done += count > 0 ? std::size_t(count) : 0;
        if (count > 0 || errno == EINTR)
            continue;
        if (!toldToFile)
            return;
        if (askedToEnd && until == 0)
            until = steadySeconds() + patience;
        if (until > 0 && steadySeconds() > until)
            return;
        std::this_thread::sleep_for(againAfter);
    }
}

}

void Voice::tell(Object line) const
{
    if (m_trial)
        line.set("trial", *m_trial);
    const bool value = line.find("value");
    const std::lock_guard lock(telling);
    m_text += writeJson(line) + "\n";
    // A small network is evaluated thousands of times a second: then several lines go together.
    const std::chrono::duration<double> mayWait = lookAfter;
    if (!value || m_text.size() > longEnough || steadySeconds() - m_told > mayWait.count())
        writeOut();
}

void Voice::flush() const
{
    const std::lock_guard lock(telling);
    writeOut();
}

void Voice::writeOut() const
{
    if (m_text.empty())
        return;
    write(m_text);
    m_text.clear();
    m_told = steadySeconds();
}

void Voice::askToEnd()
{
    m_asked = true;
    const std::lock_guard lock(m_mutex);
    if (m_end)
        m_end();
}

bool Voice::mustEnd() const
{
    return m_asked || askedToEnd;
}

void Voice::endBy(std::function<void()> end) const
{
    const std::lock_guard lock(m_mutex);
    m_end = std::move(end);
    if (m_end && m_asked)
        m_end();
}

Result<bool> tellTo(const std::string& file)
{
    std::error_code none;
    if (std::filesystem::exists(file + ".void", none))
        return false;
    const int opened = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (opened < 0)
        return systemError("open", file, errno);
    // One that was started twice may have left half a line.
    if (::lseek(opened, 0, SEEK_END) > 0 && ::write(opened, "\n", 1) != 1)
        return systemError("write", file, errno);
    toldAt = opened;
    toldToFile = true;
    return true;
}

void syncTold()
{
    if (toldToFile)
        (void)::fsync(toldAt);
}

void letEndBeAsked()
{
    std::signal(SIGTERM, onTrialEndAsked);
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    ::pthread_sigmask(SIG_UNBLOCK, &term, nullptr);
    std::signal(SIGINT, SIG_IGN);
}

bool isEndAsked()
{
    return askedToEnd;
}

}
