// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/temp_folder.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QSettings>
#include <QTest>

#include <functional>

namespace tests {

/// The one QApplication of a binary, without a screen, with settings of its own.
inline QApplication& application()
{
    static TempFolder settings;
    static int argc = 1;
    static char name[] = "tests";
    static char* argv[] = {name, nullptr};
    static const bool prepared = [] {
        if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM"))
            qputenv("QT_QPA_PLATFORM", "offscreen");
        QSettings::setDefaultFormat(QSettings::IniFormat);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope,
                           QString::fromStdString(settings.path().string()));
        QCoreApplication::setOrganizationName(QStringLiteral("Descent"));
        QCoreApplication::setApplicationName(QStringLiteral("descent-tests"));
        return true;
    }();
    (void)prepared;
    // Not destroyed: Qt's own statics would go first.
    static auto* app = new QApplication(argc, argv);
    return *app;
}

/// Lets the window live until `condition` holds; false after `seconds`.
inline bool spinUntil(const std::function<bool()>& condition, double seconds = 20)
{
    QElapsedTimer clock;
    clock.start();
    while (!condition()) {
        if (double(clock.elapsed()) > seconds * 1000)
            return false;
        QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 20);
    }
    return true;
}

}
