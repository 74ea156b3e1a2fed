// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tune/trial.h"

namespace core::tune {

/// How a machine is shared among trials that run at once: measured before the first of them.
struct MachineShare {
    struct Tried {
        std::int64_t threads = 1, atOnce = 1; ///< never more threads together than cores
        double stepsPerSecond = 0;            ///< of all trials at once

        bool operator==(const Tried&) const = default;
    };
    std::int64_t cores = 1, parallel = 1; ///< that the machine has; trials that were wanted at once
    std::int64_t threads = 1, atOnce = 1; ///< what was chosen
    std::string why;                      ///< `measured`, or what made measuring needless
    std::vector<Tried> tried;

    bool operator==(const MachineShare&) const = default;
};

/// A study as a value: what is left when its records are taken in their order, one after the other. Records are objects
/// with `op` and `time`; core/tune/records.h makes them.
struct StudyState {
    std::string name;
    TuningSpec spec;
    Space space;
    std::vector<Trial> trials;
    std::vector<TuningSpec> earlier; ///< what the spec was before it was changed in flight
    bool paused = false;
    std::string ended; ///< why, in words; empty: it goes on
    double created = 0;
    std::int64_t order = 0; ///< records taken so far
    std::int64_t maxJobs = 1;
    std::optional<MachineShare> share; ///< of the machine that trained it last

    bool operator==(const StudyState&) const = default;

    /// Takes one record. An error, and nothing changed, if it cannot be: a trial that is not there, a value for one
    /// that has ended.
    base::Status apply(const base::Object& record);

    History history() const;
    std::int64_t count(TrialState state) const;
};

/// What can be made of a file's records: those that do not fit are left out and counted.
struct StudyRead {
    StudyState state;
    std::int64_t leftOut = 0;
};
StudyRead foldStudy(const std::vector<base::Object>& records);

}
