// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/event_lines.h"

#include "core/base/json.h"
#include "core/events/codec.h"

namespace core::store {

using base::Error;
using base::ErrorKind;

bool isFrame(const events::Event& event)
{
    return std::holds_alternative<events::SurfaceFrame>(event) ||
           std::holds_alternative<events::ConfusionFrame>(event) ||
           std::holds_alternative<events::PredictionFrame>(event) ||
           std::holds_alternative<events::WeightsFrame>(event) ||
           std::holds_alternative<events::TensorHistograms>(event) ||
           std::holds_alternative<events::StepTrace>(event) || std::holds_alternative<events::StepTimes>(event) ||
           std::holds_alternative<events::LayerTimes>(event) || std::holds_alternative<events::SystemSample>(event);
}

EventLines eventLines(const RunRecord& record, const std::vector<std::string>& texts)
{
    EventLines lines;
    for (std::size_t i = 0; i < record.events.size(); ++i) {
        std::string& into = isFrame(record.events[i]) ? lines.frames : lines.events;
        const bool known = i < texts.size() && texts[i].find('\n') == std::string::npos;
        std::string line = base::writeJson(base::Array{std::int64_t(i), record.eventTimes[i]});
        line.back() = ',';
        into += line;
        into += known ? texts[i] : base::writeJson(toValue(record.events[i]));
        into += "]\n";
    }
    return lines;
}

base::Result<std::vector<PlacedEvent>> placedEvents(std::string_view lines)
{
    std::vector<PlacedEvent> placed;
    while (!lines.empty()) {
        const auto end = std::min(lines.find('\n'), lines.size());
        CORE_TRY(line, base::parseJson(lines.substr(0, end), "event " + std::to_string(placed.size() + 1)));
        lines.remove_prefix(std::min(lines.size(), end + 1));
        if (line.array().size() != 3)
            return Error{
                ErrorKind::Data, "an event is not what it should be", "event " + std::to_string(placed.size() + 1), {}};
        CORE_TRY(event, events::fromValue(line.array()[2]));
        placed.push_back({line.array()[0].toInt(), line.array()[1].toReal(), std::move(event)});
    }
    return placed;
}

}
