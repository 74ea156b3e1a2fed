// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spec/experiment.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace core::spec {

using namespace base;

namespace {

/// Families may choose from themselves: such a choice is written once, under `$defs`.
struct Writing {
    const Catalog& catalog;
    std::vector<std::string> open = {};
    std::set<std::string> shared = {};
};

Object objectSchema(const Schema& schema, Writing& writing);

Value kinds(const Family* family)
{
    Array names;
    if (family)
        for (const Entry& entry : family->entries)
            names.push_back(entry.kind);
    return names;
}

// `usual`: the kind that parameters without one belong to; empty if there is none.
Object oneOfSchema(const OneOf& domain, Writing& writing, const std::string& usual)
{
    if (std::ranges::find(writing.open, domain.family) != writing.open.end()) {
        writing.shared.insert(domain.family);
        return {{"$ref", "#/$defs/" + domain.family}};
    }
    writing.open.push_back(domain.family);
    const Family* family = writing.catalog.find(domain.family);
    Array alternatives;
    alternatives.push_back(domain.textKind.empty() ? Object{{"enum", kinds(family)}} : Object{{"type", "string"}});
    if (family)
        for (const Entry& entry : family->entries) {
            Object object = objectSchema(entry.schema, writing);
            Object properties{{domain.key, Object{{"const", entry.kind}}}};
            for (const auto& [key, value] : object.find("properties")->object())
                properties.set(key, value);
            const Object common =
                domain.common ? objectSchema(*domain.common, writing) : Object{{"properties", Object{}}};
            for (const auto& [key, value] : common.find("properties")->object())
                properties.set(key, value);
            object.set("title", entry.title);
            object.set("description", entry.help);
            object.set("properties", std::move(properties));
            if (entry.kind != usual)
                object.set("required", Array{domain.key});
            alternatives.push_back(std::move(object));
        }
    writing.open.pop_back();
    return {{"anyOf", std::move(alternatives)}};
}

Object domainSchema(const Domain& domain, Writing& writing, const std::string& usual = {})
{
    if (std::holds_alternative<Flag>(domain))
        return {{"type", "boolean"}};
    if (const Int* d = std::get_if<Int>(&domain)) {
        Object out{{"type", "integer"}, {"minimum", d->min}};
        if (d->max != std::numeric_limits<std::int64_t>::max())
            out.set("maximum", d->max);
        return out;
    }
    if (const Real* d = std::get_if<Real>(&domain)) {
        Object out{{"type", "number"}};
        if (std::isfinite(d->min))
            out.set(d->aboveMin ? "exclusiveMinimum" : "minimum", d->min);
        if (std::isfinite(d->max))
            out.set(d->belowMax ? "exclusiveMaximum" : "maximum", d->max);
        return out;
    }
    if (const Choice* d = std::get_if<Choice>(&domain)) {
        Array options;
        for (const std::string& option : d->options)
            options.push_back(option);
        if (const Family* family = writing.catalog.find(d->family))
            for (const Entry& entry : family->entries)
                options.push_back(entry.kind);
        return {{"enum", std::move(options)}};
    }
    if (std::holds_alternative<Text>(domain) || std::holds_alternative<Path>(domain))
        return {{"type", "string"}};
    if (const OneOf* d = std::get_if<OneOf>(&domain))
        return oneOfSchema(*d, writing, usual);
    if (const Group* d = std::get_if<Group>(&domain))
        return objectSchema(*d->schema, writing);
    if (const auto* d = std::get_if<std::shared_ptr<const List>>(&domain)) {
        const Object items = domainSchema((*d)->items, writing);
        return {{"anyOf", Array{items, Object{{"type", "array"},
                                              {"items", items},
                                              {"minItems", std::int64_t((*d)->min)},
                                              {"maxItems", std::int64_t((*d)->max)}}}}};
    }
    return {};
}

Object fieldSchema(const Field& field, Writing& writing)
{
    Object out = domainSchema(field.domain, writing, field.fallback["kind"].text());
    if (field.nullable || !field.words.empty()) {
        Array alternatives{std::move(out)};
        if (field.nullable)
            alternatives.push_back(Object{{"type", "null"}});
        if (!field.words.empty()) {
            Array words;
            for (const std::string& word : field.words)
                words.push_back(word);
            alternatives.push_back(Object{{"enum", std::move(words)}});
        }
        out = Object{{"anyOf", std::move(alternatives)}};
    }
    out.set("description", field.help.text);
    out.set("default", field.fallback);
    if (!field.unit.empty())
        out.set("x-unit", field.unit);
    if (field.tunable)
        out.set("x-tunable", true);
    if (field.live)
        out.set("x-live", true);
    if (!field.onlyFor.empty())
        out.set("x-only-for", field.onlyFor);
    return out;
}

Object objectSchema(const Schema& schema, Writing& writing)
{
    Object properties;
    for (const Field& field : schema.fields)
        properties.set(field.key, fieldSchema(field, writing));
    return {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
}

}

Value jsonSchema(const Schema& schema, const Catalog& catalog)
{
    Object out{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "Descent experiment"}};
    Writing writing{catalog};
    Object body = objectSchema(schema, writing);
    // An editor finds the schema by this key; it is no part of the experiment.
    body.find("properties")->object().set("$schema", Object{{"type", "string"}});
    for (const auto& [key, value] : body)
        out.set(key, value);
    if (!writing.shared.empty()) {
        Object defs;
        for (const std::string& family : std::set<std::string>(writing.shared))
            defs.set(family, oneOfSchema(OneOf{family}, writing, {}));
        out.set("$defs", std::move(defs));
    }
    return out;
}

}
