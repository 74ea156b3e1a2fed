// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "core/session/inspect.h"
#include "core/store/run_folder.h"

#include <cmath>
#include <cstdio>
#include <iostream>

namespace app::cli {

std::filesystem::path Common::runsFolder() const
{
    return runs.empty() ? core::store::defaultRuns() : std::filesystem::path(runs);
}

core::base::Result<core::base::Value> loadExperiment(const std::string& file, const std::vector<std::string>& sets)
{
    std::vector<std::string> notes;
    auto loaded = core::spec::load(file, sets, core::session::catalog(), &notes);
    for (const std::string& note : notes)
        std::cerr << "note: " << note << "\n";
    return loaded;
}

std::string shown(double value)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value);
    return text;
}

std::string duration(double seconds)
{
    char text[32];
    const long whole = std::lround(seconds);
    if (whole >= 3600)
        std::snprintf(text, sizeof text, "%ld h %02ld min", whole / 3600, whole / 60 % 60);
    else if (whole >= 60)
        std::snprintf(text, sizeof text, "%ld min %02ld s", whole / 60, whole % 60);
    else
        std::snprintf(text, sizeof text, "%ld s", whole);
    return text;
}

Object metricsObject(const std::vector<std::pair<std::string, double>>& metrics)
{
    Object object;
    for (const auto& [name, value] : metrics)
        object.set(name, value);
    return object;
}

}
