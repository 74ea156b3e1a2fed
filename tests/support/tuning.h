// SPDX-License-Identifier: GPL-3.0-or-later
// Small studies for tests.
#pragma once

#include "core/base/json.h"
#include "core/tune/sampler.h"

#include <catch2/catch.hpp>

namespace tests {

inline core::base::Value json(const std::string& text)
{
    const auto value = core::base::parseJson(text);
    INFO(text);
    REQUIRE(value);
    return *value;
}

/// A study's part `tuning`, of something outside: `parameters` is the list as JSON.
inline core::tune::TuningSpec tuning(const std::string& parameters, const std::string& more = "",
                                     const std::string& objective = R"({"metric": "loss", "goal": "minimize"})")
{
    const auto read = core::tune::readTuning(json("{\"objective\": " + objective + ", \"parameters\": " + parameters +
                                                  (more.empty() ? "" : ", " + more) + "}"));
    if (!read)
        FAIL(core::base::describe(read.error()));
    return *read;
}

inline core::tune::Space spaceOf(const std::string& parameters)
{
    const auto space = core::tune::spaceOf(tuning(parameters));
    REQUIRE(space);
    return *space;
}

/// What is wrong with a part `tuning`, as one line.
inline std::string problemOf(const std::string& text, const core::tune::TuningSubject& subject = {})
{
    const auto read = core::tune::readTuning(json(text), subject);
    return read ? "" : core::base::describe(read.error());
}

}
