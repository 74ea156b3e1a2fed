// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/event.h"

namespace core::events {

/// An event as JSON, for the journal and for pipes: `{"event": "state_changed", "state": "running", …}`. Reals that are
/// not finite are the texts `nan`, `inf`, `-inf`. A surface's values are kept in 8 bits (probabilities, off by at most
/// 1/510) or, for a regression, in 16 bits between their least and greatest; all else comes back as it was.
base::Value toValue(const Event& event);

/// The event of a value that may come from anywhere: unknown kinds, wrong types and sizes that do not fit are errors
/// of kind Data; members that are missing keep their defaults.
base::Result<Event> fromValue(const base::Value& value);

/// `run_opened`, `state_changed`, …
std::string_view kindOf(const Event& event);

/// The step at which the event happened; for RunOpened the first step, for RunFinished the number of steps done.
std::int64_t stepOf(const Event& event);

}
