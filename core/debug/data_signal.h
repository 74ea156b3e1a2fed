// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/debug/rule.h"

namespace core::debug {

/// What begins the names of what the data's doctor says of a run's rows, recorded at step 0 where a rule asks for it:
/// `data/label_noise` and so on, by the doctor's own names, each the share of the rows that it is about, 0 where it
/// finds nothing. Of columns it is how many there are, and `data/target_leakage_of/answer` is 1 besides.
inline constexpr std::string_view dataSignals = "data/";

/// A rule that reads what the doctor said of the data.
class DataSignal : public Rule {
public:
    DataSignal(std::string kind, double threshold) : m_kind(std::move(kind)), m_threshold(threshold) {}

    std::vector<Need> needs() const override;
    Verdict at(const Moment& now) override;

protected:
    /// `columns`: those that it is about, with commas between; or empty.
    virtual std::string sentence(double value, const std::string& columns) const = 0;

private:
    std::string m_kind;
    double m_threshold;
};

}
