// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <string>
#include <vector>

namespace core::session {

/// Runs a program of the PATH to its end and hands back its standard output. An error if it is not there, ends with
/// another status than 0 (then with what it said) or takes longer. It dies with this process.
base::Result<std::string> runCommand(const std::vector<std::string>& command, double seconds);

/// Whether the PATH has a program of this name.
bool hasCommand(const std::string& name);

}
