// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

#include <deque>

namespace core::debug::rules::metric_alarm {

namespace {

struct Spec {
    std::string metric = "validation/loss";
    std::string comparison = ">";
    double threshold = 1;
    std::int64_t n = 1, m = 1;
};

/// Fires where `n` of the last `m` values of a metric compare so with the threshold.
class MetricAlarm final : public Rule {
public:
    explicit MetricAlarm(Spec spec) : m_spec(std::move(spec)) {}

    base::Status prepare(const RunFacts&) override
    {
        if (m_spec.n <= m_spec.m)
            return {};
        return base::Error{base::ErrorKind::Spec,
                           std::to_string(m_spec.n) + " of " + std::to_string(m_spec.m) + " values is never",
                           {},
                           "n may be at most m"};
    }

    std::vector<Need> needs() const override { return {{{{}, {"^" + escaped(m_spec.metric) + "$"}}, {"mean"}}}; }

    Compared compared() const override { return {m_spec.metric, "threshold", m_spec.comparison.starts_with('>')}; }

    Verdict at(const Moment& now) override
    {
        for (const Watched& metric : now.tensors()) {
            if (!now.has(metric))
                continue;
            const double value = now.value(metric);
            m_last.push_back(holds(value));
            if (std::int64_t(m_last.size()) > m_spec.m)
                m_last.pop_front();
            const auto count = std::ranges::count(m_last, true);
            if (count < m_spec.n)
                continue;
            return Hit{metric.tensor, value, m_spec.threshold,
                       metric.tensor + " is " + figure(value) + "; " + std::to_string(count) + " of the last " +
                           std::to_string(m_last.size()) + " values were " + m_spec.comparison + " " +
                           figure(m_spec.threshold) + "."};
        }
        return {};
    }

private:
    Spec m_spec;
    std::deque<bool> m_last;

    bool holds(double value) const
    {
        const double bound = m_spec.threshold;
        return m_spec.comparison == ">"    ? value > bound
               : m_spec.comparison == ">=" ? value >= bound
               : m_spec.comparison == "<"  ? value < bound
                                           : value <= bound;
    }

    static std::string escaped(const std::string& name)
    {
        std::string text;
        for (const char c : name)
            text +=
                (std::string_view("\\^$.|?*+()[]{}").find(c) == std::string_view::npos ? "" : "\\") + std::string(1, c);
        return text;
    }
};

}

void enroll(Rules& all)
{
    all.add<MetricAlarm>(
        "MetricAlarm", "Alarm of a metric", "Fires when so many of the last values of a metric are beyond a bound.",
        {"You asked to be told.", {}, {"stop_best"}, true},
        base::Fields<Spec>{}
            .add("metric", &Spec::metric, base::Text{}, {"The metric's name, such as validation/accuracy."})
            .add("comparison", &Spec::comparison, base::Choice{{">", ">=", "<", "<="}}, {"How it compares."})
            .add("threshold", &Spec::threshold, base::Real{}, {"With what."})
            .add("n", &Spec::n, base::Int{1, 10'000}, {"So many of the last m values."})
            .add("m", &Spec::m, base::Int{1, 10'000}, {"How many of the last values are looked at."}));
}

}
