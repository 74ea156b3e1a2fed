// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/program.h"
#include "tests/support/temp_folder.h"

namespace tests {

/// Runs a script for a Python with h5py and numpy in a folder; false where there is no such Python. Include Catch2
/// before.
inline bool runPython(const TempFolder& folder, const std::string& script)
{
    const std::string program = python();
    if (program.empty())
        return false;
    folder.file("script.py", script);
    Running running({"/bin/sh", "-c", "cd \"$0\" && exec \"$1\" script.py", folder.path().string(), program});
    const Ended ended = running.wait();
    INFO(ended.err);
    REQUIRE(ended.status == 0);
    return true;
}

}
