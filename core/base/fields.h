// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/codec.h"

#include <functional>

namespace core::base {

template <class T>
inline constexpr bool isOptional = false;
template <class T>
inline constexpr bool isOptional<std::optional<T>> = true;

/// What a field has besides its key, domain and help.
struct Traits {
    std::string unit = {};
    std::vector<std::string> words = {};
    bool tunable = false;
    bool live = false;
    bool nullable = false; ///< set by itself for std::optional members
    std::vector<Condition> visibleWhen = {};
    std::string nullWord = {}; ///< what forms call null, if not `off`
    std::string onlyFor = {};  ///< the family of models that takes it
};

/// Binds keys, domains and help to the members of a plain struct whose initialisers are the only defaults.
/// From it come forms, flags, JSON reading and checking, JSON Schema, tuning ranges, live edits and comparisons.
template <class Spec>
class Fields {
public:
    template <class T>
    Fields& add(std::string key, T Spec::*member, Domain domain, Help help, Traits traits = {})
    {
        m_schema.fields.push_back({std::move(key), std::move(domain), Codec<T>::write(Spec{}.*member), std::move(help),
                                   std::move(traits.unit), std::move(traits.words), traits.nullable || isOptional<T>,
                                   traits.tunable, traits.live, std::move(traits.visibleWhen),
                                   std::move(traits.nullWord), std::move(traits.onlyFor)});
        m_read.push_back([member](Spec& spec, const Value& value) { spec.*member = Codec<T>::read(value); });
        m_write.push_back([member](const Spec& spec) { return Codec<T>::write(spec.*member); });
        return *this;
    }

    /// A nested struct with fields of its own; with std::optional it may be null.
    template <class Part>
    Fields& group(std::string key, Part Spec::*member, Fields<Part> fields, Help help, Traits traits = {})
    {
        return nest(
            std::move(key), fields, std::move(help), std::move(traits), fields.write(Spec{}.*member),
            [member, fields](Spec& spec, const Value& value) { spec.*member = fields.read(value); },
            [member, fields](const Spec& spec) { return fields.write(spec.*member); });
    }
    template <class Part>
    Fields& group(std::string key, std::optional<Part> Spec::*member, Fields<Part> fields, Help help,
                  Traits traits = {})
    {
        traits.nullable = true;
        const auto write = [member, fields](const Spec& spec) {
            return spec.*member ? fields.write(*(spec.*member)) : Value{};
        };
        return nest(
            std::move(key), fields, std::move(help), std::move(traits), write(Spec{}),
            [member, fields](Spec& spec, const Value& value) {
                if (value.isNull())
                    spec.*member = std::nullopt;
                else
                    spec.*member = fields.read(value);
            },
            write);
    }

    const Schema& schema() const { return m_schema; }

    /// The struct of a checked object; keys that are not there keep their defaults, keys of others are left alone.
    Spec read(const Value& checked) const
    {
        Spec spec;
        for (std::size_t i = 0; i < m_read.size(); ++i)
            if (const Value* value = checked.object().find(m_schema.fields[i].key))
                m_read[i](spec, *value);
        return spec;
    }

    Value write(const Spec& spec) const
    {
        Object object;
        for (std::size_t i = 0; i < m_write.size(); ++i)
            object.set(m_schema.fields[i].key, m_write[i](spec));
        return object;
    }

private:
    Schema m_schema;
    std::vector<std::function<void(Spec&, const Value&)>> m_read;
    std::vector<std::function<Value(const Spec&)>> m_write;

    template <class Part, class Read, class Write>
    Fields& nest(std::string key, const Fields<Part>& fields, Help help, Traits traits, Value fallback, Read read,
                 Write write)
    {
        m_schema.fields.push_back({std::move(key),
                                   Group{std::make_shared<const Schema>(fields.schema())},
                                   std::move(fallback),
                                   std::move(help),
                                   std::move(traits.unit),
                                   {},
                                   traits.nullable,
                                   traits.tunable,
                                   traits.live,
                                   std::move(traits.visibleWhen),
                                   std::move(traits.nullWord),
                                   std::move(traits.onlyFor)});
        m_read.push_back(std::move(read));
        m_write.push_back(std::move(write));
        return *this;
    }
};

}
