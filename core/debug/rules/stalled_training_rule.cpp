// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

namespace core::debug::rules::stalled_training_rule {

namespace {

struct Spec {
    std::int64_t threshold = 1800;
    bool stopTrainingOnFire = false;
    std::optional<std::string> trainingJobNamePrefix;
};

/// Fires where nothing was saved for `threshold` seconds of wall clock while the run was going; pauses do not count.
class StalledTrainingRule final : public Rule {
public:
    explicit StalledTrainingRule(Spec spec) : m_spec(std::move(spec)) {}

    std::vector<Need> needs() const override { return {{{{"all"}}, {"*"}, {}, false}}; }
    bool listensToSilence() const override { return true; }
    Verdict at(const Moment&) override { return {}; }

    Verdict silence(double since, double now) override
    {
        if (!(now - since > double(m_spec.threshold)) || since == m_told)
            return {};
        m_told = since;
        return Hit{{},
                   double(m_spec.threshold),
                   double(m_spec.threshold),
                   "Nothing new for more than " + plural(m_spec.threshold, "second", "seconds") + "."};
    }

private:
    Spec m_spec;
    double m_told = -1; ///< the silence that was told of, by its beginning
};

}

void enroll(Rules& all)
{
    all.add<StalledTrainingRule>(
        "StalledTrainingRule", "Training stands still", "Fires when nothing new was saved for a while.",
        {"A run that hangs holds the machine and gives nothing.",
         {{"Data come slowly, or not at all.",
           {clue::fired("DataStarved"), clue::settingIs("data.mode", {"pipe"}, 0.5)}},
          "The disk is full or slow.",
          "A step takes very long."},
         {"all_in_memory", "pipe", "workers"}},
        base::Fields<Spec>{}
            .add("threshold", &Spec::threshold, base::Int{1, 1'000'000'000}, {"Seconds without anything new."},
                 {.unit = "s"})
            .add("stop_training_on_fire", &Spec::stopTrainingOnFire, base::Flag{}, {"Stops the run when it fires."})
            .add("training_job_name_prefix", &Spec::trainingJobNamePrefix, base::Text{},
                 {"The run that is stopped: the only one whose id begins so. Empty: this one."},
                 {.nullWord = "this run"}));
}

}
