// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"
#include "core/debug/action.h"
#include "core/debug/child.h"

namespace core::debug::actions::command {

namespace {

struct Spec {
    std::string command;
    double timeoutS = 60;
};

/// Runs a command of the shell. The finding is on its standard input as JSON, and in DESCENT_RUN, DESCENT_FOLDER,
/// DESCENT_RULE, DESCENT_STEP, DESCENT_TENSOR, DESCENT_MESSAGE.
class Command final : public Action {
public:
    explicit Command(Spec spec) : m_spec(std::move(spec)) {}

    base::Status perform(const Alert& alert) override
    {
        return runChild({"/bin/sh", "-c", m_spec.command}, base::writeJson(alert.toValue()) + "\n", m_spec.timeoutS,
                        {{"DESCENT_RUN", alert.run},
                         {"DESCENT_FOLDER", alert.folder.string()},
                         {"DESCENT_RULE", alert.finding.rule},
                         {"DESCENT_STEP", std::to_string(alert.finding.step)},
                         {"DESCENT_TENSOR", alert.finding.tensor},
                         {"DESCENT_MESSAGE", alert.finding.message}});
    }
    std::string target() const override { return "Command " + m_spec.command; }

private:
    Spec m_spec;
};

}

void enroll(Actions& all)
{
    all.add<Command>("Command", "Command", "Runs a command of the shell.",
                     base::Fields<Spec>{}
                         .add("command", &Spec::command, base::Text{},
                              {"The command. The finding comes on its standard input as JSON, and in DESCENT_RULE, "
                               "DESCENT_STEP, DESCENT_MESSAGE, …"})
                         .add("timeout_s", &Spec::timeoutS, base::Real{.min = 0, .max = 3600, .aboveMin = true},
                              {"Seconds after which it is ended."}, {.unit = "s"}));
}

}
