// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/schema.h"

#include <optional>

namespace core::base {

/// How a member of a Spec is written as a Value and read back from a checked one.
template <class T>
struct Codec;

template <>
struct Codec<bool> {
    static Value write(bool v) { return v; }
    static bool read(const Value& v) { return v.toBool(); }
};
template <>
struct Codec<std::int64_t> {
    static Value write(std::int64_t v) { return v; }
    static std::int64_t read(const Value& v) { return v.toInt(); }
};
template <>
struct Codec<double> {
    static Value write(double v) { return v; }
    static double read(const Value& v) { return v.toReal(); }
};
template <>
struct Codec<std::string> {
    static Value write(const std::string& v) { return v; }
    static std::string read(const Value& v) { return v.text(); }
};
template <>
struct Codec<Value> {
    static Value write(const Value& v) { return v; }
    static Value read(const Value& v) { return v; }
};
template <>
struct Codec<Pick> {
    static Value write(const Pick& v)
    {
        Object object{{"kind", v.kind}};
        for (const auto& [key, value] : v.params.object())
            object.set(key, value);
        return object;
    }
    static Pick read(const Value& v)
    {
        Pick pick{v.isText() ? v.text() : v["kind"].text(), Object(v.object())};
        pick.params.object().erase("kind");
        return pick;
    }
};
template <class T>
struct Codec<std::optional<T>> {
    static Value write(const std::optional<T>& v) { return v ? Codec<T>::write(*v) : Value{}; }
    static std::optional<T> read(const Value& v)
    {
        return v.isNull() ? std::optional<T>{} : std::optional<T>{Codec<T>::read(v)};
    }
};
template <class T>
struct Codec<std::vector<T>> {
    static Value write(const std::vector<T>& v)
    {
        Array list;
        for (const T& item : v)
            list.push_back(Codec<T>::write(item));
        return list;
    }
    static std::vector<T> read(const Value& v)
    {
        std::vector<T> list;
        for (const Value& item : v.array())
            list.push_back(Codec<T>::read(item));
        return list;
    }
};

}
