// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/debug/profile_report.h"

#include <QString>

#include <memory>
#include <optional>

namespace ui::models {

class RunModel;

/// A run's profile as the window shows it, live or recorded: takes up what is new, so that looking again is cheap.
class RunProfile {
public:
    /// nullptr: of none.
    void setRun(const RunModel* run);
    /// Takes what has come since; whether there was anything.
    bool update();

    const core::debug::ProfileTrace& trace() const { return m_trace; }
    /// Until step `until`, or of all.
    core::debug::ProfileSummary summary(std::optional<qint64> until) const;
    /// What the rules say of all of it.
    std::vector<core::debug::ProfileResult> results() const;
    core::debug::ProfileReport report() const;
    /// Seconds since the run began when `step` was made; nothing if that is not known.
    std::optional<double> timeOf(qint64 step) const;
    bool finished() const;

private:
    void begin();

    const RunModel* m_run = nullptr;
    QString m_id;
    core::debug::ProfileTrace m_trace;
    std::unique_ptr<core::debug::ProfileEngine> m_engine;
    bool m_ended = false;
};

/// `3.12 ms`; from a second on as a duration.
QString milliseconds(double seconds);
/// What a phase is, what much of it means and what helps: for a tooltip.
QString phaseTip(const std::string& phase);

}
