// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <string>
#include <vector>

namespace core::data {

/// A program that answers each line on its standard input with one line on its standard output, and is kept running
/// between lines. Started without a shell, when the first line is asked. Not for several threads at once.
class LineProgram {
public:
    LineProgram(std::vector<std::string> arguments, double timeoutSeconds);
    ~LineProgram();
    LineProgram(const LineProgram&) = delete;
    LineProgram& operator=(const LineProgram&) = delete;

    /// The answer without its end of line. Line breaks in `line` become blanks. After an error the program is ended,
    /// and the next question starts it anew.
    base::Result<std::string> ask(std::string line);

private:
    std::vector<std::string> m_arguments;
    double m_timeout;
    int m_socket = -1;
    int m_process = -1;
    std::string m_received;

    base::Status start();
    void end();
    base::Result<std::string> exchange(const std::string& line);
    base::Error failure(const std::string& what);
};

}
