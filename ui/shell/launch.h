// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "ui/style/theme.h"

#include <QSize>
#include <QStringList>

#include <optional>

namespace ui::shell {

/// `descent [EXPERIMENT | RUN | STUDY] [--start] [--page NAME] [--theme light/dark] [--size WxH] [--presenter]
/// [--screenshot PNG --after SECONDS]`, or `descent RUN --report FILE [--at STEP] [--quick]`, which shows nothing
struct LaunchOptions {
    QString what;       ///< experiment, run or data; empty: as it was left
    bool start = false; ///< train at once
    QString page;
    std::optional<style::Scheme> theme;
    QSize size; ///< invalid: as it was left
    bool presenter = false;
    QString screenshot; ///< save the window there and end
    double after = 1;   ///< seconds from when the window is there to the screenshot
    QString runs;       ///< where runs are kept
    QString report;     ///< write the run's report there, as its ending says (.html, .pdf), and end
    QString at;         ///< the weights that the report evaluates; empty: the last
    bool quick = false; ///< of the report: only what was recorded
    QString device;
    bool help = false, version = false;
};

/// Errors are of kind Usage and name the option. `arguments` without the program's name.
core::base::Result<LaunchOptions> parseLaunch(const QStringList& arguments);
QString launchHelp();

/// Shows the window and runs the program; the exit status. Needs a QApplication.
int launch(const LaunchOptions& options);

}
