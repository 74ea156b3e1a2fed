// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

namespace core::base {

/// fork() at which no signal is lost. All are blocked around it, so that one that comes before the child is another
/// program waits there, instead of being taken by the copies of this process's handlers. In the child all are still
/// blocked when this returns. A value below 0 is an error, told by errno.
pid_t forkBlocked();

/// In the child, before exec: every handler goes back to the default, and nothing is blocked but `held` (0: nothing),
/// which the other program lets through once it has a handler. What has come meanwhile acts now.
void letSignalsThrough(int held = 0);

/// Whether a child may go on without exec: no other thread of this process can hold what the child would wait for.
bool isSingleThreaded();

}
