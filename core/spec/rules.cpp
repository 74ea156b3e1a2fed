// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spec/rules.h"

#include "core/base/trimmed.h"
#include "core/spec/data_fields.h"
#include "core/spec/expression.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <regex>
#include <set>

namespace core::spec {

using namespace base;

namespace {

constexpr const char* ruleKey = "rule";
constexpr const char* actionKey = "action";

// `VanishingGradient`, `vanishing_gradient` and `vanishing-gradient` are the same without what tells them apart.
std::string bare(std::string_view name)
{
    std::string letters;
    for (const char c : name)
        if (std::isalnum(static_cast<unsigned char>(c)))
            letters += char(std::tolower(static_cast<unsigned char>(c)));
    return letters;
}

const Entry* entryOf(const Family* family, const std::string& name)
{
    if (!family)
        return nullptr;
    if (const Entry* exact = family->find(name))
        return exact;
    const auto same = [&](const Entry& entry) { return bare(entry.kind) == bare(name); };
    const auto found = std::ranges::find_if(family->entries, same);
    return found == family->entries.end() ? nullptr : &*found;
}

template <class Number>
bool whole(std::string_view text, Number& number)
{
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    return code == std::errc() && end == text.data() + text.size();
}

// A value that came as text, as SageMaker hands all of them on; what cannot be read stays text, and is told by check().
Value fromText(const Domain& domain, bool nullable, std::string_view given)
{
    const std::string_view text = trimmed(given);
    if (nullable && (text == "None" || text == "null"))
        return {};
    if (std::holds_alternative<Flag>(domain)) {
        if (text == "True" || text == "true")
            return true;
        if (text == "False" || text == "false")
            return false;
    }
    if (std::holds_alternative<Int>(domain) || std::holds_alternative<Real>(domain)) {
        std::int64_t integer = 0;
        double real = 0;
        if (whole(text, integer))
            return integer;
        if (whole(text, real))
            return real;
    }
    if (const auto* list = std::get_if<std::shared_ptr<const List>>(&domain)) {
        Array items;
        for (std::size_t from = 0; from <= text.size();) {
            const std::size_t comma = std::min(text.find(',', from), text.size());
            items.push_back(fromText((*list)->items, false, trimmed(text.substr(from, comma - from))));
            from = comma + 1;
        }
        return text.empty() ? Value(Array{}) : Value(std::move(items));
    }
    return Value(given);
}

Value plainMember(const Schema& schema, const std::string& key, const Value& value)
{
    const Field* field = schema.find(key);
    return field && value.isText() ? fromText(field->domain, field->nullable, value.text()) : value;
}

// SageMaker's `{"name": "stoptraining", "training_job_prefix": …}` is `{"action": "StopTraining", …}` here.
Value plainAction(const Value& given, const Family* family)
{
    const Value& name = given.isText() ? given : !given[actionKey].isNull() ? given[actionKey] : given["name"];
    if (!name.isText())
        return given;
    const Entry* entry = entryOf(family, name.text());
    Object out{{actionKey, entry ? Value(entry->kind) : name}};
    for (const auto& [key, value] : given.object())
        if (key != actionKey && (key != "name" || !given[actionKey].isNull()))
            out.set(key, entry ? plainMember(entry->schema, key, value) : value);
    return out;
}

Value plainRule(const Value& given, const Family* rules, const Family* actions)
{
    const Value& name = given.isText() ? given : given[ruleKey];
    if (!name.isText())
        return given;
    const Entry* entry = entryOf(rules, name.text());
    Object out{{ruleKey, entry ? Value(entry->kind) : name}};
    for (const auto& [key, value] : given.object()) {
        if (key == ruleKey)
            continue;
        if (key != "actions") {
            out.set(key, entry ? plainMember(entry->schema, key, value) : value);
            continue;
        }
        Array list;
        for (const Value& action : value.isArray() ? value.array() : value.isNull() ? Array{} : Array{value})
            list.push_back(plainAction(action, actions));
        out.set(key, std::move(list));
    }
    return out;
}

void checkParameters(const RuleSpec& rule, const std::string& where, std::vector<Error>& problems)
{
    for (const auto& [key, value] : rule.params.object()) {
        if (rule.rule == "Expression" && key == "expression") {
            if (const auto read = parseExpression(value.text()); !read)
                problems.push_back({ErrorKind::Spec, read.error().message, where + key, read.error().advice});
            continue;
        }
        if (!key.ends_with("regex"))
            continue;
        for (const Value& pattern : value.isArray() ? value.array() : Array{value})
            try {
                const std::regex made(pattern.text());
            } catch (const std::regex_error& error) {
                problems.push_back({ErrorKind::Spec,
                                    "\"" + pattern.text() + "\" is no regular expression: " + error.what(), where + key,
                                    "Such as ^gradient/ or .*relu_output"});
            }
    }
}

// To whom an action may be addressed.
void checkActions(const RuleSpec& rule, const std::string& where, std::vector<Error>& problems)
{
    struct Pattern {
        const char *action, *key, *pattern, *advice;
    };
    static constexpr Pattern patterns[] = {
        {"StopTraining", "training_job_prefix", "[A-Za-z0-9-]+", "Letters, digits and dashes"},
        {"Email", "endpoint", "[^@\\s<>\"]+@[^@\\s<>\"]+\\.[^@\\s<>\".]+", "Such as ann@example.org"},
        {"SMS", "endpoint", "\\+\\d{1,15}", "A + and the number with its country: +491234567"},
        {"Webhook", "url", "https?://\\S+", "http://… or https://…"},
        {"Command", "command", "[^]*\\S[^]*", "A command of the shell"}};
    for (std::size_t i = 0; i < rule.actions.size(); ++i)
        for (const Pattern& each : patterns) {
            const Value& given = rule.actions[i].params[each.key];
            if (rule.actions[i].kind == each.action && !given.isNull() &&
                !std::regex_match(given.text(), std::regex(each.pattern)))
                problems.push_back({ErrorKind::Spec,
                                    "\"" + given.text() + "\" is no " + each.key + " of " + each.action,
                                    where + "actions/" + std::to_string(i) + "/" + each.key, each.advice});
        }
}

}

std::vector<RuleSpec> usualRules()
{
    return {{"NonFiniteLoss"},
            {"ExplodingTensor"},
            {"VanishingGradient"},
            {"LossOscillating"},
            {"Overfit", Object{{"patience", 3}, {"ratio_threshold", 0.5}}}};
}

OneOf ruleDomain()
{
    Schema common;
    common.fields.push_back({"name",
                             Text{},
                             "",
                             {"What it is called in this run. Empty: as its class. Needed where the same rule watches "
                              "twice, with other settings."}});
    common.fields.push_back({"actions",
                             listOf(OneOf{"actions", {}, {}, actionKey}),
                             Array{},
                             {"What is done, once, when it fires for the first time."}});
    for (base::Field& field : common.fields)
        field.live = true;
    return {"rules", std::make_shared<const Schema>(std::move(common)), {}, ruleKey};
}

Value plainRules(const Value& given, const Catalog& catalog)
{
    Array list;
    for (const Value& rule : given.isArray() ? given.array() : Array{given})
        list.push_back(plainRule(rule, catalog.find("rules"), catalog.find("actions")));
    return list;
}

std::vector<std::string> ruleNames(const std::vector<RuleSpec>& rules)
{
    std::vector<std::string> names;
    std::map<std::string, int> seen;
    for (const RuleSpec& rule : rules) {
        const std::string name = rule.name.empty() ? rule.rule : rule.name;
        const int before = seen[name]++;
        names.push_back(before == 0 ? name : name + "-" + std::to_string(before + 1));
    }
    return names;
}

void checkRules(const std::vector<RuleSpec>& rules, std::vector<Error>& problems)
{
    std::set<std::string> taken;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const std::string where = "/rules/" + std::to_string(i) + "/";
        checkParameters(rules[i], where, problems);
        checkActions(rules[i], where, problems);
    }
    for (std::size_t i = 0; i < rules.size(); ++i)
        if (!rules[i].name.empty() && !taken.insert(rules[i].name).second)
            problems.push_back({ErrorKind::Spec, "two rules are called \"" + rules[i].name + "\"",
                                "/rules/" + std::to_string(i) + "/name", "Give each a name of its own"});
}

}

namespace core::base {

Value Codec<spec::RuleSpec>::write(const spec::RuleSpec& rule)
{
    Object out{{spec::ruleKey, rule.rule}};
    for (const auto& [key, value] : rule.params.object())
        out.set(key, value);
    out.set("name", rule.name);
    Array actions;
    for (const Pick& action : rule.actions) {
        Object one{{spec::actionKey, action.kind}};
        for (const auto& [key, value] : action.params.object())
            one.set(key, value);
        actions.push_back(std::move(one));
    }
    out.set("actions", std::move(actions));
    return out;
}

spec::RuleSpec Codec<spec::RuleSpec>::read(const Value& value)
{
    spec::RuleSpec rule;
    for (const auto& [key, member] : value.object()) {
        if (key == spec::ruleKey)
            rule.rule = member.text();
        else if (key == "name")
            rule.name = member.text();
        else if (key != "actions")
            rule.params.object().set(key, member);
    }
    for (const Value& action : value["actions"].array()) {
        Pick pick{action[spec::actionKey].text()};
        for (const auto& [key, member] : action.object())
            if (key != spec::actionKey)
                pick.params.object().set(key, member);
        rule.actions.push_back(std::move(pick));
    }
    return rule;
}

}
