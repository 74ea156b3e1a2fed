// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/result.h"

namespace core::base {

std::string_view name(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::Usage:
        return "usage";
    case ErrorKind::Spec:
        return "spec";
    case ErrorKind::Data:
        return "data";
    case ErrorKind::Run:
        return "run";
    case ErrorKind::Resource:
        return "resource";
    case ErrorKind::Interrupted:
        return "interrupted";
    case ErrorKind::Internal:
        break;
    }
    return "internal";
}

int exitCode(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::Usage:
    case ErrorKind::Spec:
        return 2;
    case ErrorKind::Data:
        return 3;
    case ErrorKind::Resource:
        return 5;
    case ErrorKind::Interrupted:
        return 130;
    case ErrorKind::Run:
    case ErrorKind::Internal:
        break;
    }
    return 4;
}

std::string describe(const Error& error)
{
    std::string line;
    if (!error.where.empty())
        line += error.where + ": ";
    line += error.message;
    if (!error.advice.empty())
        line += (line.ends_with('.') ? " " : ". ") + error.advice;
    return line;
}

}
