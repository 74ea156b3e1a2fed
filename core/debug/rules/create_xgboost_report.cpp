// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

namespace core::debug::rules::create_xgboost_report {

namespace {

struct Spec {};

/// No condition: it never fires. The session writes the report when the run has ended (core/session/run_report.h).
class CreateXgboostReport final : public Rule {
public:
    explicit CreateXgboostReport(Spec) {}

    std::vector<Need> needs() const override { return {{{{"losses", "metrics"}}, {"mean"}}}; }
    Verdict at(const Moment&) override { return {}; }
    std::string closing() const override { return "The report is xgboost_report.html in the run's folder"; }
};

}

void enroll(Rules& all)
{
    all.add<CreateXgboostReport>(
        "CreateXgboostReport", "Report of boosted trees",
        "Looks for nothing: when the run has ended it leaves xgboost_report.html in the run's folder.",
        {"A report shows on one page how trees were learned.", {}, {}, false, false, true}, base::Fields<Spec>{});
}

}
