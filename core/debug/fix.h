// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"

#include <functional>
#include <map>

namespace core::debug {

/// Settings by dotted path, and what they become.
using Changes = std::vector<std::pair<std::string, base::Value>>;

/// Exactly these settings are changed against a symptom, and nothing else.
struct Fix {
    /// Where the branch grows: before the symptom began, at the best step, at the end, or at the start, where weights
    /// may get another shape and the data may be others.
    enum class From { Before, Best, End, Start };
    std::string key, label, why;
    From from = From::Before;
    /// An error says why it does not apply to this experiment.
    std::function<base::Result<Changes>(const base::Value& resolved)> changes;
    std::string problem = {}; ///< the kind of a problem of the data that it removes: its changes are that one's
};
std::string_view name(Fix::From from);

/// The fixes that rules name, by their keys; each is written once.
const std::vector<Fix>& allFixes();
/// nullptr if there is none.
const Fix* fixNamed(std::string_view key);

/// A fix with the changes that it is for one experiment.
struct Offer {
    std::string key, label, why;
    Fix::From from;
    Changes changes;
};
/// What removes problems of the data, by their kind.
using Remedies = std::map<std::string, Changes, std::less<>>;
/// Of the fixes with these keys those that apply to an experiment, or whose problem of the data has a remedy.
std::vector<Offer> offersOf(const std::vector<std::string>& keys, const base::Value& resolved,
                            const Remedies& remedies = {});
/// Whether any of the fixes is one of a problem of the data.
bool asksTheData(const std::vector<std::string>& keys);
base::Value toValue(const Offer& offer);

}
