// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/processes.h"

#include "core/base/files.h"

#include <filesystem>
#include <fstream>
#include <sstream>

namespace tests {

namespace fs = std::filesystem;

namespace {

// What stands behind the name in /proc/<pid>/stat: state, parent, …; empty if there is no such process.
std::string statOf(const std::string& pid)
{
    const std::string text = core::base::readFile("/proc/" + pid + "/stat", 1 << 12).valueOr({});
    const std::size_t end = text.rfind(')');
    return end == text.npos || end + 2 >= text.size() ? std::string() : text.substr(end + 2);
}

}

std::vector<int> childrenOf(int pid)
{
    std::vector<int> children;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator("/proc", none)) {
        const std::string name = entry.path().filename();
        if (name.find_first_not_of("0123456789") != name.npos)
            continue;
        std::istringstream rest(statOf(name));
        char state = 'Z';
        int parent = 0;
        rest >> state >> parent;
        if (parent == pid && state != 'Z')
            children.push_back(std::stoi(name));
    }
    return children;
}

bool goes(int pid)
{
    const std::string stat = statOf(std::to_string(pid));
    return !stat.empty() && stat[0] != 'Z' && stat[0] != 'X';
}

std::set<std::string> listenersOf(int pid)
{
    const std::string process = "/proc/" + std::to_string(pid);
    std::set<std::string> sockets, addresses;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(process + "/fd", none)) {
        const std::string target = fs::read_symlink(entry.path(), none).string();
        if (target.starts_with("socket:["))
            sockets.insert(target.substr(8, target.size() - 9));
    }
    for (const char* table : {"tcp", "tcp6"}) {
        std::ifstream in(process + "/net/" + table);
        std::string line;
        std::getline(in, line);
        while (std::getline(in, line)) {
            std::istringstream fields(line);
            std::string number, local, remote, state, queues, timer, retransmit, user, timeout, inode;
            fields >> number >> local >> remote >> state >> queues >> timer >> retransmit >> user >> timeout >> inode;
            if (state == "0A" && sockets.contains(inode))
                addresses.insert(local);
        }
    }
    return addresses;
}

bool onLoopback(const std::string& listener)
{
    const std::string address = listener.substr(0, listener.find(':'));
    return address == "0100007F" || address == "0000000000000000FFFF00000100007F" ||
           address == "00000000000000000000000001000000";
}

int portOf(const std::string& listener)
{
    return int(std::stoul(listener.substr(listener.find(':') + 1), nullptr, 16));
}

}
