// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/forked.h"

#include <catch2/catch.hpp>

#include <csignal>
#include <future>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace tests::forked_test {

using core::base::forkBlocked;
using core::base::isSingleThreaded;
using core::base::letSignalsThrough;

namespace {

volatile std::sig_atomic_t forkHeard = 0;

extern "C" void onForkSignal(int)
{
    forkHeard = 1;
}

int endOf(pid_t child)
{
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return status;
}

bool isBlocked(int signal)
{
    sigset_t now;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &now);
    return sigismember(&now, signal) == 1;
}

}

TEST_CASE("a signal between fork and exec acts on the child, whatever handlers its parent has")
{
    const auto before = std::signal(SIGTERM, onForkSignal);
    const pid_t child = forkBlocked();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::raise(SIGTERM); // as one that comes now
        if (forkHeard)
            ::_exit(1); // the parent's handler took it
        letSignalsThrough();
        ::_exit(2); // it was lost
    }
    const int status = endOf(child);
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGTERM);
    CHECK_FALSE(isBlocked(SIGTERM));
    CHECK(forkHeard == 0);
    std::signal(SIGTERM, before);
}

TEST_CASE("what is held waits for the handler of the program that comes after")
{
    const pid_t child = forkBlocked();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::raise(SIGTERM);
        ::raise(SIGCHLD);
        letSignalsThrough(SIGTERM);
        // From here on as the other program.
        std::signal(SIGTERM, onForkSignal);
        sigset_t term;
        sigemptyset(&term);
        sigaddset(&term, SIGTERM);
        ::sigprocmask(SIG_UNBLOCK, &term, nullptr);
        ::_exit(forkHeard ? 0 : 1);
    }
    CHECK(endOf(child) == 0);
}

TEST_CASE("a process knows whether it has one thread")
{
    const pid_t child = forkBlocked();
    REQUIRE(child >= 0);
    if (child == 0) {
        const bool before = isSingleThreaded();
        std::promise<void> end;
        std::thread other([&] { end.get_future().wait(); });
        const bool with = isSingleThreaded();
        end.set_value();
        other.join();
        ::_exit(before && !with ? 0 : 1);
    }
    CHECK(endOf(child) == 0);
}

}
