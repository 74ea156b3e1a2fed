// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace core::base {

/// Seconds since the epoch, for people and files.
double wallSeconds();
/// Seconds that never go back, for durations.
double steadySeconds();
/// `2026-03-01T12:00:00Z`.
std::string isoTime(double wallSeconds);

}
