// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/command.h"

namespace app::cli {

/// study pause, resume, change; trial pause, resume, skip.
void addControl(Program& program, CLI::App* study, CLI::App* trial);

}
