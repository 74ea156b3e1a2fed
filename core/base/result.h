// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cassert>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace core::base {

/// What went wrong, in the terms of the command line's exit status.
enum class ErrorKind { Usage, Spec, Data, Run, Resource, Interrupted, Internal };

/// A failure that a person can act on: what, where (file, line or JSON path), and what would be right.
struct Error {
    ErrorKind kind = ErrorKind::Internal;
    std::string message;
    std::string where;
    std::string advice;

    bool operator==(const Error&) const = default;
};

/// `usage`, `spec`, `data`, `run`, `resource`, `interrupted`, `internal`.
std::string_view name(ErrorKind kind);

/// 2 usage and spec, 3 data, 4 run and internal, 5 resource, 130 interrupted.
int exitCode(ErrorKind kind);

/// One line for a terminal: `where: message. advice`.
std::string describe(const Error& error);

/// A value or an Error. Reading the value of a failed result is our own mistake and asserts.
template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : m_content(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : m_content(std::in_place_index<1>, std::move(error)) {}

    explicit operator bool() const { return m_content.index() == 0; }
    T& operator*() &
    {
        assert(*this);
        return *std::get_if<0>(&m_content);
    }
    const T& operator*() const&
    {
        assert(*this);
        return *std::get_if<0>(&m_content);
    }
    T&& operator*() &&
    {
        assert(*this);
        return std::move(*std::get_if<0>(&m_content));
    }
    T* operator->()
    {
        assert(*this);
        return std::get_if<0>(&m_content);
    }
    const T* operator->() const
    {
        assert(*this);
        return std::get_if<0>(&m_content);
    }
    const Error& error() const&
    {
        assert(!*this);
        return *std::get_if<1>(&m_content);
    }
    Error&& error() &&
    {
        assert(!*this);
        return std::move(*std::get_if<1>(&m_content));
    }
    T valueOr(T other) const { return *this ? **this : std::move(other); }

private:
    std::variant<T, Error> m_content;
};

template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : m_error(std::move(error)), m_failed(true) {}

    explicit operator bool() const { return !m_failed; }
    const Error& error() const&
    {
        assert(m_failed);
        return m_error;
    }
    Error&& error() &&
    {
        assert(m_failed);
        return std::move(m_error);
    }

private:
    Error m_error;
    bool m_failed = false;
};

using Status = Result<void>;

}

/// Leaves the function with the error of `expression`, else names its value `variable`.
#define CORE_TRY(variable, expression) \
    auto variable##Result = (expression); \
    if (!variable##Result) \
        return std::move(variable##Result).error(); \
    auto& variable = *variable##Result

/// Leaves the function with the error of `expression`, if it has one.
#define CORE_CHECK(expression) \
    do { \
        if (auto status = (expression); !status) \
            return std::move(status).error(); \
    } while (false)
