// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace core::spec {

/// An expression over what a run saves, as a tree: `mean(abs_mean("gradient/.*"), 20) < 1e-6`. It computes numbers and
/// truth values and can do nothing else.
///
/// - `"train/loss"`, `"losses"`, `"gradient/.*"`: a scalar by its name, a collection, or what a regex finds;
///   `abs_mean("gradients")`, `dead_share("relu_output", 1)`: a statistic of tensors, with its parameters behind.
/// - `mean min max std slope count last` of something and of how many of its newest saved values: `mean("train/loss",
///   20)`; `last(x)` is its newest.
/// - `any all` of conditions and `largest smallest average` of numbers, over tensors; `abs log sqrt isnan`.
/// - `+ - * /`, `< <= > >= == !=`, `and or not`, `step`.
struct Term {
    enum class Op {
        Number,
        Step,
        Signal,
        Window,
        OverTensors,
        Function,
        Negate,
        Not,
        Add,
        Subtract,
        Multiply,
        Divide,
        Less,
        LessEqual,
        Greater,
        GreaterEqual,
        Equal,
        NotEqual,
        And,
        Or
    };
    /// Of one thing, or of each tensor.
    enum class Type { Number, Numbers, Truth, Truths };

    Op op = Op::Number;
    Type type = Type::Number;
    double number = 0;          ///< a number; of a window how many values
    std::string name = {};      ///< a signal's statistic; what a window or a function is called
    std::string selection = {}; ///< of a signal
    std::vector<Term> parts = {};
    std::size_t place = 0; ///< in the text

    bool isTruth() const { return type == Type::Truth || type == Type::Truths; }
    bool isMany() const { return type == Type::Numbers || type == Type::Truths; }
};

/// Reads and checks a condition. Errors tell the column, what is there, and what would be right.
base::Result<Term> parseExpression(std::string_view text);

}
