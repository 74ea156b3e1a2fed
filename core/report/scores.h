// SPDX-License-Identifier: GPL-3.0-or-later
// What a model says of rows whose truth is known, and the figures of that. Definitions are scikit-learn's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace core::report {

/// Of each row the truth, and a probability of every class, or the number that is foretold.
struct Scores {
    std::string split;                ///< `validation`
    std::int64_t step = 0;            ///< updates done by the weights
    std::int64_t allRows = 0;         ///< of the split; more than rows() where only some were looked at
    std::vector<std::string> classes; ///< empty: numbers
    std::vector<double> truths;
    std::vector<float> values; ///< row by row, width() of each
    std::string row = "row";   ///< what one is: a row, a pixel of a picture, a value of several that are foretold
    std::int64_t every = 1;    ///< of how many one was looked at; 1: the first ones

    std::int64_t width() const { return classes.empty() ? 1 : std::int64_t(classes.size()); }
    std::int64_t rows() const { return std::int64_t(truths.size()); }
    bool empty() const { return truths.empty(); }
    double value(std::int64_t row, std::int64_t column = 0) const
    {
        return double(values[std::size_t(row * width() + column)]);
    }
};

/// `counts[truth · classes + predicted]`; a row is taken for its likeliest class, of equal ones the first.
std::vector<std::int64_t> confusionOf(const Scores& scores);

struct ClassFigures {
    double precision = 0, recall = 0, f1 = 0; ///< 0 where nothing was said, or nothing was there
    std::int64_t support = 0;                 ///< rows that are of it
};
std::vector<ClassFigures> classFigures(const std::vector<std::int64_t>& counts);
double accuracyOf(const std::vector<std::int64_t>& counts);
/// Plain means over the classes that are there or were said.
ClassFigures macroOf(const std::vector<std::int64_t>& counts);

/// The share of right alarms against the share of false ones, over all thresholds, from (0, 0) to (1, 1).
struct Roc {
    std::vector<double> falseRate, trueRate;
    double area = 0; ///< by trapezoids; NaN where one side has no rows
};
/// `positive`: 1 for rows that are of the class.
Roc rocOf(const std::vector<std::uint8_t>& positive, const std::vector<double>& score);
/// The class against all others; of two classes the second against the first.
Roc rocOf(const Scores& scores, std::size_t of);

/// Errors are predicted − true.
struct Residuals {
    double mean = 0, rmse = 0, mae = 0, r2 = 0; ///< r2: NaN where all truths are equal
};
Residuals residualsOf(const Scores& scores);

/// Rows whose truth lies in one of equal parts from the least to the greatest.
struct ErrorBin {
    double low = 0, high = 0;
    std::int64_t rows = 0;
    double absolute = 0; ///< mean |error|; NaN of none
};
std::vector<ErrorBin> errorsByTruth(const Scores& scores, std::size_t bins = 10);

/// Counts in equal parts, as numpy.histogram has them: the last part holds its upper end.
std::vector<double> countsOf(const std::vector<double>& values, double low, double high, std::size_t bins);

}
