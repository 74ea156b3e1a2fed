// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spec/profiler.h"

#include "core/base/json.h"

#include <algorithm>
#include <map>

namespace core::spec {

using namespace base;

namespace {

constexpr const char* report = "ProfilerReport";

// A number may arrive as a text.
Value plain(const Value& value)
{
    if (!value.isText())
        return value;
    const std::string& text = value.text();
    if (text == "True" || text == "False")
        return text == "True";
    const auto parsed = parseJson(text, "");
    return parsed && (parsed->isNumber() || parsed->isBool()) ? *parsed : value;
}

class RuleReader {
public:
    RuleReader(const CheckContext& context, std::vector<Error>& problems)
        : m_family(context.catalog.find("profile_rules")),
          m_problems(problems)
    {
    }

    void read(const Value& given, const std::string& where)
    {
        if (given.isText() ? given.text() == report : given["rule"].text() == report)
            return spread(given.object(), where);
        Value rule = given;
        if (rule.isObject())
            for (auto& [key, value] : rule.object())
                value = plain(value);
        m_rules.push_back(std::move(rule));
    }

    // What is said last of a rule counts.
    Array take()
    {
        Array last;
        for (auto rule = m_rules.rbegin(); rule != m_rules.rend(); ++rule) {
            const std::string name = nameOf(*rule);
            if (name.empty() || std::ranges::none_of(last, [&](const Value& one) { return nameOf(one) == name; }))
                last.insert(last.begin(), std::move(*rule));
        }
        return last;
    }

private:
    const Family* m_family;
    std::vector<Error>& m_problems;
    Array m_rules;

    static std::string nameOf(const Value& rule) { return rule.isText() ? rule.text() : rule["rule"].text(); }

    // `CPUBottleneck_threshold` is `threshold` of CPUBottleneck.
    void spread(const Object& params, const std::string& where)
    {
        std::map<std::string, Object> rules;
        for (const auto& [key, value] : params) {
            const auto bar = key.find('_');
            const std::string rule = key.substr(0, bar);
            // Nothing is sent to anybody here, so there is nothing to opt out of.
            if (key == "rule" || key == "enabled" || key == "opt_out_telemetry")
                continue;
            if (bar == key.npos || !m_family || !m_family->find(rule))
                m_problems.push_back({ErrorKind::Spec, "\"" + key + "\" is no parameter of a rule of the profiler",
                                      where + "/" + key, "Write it as CPUBottleneck_threshold"});
            else
                rules[rule].set(key.substr(bar + 1), value);
        }
        for (auto& [rule, values] : rules) {
            values.set("rule", rule);
            read(values, where);
        }
    }
};

}

void takeProfilerRules(const CheckContext& context, Checked& checked)
{
    const Value* given = checked.value.at("profiler.rules");
    if (!given || given->isNull())
        return;
    const Array rules = given->isArray() ? given->array() : Array{*given};
    RuleReader reader(context, checked.problems);
    for (std::size_t i = 0; i < rules.size(); ++i)
        reader.read(rules[i], "/profiler/rules/" + std::to_string(i));
    (void)checked.value.setAt("profiler.rules", reader.take());
}

}
