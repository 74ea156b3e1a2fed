// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace core::base {

class Value;
using Array = std::vector<Value>;
using Member = std::pair<std::string, Value>;

/// Members in the order in which they were written, as a person wrote them.
class Object {
public:
    Object() = default;
    Object(std::initializer_list<Member> members);

    const Value* find(std::string_view key) const;
    Value* find(std::string_view key);
    /// Puts `value` under `key`, in place if the key is there already.
    Value& set(std::string_view key, Value value);
    bool erase(std::string_view key);
    bool empty() const;
    std::size_t size() const;
    std::vector<Member>::const_iterator begin() const;
    std::vector<Member>::const_iterator end() const;
    std::vector<Member>::iterator begin();
    std::vector<Member>::iterator end();
    bool operator==(const Object& other) const;

private:
    std::vector<Member> m_members;
};

/// A JSON value; integers and reals are told apart.
class Value {
public:
    Value() = default;
    Value(std::nullptr_t) {}
    Value(bool value) : m_content(value) {}
    Value(int value) : m_content(std::int64_t(value)) {}
    Value(std::int64_t value) : m_content(value) {}
    Value(std::uint64_t value) : m_content(std::int64_t(value)) {}
    Value(double value) : m_content(value) {}
    Value(const char* value) : m_content(std::string(value)) {}
    Value(std::string value) : m_content(std::move(value)) {}
    Value(std::string_view value) : m_content(std::string(value)) {}
    Value(Array value) : m_content(std::move(value)) {}
    Value(Object value) : m_content(std::move(value)) {}

    bool isNull() const { return std::holds_alternative<std::monostate>(m_content); }
    bool isBool() const { return std::holds_alternative<bool>(m_content); }
    bool isInt() const { return std::holds_alternative<std::int64_t>(m_content); }
    bool isReal() const { return std::holds_alternative<double>(m_content); }
    bool isNumber() const { return isInt() || isReal(); }
    bool isText() const { return std::holds_alternative<std::string>(m_content); }
    bool isArray() const { return std::holds_alternative<Array>(m_content); }
    bool isObject() const { return std::holds_alternative<Object>(m_content); }
    /// `null`, `true or false`, `a whole number`, `a number`, `text`, `a list`, `an object`.
    std::string_view typeName() const;

    bool toBool(bool other = false) const;
    std::int64_t toInt(std::int64_t other = 0) const;
    double toReal(double other = 0) const;
    /// The text itself; empty for anything else.
    const std::string& text() const;
    const Array& array() const;
    const Object& object() const;
    Array& array();
    Object& object();

    /// The member at `key`; null if this is no object or has none.
    const Value& operator[](std::string_view key) const;
    /// The member at a dotted path (`train.optimizer.lr`, list places as numbers); nullptr if there is none.
    const Value* at(std::string_view dottedPath) const;
    /// Sets the member at a dotted path, making objects on the way; a text on the way becomes `{"kind": text}`.
    Status setAt(std::string_view dottedPath, Value value);

    bool operator==(const Value& other) const = default;

private:
    std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> m_content;
};

}
