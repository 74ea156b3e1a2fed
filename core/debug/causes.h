// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"
#include "core/spec/capture.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace core::debug {

/// How a number went from the run's first step to the finding.
struct Course {
    double first = 0, last = 0, least = 0, most = 0;
    std::int64_t leastStep = 0;
};

/// What is known of a run when a rule fires, by which its causes are weighed. Whatever is not known is left empty.
struct Scene {
    base::Value spec;      ///< resolved
    std::int64_t step = 0; ///< of the finding
    spec::LayerTypes layers;
    std::int64_t stepsPerEpoch = 0;
    std::int64_t trainRows = 0, parameters = 0;
    std::vector<std::pair<std::string, std::int64_t>> fired; ///< rules by their class, and when first; not this one
    std::map<std::string, Course, std::less<>> courses;      ///< `train/loss`, `input_0 nan`, `update/weight`

    /// nullptr: nothing of it was saved.
    const Course* course(std::string_view name) const
    {
        const auto found = courses.find(name);
        return found == courses.end() ? nullptr : &found->second;
    }
};

/// What was seen that speaks for a cause, or, with a weight below zero, against it.
struct Clue {
    double weight = 0; ///< −1 … 1; 0: nothing was seen
    std::string seen = {};
};
using Look = std::function<Clue(const Scene& scene)>;

/// A likely cause of a symptom, in a sentence, and what would speak for it.
class Cause {
public:
    Cause(const char* text, std::vector<Look> looks = {}) : m_text(text), m_looks(std::move(looks)) {}

    const std::string& text() const { return m_text; }
    operator const std::string&() const { return m_text; }
    const std::vector<Look>& looks() const { return m_looks; }

private:
    std::string m_text;
    std::vector<Look> m_looks;
};

/// A cause as it is told of one run.
struct RankedCause {
    std::string cause;
    std::string seen; ///< in short sentences; empty: nothing was seen for it or against it
    double score = 0; ///< 1 − Π(1 − weight) of the clues for it, less the strongest against it
};
/// The likeliest first; equals in the order in which they are given.
std::vector<RankedCause> ranked(const std::vector<Cause>& causes, const Scene& scene);

}
