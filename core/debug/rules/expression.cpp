// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/expression_run.h"
#include "core/debug/rule_fields.h"

namespace core::debug::rules::expression {

namespace {

struct Spec {
    std::string expression;
};

/// A condition of your own over what is saved; see core/spec/expression.h. Fires at steps at which it holds of
/// anything.
class Expression final : public Rule {
public:
    explicit Expression(Spec spec) : m_spec(std::move(spec)) {}

    static base::Result<std::unique_ptr<Rule>> make(Spec spec)
    {
        auto rule = std::make_unique<Expression>(spec);
        CORE_TRY(term, spec::parseExpression(spec.expression));
        rule->m_run = std::make_unique<ExpressionRun>(std::move(term));
        return std::unique_ptr<Rule>(std::move(rule));
    }

    std::vector<Need> needs() const override { return m_run->needs(); }

    Verdict at(const Moment& now) override
    {
        const auto met = m_run->at(now);
        if (!met)
            return {};
        return Hit{met->tensor, met->left, met->right,
                   (met->tensor.empty() ? std::string() : met->tensor + ": ") + m_spec.expression +
                       (std::isnan(met->left) ? "." : ", with " + figure(met->left) + ".")};
    }

private:
    Spec m_spec;
    std::unique_ptr<ExpressionRun> m_run;
};

}

void enroll(Rules& all)
{
    all.add<Expression>(
        "Expression", "Rule of your own",
        "A condition over what is saved, such as mean(abs_mean(\"gradient/.*\"), 20) < 1e-6.",
        {"You asked to be told.", {}, {}, true},
        base::Fields<Spec>{}.add(
            "expression", &Spec::expression, base::Text{},
            {"A condition. \"train/loss\" is a scalar, abs_mean(\"gradients\") a statistic of a collection or of what "
             "a "
             "regex finds; mean, min, max, std, slope, count (x, n) look at the n newest values; any, all, largest, "
             "smallest, average join tensors.",
             "mean(abs_mean(\"gradient/.*\"), 20) < 1e-6"}));
}

}
