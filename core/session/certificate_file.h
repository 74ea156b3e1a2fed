// SPDX-License-Identifier: GPL-3.0-or-later
// What a certificate carries so that another person can check it; for the sources of core/session alone.
#pragma once

#include "core/session/certificate.h"
#include "core/session/past.h"

namespace core::session {

/// Digest of up to 1000 training rows, spread over all of them.
std::string dataDigest(const train::Engine& engine);
/// Empty, with a note, if an ancestor cannot be read.
std::vector<Stage> stagesOf(const Past& past, std::vector<std::string>& notes);

}
