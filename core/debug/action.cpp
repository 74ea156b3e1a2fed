// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/action.h"

#include "core/debug/rule.h"

namespace core::debug {

std::string Alert::subject() const
{
    return "SMDebugRule:" + finding.rule + " fired at step " + std::to_string(finding.step) + " of " + run;
}

std::string Alert::text() const
{
    return title + " (" + finding.rule + ") fired at step " + std::to_string(finding.step) + " of the run " + run +
           ".\n" + finding.message + "\n" + folder.string() + "\n";
}

base::Value Alert::toValue() const
{
    return base::Object{{"run", run},
                        {"folder", folder.string()},
                        {"rule", finding.rule},
                        {"step", finding.step},
                        {"tensor", finding.tensor},
                        {"value", finding.value},
                        {"threshold", finding.threshold},
                        {"message", finding.message}};
}

base::Status tryAction(const base::Pick& action)
{
    CORE_TRY(made, allActions().make(action));
    if (made->stops())
        return {};
    return made->perform({"trial",
                          {},
                          "A trial",
                          {0, "Trial", {}, 0, 0, -1, "This is a trial: the action works, and no rule has fired."}});
}

bool RateLimit::allows(const std::string& target, double now)
{
    const auto [last, fresh] = m_last.emplace(target, now);
    if (!fresh && now - last->second < m_seconds)
        return false;
    last->second = now;
    return true;
}

}
