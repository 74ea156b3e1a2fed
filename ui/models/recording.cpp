// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/recording.h"

#include "core/events/codec.h"

#include <limits>

namespace ui::models {

using core::base::Error;
using core::base::ErrorKind;
using core::base::Result;
using core::base::Value;
using core::store::RunRecord;

namespace {

core::base::Status readSeries(const Value& value, const std::string& name, core::store::Series& series)
{
    const auto& steps = value["step"].array();
    const auto& values = value["value"].array();
    const auto& times = value["time"].array();
    if (steps.size() != values.size() || steps.size() != times.size())
        return Error{ErrorKind::Data, "the columns of " + name + " differ in length", "/scalars/" + name,
                     "Record it again"};
    for (std::size_t i = 0; i < steps.size(); ++i) {
        series.steps.push_back(steps[i].toInt());
        series.values.push_back(values[i].toReal(std::numeric_limits<double>::quiet_NaN()));
        series.times.push_back(times[i].toReal());
    }
    return {};
}

}

Result<RunRecord> readRecording(const Value& value)
{
    RunRecord record;
    CORE_TRY(opened, core::events::fromValue(value["opened"]));
    if (!std::holds_alternative<core::events::RunOpened>(opened))
        return Error{ErrorKind::Data, "a recording begins with the opening of its run", "/opened", "Record it again"};
    record.opened = std::get<core::events::RunOpened>(opened);
    record.id = record.opened->id;
    record.spec = record.opened->spec;
    if (!value["scalars"].isObject() || !value["events"].isArray())
        return Error{ErrorKind::Data, "the recording has no scalars or no events", {}, "Record it again"};
    for (const auto& [name, series] : value["scalars"].object())
        CORE_CHECK(readSeries(series, name, record.scalars[name]));
    for (const Value& item : value["events"].array()) {
        CORE_TRY(event, core::events::fromValue(item));
        record.events.push_back(std::move(event));
    }
    CORE_TRY(finished, core::events::fromValue(value["finished"]));
    if (const auto* end = std::get_if<core::events::RunFinished>(&finished)) {
        record.finished = *end;
        record.state = end->state;
    }
    return record;
}

}
