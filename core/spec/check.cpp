// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spec/check.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace core::spec {

using namespace base;

namespace {

template <class... Visitors>
struct Overloaded : Visitors... {
    using Visitors::operator()...;
};
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

std::string shown(double number)
{
    char text[32];
    const auto [end, code] = std::to_chars(text, text + sizeof text, number);
    return {text, end};
}

std::string shown(const Value& value)
{
    if (value.isText())
        return "\"" + value.text() + "\"";
    if (value.isInt())
        return std::to_string(value.toInt());
    if (value.isReal())
        return shown(value.toReal());
    return std::string(value.typeName());
}

constexpr std::size_t fewOptions = 12; ///< that are all named beside the nearest

std::string listedKinds(const std::vector<std::string>& names)
{
    std::string text;
    for (const std::string& name : names)
        text += (text.empty() ? "" : ", ") + name;
    return text;
}

// Says in words what a field takes, for the advice of an error.
std::string rangeOf(const Int& domain)
{
    const bool bounded = domain.max != std::numeric_limits<std::int64_t>::max();
    return "a whole number, " + (bounded ? std::to_string(domain.min) + " to " + std::to_string(domain.max)
                                         : std::to_string(domain.min) + " or more");
}

std::string rangeOf(const Real& domain)
{
    std::string text = "a number";
    if (std::isfinite(domain.min))
        text += (domain.aboveMin ? " above " : " from ") + shown(domain.min);
    if (std::isfinite(domain.max))
        text += (domain.belowMax ? " below " : " up to ") + shown(domain.max);
    return text;
}

class Checker {
public:
    explicit Checker(const CheckContext& context) : m_context(context) {}

    std::vector<Error> problems;

    Value object(const Schema& schema, const Value& given, const std::string& where)
    {
        Object out;
        if (!given.isObject() && !given.isNull())
            problem(where, "is " + std::string(given.typeName()) + ", not an object", "Write it in braces: {…}");
        unknownKeys({&schema}, given, where, "");
        fill(schema, given, where, out);
        return out;
    }

private:
    const CheckContext& m_context;

    void problem(const std::string& where, std::string message, std::string advice)
    {
        problems.push_back({ErrorKind::Spec, std::move(message), where.empty() ? "/" : where, std::move(advice)});
    }

    // `kind`: whose keys they are, of a plug-in; else empty.
    void unknownKeys(const std::vector<const Schema*>& schemas, const Value& given, const std::string& where,
                     const std::string& kind, const std::string& kindKey = "kind")
    {
        std::vector<std::string> known;
        if (!kind.empty())
            known.push_back(kindKey);
        for (const Schema* schema : schemas)
            for (const Field& field : schema->fields)
                known.push_back(field.key);
        for (const auto& [key, value] : given.object()) {
            if (std::find(known.begin(), known.end(), key) != known.end())
                continue;
            const std::string near = nearest(key, known);
            problem(where + "/" + key, "unknown key \"" + key + "\"" + (kind.empty() ? "" : " of " + kind),
                    near.empty() ? "Known here: " + listedKinds(known) : "Did you mean \"" + near + "\"?");
        }
    }

    void fill(const Schema& schema, const Value& given, const std::string& where, Object& out)
    {
        for (const Field& field : schema.fields) {
            const Value* member = given.object().find(field.key);
            out.set(field.key, value(field, member ? *member : field.fallback, where + "/" + field.key));
        }
    }

    Value value(const Field& field, const Value& given, const std::string& where)
    {
        if (given.isNull()) {
            if (field.nullable)
                return {};
            if (!std::holds_alternative<Group>(field.domain) && !std::holds_alternative<Tree>(field.domain)) {
                problem(where, "is null", "Leave it out for the default " + shown(field.fallback));
                return field.fallback;
            }
        }
        if (given.isText() && std::find(field.words.begin(), field.words.end(), given.text()) != field.words.end())
            return given;
        const std::size_t before = problems.size();
        Value checked = inDomain(field.domain, withKind(field, given), where);
        if (problems.size() > before && !field.words.empty())
            problems.back().advice += ", or " + listedKinds(field.words);
        // A wrong leaf keeps its default, so that the rest of the experiment can still be shown.
        return problems.size() > before && checked.isNull() ? field.fallback : checked;
    }

    // Parameters without a kind are the default's: `--set train.optimizer.lr=0.1` needs no word about the optimizer.
    static Value withKind(const Field& field, const Value& given)
    {
        const Value& usual = field.fallback["kind"];
        if (!std::holds_alternative<OneOf>(field.domain) || !given.isObject() || !given["kind"].isNull() ||
            !usual.isText())
            return given;
        Value whole = Object{{"kind", usual}};
        for (const auto& [key, value] : given.object())
            if (key != "kind")
                whole.object().set(key, value);
        return whole;
    }

    Value inDomain(const Domain& domain, const Value& given, const std::string& where)
    {
        return std::visit(Overloaded{
                              [&](const Flag&) { return flag(given, where); },
                              [&](const Int& d) { return integer(d, given, where); },
                              [&](const Real& d) { return real(d, given, where); },
                              [&](const Choice& d) { return choice(d, given, where); },
                              [&](const Text&) { return text(given, where); },
                              [&](const Path& d) { return path(d, given, where); },
                              [&](const OneOf& d) { return oneOf(d, given, where); },
                              [&](const Group& d) { return object(*d.schema, given, where); },
                              [&](const Tree&) { return given; },
                              [&](const std::shared_ptr<const List>& d) { return list(*d, given, where); },
                          },
                          domain);
    }

    Value flag(const Value& given, const std::string& where)
    {
        if (given.isBool())
            return given;
        problem(where, shown(given) + " is not true or false", "Write true or false");
        return {};
    }

    Value integer(const Int& domain, const Value& given, const std::string& where)
    {
        // A real of 2^63 or more is whole, but no std::int64_t.
        const bool whole =
            given.isInt() || (std::abs(given.toReal()) < 9.2e18 && given.toReal() == std::floor(given.toReal()));
        if (!given.isNumber() || !whole || given.toInt() < domain.min || given.toInt() > domain.max) {
            problem(where, shown(given) + " does not fit", "It takes " + rangeOf(domain));
            return {};
        }
        return given.toInt();
    }

    Value real(const Real& domain, const Value& given, const std::string& where)
    {
        const double number = given.toReal();
        const bool low = domain.aboveMin ? number > domain.min : number >= domain.min;
        const bool high = domain.belowMax ? number < domain.max : number <= domain.max;
        if (!given.isNumber() || !std::isfinite(number) || !low || !high) {
            problem(where, shown(given) + " does not fit", "It takes " + rangeOf(domain));
            return {};
        }
        return number;
    }

    Value choice(const Choice& domain, const Value& given, const std::string& where)
    {
        std::vector<std::string> options = domain.options;
        if (const Family* family = m_context.catalog.find(domain.family))
            for (const Entry& entry : family->entries)
                options.push_back(entry.kind);
        if (given.isText() && std::find(options.begin(), options.end(), given.text()) != options.end())
            return given;
        notOneOf(given, options, where);
        return {};
    }

    void notOneOf(const Value& given, std::vector<std::string> options, const std::string& where)
    {
        const std::string near = given.isText() ? nearest(given.text(), options) : "";
        // No word at all stands for what is left out.
        std::erase(options, "");
        // Where a name is near, a long list of others would only hide it.
        const bool lists = near.empty() || options.size() <= fewOptions;
        problem(where, shown(given) + " is not known here",
                (near.empty() ? "" : "Did you mean \"" + near + "\"?" + (lists ? " " : "")) +
                    (lists ? "Known: " + listedKinds(options) : ""));
    }

    Value text(const Value& given, const std::string& where)
    {
        if (given.isText())
            return given;
        problem(where, shown(given) + " is not text", "Write it in quotes");
        return {};
    }

    Value path(const Path& domain, const Value& given, const std::string& where)
    {
        const Value name = text(given, where);
        if (!name.isText() || name.text().empty() || m_context.folder.empty())
            return name;
        const std::filesystem::path whole = (m_context.folder / name.text()).lexically_normal();
        std::error_code ignored;
        if (domain.orName && name.text().find('/') == std::string::npos && !std::filesystem::exists(whole, ignored))
            return name;
        return whole.string();
    }

    Value oneOf(const OneOf& domain, const Value& given, const std::string& where)
    {
        const Family* family = m_context.catalog.find(domain.family);
        Value asObject = given;
        if (given.isText() && !domain.textKind.empty() && !(family && family->find(given.text())))
            asObject = Object{{domain.key, domain.textKind}, {"path", given}};
        else if (given.isText())
            asObject = Object{{domain.key, given}};
        // Rules are left as they are by whoever reads an experiment without them.
        if (!family && domain.key != "kind")
            return asObject;
        std::vector<std::string> kinds;
        if (family)
            for (const Entry& entry : family->entries)
                kinds.push_back(entry.kind);
        const Value& kind = asObject[domain.key];
        const Entry* entry = family && kind.isText() ? family->find(kind.text()) : nullptr;
        if (!entry) {
            if (given.isObject() && kind.isNull())
                problem(where, "has no \"" + domain.key + "\"", "Known: " + listedKinds(kinds));
            else
                notOneOf(given.isObject() ? kind : given, kinds, given.isObject() ? where + "/" + domain.key : where);
            return {};
        }
        Object out{{domain.key, kind}};
        std::vector<const Schema*> schemas{&entry->schema};
        if (domain.common)
            schemas.push_back(domain.common.get());
        unknownKeys(schemas, asObject, where, kind.text(), domain.key);
        for (const Schema* schema : schemas)
            fill(*schema, asObject, where, out);
        return out;
    }

    Value list(const List& domain, const Value& given, const std::string& where)
    {
        const Array items = given.isArray() ? given.array() : Array{given};
        if (items.size() < domain.min || items.size() > domain.max) {
            problem(where, "has " + std::to_string(items.size()) + " items",
                    "It takes " + std::to_string(domain.min) + " to " + std::to_string(domain.max));
            return {};
        }
        Array out;
        for (std::size_t i = 0; i < items.size(); ++i) {
            Value item = inDomain(domain.items, items[i], where + "/" + std::to_string(i));
            if (item.isNull())
                return {};
            out.push_back(std::move(item));
        }
        return out;
    }
};

// Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours cost one.
std::size_t distance(std::string_view a, std::string_view b)
{
    std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i)
        d[i][0] = i;
    for (std::size_t j = 0; j <= b.size(); ++j)
        d[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i)
        for (std::size_t j = 1; j <= b.size(); ++j) {
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[a.size()][b.size()];
}

}

std::string nearest(std::string_view name, const std::vector<std::string>& known)
{
    std::string best;
    if (name.size() > 100)
        return best;
    std::size_t bestDistance = std::max<std::size_t>(2, name.size() / 2) + 1;
    for (const std::string& candidate : known) {
        std::size_t d = distance(name, candidate);
        // `learningrate` for `lr` is out of reach of edits; a shared beginning is near enough.
        if (candidate.size() > 3 && (candidate.starts_with(name) || name.starts_with(candidate)))
            d = std::min<std::size_t>(d, 2);
        if (d < bestDistance) {
            bestDistance = d;
            best = candidate;
        }
    }
    return best;
}

Checked check(const Schema& schema, const Value& given, const std::string& where, const CheckContext& context)
{
    Checker checker(context);
    Value value = checker.object(schema, given, where);
    return {std::move(value), std::move(checker.problems)};
}

namespace {

const Field* fieldIn(const Domain& domain, const Value& checked, std::string_view rest, const Catalog& catalog)
{
    if (const Group* group = std::get_if<Group>(&domain))
        return fieldAt(*group->schema, checked, rest, catalog);
    if (const OneOf* oneOf = std::get_if<OneOf>(&domain)) {
        const Family* family = catalog.find(oneOf->family);
        const Entry* entry = family ? family->find(checked[oneOf->key].text()) : nullptr;
        const Field* field = entry ? fieldAt(entry->schema, checked, rest, catalog) : nullptr;
        return field || !oneOf->common ? field : fieldAt(*oneOf->common, checked, rest, catalog);
    }
    if (const auto* list = std::get_if<std::shared_ptr<const List>>(&domain)) {
        const auto dot = rest.find('.');
        const Value* item = checked.at(rest.substr(0, dot));
        return item && dot != rest.npos ? fieldIn((*list)->items, *item, rest.substr(dot + 1), catalog) : nullptr;
    }
    return nullptr;
}

}

const Field* fieldAt(const Schema& schema, const Value& checked, std::string_view dottedPath, const Catalog& catalog)
{
    const auto dot = dottedPath.find('.');
    const Field* field = schema.find(dottedPath.substr(0, dot));
    if (!field || dot == dottedPath.npos)
        return field;
    return fieldIn(field->domain, checked[field->key], dottedPath.substr(dot + 1), catalog);
}

std::string jsonPath(std::string_view dottedPath)
{
    std::string path = "/" + std::string(dottedPath);
    std::replace(path.begin(), path.end(), '.', '/');
    return path;
}

}
