// SPDX-License-Identifier: GPL-3.0-or-later
// What Linux tells of processes: children, sockets, whether one still goes.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace tests {

/// Processes whose parent is `pid`; none that has ended.
std::vector<int> childrenOf(int pid);
/// Neither gone nor a zombie.
bool goes(int pid);
/// Where a process listens by TCP, as the kernel writes it: `0100007F:A3C1` is 127.0.0.1 at port 41921.
std::set<std::string> listenersOf(int pid);
/// Of an address as listenersOf() gives it.
bool onLoopback(const std::string& listener);
int portOf(const std::string& listener);

}
