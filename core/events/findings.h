// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace core::events {

/// The condition of a debugger rule was met at `step`.
struct Finding {
    std::int64_t step = 0;
    std::string rule;         ///< as it is called in this run: its class name; of a second one `VanishingGradient-2`
    std::string tensor = {};  ///< or scalar that met it; empty where it is about the run
    double value = 0;         ///< what was compared; NaN: nothing was
    double threshold = 0;     ///< with what
    std::int64_t since = -1;  ///< the first step at which it showed; -1: `step` itself
    std::string message = {}; ///< one sentence with its numbers
};

/// A rule's state, as SageMaker calls them: `InProgress NoIssuesFound IssuesFound Error Stopping Stopped`; or
/// `NotApplicable` (ours), with the reason.
struct RuleStateChanged {
    std::int64_t step = 0;
    std::string rule, state, details = {};
};

}
