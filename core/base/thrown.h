// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <exception>

namespace core::base {

/// An error on its way through code that cannot hand one back, such as a batch that is made within a training step.
/// Caught where exceptions of libraries are.
class Thrown final : public std::exception {
public:
    explicit Thrown(Error error) : m_error(std::move(error)), m_what(describe(m_error)) {}
    const char* what() const noexcept override { return m_what.c_str(); }
    const Error& error() const { return m_error; }

private:
    Error m_error;
    std::string m_what;
};

}
