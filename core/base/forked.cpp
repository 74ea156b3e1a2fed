// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/forked.h"

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <unistd.h>

namespace core::base {

pid_t forkBlocked()
{
    sigset_t all, before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t pid = ::fork();
    if (pid == 0)
        return pid;
    const int code = errno;
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = code;
    return pid;
}

void letSignalsThrough(int held)
{
    for (int number = 1; number < NSIG; ++number)
        ::signal(number, SIG_DFL);
    sigset_t kept;
    sigemptyset(&kept);
    if (held > 0)
        sigaddset(&kept, held);
    ::sigprocmask(SIG_SETMASK, &kept, nullptr);
}

bool isSingleThreaded()
{
    std::error_code failed;
    std::filesystem::directory_iterator threads("/proc/self/task", failed);
    return !failed && std::distance(begin(threads), end(threads)) == 1;
}

}
