// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/debug/figure.h"
#include "core/events/profile.h"

namespace core::debug {

/// What a rule of the profiler may know of the run besides its times.
struct ProfileFacts {
    base::Value spec = base::Object{}; ///< resolved
    bool gpu = false;                  ///< it trains on one
    int cores = 1;                     ///< that it may use
    double begun = 0;                  ///< seconds since the epoch
};

struct ProfileVerdict {
    bool triggered = false;
    double value = 0, threshold = 0; ///< what was compared; NaN: not yet anything
    std::int64_t points = 0;         ///< that were seen
    std::int64_t needed = 0;         ///< before it says anything
    std::string message = {};        ///< one sentence with its numbers
    std::int64_t violations = 0;
};

/// What to do about it; with `edits` where settings do it: dotted path and value.
struct ProfileAdvice {
    std::string text;
    std::vector<std::pair<std::string, base::Value>> edits = {};
};

/// A bottleneck that shows in times of steps and samples of the machine: one plug-in of `core/debug/profile_rules`.
/// Names, parameters and defaults of SageMaker's rules are those of its SDK. What is seen comes in the order of time; a
/// verdict is asked for after each scan.
class ProfileRule {
public:
    virtual ~ProfileRule() = default;

    /// Why it has nothing to say of this run; empty if it has.
    virtual std::string notApplicable(const ProfileFacts& facts) const
    {
        (void)facts;
        return {};
    }
    virtual void see(const events::SystemSample& sample) { (void)sample; }
    virtual void see(const events::StepTimes& times) { (void)times; }
    /// Of all that was seen until `now`, seconds since the epoch.
    virtual ProfileVerdict judge(const ProfileFacts& facts, double now) = 0;
    virtual std::vector<ProfileAdvice> advice(const ProfileFacts& facts) const
    {
        (void)facts;
        return {};
    }
    /// Once triggered it stays so; others are judged anew by each scan.
    virtual bool latches() const { return true; }
    virtual double scanSeconds() const = 0;
    /// No rule of SageMaker's.
    virtual bool ours() const { return false; }
};

using ProfileRules = base::Registry<ProfileRule>;
const ProfileRules& allProfileRules();

// For the plug-ins.

/// What every rule has.
struct ScanSpec {
    std::int64_t scanIntervalUs = 60'000'000;
};
template <class Spec>
void addScan(base::Fields<Spec>& fields)
{
    fields.add("scan_interval_us", static_cast<std::int64_t Spec::*>(&Spec::scanIntervalUs),
               base::Int{1'000, 86'400'000'000}, {"From one verdict to the next."}, {.unit = "µs"});
}
template <class Spec, class Base = ProfileRule>
class ScannedRule : public Base {
public:
    explicit ScannedRule(Spec spec) : m_spec(std::move(spec)) {}
    double scanSeconds() const override { return double(m_spec.scanIntervalUs) / 1e6; }

protected:
    Spec m_spec;
};

/// Rules that speak of a GPU alone.
class GpuRule : public ProfileRule {
public:
    std::string notApplicable(const ProfileFacts& facts) const override
    {
        return facts.gpu ? "" : "no GPU trains this run";
    }
};

inline constexpr std::size_t mostPoints = 1'000'000; ///< of a history

// Advice that several rules give; nothing where there is nothing to change.
void adviseWorkers(const ProfileFacts& facts, std::vector<ProfileAdvice>& advice);
void advisePrefetch(const ProfileFacts& facts, std::vector<ProfileAdvice>& advice);
void adviseBatch(const ProfileFacts& facts, double factor, const std::string& text, std::vector<ProfileAdvice>& advice);

}
