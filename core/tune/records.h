// SPDX-License-Identifier: GPL-3.0-or-later
// What happens to a study, as objects for its journal.
#pragma once

#include "core/tune/study_state.h"

namespace core::tune::records {

base::Object create(const std::string& name, const TuningSpec& spec, double time);
/// A trial that runs at once (`running`), or waits for its turn.
base::Object add(const Trial& trial, bool running, double time);
/// A finished trial of another study, as it ended there.
base::Object import(const Trial& trial, double time);
base::Object start(std::int64_t trial, double time);
base::Object report(std::int64_t trial, std::int64_t step, double value, double time);
base::Object tell(std::int64_t trial, const std::vector<double>& values, double time);
base::Object stop(std::int64_t trial, const Stop& why, double time);
base::Object fail(std::int64_t trial, const std::string& error, double time);
/// Its worker died: it waits for another attempt.
base::Object retry(std::int64_t trial, const std::string& error, double time);
base::Object skip(std::int64_t trial, double time);
base::Object pause(std::optional<std::int64_t> trial, double time);
base::Object resume(std::optional<std::int64_t> trial, double time);
/// A stopped, failed or completed trial goes on from where it was.
base::Object revive(std::int64_t trial, double time);
base::Object note(std::int64_t trial, const std::string& key, const base::Value& value, double time);
base::Object run(std::int64_t trial, const std::string& run, double time);
base::Object change(const TuningSpec& spec, double time);
base::Object share(const MachineShare& share, double time);
base::Object end(const std::string& why, double time);

base::Value asValue(const Stop& stop);
Stop stopOf(const base::Value& value);
base::Value asValue(const MachineShare& share);
MachineShare shareOf(const base::Value& value);

}
