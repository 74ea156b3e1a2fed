// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <string>
#include <vector>

namespace core::debug {

/// Runs a program with a text on its standard input, `seconds` at most. An error carries the last of what it said.
base::Status runChild(const std::vector<std::string>& command, const std::string& input, double seconds,
                      const std::vector<std::pair<std::string, std::string>>& environment = {});

/// A line of curl's configuration, which goes to its standard input, so that no secret is in a list of processes.
std::string curlOption(const std::string& name, const std::string& value);
base::Status runCurl(const std::string& options);

/// A setting of the environment; empty if it is not there.
std::string setting(const char* name);

}
