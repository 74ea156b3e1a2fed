// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace tests {

inline bool hasPython(const std::string& modules)
{
    const char* path = std::getenv("DESCENT_TEST_PYTHONPATH");
    const std::string command =
        "PYTHONPATH='" + std::string(path ? path : "") + "' python3 -c 'import " + modules + "' 2>/dev/null";
    return std::system(command.c_str()) == 0;
}

inline bool runPython(const std::filesystem::path& script)
{
    const char* path = std::getenv("DESCENT_TEST_PYTHONPATH");
    return std::system(
               ("PYTHONPATH='" + std::string(path ? path : "") + "' python3 '" + script.string() + "'").c_str()) == 0;
}

}
