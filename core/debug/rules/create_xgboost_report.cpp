// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

namespace core::debug::rules::create_xgboost_report {

namespace {

struct Spec {};

/// No condition: it never fires. That it saw losses is all that it says.
class CreateXgboostReport final : public Rule {
public:
    explicit CreateXgboostReport(Spec) {}

    std::vector<Need> needs() const override { return {{{{"losses", "metrics"}}, {"mean"}}}; }
    Verdict at(const Moment&) override { return {}; }
};

}

void enroll(Rules& all)
{
    all.add<CreateXgboostReport>("CreateXgboostReport", "Report of boosted trees",
                                 "Looks for nothing: it asks for what a report of boosted trees is made of.",
                                 {"A report shows on one page how trees were learned.", {}, {}, false, false, true},
                                 base::Fields<Spec>{});
}

}
