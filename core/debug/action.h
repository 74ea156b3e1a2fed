// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/events/findings.h"

#include <filesystem>
#include <map>

namespace core::debug {

/// What an action tells of.
struct Alert {
    std::string run; ///< its id
    std::filesystem::path folder;
    std::string title; ///< of the rule, in words
    events::Finding finding;

    std::string subject() const; ///< one line
    std::string text() const;    ///< a few lines
    base::Value toValue() const;
};

/// What is done when a rule fires for the first time. May take seconds: never on a training's thread.
class Action {
public:
    virtual ~Action() = default;
    /// Whether it ends the run, which whoever runs it does.
    virtual bool stops() const { return false; }
    /// Of one that stops: the only run whose id begins so; empty: the alert's own.
    virtual std::string prefix() const { return {}; }
    virtual base::Status perform(const Alert& alert) = 0;
    /// To whom, for the limit of how often: `Email a@b.org`.
    virtual std::string target() const = 0;
};

using Actions = base::Registry<Action>;
const Actions& allActions();

/// Does it once, now, with an alert that says that it is a trial: what a button beside its settings does.
base::Status tryAction(const base::Pick& action);

/// Keeps actions from flooding anyone: at most one to each target in that many seconds.
class RateLimit {
public:
    explicit RateLimit(double seconds = 60) : m_seconds(seconds) {}
    /// False if it is too soon; `now` in seconds of any clock that does not go back.
    bool allows(const std::string& target, double now);

private:
    double m_seconds;
    std::map<std::string, double> m_last;
};

}
