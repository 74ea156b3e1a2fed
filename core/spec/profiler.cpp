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
        : m_context(context),
          m_family(context.catalog.find("profile_rules")),
          m_problems(problems)
    {
    }

    void read(const Value& given, const std::string& where)
    {
        Object params = given.isText() ? Object{{"rule", given}} : given.object();
        const Value name = given.isText() ? given : given["rule"];
        const std::string at = given.isText() ? where : where + "/rule";
        if (!name.isText())
            return problem(where, "has no \"rule\"", "Write it as {\"rule\": \"CPUBottleneck\"}");
        params.erase("rule");
        if (name.text() == report)
            return spread(params, where);
        const Entry* entry = m_family ? m_family->find(name.text()) : nullptr;
        if (!entry)
            return unknown(name.text(), at);
        Value enabled = true;
        if (const Value* said = params.find("enabled"))
            enabled = plain(*said);
        if (!enabled.isBool())
            return problem(where + "/enabled", "is " + std::string(enabled.typeName()), "Write true or false");
        params.erase("enabled");
        for (auto& [key, value] : params)
            value = plain(value);
        Checked one = check(entry->schema, params, where, m_context);
        m_problems.insert(m_problems.end(), one.problems.begin(), one.problems.end());
        Object whole{{"rule", name.text()}, {"enabled", enabled}};
        for (const auto& [key, value] : one.value.object())
            whole.set(key, value);
        put(name.text(), std::move(whole));
    }

    Array take() { return std::move(m_rules); }

private:
    const CheckContext& m_context;
    const Family* m_family;
    std::vector<Error>& m_problems;
    Array m_rules;

    void problem(const std::string& where, std::string message, std::string advice)
    {
        m_problems.push_back({ErrorKind::Spec, std::move(message), where, std::move(advice)});
    }

    std::vector<std::string> names() const
    {
        std::vector<std::string> all{report};
        if (m_family)
            for (const Entry& entry : m_family->entries)
                all.push_back(entry.kind);
        return all;
    }

    void unknown(const std::string& name, const std::string& where)
    {
        const std::string near = nearest(name, names());
        std::string known;
        for (const std::string& one : names())
            known += (known.empty() ? "" : ", ") + one;
        problem(where, "\"" + name + "\" is no rule of the profiler",
                (near.empty() ? "" : "Did you mean \"" + near + "\"? ") + "Known: " + known);
    }

    // `CPUBottleneck_threshold` is `threshold` of CPUBottleneck.
    void spread(const Object& params, const std::string& where)
    {
        std::map<std::string, Object> rules;
        for (const auto& [key, value] : params) {
            const auto bar = key.find('_');
            const std::string rule = key.substr(0, bar);
            if (bar == key.npos || !m_family || !m_family->find(rule))
                unknown(rule, where + "/" + key);
            else
                rules[rule].set(key.substr(bar + 1), value);
        }
        for (auto& [rule, values] : rules) {
            values.set("rule", rule);
            read(values, where);
        }
    }

    // What is said last counts.
    void put(const std::string& name, Object whole)
    {
        for (Value& rule : m_rules)
            if (rule["rule"].text() == name) {
                rule = std::move(whole);
                return;
            }
        m_rules.push_back(std::move(whole));
    }
};

}

void takeProfilerRules(const CheckContext& context, Checked& checked)
{
    const Value* given = checked.value.at("profiler.rules");
    if (!given || given->array().empty())
        return;
    RuleReader reader(context, checked.problems);
    for (std::size_t i = 0; i < given->array().size(); ++i)
        reader.read(given->array()[i], "/profiler/rules/" + std::to_string(i));
    (void)checked.value.setAt("profiler.rules", reader.take());
}

}
