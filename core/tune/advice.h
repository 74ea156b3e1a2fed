// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tune/tuning_spec.h"

namespace core::tune {

/// What is known of a study's trials before the first.
struct TrialFacts {
    std::optional<double> trialSeconds; ///< of one trial, measured or estimated
    std::optional<bool> earlyTells; ///< whether early results predict late ones; unknown: they report on the way or not
    bool reportsOnTheWay = true;
    std::optional<double> pricePerHour; ///< of one trial
    std::optional<std::int64_t> atOnce; ///< trials that the machine carries; not known: max_parallel_jobs
};

/// A strategy and the rule that named it, in a sentence.
struct Suggestion {
    base::Pick strategy, earlyStopping{"Off", base::Object{}};
    std::string rule; ///< its key in the table of rules
    std::string why;
};
Suggestion suggestStrategy(const TuningSpec& spec, const Space& space, const TrialFacts& facts);

/// What a study takes, before its start.
struct Estimate {
    std::int64_t jobs = 0;
    std::optional<double> seconds;      ///< by the clock, with so many trials at once
    std::optional<double> trialSeconds; ///< of all trials together
    std::optional<double> cost;         ///< absent where no price is known
};
Estimate estimateStudy(const TuningSpec& spec, const Space& space, const TrialFacts& facts);

}
