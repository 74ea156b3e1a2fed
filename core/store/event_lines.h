// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/run_record.h"

namespace core::store {

/// A frame is large and only looked at: it is kept apart from the other events.
bool isFrame(const events::Event& event);

/// A record's events as lines of JSON `[place, time, event]`, one each: its frames, and all others.
struct EventLines {
    std::string events, frames;
};
/// `texts`: the events as JSON, where somebody has them already.
EventLines eventLines(const RunRecord& record, const std::vector<std::string>& texts = {});

/// Events out of such lines, which may come from anywhere, by their places.
struct PlacedEvent {
    std::int64_t place = 0;
    double time = 0;
    events::Event event;
};
base::Result<std::vector<PlacedEvent>> placedEvents(std::string_view lines);

}
