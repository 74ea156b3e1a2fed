// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/value.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace core::base {

Object::Object(std::initializer_list<Member> members) : m_members(members) {}

const Value* Object::find(std::string_view key) const
{
    const auto found =
        std::find_if(m_members.begin(), m_members.end(), [&](const Member& m) { return m.first == key; });
    return found == m_members.end() ? nullptr : &found->second;
}

Value* Object::find(std::string_view key)
{
    return const_cast<Value*>(std::as_const(*this).find(key));
}

Value& Object::set(std::string_view key, Value value)
{
    if (Value* known = find(key)) {
        *known = std::move(value);
        return *known;
    }
    return m_members.emplace_back(std::string(key), std::move(value)).second;
}

bool Object::erase(std::string_view key)
{
    return std::erase_if(m_members, [&](const Member& m) { return m.first == key; }) > 0;
}

bool Object::empty() const
{
    return m_members.empty();
}
std::size_t Object::size() const
{
    return m_members.size();
}
std::vector<Member>::const_iterator Object::begin() const
{
    return m_members.begin();
}
std::vector<Member>::const_iterator Object::end() const
{
    return m_members.end();
}
std::vector<Member>::iterator Object::begin()
{
    return m_members.begin();
}
std::vector<Member>::iterator Object::end()
{
    return m_members.end();
}

bool Object::operator==(const Object& other) const
{
    return size() == other.size() && std::all_of(begin(), end(), [&](const Member& m) {
               const Value* theirs = other.find(m.first);
               return theirs && *theirs == m.second;
           });
}

std::string_view Value::typeName() const
{
    static constexpr std::string_view names[] = {"null", "true or false", "a whole number", "a number",
                                                 "text", "a list",        "an object"};
    return names[m_content.index()];
}

bool Value::toBool(bool other) const
{
    const bool* value = std::get_if<bool>(&m_content);
    return value ? *value : other;
}

std::int64_t Value::toInt(std::int64_t other) const
{
    if (const auto* value = std::get_if<std::int64_t>(&m_content))
        return *value;
    // 2^63 itself does not fit; a real outside is no whole number of ours.
    if (const double* value = std::get_if<double>(&m_content); value && std::abs(*value) < 9.2e18)
        return std::int64_t(*value);
    return other;
}

double Value::toReal(double other) const
{
    if (const auto* value = std::get_if<std::int64_t>(&m_content))
        return double(*value);
    const double* value = std::get_if<double>(&m_content);
    return value ? *value : other;
}

const std::string& Value::text() const
{
    static const std::string empty;
    const auto* value = std::get_if<std::string>(&m_content);
    return value ? *value : empty;
}

const Array& Value::array() const
{
    static const Array empty;
    const auto* value = std::get_if<Array>(&m_content);
    return value ? *value : empty;
}

const Object& Value::object() const
{
    static const Object empty;
    const auto* value = std::get_if<Object>(&m_content);
    return value ? *value : empty;
}

Array& Value::array()
{
    if (!isArray())
        m_content = Array{};
    return std::get<Array>(m_content);
}

Object& Value::object()
{
    if (!isObject())
        m_content = Object{};
    return std::get<Object>(m_content);
}

const Value& Value::operator[](std::string_view key) const
{
    static const Value null;
    const Value* found = object().find(key);
    return found ? *found : null;
}

namespace {

std::pair<std::string_view, std::string_view> firstPart(std::string_view path)
{
    const auto dot = path.find('.');
    return dot == path.npos ? std::pair{path, std::string_view{}}
                            : std::pair{path.substr(0, dot), path.substr(dot + 1)};
}

bool placeOf(std::string_view part, std::size_t& place)
{
    const auto [end, code] = std::from_chars(part.data(), part.data() + part.size(), place);
    return code == std::errc{} && end == part.data() + part.size();
}

}

const Value* Value::at(std::string_view dottedPath) const
{
    const Value* here = this;
    while (!dottedPath.empty()) {
        const auto [part, rest] = firstPart(dottedPath);
        std::size_t place = 0;
        if (here->isArray() && placeOf(part, place))
            here = place < here->array().size() ? &here->array()[place] : nullptr;
        else
            here = here->object().find(part);
        if (!here)
            return nullptr;
        dottedPath = rest;
    }
    return here;
}

Status Value::setAt(std::string_view dottedPath, Value value)
{
    if (dottedPath.empty()) {
        *this = std::move(value);
        return {};
    }
    const auto [part, rest] = firstPart(dottedPath);
    if (part.empty())
        return Error{ErrorKind::Usage, "an empty part in a dotted path", std::string(dottedPath),
                     "Write it as train.optimizer.lr"};
    if (isArray()) {
        std::size_t place = 0;
        if (!placeOf(part, place) || place >= array().size())
            return Error{ErrorKind::Usage, "no such place in the list", std::string(part),
                         "Places count from 0; this list has " + std::to_string(array().size())};
        return array()[place].setAt(rest, std::move(value));
    }
    if (isText())
        *this = Object{{"kind", Value(text())}};
    else if (!isObject())
        *this = Object{};
    Value* member = object().find(part);
    if (!member)
        member = &object().set(part, {});
    return member->setAt(rest, std::move(value));
}

}
