// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/data_signal.h"
#include "core/debug/rule_fields.h"

namespace core::debug::rules::shuffled_time {

namespace {

struct Spec {};

/// Fires where the data's doctor finds dates under a split by chance: of a series only a split in time keeps the future
/// out (Bergmeir and Benitez 2012). Read once, at the run's first step.
class ShuffledTime final : public DataSignal {
public:
    explicit ShuffledTime(Spec) : DataSignal("date_under_random_split", 0) {}

protected:
    std::string sentence(double value, const std::string& columns) const override
    {
        (void)value;
        return "The rows have dates" + (columns.empty() ? std::string() : " in " + columns) +
               " and are divided by chance: it learns from days after those that it is judged by.";
    }
};

}

void enroll(Rules& all)
{
    all.add<ShuffledTime>(
        "ShuffledTime", "The future is learned from", "Fires when rows have dates and are divided by chance.",
        {"What is learned from days after those that are judged by makes figures that no future will repeat.",
         {{"The split was left as it is for rows without dates.",
           {clue::settingIs("split.kind", {"auto", "random", "stratified", "k_fold", "stratified_k_fold"})}},
          "The rows were shuffled to make classes alike."},
         {"by_time"},
         true},
        base::Fields<Spec>{});
}

}
