// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/action.h"

namespace core::debug::actions::stop_training {

namespace {

struct Spec {
    std::optional<std::string> trainingJobPrefix;
};

/// Ends the run with a checkpoint, so that it can be resumed.
class StopTraining final : public Action {
public:
    explicit StopTraining(Spec spec) : m_spec(std::move(spec)) {}

    bool stops() const override { return true; }
    std::string prefix() const override { return m_spec.trainingJobPrefix.value_or(""); }
    base::Status perform(const Alert&) override { return {}; }
    std::string target() const override { return "StopTraining"; }

private:
    Spec m_spec;
};

}

void enroll(Actions& all)
{
    all.add<StopTraining>("StopTraining", "Stop the run", "Ends the run with a checkpoint; it can be resumed.",
                          base::Fields<Spec>{}.add("training_job_prefix", &Spec::trainingJobPrefix, base::Text{},
                                                   {"Stops only a run whose id begins so. Empty: this run."},
                                                   {.nullWord = "this run"}));
}

}
